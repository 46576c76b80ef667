from __future__ import annotations

import copy
import pickle

import pytest

from sipsimple.sdp import SDPLine


def test_it_prints_as_a_line() -> None:
    assert str(SDPLine("u", "http://example.com/")) == "u=http://example.com/"
    assert str(SDPLine("z", "")) == "z="


def test_it_compares_by_content_and_has_no_hash() -> None:
    line = SDPLine("e", "a@example.com")
    assert line == SDPLine("e", "a@example.com")
    assert line != SDPLine("p", "a@example.com")
    assert line != SDPLine("e", "b@example.com")
    assert line != "e=a@example.com"
    with pytest.raises(TypeError):
        hash(line)


def test_copies_are_equal_and_independent() -> None:
    line = SDPLine("k", "prompt")
    for other in (line.copy(), copy.deepcopy(line), pickle.loads(pickle.dumps(line))):
        assert other == line
        other.value = "clear:x"
        assert other != line


def test_it_is_matched_by_position() -> None:
    match SDPLine("p", "+1 555 0100"):
        case SDPLine("p", number):
            assert number == "+1 555 0100"
        case _:
            pytest.fail("no match")


def test_its_repr_makes_an_equal_one() -> None:
    line = SDPLine("r", "604800 3600 0")
    assert eval(repr(line)) == line


@pytest.mark.parametrize("value", ["a", "b", "m", "o", "s", "v"])
def test_a_type_that_has_its_own_field_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=f"^type: '{value}' has a field of its own"):
        SDPLine(value, "")


@pytest.mark.parametrize("value", ["", "uu", "U", "1", "=", "é"])
def test_other_than_a_letter_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"^type: .* is not a letter from a to z"):
        SDPLine(value, "")


def test_assignments_are_checked_and_change_nothing_when_refused() -> None:
    line = SDPLine("u", "x")
    with pytest.raises(TypeError, match=r"^type: must be str, not int"):
        line.type = 5  # type: ignore[assignment]
    with pytest.raises(TypeError, match=r"^value: must be str, not None"):
        line.value = None  # type: ignore[assignment]
    with pytest.raises(ValueError, match=r"^value: .* contains CR, LF or NUL"):
        line.value = "x\r\na=y"
    assert line == SDPLine("u", "x")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("c", ""),
        ("c", "IN IP4"),
        ("c", "IN IP4 h 1"),
        ("c", "IN  IP4 h"),
        ("c", "IN IP4 h "),
        ("c", "IN\tIP4 h"),
        ("t", ""),
        ("t", "0"),
        ("t", "0 0 0"),
        ("t", "0 00"),
        ("t", "-1 0"),
        ("t", "0 18446744073709551616"),
        ("i", ""),
    ],
)
def test_a_value_that_would_not_come_back_from_a_parser_is_refused(kind: str, value: str) -> None:
    with pytest.raises(ValueError, match=rf"^value: '.*' is not that of a {kind}= line$"):
        SDPLine(kind, value)
    line = SDPLine("u", value)
    with pytest.raises(ValueError, match=rf"is not that of a {kind}= line$"):
        line.type = kind
    assert line == SDPLine("u", value)
    other = SDPLine(kind, {"c": "IN IP4 h", "t": "0 0", "i": "x"}[kind])
    with pytest.raises(ValueError, match=rf"is not that of a {kind}= line$"):
        other.value = value
    assert str(other) in ("c=IN IP4 h", "t=0 0", "i=x")


def test_no_key_is_in_its_repr() -> None:
    line = SDPLine("k", "clear:secret")
    assert repr(line) == "SDPLine('k', '...')"
    with pytest.raises(ValueError, match=r"^type: the value is not that of a t= line$"):
        line.type = "t"
    line.type = "u"
    assert str(line) == "u=clear:secret"
    assert repr(SDPLine("k", "prompt")) == "SDPLine('k', 'prompt')"
