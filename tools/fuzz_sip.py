"""``nox -s fuzz_sip``: malformed SIP messages against a running Engine, over UDP and TCP.

``--sanitize`` builds pjproject and the signaling packages with AddressSanitizer first, into wheels
of their own. Other arguments go to ``tests/fuzz/sip`` (see ``--help``); findings are in
``build/fuzz-sip``. It begins with messages of its own and with pjproject's corpora.
"""

import argparse
import hashlib
import os
import subprocess
from pathlib import Path

from . import system, wheels
from .environment import environment
from .fuzz import SEEDS, unpack_seeds
from .repository import ROOT, distributions
from .run import check, main, run, say

#: What a stack without media is made of, in the order of building.
PACKAGES = ("sipsimple-pjproject", "sipsimple-sdp", "sipsimple-core", "sipsimple-engine")
FOLDER = ROOT / "build" / "fuzz-sip"
SANITIZED = ROOT / "build" / "fuzz-sip-wheels"

_SANITIZER = "-fsanitize=address -fno-omit-frame-pointer"
COMPILER = {"CFLAGS": _SANITIZER, "LDFLAGS": "-fsanitize=address"}
"""Variables that make the builds compile for the sanitizer."""


def _main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="nox -s fuzz_sip --", add_help=False)
    parser.add_argument("--sanitize", action="store_true")
    options, rest = parser.parse_known_args(arguments)
    system.ensure(build=True)
    shipped = [
        wheel
        for wheel in wheels.build()
        if wheel.name.startswith(tuple(f"{name.replace('-', '_')}-" for name in PACKAGES))
    ]
    variables = {"PYTHONPATH": os.pathsep.join(map(str, (ROOT / "tests", ROOT / "tests/support")))}
    python = environment("fuzz-sip", wheels=shipped)
    unpack_seeds(python)
    if options.sanitize:
        python = environment("fuzz-sip-sanitized", wheels=_sanitized(shipped))
        variables |= _sanitizer()
    fuzz: list[str | Path] = ["-m", "fuzz.sip", "--folder", FOLDER, "--seeds", SEEDS]
    return run([python, *fuzz, *rest], environment=variables)


def _sanitized(shipped: list[Path]) -> list[Path]:
    """Wheels with the sanitizer, made anew when those that are shipped have changed."""
    digest = hashlib.sha256(repr(COMPILER).encode())
    for wheel in shipped:
        digest.update(wheel.read_bytes())
    folder = SANITIZED / digest.hexdigest()[:16]
    by_name = {distribution.name: distribution for distribution in distributions()}
    pip: list[str | Path] = [
        environment("wheels"),
        *("-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps"),
    ]
    for name in PACKAGES:
        if not list(folder.glob(f"{name.replace('-', '_')}-*.whl")):
            say(f"building {name} with the sanitizer")
            where: list[str | Path] = ["--find-links", folder, "--wheel-dir", folder]
            # The build requires the module of the hook, which loads libraries with the sanitizer.
            check(
                [*pip, *where, by_name[name].folder],
                environment=COMPILER | {"ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"},
            )
    return sorted(folder.glob("*.whl"))


def _sanitizer() -> dict[str, str]:
    """What a process needs for code that gcc has instrumented."""
    library = subprocess.run(
        ["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True, check=True
    ).stdout.strip()
    return {
        "LD_PRELOAD": str(Path(library).resolve()),
        # Leaks of the interpreter itself are many; the tests of memory look for ours.
        "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1",
        # So that the sanitizer sees each block: pools of pjlib would hide what overruns them.
        "PYTHONMALLOC": "malloc",
    }


if __name__ == "__main__":
    main(_main)
