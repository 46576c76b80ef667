"""What tshark, Wireshark's program for the command line, says of the packets of a call."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from testbed.processes import Process, TestbedError, poll

__all__ = ["Capture"]

DISCARD = 9  # the port of RFC 863
_NUDGE = f"→ {DISCARD} "


class Capture(Process):
    """Captures UDP on loopback from when this returns until `finish()`.

    Args:
        folder: For the capture, which can be looked at later.

    Raises:
        TestbedError: It may not capture here, or is not installed.
    """

    def __init__(self, folder: Path) -> None:
        self.file = folder / "call.pcapng"
        self._folder = folder
        super().__init__(
            "tshark",
            # -l: lines at once; it says that it captures before it does, but shows what it has.
            ["tshark", "-i", "lo", "-f", "udp", "-w", self.file, "-P", "-l"],
            folder,
        )
        try:
            if not poll(self._shows_a_packet, 15, 0.1):
                raise self.failure("does not capture")
        except BaseException:
            self.end()
            raise

    def _shows_a_packet(self, count: int = 1) -> bool:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.sendto(b"?", ("127.0.0.1", DISCARD))
        return self.output.count(_NUDGE) >= count

    def finish(self) -> None:
        """Stop to capture, when what has been sent until now is in the file."""
        shown = self.output.count(_NUDGE)
        if not poll(lambda: self._shows_a_packet(shown + 1), 15, 0.1):
            raise self.failure("does not capture any more")
        self.end()

    def fields(
        self, names: Iterable[str], filter_: str = "", ports: Mapping[int, str] | None = None
    ) -> list[list[str]]:
        """Read fields of the packets.

        Args:
            names: Wireshark's names of the fields.
            filter_: A display filter.
            ports: Protocols by UDP ports.

        Returns:
            The values for each packet that passes the filter.
        """
        command = ["tshark", "-n", "-r", str(self.file), "-T", "fields"]
        for name in names:
            command += ["-e", name]
        text = self._run([*command, "-Y", filter_] if filter_ else command, ports)
        return [line.split("\t") for line in text.splitlines()]

    def statistics(self, name: str, ports: Mapping[int, str]) -> str:
        """One of tshark's tables (`-z`), such as "rtp,streams"."""
        return self._run(["tshark", "-n", "-q", "-r", str(self.file), "-z", name], ports)

    def _run(self, command: list[str], ports: Mapping[int, str] | None) -> str:
        for port, protocol in (ports or {}).items():
            command += ["-d", f"udp.port=={port},{protocol}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0:
            raise TestbedError(f"{' '.join(command)}: {done.stderr}")
        return done.stdout
