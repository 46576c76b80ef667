"""The addresses in `o=` and `c=` lines (RFC 8866 sections 5.2, 5.7 and 9)."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from sipsimple.sdp.errors import shown
from sipsimple.sdp.grammar.rules import INTEGER, GrammarError, rule

__all__ = ["check_address"]

_FQDN = re.compile(r"[A-Za-z0-9.\-]{4,}")
_NUMERIC = re.compile(r"[0-9.]+")
_IP4_MULTICAST = rule(
    rf"/(?:0|[1-9][0-9]{{0,2}})(?:/{INTEGER})?", "'address/ttl' or 'address/ttl/count'"
)
_IP6_MULTICAST = rule(rf"(?:/{INTEGER})?", "'address' or 'address/count', without a TTL")


def check_address(net_type: str, address_type: str, address: str, *, multicast: bool) -> None:
    """Hold an address against its type.

    Args:
        net_type: Such as "IN".
        address_type: Such as "IP4"; the addresses of types that RFC 8866 does not define may
            be any text without white space.
        address: The address, with TTL and count if it has them.
        multicast: Whether it may be a multicast address.

    Raises:
        GrammarError: It is not an address of its type, or not in the form that its type has here.
    """
    if net_type != "IN" or address_type not in ("IP4", "IP6"):
        return
    host, slash, counts = address.partition("/")
    number = _ip4(host) if address_type == "IP4" else _ip6(host)
    if number is None:
        if _FQDN.fullmatch(host) is None or _NUMERIC.fullmatch(host):
            raise GrammarError(f"{shown(address)} is not an {address_type} address or host name")
    elif number.is_multicast:
        if not multicast:
            raise GrammarError(f"{shown(address)} is a multicast address, which o= cannot have")
        form = _IP4_MULTICAST if address_type == "IP4" else _IP6_MULTICAST
        if form.pattern.fullmatch(slash + counts) is None or _ttl(address_type, counts) > 255:
            raise GrammarError(f"{shown(address)} is not {form.form}, as multicast addresses are")
        return
    elif address_type == "IP4" and int(number) >> 28 == 15:
        raise GrammarError(f"{shown(address)} is neither a unicast nor a multicast address")
    if slash:
        raise GrammarError(f"{shown(address)} has a TTL or count and is not a multicast address")


def _ip4(text: str) -> IPv4Address | None:
    try:
        return IPv4Address(text)
    except AddressValueError:
        return None


def _ip6(text: str) -> IPv6Address | None:
    # Scopes ("%eth0") are of no use to others, and not in the grammar.
    try:
        return None if "%" in text else IPv6Address(text)
    except AddressValueError:
        return None


def _ttl(address_type: str, counts: str) -> int:
    return int(counts.partition("/")[0]) if address_type == "IP4" else 0
