from __future__ import annotations

import enum

import pytest

from sipsimple.sdp import SDPAttribute, SDPLine, SDPMedia, SDPSession


def test_name_and_value_are_both_needed() -> None:
    with pytest.raises(TypeError):
        SDPAttribute("sendrecv")  # type: ignore[call-arg]
    attribute = SDPAttribute("rtpmap", "0 PCMU/8000")
    assert (attribute.name, attribute.value) == ("rtpmap", "0 PCMU/8000")


def test_an_empty_value_prints_without_a_colon() -> None:
    assert str(SDPAttribute("sendrecv", "")) == "a=sendrecv"
    assert str(SDPAttribute("ptime", "20")) == "a=ptime:20"


@pytest.mark.parametrize("name", ["", "a:b", "a\r\nb", "a\nb", "a\rb", "a\0b", "a ", "a\t"])
def test_a_name_that_would_not_come_back_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"^name: "):
        SDPAttribute(name, "")


def test_a_value_cannot_inject_a_line() -> None:
    attribute = SDPAttribute("label", "x")
    for value in ("x\r\na=y", "x\ny", "x\0"):
        with pytest.raises(ValueError, match=r"^value: .*contains CR, LF or NUL"):
            attribute.value = value
    with pytest.raises(TypeError, match=r"^value: must be str, not NoneType"):
        attribute.value = None  # type: ignore[assignment]
    assert attribute.value == "x"


def test_a_long_value_is_shortened_in_the_error() -> None:
    with pytest.raises(ValueError, match=r"xxx\.\.\.") as caught:
        SDPAttribute("label", "x" * 100_000 + "\n")
    assert len(str(caught.value)) < 200


def test_comparison_looks_at_name_and_value() -> None:
    assert SDPAttribute("a", "1") == SDPAttribute("a", "1")
    assert SDPAttribute("a", "1") != SDPAttribute("a", "2")
    assert SDPAttribute("a", "1") != SDPAttribute("b", "1")
    assert SDPAttribute("a", "1") != ("a", "1")


def test_it_is_not_hashable_and_its_repr_makes_an_equal_object() -> None:
    attribute = SDPAttribute("fmtp", "101 0-15")
    with pytest.raises(TypeError, match="unhashable"):
        hash(attribute)
    assert eval(repr(attribute), {"SDPAttribute": SDPAttribute}) == attribute


def test_it_can_be_matched_by_pattern() -> None:
    match SDPAttribute("ptime", "20"):
        case SDPAttribute("ptime", value):
            assert value == "20"
        case _:
            pytest.fail("not matched")


@pytest.mark.parametrize("name", ["crypto", "ice-pwd", "key-mgmt"])
def test_no_key_or_password_is_in_its_repr(name: str) -> None:
    attribute = SDPAttribute(name, "1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0")
    assert repr(attribute) == f"SDPAttribute('{name}', '...')"
    assert str(attribute) == f"a={name}:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0"


class Name(enum.StrEnum):
    RTPMAP = "rtpmap"


class Text(str):
    def __str__(self) -> str:
        return "nothing\r\na=injected"


def test_members_of_an_enumeration_and_other_kinds_of_str_count_by_their_text() -> None:
    attribute = SDPAttribute(Name.RTPMAP, Text("0 PCMU/8000"))
    assert str(attribute) == "a=rtpmap:0 PCMU/8000"
    assert type(attribute.name) is type(attribute.value) is str
    media = SDPMedia(Text("audio"), 1, Text("RTP/AVP"), formats=[Text("0")], info=Text("x"))
    media.formats.append(Text("8"))
    assert str(media) == "m=audio 1 RTP/AVP 0 8\r\ni=x\r\n"
    assert str(SDPLine(Text("u"), Text("x"))) == "u=x"
    text = "v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\nt=0 0\r\n"
    assert str(SDPSession.parse(Text(text))) == text
    with pytest.raises(ValueError, match=r"^name: 'a\\nb' contains CR, LF or NUL"):
        SDPAttribute(Text("a\nb"), "")
