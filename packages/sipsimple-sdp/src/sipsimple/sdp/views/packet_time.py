"""The times of `ptime` and `maxptime` (RFC 8866 sections 6.4 and 6.5)."""

from __future__ import annotations

import re

from sipsimple.sdp.views.fields import shown

__all__ = ["format_milliseconds", "parse_milliseconds"]

# More than 49 days, which nobody waits for a packet.
_LONGEST = 2**32 - 1
_NUMBER = re.compile(r"([0-9]{1,18})(\.[0-9]{1,18})?\Z")


def parse_milliseconds(text: str) -> int | float:
    """A time in ms: an int, or a float if there is a fraction.

    >>> parse_milliseconds("20"), parse_milliseconds("2.5")
    (20, 2.5)

    Raises:
        ValueError: It is no number, or zero.
    """
    match = _NUMBER.match(text.strip(" \t"))
    if match is None:
        raise ValueError(f"{shown(text)} is not a number of milliseconds")
    value = float(match[0]) if match[2] else int(match[1])
    if not value:
        raise ValueError(f"{shown(text)} is not more than 0")
    return value


def format_milliseconds(value: object, what: str) -> str:
    """The text of a time in ms, to the nanosecond and without an exponent.

    >>> format_milliseconds(20, "ptime"), format_milliseconds(2.5, "ptime")
    ('20', '2.5')

    Raises:
        TypeError: It is neither int nor float.
        ValueError: It is not more than 0, or too large.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{what}: must be int or float, not {type(value).__name__}")
    # Not a number is neither.
    if not 1e-6 <= value <= _LONGEST:
        raise ValueError(f"{what}: {value!r} is not between 1e-06 and {_LONGEST}")
    if isinstance(value, int):
        return str(int(value))
    return f"{value:.6f}".rstrip("0").rstrip(".")
