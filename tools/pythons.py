"""The Python interpreters of this machine that the tests run on."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SUPPORTED = ("3.11", "3.12", "3.13")

_PROBE = """
import ssl, sys, zlib
print("%d.%d" % sys.version_info[:2], sys.base_prefix, sys.implementation.name)
"""


def found() -> dict[str, Path]:
    """One interpreter of each supported version.

    Returns:
        Version ("3.11") to interpreter, ascending; this process's own interpreter for its
        version, else what is first on PATH, else one of pyenv's.
    """
    chosen: dict[str, Path] = {}
    for version in SUPPORTED:
        for path in _candidates(version):
            if _version_of(path) == version:
                chosen[version] = path
                break
    return chosen


def _candidates(version: str) -> Iterator[Path]:
    name = f"python{version}"
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        yield Path(sys.executable)
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    yield from (Path(folder, name) for folder in folders if folder)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(pyenv.glob(f"versions/{version}*/bin/{name}"), reverse=True)


def _version_of(path: Path) -> str | None:
    """What an interpreter says it is; None if it does not run (pyenv's shims may not)."""
    if not path.is_file():
        return None
    try:
        done = subprocess.run(
            [path, "-I", "-c", _PROBE], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    version, _, rest = done.stdout.partition(" ")
    return version if done.returncode == 0 and rest.split()[-1] == "cpython" else None
