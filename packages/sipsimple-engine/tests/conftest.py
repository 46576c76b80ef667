"""Runs each Engine in a process of its own, with nothing but the components of the test."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

SUPPORT = Path(__file__).parent / "support"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def support() -> Path:
    """The folder of what the processes of the tests import."""
    return SUPPORT


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a process that finds the components of the test."""
    path = [str(tmp_path), str(SUPPORT)]
    if os.environ.get("PYTHONPATH"):
        path.append(os.environ["PYTHONPATH"])
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path), "PYTHONFAULTHANDLER": "1"}


@pytest.fixture
def run(tmp_path: Path, environment: dict[str, str]) -> Run:
    """Run a snippet in a new interpreter: `run(snippet)`.

    `status` is the exit status that is expected, `timeout` the deadline in seconds, and
    `arguments` replaces the snippet by other arguments of the interpreter. Where the process
    does otherwise, the test fails and shows what it wrote.
    """

    def run(
        snippet: str = "",
        *,
        status: int = 0,
        timeout: float = 30,
        arguments: tuple[str, ...] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        if arguments is None:
            script = tmp_path / "snippet.py"
            script.write_text(textwrap.dedent(snippet))
            arguments = (str(script),)
        process = subprocess.Popen(
            [sys.executable, *arguments],
            env=environment,
            cwd=tmp_path,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            output, errors = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            output, errors = process.communicate()
            pytest.fail(f"not done after {timeout} s\n{output}\n{errors}")
        if process.returncode != status:
            pytest.fail(f"exit status {process.returncode}, not {status}\n{output}\n{errors}")
        return subprocess.CompletedProcess(process.args, status, output, errors)

    return run


@pytest.fixture
def install(tmp_path: Path) -> Callable[..., None]:
    """Install a component of the test: `install(name, source, **options)`.

    It becomes a distribution `fake-NAME` with a module `fake_NAME`, whose `component` the
    entry point names. Without a source it is one that only writes down its calls.
    """

    def install(name: str, source: str = "", **attributes: object) -> None:
        text = textwrap.dedent(source) or (
            f"from fakes import Fake\ncomponent = Fake({name!r}, **{attributes!r})\n"
        )
        (tmp_path / f"fake_{name}.py").write_text(text)
        metadata = tmp_path / f"fake_{name}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: fake-{name}\nVersion: 1.0\n"
        )
        (metadata / "entry_points.txt").write_text(
            f"[sipsimple.components]\n{name} = fake_{name}:component\n"
        )

    return install
