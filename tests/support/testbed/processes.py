"""Processes with a log and a deadline on everything that is waited for."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

__all__ = ["Process", "TestbedError", "free_port", "is_bound", "poll", "rtp_port_range"]

_T = TypeVar("_T")

SUPPORT = Path(__file__).resolve().parent.parent
"""The folder that has this package, for the import path of processes."""

_TAIL = 4000


class TestbedError(Exception):
    """Something did not happen in time, or went wrong; the message has the log."""

    __test__ = False  # not a test, whatever pytest thinks of its name


def poll(condition: Callable[[], _T | None], timeout: float, interval: float = 0.02) -> _T | None:
    """Ask again and again until the answer is true.

    Args:
        condition: What is asked.
        timeout: For how many seconds.
        interval: Seconds between.

    Returns:
        The first true answer, or the last one.
    """
    deadline = time.monotonic() + timeout
    while not (answer := condition()) and time.monotonic() < deadline:
        time.sleep(interval)
    return answer


def free_port(host: str = "127.0.0.1") -> int:
    """An even port that is free for UDP and TCP, for who cannot choose one by binding it.

    They are dealt out below the range of ephemeral ports (32768 and up on Linux) and spread by
    process id, so that nobody else takes one before the program does.
    """
    import socket

    for port in _ports():
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp,
        ):
            try:
                udp.bind((host, port))
                tcp.bind((host, port))
            except OSError:
                continue
            return port
    raise TestbedError("no free port")


def is_bound(port: int) -> bool:
    """Whether some process has a UDP socket on a port (IPv4)."""
    table = Path("/proc/net/udp").read_text().splitlines()[1:]
    return any(int(line.split()[1].split(":")[1], 16) == port for line in table)


def _port_sequence() -> Iterator[int]:
    first, last = 20000, 31000
    offset = os.getpid() * 62 % (last - first)
    for step in range(0, last - first, 2):
        yield first + (offset + step) % (last - first) // 2 * 2


_sequence = _port_sequence()


def _ports() -> Iterator[int]:
    return _sequence


def rtp_port_range() -> tuple[int, int]:
    """UDP ports for the RTP of this process, the first and the last.

    Spread by process id: what still comes for a stream of another process on this machine, whose
    port is free by now, must not reach one of this process.
    """
    first, last, size = 10000, 20000, 100
    begin = first + os.getpid() * size % (last - first)
    return begin, begin + size


class Process:
    """A program that runs beside this one. What it writes goes to a log.

    Leaving the `with` block ends it: politely, then by force.

    Args:
        name: What to call it in messages.
        command: Program and arguments.
        folder: Existing folder for the log and as its working directory.
        environment: Variables to add to this process's own.
        pass_fds: File descriptors that it inherits.
        stdin: What it reads, as `subprocess.Popen` takes it; nothing at all by default.
        end_signal: What asks it to end.

    Attributes:
        name: As given.
        log: The file that has its output.
        popen: The process itself.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        folder: Path,
        *,
        environment: Mapping[str, str] | None = None,
        pass_fds: tuple[int, ...] = (),
        stdin: int = subprocess.DEVNULL,
        end_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._end_signal = end_signal
        with self.log.open("wb") as log:
            try:
                self.popen = subprocess.Popen(
                    [str(word) for word in command],
                    stdin=stdin,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    cwd=folder,
                    env={**os.environ, **(environment or {})},
                    pass_fds=pass_fds,
                )
            except FileNotFoundError:
                raise TestbedError(f"{command[0]} is not installed") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.end()

    @property
    def output(self) -> str:
        """All that it has written until now."""
        return self.log.read_text(errors="replace")

    def failure(self, message: str) -> TestbedError:
        """An error that shows the end of the log."""
        return TestbedError(f"{self.name}: {message}; its log {self.log}:\n{self.output[-_TAIL:]}")

    def expect(self, pattern: str, timeout: float) -> re.Match[str]:
        """Wait until a regular expression is found in the output.

        Raises:
            TestbedError: It is not, in time or before the process ends.
        """

        def found() -> re.Match[str] | bool | None:
            over = self.popen.poll() is not None  # asked before its last words are read
            return re.search(pattern, self.output, re.MULTILINE) or over

        match = poll(found, timeout)
        if isinstance(match, re.Match):
            return match
        state = f"ended with {self.popen.returncode}" if match else f"did not within {timeout} s"
        raise self.failure(f"should have written {pattern!r}, but {state}")

    def wait(self, timeout: float) -> int:
        """Wait for its end.

        Returns:
            Its exit status, negative when a signal has ended it.

        Raises:
            TestbedError: It does not end in time.
        """
        try:
            return self.popen.wait(timeout)
        except subprocess.TimeoutExpired:
            raise self.failure(f"did not end within {timeout} s") from None

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        self.popen.send_signal(number)

    def end(self, timeout: float = 5) -> None:
        """End it, if it has not ended."""
        if self.popen.poll() is None:
            self.popen.send_signal(self._end_signal)
            try:
                self.popen.wait(timeout)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait()
        if self.popen.stdin is not None:
            self.popen.stdin.close()
