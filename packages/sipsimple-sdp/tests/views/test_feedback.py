from __future__ import annotations

import pytest

from sipsimple.sdp import RTCPFeedback, SDPAttribute, SDPMedia


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("96 nack", RTCPFeedback("96", "nack")),
        ("* ccm fir", RTCPFeedback("*", "ccm", "fir")),
        ("98 trr-int 100", RTCPFeedback("98", "trr-int", "100")),
        ("98 ccm tmmbr smaxpr=120", RTCPFeedback("98", "ccm", "tmmbr smaxpr=120")),
        ("111 transport-cc", RTCPFeedback("111", "transport-cc")),
    ],
)
def test_lines_are_read_and_written(text: str, value: RTCPFeedback) -> None:
    assert RTCPFeedback.parse(text) == value
    assert str(value) == text
    assert RTCPFeedback.parse(f" {text.replace(' ', '  ', 1)} ") == value


@pytest.mark.parametrize("text", ["", "96", " 96 "])
def test_a_missing_field_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"^rtcp-fb: '.*' has [01] fields instead of 2 or more"):
        RTCPFeedback.parse(text)


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(TypeError, match=r"^format: must be str, not int"):
        RTCPFeedback(96, "nack")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^type: must not be empty"):
        RTCPFeedback("96", "")
    with pytest.raises(ValueError, match=r"^parameters: .* contains CR, LF or NUL"):
        RTCPFeedback("96", "nack", "\n")


def test_a_format_is_a_text() -> None:
    with pytest.raises(TypeError, match=r"^format: must be str, not int"):
        RTCPFeedback("96", "nack").is_about(96)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^format: must not be empty"):
        RTCPFeedback("*", "nack").is_about("")


def test_the_list_is_that_of_the_attributes() -> None:
    lines = [SDPAttribute("rtcp-fb", "* nack"), SDPAttribute("rtcp-fb", "97 ccm fir")]
    media = SDPMedia("video", 1, "RTP/AVPF", formats=["97", "98"], attributes=lines)
    assert [one.type for one in media.rtcp_fb if one.is_about("98")] == ["nack"]
    assert [one.type for one in media.rtcp_fb if one.is_about("97")] == ["nack", "ccm"]
    del media.rtcp_fb[0]
    media.rtcp_fb.append(RTCPFeedback("98", "goog-remb"))
    assert [str(line) for line in media.attributes] == [
        "a=rtcp-fb:97 ccm fir",
        "a=rtcp-fb:98 goog-remb",
    ]
