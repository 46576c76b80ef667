from __future__ import annotations

import pickle

import pytest

from sipsimple.sdp.views.grouping import Group


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BUNDLE 0 1", Group("BUNDLE", ("0", "1"))),
        ("BUNDLE audio video data", Group("BUNDLE", ("audio", "video", "data"))),
        ("LS 1 2", Group("LS", ("1", "2"))),
        ("BUNDLE", Group("BUNDLE")),
    ],
)
def test_what_agents_send_is_read_and_printed_the_same(text: str, expected: Group) -> None:
    assert Group.parse(text) == expected
    assert Group.parse(f" {text.replace(' ', ' ' * 2)}\t") == expected
    assert str(expected) == text


def test_what_is_none_is_refused_with_its_value() -> None:
    with pytest.raises(ValueError, match=r"^semantics: missing in ' '"):
        Group.parse(" ")


@pytest.mark.parametrize(
    ("arguments", "kind", "error"),
    [
        ((1,), TypeError, "semantics: must be str, not int"),
        (("",), ValueError, "semantics: must not be empty"),
        (("LS", "12"), TypeError, "mids: must be a list, not str"),
        (("LS", (1,)), TypeError, "mids: must be str, not int"),
        (("LS", ("1", "a b")), ValueError, r"mids\[1\]: 'a b' contains white space"),
    ],
)
def test_what_would_not_print_is_not_constructed(
    arguments: tuple[str], kind: type[Exception], error: str
) -> None:
    with pytest.raises(kind, match=f"^{error}"):
        Group(*arguments)


def test_it_is_a_value() -> None:
    value = Group(semantics="LS", mids=["1", "2"])  # type: ignore[arg-type]
    assert {value} == {Group("LS", ("1", "2"))}
    assert pickle.loads(pickle.dumps(value)) == value
    match value:
        case Group("LS", mids):
            assert mids == ("1", "2")
        case _:
            pytest.fail("not matched")
