"""Checks of options and arguments: each gives back the value to use, or raises."""

from __future__ import annotations

import ipaddress
import re

__all__ = [
    "checked_bool",
    "checked_expires",
    "checked_ip",
    "checked_port",
    "checked_session_timers",
    "checked_user_agent",
]

# The smallest interval of session timers that there may be, seconds (RFC 4028 section 4).
_SHORTEST_SESSION = 90
_LONGEST_SESSION = 2**31 - 1

_LINE_END = re.compile(r"[\r\n\0]")


def checked_ip(value: object) -> str | None:
    """Check `local_ip`: the text of an IPv4 or IPv6 address, or None."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(f"local_ip: must be str or None, not {type(value).__name__}")
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise ValueError(f"local_ip: {value!r} is not an IP address") from None


def checked_port(value: object, name: str) -> int | None:
    """Check a port: 0 to 65535, or None."""
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name}: must be int or None, not {type(value).__name__}")
    if not 0 <= value <= 65535:
        raise ValueError(f"{name}: {value} is not between 0 and 65535")
    return value


def checked_bool(value: object, name: str) -> bool:
    """Check a switch."""
    if not isinstance(value, bool):
        raise TypeError(f"{name}: must be bool, not {type(value).__name__}")
    return value


def checked_expires(value: object) -> int:
    """Check the seconds to ask for: 1 to what fits into the header with room to add to it."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"expires: must be int, not {type(value).__name__}")
    if not 0 < value < 0x7FFFFFFF:
        raise ValueError(f"expires: {value} is not between 1 and {0x7FFFFFFE}")
    return value


def _checked_seconds(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name}: must be int, not {type(value).__name__}")
    if not _SHORTEST_SESSION <= value <= _LONGEST_SESSION:
        raise ValueError(f"{name}: {value} is not between {_SHORTEST_SESSION} and 2**31 - 1")
    return value


def checked_session_timers(interval: object, least: object) -> tuple[int | None, int]:
    """Check `session_expires`, seconds or None, and `min_session_expires`, seconds."""
    smallest = _checked_seconds(least, "min_session_expires")
    if interval is None:
        return None, smallest
    asked = _checked_seconds(interval, "session_expires")
    if asked < smallest:
        raise ValueError(f"session_expires: {asked} is below min_session_expires, {smallest}")
    return asked, smallest


def checked_user_agent(value: object) -> str:
    """Check `user_agent`: text that fits on one line."""
    if not isinstance(value, str):
        raise TypeError(f"user_agent: must be str, not {type(value).__name__}")
    if not value or _LINE_END.search(value):
        raise ValueError(f"user_agent: {value!r} cannot be the value of a header")
    return value
