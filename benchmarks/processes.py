"""Processes of a benchmark: started, measured and ended by process id, always with a deadline."""

from __future__ import annotations

import contextlib
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

__all__ = ["BenchmarkError", "Subject", "cpu_seconds", "run"]

#: Which of a process's CPU clocks: the scheduler's, in nanoseconds (see clock_getcpuclockid(3)).
CPUCLOCK_SCHED = 2


class BenchmarkError(Exception):
    """A benchmark could not be run; the others go on."""


def cpu_seconds(pid: int) -> float:
    """CPU time, user and system, that all threads of a process have used until now.

    The same account as `utime` and `stime` of `/proc/PID/stat`, but in nanoseconds
    where that file counts in ticks of 10 ms.

    Args:
        pid: A living process.

    Source: `clock_getcpuclockid(3)`; the clock's number is made as the kernel's ABI says.
    """
    try:
        return time.clock_gettime(((~pid) << 3) | CPUCLOCK_SCHED)
    except OSError as error:
        raise BenchmarkError(f"process {pid} is gone ({error})") from None


def run(
    command: Sequence[str | Path],
    timeout: float,
    *,
    folder: Path | None = None,
    accept: Sequence[int] = (0,),
) -> str:
    """Run a program to its end and return what it printed.

    Args:
        command: Program and arguments.
        timeout: Seconds it may take.
        folder: Where it runs.
        accept: Exit statuses that mean success.

    Raises:
        BenchmarkError: It cannot be started, takes too long or fails.
    """
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=folder,
            timeout=timeout,
            check=False,
        )
    except FileNotFoundError:
        raise BenchmarkError(f"{words[0]} is not installed") from None
    except subprocess.TimeoutExpired:
        raise BenchmarkError(f"{words[0]} did not end within {timeout:.0f} s") from None
    text = done.stdout.decode("utf-8", "replace")
    if done.returncode not in accept:
        raise BenchmarkError(f"{words[0]} ended with {done.returncode}: {text.strip()[-500:]}")
    return text


class Subject:
    """A process under test, spoken to in lines.

    Leaving the `with` block closes its standard input, which asks it to end; what does
    not is terminated, then killed.

    Args:
        command: Program and arguments.
        log: File that takes its standard error.
        environment: Its environment; None for ours.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        log: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.name = Path(str(command[0])).name
        self.log = log
        with log.open("wb") as sink:
            self.process = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=sink,
                env=dict(environment) if environment is not None else None,
            )
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.decode("utf-8", "replace").strip())
        self._lines.put(None)

    def __enter__(self) -> Subject:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        process = self.process
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        for ask in (None, signal.SIGTERM, signal.SIGKILL):
            if ask is not None:
                process.send_signal(ask)
            try:
                process.wait(5)
                break
            except subprocess.TimeoutExpired:
                continue
        self._reader.join(5)
        assert process.stdout is not None
        process.stdout.close()

    def send(self, line: str) -> None:
        """Write one line to its standard input."""
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def expect(self, word: str, timeout: float) -> str:
        """Read lines until one begins with `word`; returns the rest of that line.

        Raises:
            BenchmarkError: The process ends, or the line does not come in time.
        """
        deadline = time.monotonic() + timeout
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise BenchmarkError(f"{self.name} did not say {word!r}{self._tail()}") from None
            if line is None:
                raise BenchmarkError(f"{self.name} ended before {word!r}{self._tail()}")
            if line.startswith(word):
                return line[len(word) :].strip()

    def lines(self, timeout: float) -> list[str]:
        """What it has printed since, until its standard output is silent for `timeout` seconds."""
        collected: list[str] = []
        while True:
            try:
                line = self._lines.get(timeout=timeout)
            except queue.Empty:
                return collected
            if line is None:
                return collected
            collected.append(line)

    def cpu(self) -> float:
        """CPU seconds used so far."""
        return cpu_seconds(self.process.pid)

    def idle_cpu(self, seconds: float) -> float:
        """CPU seconds that it uses per second of doing nothing, measured over `seconds`."""
        begin, clock = self.cpu(), time.monotonic()
        time.sleep(seconds)
        return (self.cpu() - begin) / (time.monotonic() - clock)

    def _tail(self) -> str:
        text = self.log.read_text("utf-8", "replace").strip()
        return f"; its last words: {text[-600:]}" if text else ""
