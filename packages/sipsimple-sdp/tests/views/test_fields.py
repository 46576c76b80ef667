from __future__ import annotations

import pytest

from sipsimple.sdp.views.fields import parse_number, shown, split


def test_only_spaces_and_tabs_separate_fields() -> None:
    assert split(" a\tb  c ") == ["a", "b", "c"]
    assert split("a\u00a0b\u2028c\x1fd") == ["a\u00a0b\u2028c\x1fd"]
    assert split("") == split(" \t") == []


def test_long_values_are_shortened_in_errors() -> None:
    assert shown("x" * 60) == repr("x" * 60)
    assert shown("x" * 61) == repr("x" * 57 + "...")
    assert shown(7) == "7"


@pytest.mark.parametrize("text", ["", "-1", "+1", " 1", "1.0", "0x1", "1_0", "²", "\uff11"])
def test_a_number_is_ascii_digits_and_nothing_else(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        parse_number(text, "port", 0, 65535)


def test_leading_zeros_do_not_matter() -> None:
    assert parse_number("00080", "port", 0, 65535) == 80
