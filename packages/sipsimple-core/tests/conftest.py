"""Runs each `PJSIPUA` in a process of its own: `in_child(scenario, *arguments)`."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

SUPPORT = Path(__file__).parent / "support"
sys.path.insert(0, str(SUPPORT))
sys.path.append(str(Path(__file__).resolve().parents[3] / "tests" / "support"))

from core_registrar import Registrar  # noqa: E402
from presence_agent import PresenceAgent  # noqa: E402

from testbed.name_server import NameServer  # noqa: E402

InChild = Callable[..., Any]


@pytest.fixture(scope="session")
def in_child() -> InChild:
    """Call a function of the test's module in a new interpreter.

    `in_child(scenario, *arguments, timeout=30, status=0)` calls `scenario(*arguments)` there
    and returns what it returned. Where it raises, or the process ends otherwise than with
    `status` or not at all, the test fails and shows what it wrote.
    """

    def in_child(
        scenario: Callable[..., Any], *arguments: Any, timeout: float = 30, status: int = 0
    ) -> Any:
        process = subprocess.Popen(
            [
                sys.executable,
                str(SUPPORT / "core_child.py"),
                scenario.__code__.co_filename,
                scenario.__name__,
            ],
            env={**os.environ, "PYTHONFAULTHANDLER": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            output, errors = process.communicate(pickle.dumps(arguments), timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            output, errors = process.communicate()
            pytest.fail(f"not done after {timeout} s\n{errors.decode(errors='replace')}")
        if process.returncode != status:
            pytest.fail(f"exit status {process.returncode}\n{errors.decode(errors='replace')}")
        return pickle.loads(output) if output else None

    return in_child


@pytest.fixture
def name_server() -> Iterator[NameServer]:
    """A name server on loopback; it starts with what it is to say: `name_server.start(...)`."""
    server = NameServer()
    yield server
    server.stop()


@pytest.fixture
def registrar() -> Iterator[Registrar]:
    """A registrar on loopback, over UDP and TCP at the same port."""
    with Registrar() as registrar:
        yield registrar


@pytest.fixture
def agent() -> Iterator[PresenceAgent]:
    """A presence agent on loopback, over UDP and TCP at the same port."""
    with PresenceAgent() as agent:
        yield agent
