"""The event packages that one can subscribe to, and the types of the bodies that they carry."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from sipsimple.core.tokens import EVENT_PACKAGE, TOKEN

__all__ = [
    "DEFAULT_EVENTS",
    "MOST_ACCEPT_TYPES",
    "checked_event",
    "checked_events",
    "checked_package",
]

#: What `events` is unless something else is asked for. "refer" is none of them: a REFER makes
#: that subscription, never a SUBSCRIBE (RFC 3515 section 2.4.4).
DEFAULT_EVENTS: dict[str, list[str]] = {
    "conference": ["application/conference-info+xml"],  # RFC 4575
    "dialog": ["application/dialog-info+xml"],  # RFC 4235
    "message-summary": ["application/simple-message-summary"],  # RFC 3842
    "presence": ["application/pidf+xml"],  # RFC 3856
    "presence.winfo": ["application/watcherinfo+xml"],  # RFC 3857, 3858
    "reg": ["application/reginfo+xml"],  # RFC 3680
    "ua-profile": ["message/external-body"],  # RFC 6080
    "xcap-diff": ["application/xcap-diff+xml"],  # RFC 5875
}

#: How many types one Accept header of PJSIP holds (`PJSIP_GENERIC_ARRAY_MAX_COUNT`).
MOST_ACCEPT_TYPES = 32

_EVENT = re.compile(EVENT_PACKAGE)
_TYPE = re.compile(rf"{TOKEN}/{TOKEN}")


def checked_package(event: object) -> str:
    """Check the name of an event package.

    Raises:
        TypeError: It is no str.
        ValueError: It is no such name.
    """
    if not isinstance(event, str):
        raise TypeError(f"event: must be str, not {type(event).__name__}")
    if not _EVENT.fullmatch(event):
        raise ValueError(f"event: {event!r} is not the name of an event package")
    return str(event)


def checked_event(event: object, accept_types: object) -> tuple[str, list[str]]:
    """Check a package and its types.

    Args:
        event: Its name, a str such as `"presence"`.
        accept_types: MIME types, str such as `"application/pidf+xml"`; `*` is allowed for
            either part.

    Returns:
        The name, and a new list of the types.

    Raises:
        TypeError: One of them has the wrong type.
        ValueError: `event` is no name of a package, or `accept_types` is empty, too long, or
            holds what is no type.
    """
    name = checked_package(event)
    if isinstance(accept_types, (str, bytes, Mapping)) or not isinstance(accept_types, Iterable):
        kind = type(accept_types).__name__
        raise TypeError(f"accept_types: must be a list of str for {name!r}, not {kind}")
    types = list(accept_types)
    for each in types:
        if not isinstance(each, str):
            raise TypeError(f"accept_types: must hold str for {name!r}, not {each!r}")
        if not _TYPE.fullmatch(each):
            raise ValueError(f"accept_types: {each!r} for {name!r} is not a MIME type")
    if not 0 < len(types) <= MOST_ACCEPT_TYPES:
        raise ValueError(
            f"accept_types: {len(types)} types for {name!r}, not 1 to {MOST_ACCEPT_TYPES}"
        )
    return name, types


def checked_events(value: object) -> dict[str, list[str]]:
    """Check the option `events`: a dict from packages to lists of types, of which a copy is made.

    Raises:
        TypeError: It is no such dict.
        ValueError: A name or a type in it is none, or a package is in it twice.
    """
    if not isinstance(value, Mapping):
        raise TypeError(f"events: must be a dict, not {type(value).__name__}")
    result: dict[str, list[str]] = {}
    for event, accept_types in value.items():
        try:
            name, types = checked_event(event, accept_types)
        except (TypeError, ValueError) as error:
            raise type(error)(f"events: {error}") from None
        # PJSIP compares them without regard to case.
        if name.lower() in (other.lower() for other in result):
            raise ValueError(f"events: {name!r} is there twice")
        result[name] = types
    return result
