"""Running commands so that a person sees what happens, and in order."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from .repository import ROOT


class Failure(Exception):
    """A step cannot be done; the message is for the person who runs it."""


def say(message: str) -> None:
    """Print a line before what the commands print."""
    print(f"== {message}", flush=True)


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path = ROOT,
    environment: Mapping[str, str] | None = None,
) -> int:
    """Run a command whose output is for the person.

    Args:
        command: Program and arguments.
        cwd: Its working folder.
        environment: Variables to add to this process's own.

    Returns:
        Its exit status.
    """
    words = [str(word) for word in command]
    print(f"$ {shlex.join(words)}", flush=True)
    return subprocess.run(
        words,
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        check=False,
    ).returncode


def check(
    command: Sequence[str | Path],
    *,
    cwd: Path = ROOT,
    environment: Mapping[str, str] | None = None,
) -> None:
    """As `run`, for a command without which the rest makes no sense.

    Raises:
        Failure: It failed.
    """
    status = run(command, cwd=cwd, environment=environment)
    if status != 0:
        raise Failure(f"{Path(str(command[0])).name} failed with status {status}")


def main(function: Callable[[list[str]], int]) -> None:
    """Run a module's main function and exit.

    Args:
        function: Takes the command line's arguments, returns the exit status.
    """
    try:
        sys.exit(function(sys.argv[1:]))
    except Failure as failure:
        print(failure, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
