"""A name server for tests: Debian's dnsmasq, which asks nobody else."""

from __future__ import annotations

import os
import pwd
import re
import subprocess
import threading
import time
from collections.abc import Sequence

import dns.message
import dns.query

from testbed.processes import free_port

__all__ = ["NameServer"]


class NameServer:
    """dnsmasq on loopback, authoritative for some zones.

    Args:
        zones: The domains.
        host: An address of loopback.
        port: Its port; None for a free one.

    Attributes:
        host: As given.
        port: Its port.
    """

    def __init__(
        self,
        zones: Sequence[str] = ("sip.test",),
        *,
        host: str = "127.0.0.1",
        port: int | None = None,
    ) -> None:
        self.host = host
        self.port = free_port() if port is None else port
        self._zones = tuple(zones)
        self._lines: list[str] = []
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._fences = 0

    @property
    def address(self) -> str:
        """As `nameservers` takes it."""
        return f"{self.host}:{self.port}"

    def start(self, *options: str) -> str:
        """Start it, with options that say what it knows; its address.

        Args:
            options: Of dnsmasq, without the dashes: `"srv-host=_sip._udp.sip.test,a.sip.test"`.
        """
        self._process = subprocess.Popen(
            [
                *("dnsmasq", "--conf-file=/dev/null", "--keep-in-foreground", "--no-resolv"),
                *("--no-hosts", "--bind-interfaces", f"--listen-address={self.host}"),
                *(f"--port={self.port}", f"--local=/{'/'.join(self._zones)}/", "--pid-file="),
                *("--log-queries", "--log-facility=-"),
                f"--user={pwd.getpwuid(os.getuid()).pw_name}",
                *(f"--{option}" for option in options),
            ],
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        end = time.monotonic() + 10
        while not any(": started" in line for line in self._lines):
            assert self._process.poll() is None, "".join(self._lines)
            assert time.monotonic() < end, "dnsmasq does not start"
            time.sleep(0.01)
        return self.address

    def _read(self) -> None:
        assert self._process is not None
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._lines.append(line)

    def questions(self) -> list[tuple[str, str]]:
        """What it has been asked: kinds of records and names."""
        # It writes what it is asked in that order, and later than it answers.
        self._fences += 1
        last = f"fence{self._fences}.{self._zones[0]}"
        dns.query.udp(dns.message.make_query(last, "A"), self.host, timeout=10, port=self.port)
        end = time.monotonic() + 10
        while not any(last in line for line in list(self._lines)):
            assert time.monotonic() < end, "dnsmasq does not tell what it was asked"
            time.sleep(0.01)
        found = (re.search(r"query\[(\w+)\] (\S+) from", line) for line in list(self._lines))
        return [(match[1], match[2]) for match in found if match and match[2][:5] != "fence"]

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
        if self._reader is not None:
            self._reader.join(10)
        if self._process is not None and self._process.stderr is not None:
            self._process.stderr.close()
        self._process = None
