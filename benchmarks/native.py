"""The C programs that say what PJSIP itself costs, built against the libraries under test."""

from __future__ import annotations

from pathlib import Path

from processes import BenchmarkError, run

__all__ = ["Native"]

HERE = Path(__file__).resolve().parent
PERF = Path("pjsip-apps/src/samples/pjsip-perf.c")
#: In link order: each before what it needs.
LIBRARIES = (
    "pjsip-ua",
    "pjsip-simple",
    "pjsip",
    "pjmedia-codec",
    "pjmedia",
    "pjmedia-audiodev",
    "pjnath",
    "pjlib-util",
    "pj",
)


class Native:
    """Compiles C programs with the headers and shared libraries of the installed build.

    Args:
        folder: Where the programs go.
        include: Folder of pjproject's headers.
        libraries: Folder of pjproject's shared libraries.
        source: pjproject's source folder, for pjsip-perf; None where there is none.
    """

    def __init__(self, folder: Path, include: Path, libraries: Path, source: Path | None) -> None:
        self.folder = folder
        self.include = include
        self.libraries = libraries
        self.source = source

    def program(self, name: str) -> Path:
        """Build one of the programs in `c/` and return its path."""
        return self._compile(HERE / "c" / f"{name}.c", name)

    def pjsip_perf(self) -> Path:
        """Build PJSIP's own benchmark from its source and return its path.

        Raises:
            BenchmarkError: There is no source of pjproject, or it does not hold pjsip-perf.
        """
        if self.source is None:
            raise BenchmarkError("pjsip-perf needs pjproject's source (--pjproject-source)")
        if not (self.source / PERF).exists():
            raise BenchmarkError(f"{self.source} holds no {PERF}")
        return self._compile(self.source / PERF, "pjsip-perf", warn=False)

    def _compile(self, source: Path, name: str, *, warn: bool = True) -> Path:
        program = self.folder / name
        libraries = [f"-l:lib{library}.so.2" for library in LIBRARIES]
        run(
            [
                "cc",
                "-O2",
                "-Wall" if warn else "-w",
                "-DPJ_AUTOCONF=1",
                f"-I{self.include}",
                source,
                "-o",
                program,
                f"-L{self.libraries}",
                f"-Wl,-rpath,{self.libraries}",
                f"-Wl,-rpath-link,{self.libraries}",
                *libraries,
                "-lpthread",
                "-lm",
            ],
            timeout=60,
        )
        return program
