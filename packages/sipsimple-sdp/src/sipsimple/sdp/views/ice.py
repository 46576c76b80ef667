"""`ICECandidate` and the credentials of ICE (RFC 8839, RFC 8445)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from sipsimple.sdp.views.fields import (
    check_number,
    check_token,
    exact_fields,
    parse_number,
    shown,
    split,
)

__all__ = ["ICECandidate", "check_password", "check_username_fragment"]

# RFC 8445 section 5.1.2 ends at 2**31 - 1; what some agents compute needs the last bit.
_HIGHEST_PRIORITY: Final = 2**32 - 1
_HIGHEST_COMPONENT: Final = 256
_ICE_CHARS = re.compile(r"[A-Za-z0-9+/]+\Z")


@dataclass(frozen=True, slots=True)
class ICECandidate:
    """The value of a `candidate` attribute: an address where the agent may be reached.

    Args:
        foundation: What candidates of the same kind and base share, a str.
        component: The component of the stream, an int from 1 to 256: 1 for RTP, 2 for RTCP.
        transport: The transport, a str such as "UDP"; case does not matter.
        priority: The priority, an int up to 2**32 - 1.
        address: The address, a str: IPv4, IPv6 or a host name (as for mDNS).
        port: The port, an int from 0 to 65535.
        type: How the address was found, a str: "host", "srflx", "prflx" or "relay".
        related_address: The address that it was derived from (`raddr`), a str, or `None`.
        related_port: The port of that address (`rport`), an int, or `None`.
        extensions: What follows, a tuple of pairs of str, such as ("generation", "0").

    Raises:
        TypeError: A value is of the wrong type.
        ValueError: A value is out of range, or would not stay in its place in the line.

    >>> candidate = ICECandidate.parse(
    ...     "2 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 10.0.1.1 rport 8998 generation 0"
    ... )
    >>> candidate.type, candidate.address, candidate.related_port, candidate.extensions
    ('srflx', '192.0.2.3', 8998, (('generation', '0'),))
    >>> str(ICECandidate("1", 1, "UDP", 2130706431, "10.0.1.1", 8998, "host"))
    '1 1 UDP 2130706431 10.0.1.1 8998 typ host'

    Source: RFC 8839 section 5.1.
    """

    foundation: str
    component: int
    transport: str
    priority: int
    address: str
    port: int
    type: str
    related_address: str | None = None
    related_port: int | None = None
    extensions: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        exact_fields(self)
        if check_token(self.foundation, "foundation").startswith("candidate:"):
            # It would not come back from a parser that takes what browsers give.
            raise ValueError(f"foundation: {shown(self.foundation)} begins with 'candidate:'")
        check_number(self.component, "component", 1, _HIGHEST_COMPONENT)
        check_token(self.transport, "transport")
        check_number(self.priority, "priority", 0, _HIGHEST_PRIORITY)
        check_token(self.address, "address")
        check_number(self.port, "port", 0, 65535)
        check_token(self.type, "type")
        if self.related_address is not None:
            check_token(self.related_address, "related_address")
        if self.related_port is not None:
            check_number(self.related_port, "related_port", 0, 65535)
        object.__setattr__(self, "extensions", _check_extensions(self.extensions))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the value of a `candidate` attribute.

        Args:
            text: What stands behind `a=candidate:`, a str. With "candidate:" in front it is
                taken too, since browsers give it so to their applications.

        Raises:
            TypeError: The text is not a str.
            ValueError: A field is missing or wrong; tells which, and its value.
        """
        fields = split(text)
        if len(fields) < 8:
            raise ValueError(
                f"candidate: {shown(text)} has {len(fields)} fields instead of 8 or more"
            )
        if fields[6].lower() != "typ":
            raise ValueError(f"candidate: {shown(fields[6])} stands where 'typ' should")
        if len(fields) % 2:
            raise ValueError(f"extensions: {shown(fields[-1])} has no value")
        related_address: str | None = None
        related_port: int | None = None
        extensions: list[tuple[str, str]] = []
        for name, value in zip(fields[8::2], fields[9::2], strict=True):
            # They come first by the grammar, but not from every agent.
            if name.lower() == "raddr" and related_address is None:
                related_address = value
            elif name.lower() == "rport" and related_port is None:
                related_port = parse_number(value, "related_port", 0, 65535)
            else:
                extensions.append((name, value))
        return cls(
            fields[0].removeprefix("candidate:"),
            parse_number(fields[1], "component", 1, _HIGHEST_COMPONENT),
            fields[2],
            parse_number(fields[3], "priority", 0, _HIGHEST_PRIORITY),
            fields[4],
            parse_number(fields[5], "port", 0, 65535),
            fields[7],
            related_address,
            related_port,
            tuple(extensions),
        )

    def __str__(self) -> str:
        text = (
            f"{self.foundation} {self.component} {self.transport} {self.priority} "
            f"{self.address} {self.port} typ {self.type}"
        )
        if self.related_address is not None:
            text += f" raddr {self.related_address}"
        if self.related_port is not None:
            text += f" rport {self.related_port}"
        return text + "".join(f" {name} {value}" for name, value in self.extensions)


def _check_extensions(value: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    checked: list[tuple[str, str]] = []
    for index, pair in enumerate(value):
        if isinstance(pair, str) or len(pair) != 2:
            raise TypeError(f"extensions[{index}]: must be a pair of str")
        name = check_token(pair[0], f"extensions[{index}]")
        if name.lower() in ("raddr", "rport"):
            raise ValueError(f"extensions[{index}]: {shown(name)} has a field of its own")
        checked.append((name, check_token(pair[1], f"extensions[{index}]")))
    return tuple(checked)


def check_username_fragment(value: object) -> str:
    """An `ice-ufrag`: 4 to 256 characters (RFC 8839 section 5.4)."""
    text = check_token(value, "ice_ufrag")
    if not 4 <= len(text) <= 256 or not _ICE_CHARS.match(text):
        raise ValueError(f"ice_ufrag: {shown(text)} is not 4 to 256 letters, digits, '+' and '/'")
    return text


def check_password(value: object) -> str:
    """An `ice-pwd`: 22 to 256 characters (RFC 8839 section 5.4), which no error shows."""
    if not isinstance(value, str):
        raise TypeError(f"ice_pwd: must be str, not {type(value).__name__}")
    if not 22 <= len(value) <= 256 or not _ICE_CHARS.match(value):
        raise ValueError("ice_pwd: is not 22 to 256 letters, digits, '+' and '/'")
    return value
