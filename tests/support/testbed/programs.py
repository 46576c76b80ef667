"""Runs the programs of tests: each has an Engine of its own, and a deadline."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from testbed.processes import SUPPORT, TestbedError

__all__ = ["Answering", "Done", "answering", "environment", "run_program"]

PROGRAMS = Path(__file__).resolve().parents[2] / "integration" / "programs"


def environment() -> dict[str, str]:
    """Of programs: they find what is beside them, and show where they crash or hang."""
    paths = [str(PROGRAMS), str(SUPPORT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONFAULTHANDLER": "1"}


@dataclass(frozen=True)
class Done:
    """A program that has ended.

    Attributes:
        status: Its exit status, negative when a signal has ended it.
        output: What it wrote to standard output.
        errors: What it wrote to standard error.
    """

    status: int
    output: str
    errors: str


def run_program(*command: object, timeout: float, status: int | None = 0) -> Done:
    """Run a Python program of `tests/integration/programs` or any other, to its end.

    Args:
        command: Path or name of the program, and its arguments.
        timeout: How many seconds it may take.
        status: The exit status that it should have; None for any.

    Raises:
        TestbedError: It hangs, or ends with another status; what it wrote is shown.
    """
    program, *arguments = command
    line = [sys.executable, str(PROGRAMS / str(program)), *map(str, arguments)]
    with subprocess.Popen(
        line,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        try:
            output, errors = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.send_signal(6)  # the fault handler shows where it hangs
            output, errors = process.communicate(timeout=20)
            raise TestbedError(
                f"{program} did not end within {timeout} s:\n{output}\n{errors}"
            ) from None
    done = Done(process.returncode, output, errors)
    if status is not None and done.status != status:
        raise TestbedError(f"{program} ended with {done.status}:\n{output}\n{errors}")
    return done


@dataclass(frozen=True)
class Answering:
    """An endpoint that answers all calls.

    Attributes:
        port: Where it listens.
        process: The process.
    """

    port: int
    process: subprocess.Popen[str]


@contextmanager
def answering() -> Iterator[Answering]:
    """Have an endpoint answer calls; it is an error when it reports an exception or crashes."""
    with subprocess.Popen(
        [sys.executable, str(PROGRAMS / "answer.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        try:
            assert process.stdout is not None
            yield Answering(int(process.stdout.readline()), process)
            output, errors = process.communicate(timeout=20)
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0 or '"problems": []' not in output or errors:
        raise TestbedError(f"the peer ended with {process.returncode}:\n{output}\n{errors}")
