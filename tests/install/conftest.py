"""Fresh environments with nothing in them but what pip puts there from wheels."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "dist"

PIP = ["-m", "pip", "--disable-pip-version-check", "--quiet"]


@dataclass(frozen=True)
class Environment:
    """A virtual environment that the source tree is out of reach of."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    def pip(self, *arguments: str | Path, environment: dict[str, str] | None = None) -> None:
        # What PYTHONPATH leads to would count as installed.
        outside = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
        done = subprocess.run(
            [self.python, *PIP, *arguments],
            cwd=self.folder,
            env=outside | (environment or {}),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def run(self, code: str) -> str:
        """Run code without the current folder, PYTHON* variables and user site (-I).

        Nothing but the environment is on PATH: no compiler.
        """
        done = subprocess.run(
            [self.python, "-I", "-X", "faulthandler", "-W", "error", "-c", code],
            cwd=self.folder,
            env={"PATH": str(self.folder / "bin"), "HOME": str(self.folder), "LANG": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"status {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout


def make_environment(folder: Path) -> Environment:
    """An environment with pip in it and nothing else."""
    command = [sys.executable, "-m", "virtualenv", "--quiet", "--no-download", folder]
    subprocess.run(command, check=True, timeout=120)
    return Environment(folder)


def third_party() -> list[str]:
    """What our distributions need from the package index."""
    found = {}
    for pyproject in ROOT.glob("packages/*/pyproject.toml"):
        project = tomllib.loads(pyproject.read_text())["project"]
        extras = project.get("optional-dependencies", {}).values()
        for requirement in [*project.get("dependencies", []), *(r for e in extras for r in e)]:
            if not requirement.startswith("sipsimple-"):
                found[requirement] = None
    return list(found)


@pytest.fixture(scope="session")
def wheelhouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheels of third parties, so that nothing below asks an index."""
    folder = tmp_path_factory.mktemp("wheelhouse")
    wanted = third_party()
    if wanted:
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet"]
        subprocess.run([*command, "--wheel-dir", folder, *wanted], check=True, timeout=300)
    return folder


@pytest.fixture(scope="session")
def install(tmp_path_factory: pytest.TempPathFactory, wheelhouse: Path):
    """A function that gives the environment with one requirement installed, made once."""
    made: dict[str, Environment] = {}

    def get(requirement: str) -> Environment:
        if requirement not in made:
            environment = make_environment(tmp_path_factory.mktemp("install") / "venv")
            where = ["--no-index", "--find-links", DIST, "--find-links", wheelhouse]
            no_compiler = {"CC": "false", "CXX": "false"}
            environment.pip("install", *where, requirement, environment=no_compiler)
            made[requirement] = environment
        return made[requirement]

    return get
