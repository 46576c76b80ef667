from __future__ import annotations

import pytest

from sipsimple.sdp import SDPAttribute, SDPMedia, SSRCAttribute, SSRCGroup


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("11111 cname:user@example.com", SSRCAttribute(11111, "cname", "user@example.com")),
        ("4294967295 msid:a b", SSRCAttribute(2**32 - 1, "msid", "a b")),
        ("1 fmtp:96 x=y", SSRCAttribute(1, "fmtp", "96 x=y")),
        ("1 previous-ssrc:7:8", SSRCAttribute(1, "previous-ssrc", "7:8")),
        ("1 inactive", SSRCAttribute(1, "inactive")),
        ("1 label: x ", SSRCAttribute(1, "label", " x ")),
    ],
)
def test_lines_of_sources_are_read_and_written(text: str, value: SSRCAttribute) -> None:
    assert SSRCAttribute.parse(text) == value
    assert str(value) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "ssrc: '' has 0 fields instead of 2 or more"),
        ("1", "ssrc: '1' has 1 fields instead of 2 or more"),
        ("x cname:y", "ssrc: 'x' is not a number"),
        ("4294967296 cname:y", "ssrc: '4294967296' is not between 0 and 4294967295"),
        ("1 :y", "attribute: must not be empty"),
        ("1 c name:y", "attribute: 'c name' contains white space"),
    ],
)
def test_an_error_names_field_and_value(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{reason}"):
        SSRCAttribute.parse(text)


def test_groups_are_read_and_written() -> None:
    assert SSRCGroup.parse("FID 1 2") == SSRCGroup("FID", (1, 2))
    assert SSRCGroup.parse("SIM") == SSRCGroup("SIM")
    assert str(SSRCGroup("FEC-FR", [7, 8])) == "FEC-FR 7 8"  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^semantics: missing in ''"):
        SSRCGroup.parse("")
    with pytest.raises(ValueError, match=r"^ssrcs: 'x' is not a number"):
        SSRCGroup.parse("FID 1 x")


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(TypeError, match=r"^ssrc: must be int, not str"):
        SSRCAttribute("1", "cname")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^attribute: 'a:b' contains a colon"):
        SSRCAttribute(1, "a:b")
    with pytest.raises(ValueError, match=r"^value: .* contains CR, LF or NUL"):
        SSRCAttribute(1, "a", "\n")
    with pytest.raises(TypeError, match=r"^ssrcs: must be a list, not int"):
        SSRCGroup("FID", 5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^ssrcs\[0\]: must be int, not bool"):
        SSRCGroup("FID", (True,))
    with pytest.raises(ValueError, match=r"^ssrcs\[1\]: -1 is not between"):
        SSRCGroup("FID", (1, -1))


def test_the_lists_are_those_of_the_attributes() -> None:
    lines = [SDPAttribute("ssrc", "1 cname:x"), SDPAttribute("ssrc-group", "FID 1 2")]
    media = SDPMedia("video", 1, "RTP/AVP", attributes=lines)
    media.ssrc.append(SSRCAttribute(2, "cname", "x"))
    media.ssrc_groups = [SSRCGroup("FID", (2, 1))]
    assert [str(line) for line in media.attributes] == [
        "a=ssrc:1 cname:x",
        "a=ssrc:2 cname:x",
        "a=ssrc-group:FID 2 1",
    ]
    media.ssrc = []
    assert [line.name for line in media.attributes] == ["ssrc-group"]
