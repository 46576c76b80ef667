"""Checks of the fields of an attribute's value, for what is read and for what is constructed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from sipsimple.sdp.errors import shown

__all__ = [
    "check_items",
    "check_line",
    "check_number",
    "check_token",
    "check_tokens",
    "exact_fields",
    "parse_number",
    "shown",
    "split",
    "split_first",
]

T = TypeVar("T")

# Digits of a number, at most.
_LONGEST = 60


def exact_fields(value: object) -> None:
    """Let a dataclass hold plain numbers and texts where it was given some of a subclass.

    A member of an enumeration that is a str or int would be printed with the name it has there.
    """
    # What `__init__` takes, without the search that `dataclasses.fields()` makes each time.
    for name in value.__match_args__:  # type: ignore[attr-defined]
        item = getattr(value, name)
        if type(item) not in (str, int, bool) and isinstance(item, str | int):
            plain = str.__str__(item) if isinstance(item, str) else int.__int__(item)
            object.__setattr__(value, name, plain)


def split(text: object) -> list[str]:
    """The fields of a value, between any number of spaces or tabs.

    Nothing else separates: `str.split()` would cut at a no-break space too, and a value that
    holds one would not come back as it was printed.

    Raises:
        TypeError: The text is not a str.
    """
    if not isinstance(text, str):
        raise TypeError(f"text: must be str, not {type(text).__name__}")
    return [field for field in text.replace("\t", " ").split(" ") if field]


def split_first(text: object, count: int, what: str, *, least: int) -> tuple[list[str], str]:
    """The first fields of a value, and what stands behind them as it is written.

    Raises:
        TypeError: The text is not a str.
        ValueError: There are fewer fields than the least number.
    """
    fields = split(text)
    if len(fields) < least:
        raise ValueError(
            f"{what}: {shown(text)} has {len(fields)} fields instead of {least} or more"
        )
    # Not what the class of a member of an enumeration prints.
    rest = str.__str__(text)
    for field in fields[:count]:
        rest = rest.lstrip(" \t")[len(field) :]
    return fields[:count], rest.lstrip(" \t")


def check_line(value: object, what: str) -> str:
    """Text that stays in its line (RFC 8866 section 9: `byte-string`)."""
    if not isinstance(value, str):
        raise TypeError(f"{what}: must be str, not {type(value).__name__}")
    if "\r" in value or "\n" in value or "\0" in value:
        raise ValueError(f"{what}: {shown(value)} contains CR, LF or NUL")
    return str.__str__(value)


def check_token(value: object, what: str) -> str:
    """Text that stays one field: not empty, no white space (RFC 8866: `non-ws-string`)."""
    text = check_line(value, what)
    if not text:
        raise ValueError(f"{what}: must not be empty")
    if " " in text or "\t" in text:
        raise ValueError(f"{what}: {shown(text)} contains white space")
    return text


def check_tokens(values: object, what: str) -> tuple[str, ...]:
    """Any number of tokens, given as an iterable that is not one text."""
    items = check_items(values, what, str)
    return tuple(check_token(item, f"{what}[{index}]") for index, item in enumerate(items))


def check_items(values: object, what: str, kind: type[T]) -> list[T]:
    """A new list of the items, each an instance of the class."""
    if not isinstance(values, Iterable) or isinstance(values, str | bytes):
        raise TypeError(f"{what}: must be a list, not {type(values).__name__}")
    items = list(values)
    for item in items:
        if not isinstance(item, kind):
            raise TypeError(f"{what}: must be {kind.__name__}, not {type(item).__name__}")
    return items


def check_number(value: object, what: str, low: int, high: int) -> int:
    """An `int` between two bounds, both included."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{what}: must be int, not {type(value).__name__}")
    if not low <= value <= high:
        raise ValueError(f"{what}: {shown(value)} is not between {low} and {high}")
    return int.__int__(value)


def parse_number(text: str, what: str, low: int, high: int) -> int:
    """The number that a field gives in ASCII digits, between two bounds.

    `int()` alone would take signs, underscores and the digits of other scripts.
    """
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{what}: {shown(text)} is not a number")
    # Python refuses to convert very long numbers, with an error that tells nothing of the field.
    if len(text) > _LONGEST or not low <= int(text) <= high:
        raise ValueError(f"{what}: {shown(text)} is not between {low} and {high}")
    return int(text)
