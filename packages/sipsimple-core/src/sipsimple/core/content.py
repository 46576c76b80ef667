"""Checks of what requests carry: a type and a body."""

from __future__ import annotations

import re

from sipsimple.core.tokens import TOKEN

__all__ = ["checked_body", "checked_content_type"]

_TYPE = re.compile(TOKEN)
_SUBTYPE = re.compile(rf"{TOKEN}(\s*;\s*{TOKEN}\s*=\s*({TOKEN}|\"[^\"\\\r\n\0]*\"))*")


def checked_content_type(content_type: object, content_subtype: object) -> tuple[str, str]:
    """The two halves of a Content-Type (RFC 3261 section 20.15).

    Args:
        content_type: Such as "text".
        content_subtype: Such as "plain", or "plain;charset=UTF-8".

    Raises:
        TypeError: One of them is no str.
        ValueError: One of them is not what the header may hold.
    """
    for name, value, grammar in (
        ("content_type", content_type, _TYPE),
        ("content_subtype", content_subtype, _SUBTYPE),
    ):
        if not isinstance(value, str):
            raise TypeError(f"{name}: must be str, not {type(value).__name__}")
        if not grammar.fullmatch(value):
            raise ValueError(f"{name}: {value!r} cannot be part of a Content-Type")
    return str(content_type), str(content_subtype)


def checked_body(body: object) -> bytes:
    """The octets of a body; a str is encoded as UTF-8.

    Raises:
        TypeError: It is neither bytes nor str.
    """
    if isinstance(body, str):
        return body.encode("utf-8", "surrogateescape")
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body)
    raise TypeError(f"body: must be bytes or str, not {type(body).__name__}")
