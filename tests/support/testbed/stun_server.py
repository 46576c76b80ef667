"""The STUN server of Vovida (Debian's package stun-server), which knows RFC 3489."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from testbed.processes import Process, free_port

__all__ = ["STUNServer"]

_READY_SECONDS = 10.0
# It listens at both addresses, on both ports.
_SOCKETS = 4


class STUNServer(Process):
    """A STUN server with two addresses, ready when this returns.

    Args:
        folder: For its log; exists.
        ip: Its IPv4 address.
        other_ip: Its other one.
        prefix: What to put before the command, as to run it in a network namespace.

    Attributes:
        ip: As given.
        port: Its UDP port.
    """

    def __init__(self, folder: Path, ip: str, other_ip: str, *, prefix: Sequence[str] = ()) -> None:
        self.ip, self.port = ip, free_port()
        ports = ("-p", str(self.port), "-o", str(self.port + 1))
        super().__init__(
            "stund", [*prefix, "/usr/sbin/stund", "-h", ip, "-a", other_ip, *ports, "-v"], folder
        )
        try:
            self.expect(rf"(?s)(Opened port.*){{{_SOCKETS}}}", _READY_SECONDS)
        except BaseException:
            self.end()
            raise
