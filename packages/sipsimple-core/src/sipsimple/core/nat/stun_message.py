"""Binding requests of STUN and their responses (RFC 3489, RFC 5389, RFC 5780)."""

from __future__ import annotations

import ipaddress
import secrets
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

__all__ = ["Address", "BindingRequest", "BindingResponse"]

_REQUEST: Final = 0x0001
_SUCCESS: Final = 0x0101
_FAILURE: Final = 0x0111
# Type, length, and the 16 octets of a transaction, of which RFC 5389 has fixed the first four.
_HEADER: Final = struct.Struct("!HH16s")
_MAGIC_COOKIE: Final = bytes.fromhex("2112a442")

_MAPPED_ADDRESS: Final = 0x0001
_CHANGE_REQUEST: Final = 0x0003
_CHANGED_ADDRESS: Final = 0x0005
_ERROR_CODE: Final = 0x0009
_XOR_MAPPED_ADDRESS: Final = 0x0020
# What RFC 5780 made of CHANGED-ADDRESS.
_OTHER_ADDRESS: Final = 0x802C

_CHANGE_IP: Final = 4
_CHANGE_PORT: Final = 2


class Address(NamedTuple):
    """Where something was sent from or to: an IP address in its usual form, and a port."""

    ip: str
    port: int

    @classmethod
    def of(cls, ip: str, port: int) -> Address:
        """The same address in whatever form."""
        return cls(str(ipaddress.ip_address(ip.partition("%")[0])), port)


@dataclass(frozen=True)
class BindingResponse:
    """What a server says.

    Attributes:
        mapped: Where it saw the request come from; `None` if it says nothing of it.
        other: Its address with another IP address and another port, or `None`.
        error: Why it refused the request, a str; `None` if it did not.
    """

    mapped: Address | None
    other: Address | None
    error: str | None


class BindingRequest:
    """A request: where did this come from?

    Args:
        change_ip: Ask for a response from the server's other IP address.
        change_port: Ask for one from its other port.

    Source: RFC 3489 sections 8.1 and 11.2.4.
    """

    def __init__(self, *, change_ip: bool = False, change_port: bool = False) -> None:
        # With the cookie, newer servers give the address in a form that no NAT rewrites; older
        # ones take it for a part of the random number.
        self._transaction = _MAGIC_COOKIE + secrets.token_bytes(12)
        flags = change_ip * _CHANGE_IP | change_port * _CHANGE_PORT
        body = struct.pack("!HHI", _CHANGE_REQUEST, 4, flags) if flags else b""
        #: The packet to send, bytes.
        self.packet = _HEADER.pack(_REQUEST, len(body), self._transaction) + body
        #: Whether the response is to come from elsewhere.
        self.asks_for_change = bool(flags)

    def response(self, packet: bytes) -> BindingResponse | None:
        """What a packet that was received answers to this request.

        Args:
            packet: Whatever came, bytes.

        Returns:
            The response; `None` where the packet is none, or belongs to something else.
        """
        if len(packet) < _HEADER.size:
            return None
        kind, length, transaction = _HEADER.unpack_from(packet)
        body = packet[_HEADER.size :]
        if (
            kind not in (_SUCCESS, _FAILURE)
            or length != len(body)
            or transaction != self._transaction
        ):
            return None
        found: dict[int, bytes] = {}
        for name, value in _attributes(body):
            found.setdefault(name, value)
        mapped = self._address(found.get(_XOR_MAPPED_ADDRESS), xor=True)
        other = self._address(found.get(_OTHER_ADDRESS))
        return BindingResponse(
            mapped or self._address(found.get(_MAPPED_ADDRESS)),
            other or self._address(found.get(_CHANGED_ADDRESS)),
            _error(found.get(_ERROR_CODE, b"")) if kind == _FAILURE else None,
        )

    def _address(self, value: bytes | None, *, xor: bool = False) -> Address | None:
        """The address that an attribute holds; `None` where it holds none."""
        if value is None or len(value) not in (8, 20):
            return None
        family, port = struct.unpack_from("!xBH", value)
        ip = value[4:]
        if (family, len(ip)) not in ((1, 4), (2, 16)):
            return None
        if xor:
            # RFC 5389 section 15.2.
            port ^= int.from_bytes(_MAGIC_COOKIE[:2])
            ip = bytes(left ^ right for left, right in zip(ip, self._transaction, strict=False))
        return Address(str(ipaddress.ip_address(ip)), port)


def _attributes(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and value of each attribute; ends at what is none."""
    start = 0
    while start + 4 <= len(body):
        name, length = struct.unpack_from("!HH", body, start)
        value = body[start + 4 : start + 4 + length]
        if len(value) < length:
            return
        yield name, value
        # RFC 5389 pads values to 32 bits; RFC 3489 has none that would need it.
        start += 4 + length + -length % 4


def _error(value: bytes) -> str:
    if len(value) < 4:
        return "no reason given"
    return f"{value[2] % 8}{value[3] % 100:02} {value[4:].decode('utf-8', 'replace')}".rstrip()
