"""A host behind a router, in network namespaces: what the router lets through is a test's choice.

client 10.0.0.2 -- 10.0.0.1 router 192.0.2.1 -- 192.0.2.2, 192.0.2.3 server
"""

from __future__ import annotations

import itertools
import os
import subprocess
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from testbed.processes import TestbedError

__all__ = ["CLIENT", "SERVERS", "RoutedNetwork"]

CLIENT = "10.0.0.2"
SERVERS = ("192.0.2.2", "192.0.2.3")
_GATEWAY = "10.0.0.1"
_ROUTER = "192.0.2.1"
_SECONDS = 20

_number = itertools.count()

# Every port of the client is the same port of the router.
_ONE_TO_ONE = f"""
table ip nat {{
    chain before {{
        type nat hook prerouting priority dstnat
        iifname "wan" udp dport 1024-65535 dnat to {CLIENT}
    }}
    chain after {{
        type nat hook postrouting priority srcnat
        oifname "wan" snat to {_ROUTER}
    }}
}}
"""
# What is dropped here leaves no trace. Otherwise the kernel would remember a packet that nobody
# asked for, and give its answer's port away.
_ANSWERS = """
table ip filter {{
    set contacted {{
        type {type}
        size 1024
        flags dynamic
    }}
    chain forward {{
        type filter hook forward priority filter
        iifname "lan" meta l4proto udp add @contacted {{ {sent} }}
        iifname "wan" meta l4proto udp {received} != @contacted drop
    }}
}}
"""
_FROM_HOSTS = _ANSWERS.format(
    type="inet_service . ipv4_addr",
    sent="udp sport . ip daddr",
    received="udp dport . ip saddr",
)
_FROM_PORTS = _ANSWERS.format(
    type="inet_service . ipv4_addr . inet_service",
    sent="udp sport . ip daddr . udp dport",
    received="udp dport . ip saddr . udp sport",
)
_SYMMETRIC = """
table ip nat {
    chain after {
        type nat hook postrouting priority srcnat
        oifname "wan" masquerade fully-random
    }
}
"""
_NO_UDP = """
table ip filter {
    chain forward {
        type filter hook forward priority filter
        meta l4proto udp drop
    }
}
"""

#: The rules of a router for each type of NAT (RFC 3489 section 5).
RULES = {
    "Open": "",
    "Blocked": _NO_UDP,
    "Symmetric UDP": _FROM_PORTS,
    "Full Cone": _ONE_TO_ONE,
    "Restricted": _ONE_TO_ONE + _FROM_HOSTS,
    "Port Restricted": _ONE_TO_ONE + _FROM_PORTS,
    "Symmetric": _SYMMETRIC,
}


class RoutedNetwork:
    """Three namespaces of its own, gone with the `with` block.

    Args:
        nat_type: What the router does, a key of `RULES`.
    """

    def __init__(self, nat_type: str) -> None:
        self._rules = RULES[nat_type]
        prefix = f"sipsimple-{os.getpid()}-{next(_number)}"
        self._client, self._router, self._server = (
            f"{prefix}-{role}" for role in ("client", "router", "server")
        )

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for name in (self._client, self._router, self._server):
                _run("ip", "netns", "add", name)
                stack.callback(_run, "ip", "netns", "delete", name)
                _run("ip", "-n", name, "link", "set", "lo", "up")
            self._connect(self._client, "lan", [CLIENT], _GATEWAY)
            self._connect(self._server, "wan", SERVERS, _ROUTER)
            inside = self.command("router")
            _run(*inside, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
            if self._rules:
                _run(*inside, "nft", "-f", "-", text=self._rules)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def command(self, role: str) -> list[str]:
        """What to put before a command, to run it in the namespace of a role.

        Args:
            role: "client", "router" or "server".
        """
        names = {"client": self._client, "router": self._router, "server": self._server}
        return ["ip", "netns", "exec", names[role]]

    def _connect(
        self, host: str, link: str, addresses: tuple[str, ...] | list[str], via: str
    ) -> None:
        """Join a host to the router, whose end of the cable gets a name and an address."""
        cable = ("type", "veth", "peer", "name", link, "netns", self._router)
        _run("ip", "-n", host, "link", "add", "eth0", *cable)
        for address in addresses:
            _run("ip", "-n", host, "address", "add", f"{address}/24", "dev", "eth0")
        _run("ip", "-n", self._router, "address", "add", f"{via}/24", "dev", link)
        _run("ip", "-n", host, "link", "set", "eth0", "up")
        _run("ip", "-n", self._router, "link", "set", link, "up")
        _run("ip", "-n", host, "route", "add", "default", "via", via)


def _run(*command: str, text: str = "") -> None:
    done = subprocess.run(
        command, input=text, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    if done.returncode:
        raise TestbedError(f"{' '.join(command)}: {done.stderr.strip()}")
