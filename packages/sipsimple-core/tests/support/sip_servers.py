"""Servers of `sip.test`, for the tests of where requests go: their names, and such as fail."""

from __future__ import annotations

import contextlib
import re
import socket
from contextlib import closing

# Names and addresses, as options of the name server.
HOSTS = "host-record=a.sip.test,127.0.0.1", "host-record=b.sip.test,127.0.0.1"


def srv(port: int, priority: int = 0, host: str = "a", transport: str = "udp") -> str:
    """A server of sip.test, as an option of the name server."""
    return f"srv-host=_sip._{transport}.sip.test,{host}.sip.test,{port},{priority}"


def refused_port() -> int:
    """A TCP port where nobody listens."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as tcp:
        tcp.bind(("127.0.0.1", 0))
        port: int = tcp.getsockname()[1]
        return port


class Silent:
    """A UDP port where nobody answers.

    Attributes:
        port: The port.
    """

    def __init__(self) -> None:
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", 0))
        self._udp.setblocking(False)
        self.port: int = self._udp.getsockname()[1]

    def close(self) -> None:
        self._udp.close()

    def transactions(self) -> int:
        """How many have come."""
        branches = set()
        with contextlib.suppress(BlockingIOError):
            while True:
                text = self._udp.recv(65535).decode()
                branches.add(re.search(r"branch=(\S+)", text)[1])
        return len(branches)
