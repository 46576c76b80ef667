"""Compiling Cython modules against the pjproject build, into extensions of the stable ABI."""

import multiprocessing
import os
import sys
from collections.abc import Sequence
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

from .elf import set_runpath
from .errors import BuildError

LIMITED_API = "0x030B0000"
"""The stable ABI of Python 3.11: one extension serves all later versions too."""

TAG = "cp311-abi3"

DIRECTIVES = {"language_level": 3, "binding": True, "embedsignature": False}


@dataclass(frozen=True)
class PJProject:
    """A pjproject to compile against.

    Attributes:
        include: The folder of its headers.
        lib: The folder of its libraries.
        package: The folder of `sipsimple.pjproject`, whose own headers its .pxd files name.
    """

    include: Path
    lib: Path
    package: Path

    @classmethod
    def installed(cls) -> "PJProject":
        """The one that belongs to the `sipsimple.pjproject` that this module is part of.

        Raises:
            BuildError: This is a source tree that nothing has been built into.
        """
        package = Path(__file__).resolve().parent.parent
        found = cls(package / "include", package / "lib", package)
        if not found.lib.is_dir() or not found.include.is_dir():
            raise BuildError(
                f"{package} holds no pjproject build. Install the sipsimple-pjproject wheel, or "
                "run `nox -s dev` in its repository."
            )
        return found


def modules_below(source: Path) -> dict[str, Path]:
    """Every Cython module below a folder.

    Args:
        source: A folder that is a root of imports, such as ``src``.

    Returns:
        The full module name and the path of each .pyx file.
    """
    return {
        ".".join(path.relative_to(source).with_suffix("").parts): path
        for path in sorted(source.rglob("*.pyx"))
    }


def _has_semaphores() -> bool:
    """Whether processes can share a lock; not where /dev/shm is missing or not writable."""
    try:
        multiprocessing.Lock()
    except OSError:
        return False
    return True


def compile_extensions(
    root: Path,
    work: Path,
    pjproject: PJProject,
    libraries: Sequence[str],
    runpath: str,
) -> dict[Path, str]:
    """Compile every .pyx file below ``src`` of a project.

    Args:
        root: The project's folder.
        work: A folder for everything that is made; what is in it from before is reused where
            its inputs have not changed.
        pjproject: What to compile and link against.
        libraries: Libraries of pjproject to link with, such as "pjlib-util", without lib and .so.
        runpath: Where the extensions look for them, with ``$ORIGIN``.

    Returns:
        Each extension, and its path relative to ``src``.

    Raises:
        BuildError: A library is unknown, or a module does not compile.
    """
    from Cython.Build import cythonize
    from Cython.Compiler.Errors import CompileError
    from setuptools import Distribution, Extension
    from setuptools.command.build_ext import build_ext
    from setuptools.errors import BaseError

    for name in libraries:
        if not (pjproject.lib / f"lib{name}.so.2").exists():
            known = sorted(path.name[3:-5] for path in pjproject.lib.glob("lib*.so.2"))
            raise BuildError(f"There is no pjproject library {name!r}; there are {known}")

    work.mkdir(parents=True, exist_ok=True)
    # Nothing of this machine's folders in the debugging information.
    prefixes = {
        str(work): "build",
        str(root): ".",
        str(pjproject.package): "sipsimple/pjproject",
        str(pjproject.include): "sipsimple/pjproject/include",
    }
    cores = len(os.sched_getaffinity(0))
    little = sys.byteorder == "little"
    with chdir(root):  # Cython writes the paths of its sources into what it makes
        extensions = [
            Extension(
                name,
                [str(path.relative_to(root))],
                include_dirs=[str(pjproject.include), str(pjproject.package)],
                define_macros=[
                    ("PJ_AUTOCONF", "1"),
                    ("PJ_IS_LITTLE_ENDIAN", str(int(little))),
                    ("PJ_IS_BIG_ENDIAN", str(int(not little))),
                    ("Py_LIMITED_API", LIMITED_API),
                ],
                extra_compile_args=[
                    *("-O2", "-g1", "-Wno-unused-function"),
                    *(f"-ffile-prefix-map={old}={new}" for old, new in prefixes.items()),
                ],
                extra_link_args=[
                    f"-L{pjproject.lib}",
                    *(f"-l:lib{name}.so.2" for name in libraries),
                ],
                py_limited_api=True,
            )
            for name, path in modules_below(root / "src").items()
        ]
        try:
            sources = cythonize(  # type: ignore[no-untyped-call]
                extensions,
                include_path=["src"],
                build_dir=str(work / "c"),
                compiler_directives=DIRECTIVES,
                nthreads=cores if _has_semaphores() else 0,
                quiet=True,
            )
        except CompileError as error:
            raise BuildError(f"Cython refuses a module of {root.name}: {error}") from error
        distribution = Distribution({"ext_modules": sources, "package_dir": {"": "src"}})
        command = build_ext(distribution)
        command.build_lib = str(work / "lib")
        command.build_temp = str(work / "o")
        command.parallel = cores
        command.ensure_finalized()
        try:
            command.run()
        except BaseError as error:
            raise BuildError(f"An extension of {root.name} does not compile: {error}") from error
        made = {Path(path).resolve(): path for path in command.get_outputs()}
    for path in made:
        # Python's own link flags may have added folders of this machine.
        set_runpath(path, runpath)
    return {path: str(path.relative_to((work / "lib").resolve())) for path in made}
