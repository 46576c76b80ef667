"""`RTCPAddress`: where RTCP is received if not one port above RTP (RFC 3605)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from sipsimple.sdp.views.fields import (
    check_number,
    check_token,
    exact_fields,
    parse_number,
    shown,
    split,
)

__all__ = ["RTCPAddress"]


@dataclass(frozen=True, slots=True)
class RTCPAddress:
    """The value of an `rtcp` attribute.

    Args:
        port: The port, an int from 0 to 65535.
        address: The address, a str; `None` if it is that of the `c=` line.
        net_type: The network type, a str; "IN" if there is no address.
        address_type: The address type, a str: "IP4" or "IP6"; "IP4" if there is no address.

    Raises:
        TypeError: A value is of the wrong type.
        ValueError: A value is out of range, or would not stay in its place in the line.

    >>> RTCPAddress.parse("53020")
    RTCPAddress(port=53020, address=None, net_type='IN', address_type='IP4')
    >>> str(RTCPAddress(53020, "2001:db8::1", address_type="IP6"))
    '53020 IN IP6 2001:db8::1'

    Source: RFC 3605 section 2.1.
    """

    port: int
    address: str | None = None
    net_type: str = "IN"
    address_type: str = "IP4"

    def __post_init__(self) -> None:
        exact_fields(self)
        check_number(self.port, "port", 0, 65535)
        for name, value in (("net_type", self.net_type), ("address_type", self.address_type)):
            check_token(value, name)
        if self.address is not None:
            check_token(self.address, "address")
        elif (self.net_type, self.address_type) != ("IN", "IP4"):
            raise ValueError(
                f"address: missing for {shown(f'{self.net_type} {self.address_type}')}"
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the value of an `rtcp` attribute.

        Args:
            text: What stands behind `a=rtcp:`, a str.

        Raises:
            TypeError: The text is not a str.
            ValueError: A field is missing or wrong; tells which, and its value.
        """
        fields = split(text)
        if len(fields) not in (1, 4):
            raise ValueError(f"rtcp: {shown(text)} has {len(fields)} fields instead of 1 or 4")
        port = parse_number(fields[0], "port", 0, 65535)
        if len(fields) == 1:
            return cls(port)
        return cls(port, fields[3], fields[1], fields[2])

    def __str__(self) -> str:
        if self.address is None:
            return str(self.port)
        return f"{self.port} {self.net_type} {self.address_type} {self.address}"
