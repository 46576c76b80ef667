"""Locating SIP servers: from the host of a URI to the addresses to try (RFC 3263 section 4)."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from sipsimple.core.names import NAPTR, SRV, LookupFailed, NoSuchDomain, is_localhost

__all__ = ["Locator", "Question", "Target", "by_weight"]

# The longest that one lookup may take; PJSIP's side gives up a little later.
_SECONDS = 8.0
_PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061}
# Section 4.1, and the prefix of the SRV name for each transport.
_SERVICES = {"SIP+D2U": "udp", "SIP+D2T": "tcp", "SIPS+D2T": "tls"}
_PREFIXES = {"udp": "_sip._udp.", "tcp": "_sip._tcp.", "tls": "_sips._tcp."}


class Question(NamedTuple):
    """What has to be located.

    Attributes:
        host: The host of the URI: a name, not an address.
        port: Its port, 0 where it has none.
        transport: "udp", "tcp", "tls", or None where the URI leaves it open.
    """

    host: str
    port: int
    transport: str | None


class Target(NamedTuple):
    """Where a request can be sent.

    Attributes:
        transport: "udp", "tcp" or "tls".
        address: An IP address.
        port: A port.
        priority: That of the SRV record, 0 where there was none.
        weight: Likewise.
    """

    transport: str
    address: str
    port: int
    priority: int = 0
    weight: int = 0


class _Names(Protocol):
    def naptr(self, domain: str, until: float) -> list[NAPTR]: ...
    def srv(self, name: str, until: float) -> list[SRV]: ...
    def addresses(self, host: str, until: float) -> list[str]: ...


class Locator:
    """Finds the targets of a host, in the order in which they are to be tried.

    Args:
        names: What names stand for.
        chance: Where random numbers come from.

    Source: RFC 3263 sections 4.1 and 4.2.
    """

    def __init__(self, names: _Names, chance: random.Random | None = None) -> None:
        self._names = names
        self._chance = chance or random.Random()

    def locate(self, question: Question, transports: Sequence[str]) -> list[Target]:
        """Find the targets.

        Args:
            question: What is asked for.
            transports: Those that this endpoint has, in the order of preference where the
                domain has none.

        Returns:
            The targets; at least one.

        Raises:
            LookupFailed: There are none; `NoSuchDomain` where the name does not exist.
        """
        until = time.monotonic() + _SECONDS
        host, port, transport = question
        if port == 0 and not is_localhost(host):
            targets = self._by_service(host, transport, transports, until)
            if targets is not None:
                return _some(targets, host)
        if transport is None:
            transport = transports[0] if transports else "udp"
        addresses = self._names.addresses(host, until)
        return _some(
            [Target(transport, address, port or _PORTS[transport]) for address in addresses], host
        )

    def _by_service(
        self, host: str, transport: str | None, transports: Sequence[str], until: float
    ) -> list[Target] | None:
        """What NAPTR and SRV say, None where they say nothing.

        A name server that fails here is not asked again: the name may be one of
        `/etc/hosts`.
        """
        targets: list[Target] = []
        said = False
        try:
            # A transport of the URI is used. But sips: leaves the same choice as transport=tls,
            # and its domain may send us to another one.
            wanted = transports if transport is None else (transport,)
            if transport in (None, "tls"):
                for service, name in self._services(host, wanted, until):
                    found = self._servers(name, service, until)
                    said = said or found is not None
                    targets += found or []
            if not said:
                for each in wanted:
                    found = self._servers(_PREFIXES[each] + host, each, until)
                    said = said or found is not None
                    targets += found or []
        except LookupFailed:
            pass
        return targets if said else None

    def _services(self, host: str, wanted: Sequence[str], until: float) -> list[tuple[str, str]]:
        """Transports and names for their SRV records, from the NAPTR records (section 4.1)."""
        try:
            records = self._names.naptr(host, until)
        except NoSuchDomain:
            # Some name servers say so of a name that only has names below it.
            return []
        return [
            (_SERVICES[record.service], record.replacement)
            for record in sorted(records)
            if record.flags == "s" and _SERVICES.get(record.service) in wanted
        ]

    def _servers(self, name: str, transport: str, until: float) -> list[Target] | None:
        """The targets of an SRV name; None where it has no records."""
        try:
            records = self._names.srv(name, until)
        except NoSuchDomain:
            return None
        targets: list[Target] = []
        for record in by_weight(records, self._chance):
            if record.target == ".":
                continue  # RFC 2782: the service is decidedly not available
            try:
                addresses = self._names.addresses(record.target.rstrip("."), until)
            except LookupFailed:
                continue  # the others may do
            targets += (
                Target(transport, address, record.port, record.priority, record.weight)
                for address in addresses
            )
        return targets if records else None


def by_weight(records: Sequence[SRV], chance: random.Random) -> list[SRV]:
    """Records in the order in which they are to be tried: by priority, then by chance.

    Source: RFC 2782, the algorithm under "Weight".
    """
    # Those of weight 0 first, so that they have a small chance.
    rest = sorted(records, key=lambda record: (record.priority, record.weight))
    ordered: list[SRV] = []
    while rest:
        group = [record for record in rest if record.priority == rest[0].priority]
        point = chance.randint(0, sum(record.weight for record in group))
        for record in group:
            point -= record.weight
            if point <= 0:
                break
        ordered.append(record)
        rest.remove(record)
    return ordered


def _some(targets: list[Target], host: str) -> list[Target]:
    if not targets:
        raise LookupFailed(f"{host} has no address that can be used")
    return list(dict.fromkeys(targets))
