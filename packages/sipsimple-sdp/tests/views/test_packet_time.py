from __future__ import annotations

import pytest

from sipsimple.sdp.views.packet_time import format_milliseconds, parse_milliseconds


@pytest.mark.parametrize(
    ("text", "expected"), [("20", 20), ("0030", 30), ("2.5", 2.5), ("20.0", 20.0), ("0.125", 0.125)]
)
def test_a_time_is_an_int_or_where_it_has_a_fraction_a_float(text: str, expected: float) -> None:
    value = parse_milliseconds(f" {text}\t")
    assert (value, type(value)) == (expected, type(expected))


@pytest.mark.parametrize(
    "text", ["", "x", "-20", "+20", "20ms", "1e3", "nan", "٢٠", "2 0", "0", "0.0", ".5", "9" * 5000]
)
def test_what_is_no_time_is_refused_with_its_value(text: str) -> None:
    with pytest.raises(ValueError, match=f"^'{text[:50].replace('+', '.')}.*' is not "):
        parse_milliseconds(text)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(20, "20"), (20.0, "20"), (2.5, "2.5"), (0.1, "0.1"), (1e-06, "0.000001")],
)
def test_a_time_is_printed_without_exponent(value: float, expected: str) -> None:
    assert format_milliseconds(value, "ptime") == expected


@pytest.mark.parametrize("value", [0, -20, 0.0, 1e-7, float("nan"), float("inf"), 2**32])
def test_what_is_no_time_is_not_printed(value: float) -> None:
    with pytest.raises(ValueError, match=r"^ptime: .* is not between 1e-06 and 4294967295"):
        format_milliseconds(value, "ptime")


@pytest.mark.parametrize("value", ["20", True, b"20", [20]])
def test_a_time_is_a_number(value: object) -> None:
    with pytest.raises(TypeError, match=r"^maxptime: must be int or float, not"):
        format_milliseconds(value, "maxptime")
