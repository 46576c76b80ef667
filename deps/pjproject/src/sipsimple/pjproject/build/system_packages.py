"""Debian packages: which are needed, which are missing, and how to get them."""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

from .errors import BuildError
from .report import say

LIBRARIES = (
    "libasound2-dev",
    "libgsm1-dev",
    "libopus-dev",
    "libspeex-dev",
    "libspeexdsp-dev",
    "libsrtp2-dev",
    "libssl-dev",
    "uuid-dev",
)
"""What pjproject is linked with."""

TOOLS = ("gcc", "g++", "libc6-dev", "make", "pkg-config", "xz-utils")
"""What compiles it."""


def python_headers() -> tuple[str, ...]:
    """The package that holds Python.h of the running interpreter.

    Returns:
        Empty where the header is there, as with a Python that was not installed by Debian.
    """
    if Path(sysconfig.get_path("include"), "Python.h").exists():
        return ()
    return (f"python{sys.version_info.major}.{sys.version_info.minor}-dev",)


def needed() -> tuple[str, ...]:
    """All packages that building the distributions takes."""
    return TOOLS + LIBRARIES + python_headers()


def missing(packages: Iterable[str]) -> list[str]:
    """Those of the packages that are not installed.

    A package counts as installed when dpkg has it or one that provides it (pkgconf provides
    pkg-config on later systems).

    Args:
        packages: Names of Debian packages.

    Returns:
        Their names in the given order; empty where there is no dpkg to ask.
    """
    if shutil.which("dpkg-query") is None:
        return []
    answer = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${db:Status-Status} ${Package}, ${Provides}\n"],
        capture_output=True,
        text=True,
        check=True,
    )
    installed: set[str] = set()
    for line in answer.stdout.splitlines():
        status, _, names = line.partition(" ")
        if status == "installed":
            installed.update(name.split(" ")[0] for name in names.split(", "))
    return [package for package in packages if package not in installed]


def install_command(packages: Iterable[str]) -> str:
    """The one command that installs the packages, to be pasted by a person."""
    return f"sudo apt-get install --yes --no-install-recommends {' '.join(packages)}"


def ensure(packages: Iterable[str]) -> None:
    """Install what is missing when root, else say what to run.

    Args:
        packages: Names of Debian packages.

    Raises:
        BuildError: Something is missing and this process may not install it, or apt failed.
    """
    absent = missing(packages)
    if not absent:
        return
    if os.geteuid() != 0:
        raise BuildError(
            f"Debian packages are missing: {' '.join(absent)}\n"
            f"Run this, then try again:\n  {install_command(absent)}"
        )
    say(f"installing Debian packages: {' '.join(absent)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *absent]
    for command in (["apt-get", "update", "--quiet"], install):
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        # An update that failed for one of many lists may still be good enough for the install.
        if done.returncode != 0 and command is install:
            raise BuildError(
                f"`{' '.join(command)}` failed with status {done.returncode}:\n{done.stdout}"
            )
