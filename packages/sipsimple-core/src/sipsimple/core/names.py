"""What names stand for: DNS records with `dnspython`, addresses with the system's resolver."""

from __future__ import annotations

import ipaddress
import os
import re
import socket
import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import dns.resolver

__all__ = [
    "NAPTR",
    "SRV",
    "LookupFailed",
    "Names",
    "NoSuchDomain",
    "checked_nameservers",
    "is_localhost",
]

_SYSTEM = "/etc/resolv.conf"
# Of one question to all name servers, in seconds; a lookup takes several.
_PATIENCE = 3.0
_SERVER = re.compile(r"(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?")


class LookupFailed(Exception):
    """The name servers do not answer, or with an error of theirs."""


class NoSuchDomain(LookupFailed):
    """The name servers say that there is no such name."""


class NAPTR(NamedTuple):
    """A NAPTR record (RFC 3403 section 4.1): of its fields those that RFC 3263 uses."""

    order: int
    preference: int
    flags: str
    service: str
    replacement: str


class SRV(NamedTuple):
    """An SRV record (RFC 2782)."""

    priority: int
    weight: int
    port: int
    target: str


def checked_nameservers(value: object) -> tuple[str, ...] | None:
    """Check `nameservers`: IP addresses of name servers, each with an optional port, or None.

    Raises:
        TypeError: Not a sequence of str.
        ValueError: It is empty, or an item is no address.
    """
    if value is None:
        return None
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise TypeError(f"nameservers: must be a list of str, not {type(value).__name__}")
    if not value:
        raise ValueError("nameservers: is empty; None stands for those of the system")
    for item in value:
        if not isinstance(item, str):
            raise TypeError(f"nameservers: must hold str, not {item!r}")
        _server(item)
    return tuple(value)


def _server(text: str) -> tuple[str, int]:
    """Address and port of a name server."""
    try:
        return str(ipaddress.ip_address(text)), 53
    except ValueError:
        match = _SERVER.fullmatch(text)
    try:
        if match is not None and 0 < int(match[3] or 53) <= 65535:
            return str(ipaddress.ip_address(match[1] or match[2])), int(match[3] or 53)
    except ValueError:
        pass
    raise ValueError(f"nameservers: {text!r} is not an IP address with an optional port")


class Names:
    """Looks names up; what DNS says is remembered as long as it allows.

    Args:
        nameservers: Name servers to ask, for addresses too; None for those of the system, and
            for addresses whatever the system goes by, such as `/etc/hosts`.
        family: The kind of addresses wanted, `socket.AF_INET` or `socket.AF_INET6`.

    Source: RFC 3403, RFC 2782; `dns.resolver`, `getaddrinfo(3)`.
    """

    def __init__(self, nameservers: tuple[str, ...] | None, family: int) -> None:
        self._servers = nameservers
        self._family = family
        self._lock = threading.Lock()
        self._resolver: dns.resolver.Resolver | None = None
        self._read: float | None = None

    def naptr(self, domain: str, until: float) -> list[NAPTR]:
        """The NAPTR records of a domain; none where it has none.

        Args:
            domain: Its name.
            until: When to give up, by the monotonic clock.

        Raises:
            NoSuchDomain: It does not exist.
            LookupFailed: Nobody answers.
        """
        return [
            NAPTR(
                record.order,
                record.preference,
                record.flags.decode("ascii", "replace").lower(),
                record.service.decode("ascii", "replace").upper(),
                record.replacement.to_text(),
            )
            for record in self._ask(domain, "NAPTR", until)
        ]

    def srv(self, name: str, until: float) -> list[SRV]:
        """The SRV records of a name; as `naptr()`."""
        return [
            SRV(record.priority, record.weight, record.port, record.target.to_text())
            for record in self._ask(name, "SRV", until)
        ]

    def addresses(self, host: str, until: float) -> list[str]:
        """The addresses of a host; as `naptr()`."""
        if is_localhost(host):
            host = host.rstrip(".")
        elif self._servers is not None:
            kind = "AAAA" if self._family == socket.AF_INET6 else "A"
            return [record.address for record in self._ask(host, kind, until)]
        try:
            found = socket.getaddrinfo(host, None, self._family, socket.SOCK_DGRAM)
        except socket.gaierror as error:
            nothing = error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", None))
            raise (NoSuchDomain if nothing else LookupFailed)(f"{host}: {error}") from error
        except UnicodeError as error:
            raise NoSuchDomain(f"{host!r} cannot be a host name") from error
        return list(dict.fromkeys(str(address[0]) for *_, address in found))

    def _ask(self, name: str, kind: str, until: float) -> list[Any]:
        # Here, and not when `sipsimple.core` is imported: it takes as long as all of that, and
        # most processes ask for no name.
        import dns.exception
        import dns.resolver

        patience = min(_PATIENCE, until - time.monotonic())
        if patience <= 0:
            raise LookupFailed(f"{name}: no time left")
        try:
            return list(self._current().resolve(name, kind, lifetime=patience, search=False))
        except dns.resolver.NXDOMAIN as error:
            raise NoSuchDomain(f"there is no {name}") from error
        except dns.resolver.NoAnswer:
            return []
        except dns.exception.DNSException as error:
            raise LookupFailed(f"{name}: {error}") from error

    def _current(self) -> dns.resolver.Resolver:
        """The resolver, with the name servers that the system has at the moment."""
        import dns.nameserver
        import dns.resolver

        with self._lock:
            changed = None if self._servers is not None else _changed()
            if self._resolver is None or changed != self._read:
                resolver = dns.resolver.Resolver(configure=self._servers is None)
                if self._servers is not None:
                    resolver.nameservers = [
                        dns.nameserver.Do53Nameserver(*_server(text)) for text in self._servers
                    ]
                resolver.cache = dns.resolver.LRUCache(1000)
                self._resolver, self._read = resolver, changed
            return self._resolver


def _changed() -> float | None:
    try:
        return os.stat(_SYSTEM).st_mtime
    except OSError:
        return None


def is_localhost(host: str) -> bool:
    """Whether no name server is to be asked for it (RFC 6761 section 6.3)."""
    name = host.lower().rstrip(".")
    return name == "localhost" or name.endswith(".localhost")
