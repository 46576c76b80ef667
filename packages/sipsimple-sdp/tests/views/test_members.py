"""Members of enumerations as fields of views: the number or text counts, not the name."""

from __future__ import annotations

import enum

import pytest

from sipsimple.sdp import SDPAttribute, SDPMedia, SDPSession
from sipsimple.sdp.views import (
    EffectiveMedia,
    ExtMap,
    FormatParameters,
    Group,
    RTCPAddress,
    RTCPFeedback,
    RTPMap,
    SSRCAttribute,
    SSRCGroup,
)


class Text(str, enum.Enum):  # noqa: UP042  its format() tells the name
    SENDONLY = "sendonly"
    NACK = "nack"
    EXTMAP = "1/sendonly urn:x vad=on"
    SOURCE = "5 cname:bob"


class Number(int, enum.Enum):
    ONE = 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (ExtMap(Number.ONE, "urn:x", Text.SENDONLY), "1/sendonly urn:x"),  # type: ignore[arg-type]
        (RTCPFeedback("98", Text.NACK, "pli"), "98 nack pli"),
        (SSRCAttribute(Number.ONE, "cname", "b"), "1 cname:b"),
        (SSRCGroup("FID", (Number.ONE,)), "FID 1"),
        (RTPMap(Number.ONE, "x", 8000), "1 x/8000"),
        (RTCPAddress(Number.ONE), "1"),
        (FormatParameters("96", Text.NACK), "96 nack"),
        (Group("LS", (Text.NACK,)), "LS nack"),
    ],
)
def test_a_member_of_an_enumeration_is_printed_as_what_it_is(value: object, text: str) -> None:
    assert str(value) == text
    assert type(value).parse(text) == value  # type: ignore[attr-defined]


def test_a_text_that_is_a_member_is_parsed_as_what_it_is() -> None:
    assert ExtMap.parse(Text.EXTMAP) == ExtMap(1, "urn:x", "sendonly", "vad=on")
    assert SSRCAttribute.parse(Text.SOURCE) == SSRCAttribute(5, "cname", "bob")


def test_lines_that_cannot_be_parsed_are_no_obstacle_beside_others() -> None:
    lines = [SDPAttribute("extmap", text) for text in ("1 urn:a", "bad", "2 urn:b")]
    media = SDPMedia("audio", 1, "RTP/AVP", attributes=lines)
    media.extmap += [ExtMap(9, "urn:z")]
    assert [line.value for line in media.attributes] == ["1 urn:a", "bad", "2 urn:b", "9 urn:z"]
    media.extmap.reverse()
    assert [line.value for line in media.attributes] == ["9 urn:z", "2 urn:b", "bad", "1 urn:a"]


def test_very_long_numbers_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="id: a longer number is not between"):
        ExtMap(10**5000, "urn:x")
    with pytest.raises(ValueError, match="id: a longer number is not between"):
        SDPSession("h", 10**5000)


def test_what_is_no_section_is_no_part_of_a_bundle() -> None:
    text = (
        "v=0\no=- 1 1 IN IP4 h\ns=-\nt=0 0\na=group:BUNDLE a b\nm=audio 5004 RTP/AVP 0\na=mid:a\n"
    )
    session = SDPSession.parse(text)
    session.media.append(5)  # type: ignore[arg-type]
    assert session.effective(session.media[0]).tagged is None
    with pytest.raises(TypeError, match="session: must be SDPSession, not int"):
        EffectiveMedia(5, session.media[0])  # type: ignore[arg-type]
