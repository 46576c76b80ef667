from __future__ import annotations

import pytest

from sipsimple.sdp import ExtMap, SDPAttribute, SDPMedia, SDPSession

LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (f"1 {LEVEL}", ExtMap(1, LEVEL)),
        (f"2/sendrecv {LEVEL} vad=on", ExtMap(2, LEVEL, "sendrecv", "vad=on")),
        ("4096 http://example.com/082005/ext.htm#xmeta short", ExtMap(
            4096, "http://example.com/082005/ext.htm#xmeta", None, "short")),
        ("3/inactive URI-c a  b", ExtMap(3, "URI-c", "inactive", "a  b")),
    ],
)  # fmt: skip
def test_the_lines_of_the_rfc_are_read_and_written(text: str, value: ExtMap) -> None:
    assert ExtMap.parse(text) == value
    assert str(value) == text


def test_more_white_space_is_accepted() -> None:
    assert ExtMap.parse(f" 1 \t{LEVEL}  vad=on ") == ExtMap(1, LEVEL, None, "vad=on")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "extmap: '' has 0 fields instead of 2 or more"),
        ("1", "extmap: '1' has 1 fields instead of 2 or more"),
        ("x uri", "id: 'x' is not a number"),
        ("100000 uri", "id: '100000' is not between 0 and 99999"),
        ("1/ uri", "direction: '' is none of sendrecv, "),
        ("1/both uri", "direction: 'both' is none of sendrecv, "),
    ],
)
def test_an_error_names_field_and_value(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{reason}"):
        ExtMap.parse(text)


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(TypeError, match=r"^id: must be int, not str"):
        ExtMap("1", "uri")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^direction: must be str, not int"):
        ExtMap(1, "uri", 1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^uri: 'a b' contains white space"):
        ExtMap(1, "a b")
    with pytest.raises(ValueError, match=r"^attributes: .* contains CR, LF or NUL"):
        ExtMap(1, "uri", None, "x\r\na=y")


def test_the_list_is_that_of_the_attributes() -> None:
    media = SDPMedia("audio", 1, "RTP/AVP", attributes=[SDPAttribute("extmap", "4096 gps-string")])
    media.extmap.append(ExtMap(4096, "gps-binary"))
    assert [str(line) for line in media.attributes] == [
        "a=extmap:4096 gps-string",
        "a=extmap:4096 gps-binary",
    ]
    media.extmap = [ExtMap(1, "gps-binary")]
    assert str(media) == "m=audio 1 RTP/AVP\r\na=extmap:1 gps-binary\r\n"


def test_a_session_has_them_too_and_they_hold_for_its_media() -> None:
    media = SDPMedia("audio", 1, "RTP/AVP")
    session = SDPSession("192.0.2.1", media=[media])
    session.extmap = [ExtMap(1, LEVEL)]
    media.extmap = [ExtMap(2, "uri")]
    assert session.effective(media).extmap == (ExtMap(1, LEVEL), ExtMap(2, "uri"))


def test_mixed_headers_are_switched_on_and_off() -> None:
    session = SDPSession("192.0.2.1")
    assert session.extmap_allow_mixed is False
    session.extmap_allow_mixed = True
    assert session.attributes == [SDPAttribute("extmap-allow-mixed", "")]
    session.extmap_allow_mixed = False
    assert session.attributes == []
    with pytest.raises(TypeError, match=r"^extmap_allow_mixed: must be bool, not int"):
        session.extmap_allow_mixed = 1  # type: ignore[assignment]
