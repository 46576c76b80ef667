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
    folder: Path = FOLDER,
) -> Path:
    """An environment with exactly these packages and what they depend on.

    Args:
        name: Its folder.
        requirements: From the package index.
        wheels: Files; for theirs, the index is never asked.
        python: The interpreter; by default this process's own.
        folder: Where its folder is.

    Returns:
        Its Python.

    Raises:
        Failure: It cannot be made.
    """
    place = folder / name
    interpreter = place / "bin" / "python"
    python = python or Path(sys.executable)
    requirements, wheels = list(requirements), list(wheels)
    digests = [hashlib.sha256(wheel.read_bytes()).hexdigest() for wheel in wheels]
    made_of = "\n".join([str(python), sys.version, *requirements, *digests])
    stamp = place / _STAMP
    if interpreter.exists() and stamp.exists() and stamp.read_text() == made_of:
        return interpreter
    say(f"making the environment {place.relative_to(ROOT)}")
    shutil.rmtree(place, ignore_errors=True)
    virtualenv = [sys.executable, "-m", "virtualenv", "--quiet", "--no-download"]
    check([*virtualenv, "--python", python, place])
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
