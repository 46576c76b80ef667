"""Virtual environments in ``.nox``, each made anew when what belongs into it has changed."""

import hashlib
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from .repository import ROOT
from .run import check, say

FOLDER = ROOT / ".nox"
_STAMP = "made-of.txt"


def environment(
    name: str,
    *,
    requirements: Iterable[str] = (),
    wheels: Iterable[Path] = (),
    python: Path | None = None,
) -> Path:
    """An environment with exactly these packages and what they depend on.

    Args:
        name: Its folder in ``.nox``.
        requirements: From the package index.
        wheels: Files; for theirs, the index is never asked.
        python: The interpreter; by default this process's own.

    Returns:
        Its Python.

    Raises:
        Failure: It cannot be made.
    """
    folder = FOLDER / name
    interpreter = folder / "bin" / "python"
    python = python or Path(sys.executable)
    requirements, wheels = list(requirements), list(wheels)
    digests = [hashlib.sha256(wheel.read_bytes()).hexdigest() for wheel in wheels]
    made_of = "\n".join([str(python), sys.version, *requirements, *digests])
    stamp = folder / _STAMP
    if interpreter.exists() and stamp.exists() and stamp.read_text() == made_of:
        return interpreter
    say(f"making the environment {folder.relative_to(ROOT)}")
    shutil.rmtree(folder, ignore_errors=True)
    virtualenv = [sys.executable, "-m", "virtualenv", "--quiet", "--no-download"]
    check([*virtualenv, "--python", python, folder])
    if requirements or wheels:
        pip: list[str | Path] = [
            interpreter,
            "-m",
            "pip",
            "--disable-pip-version-check",
            "install",
            "--quiet",
        ]
        check([*pip, *wheels, *requirements])
    stamp.write_text(made_of)
    return interpreter
