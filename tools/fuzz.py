"""``nox -s fuzz``: the SDP package under inputs that nobody would write.

Its extensions are built by clang with AddressSanitizer, UndefinedBehaviorSanitizer and coverage
for libFuzzer, which atheris runs. ``--plain`` takes the wheels as they are shipped instead, and
mutations alone. It begins with the corpus of the tests and with pjproject's own, and ends with a
look for leaks. Other arguments go to ``tests.fuzzing`` (see ``--help``). Findings are in
``build/fuzz``.
"""

import argparse
import hashlib
from pathlib import Path

from . import system, wheels
from .environment import environment
from .repository import DIST, ROOT, Distribution, distributions, requirements
from .run import Failure, check, main, run, say

PACKAGE = "sipsimple-sdp"
STEMS = ("sipsimple_pjproject-", "sipsimple_sdp-")
"""Of the wheels that it takes, in the order in which they are built."""
FOLDER = ROOT / "build" / "fuzz"
INSTRUMENTED = ROOT / "build" / "fuzz-wheels"
SEEDS = ROOT / "build" / "fuzz-seeds"

_UNPACK_SEEDS = """
import sys, tempfile, zipfile
from pathlib import Path
from sipsimple.pjproject.build.source import obtain
with tempfile.TemporaryDirectory() as folder:
    source = Path(folder) / "pjproject"
    obtain().unpack(source)
    for name in ("sdp", "sip", "sip-dialog"):
        corpus = source / "tests" / "fuzz" / "seed" / f"fuzz-{name}_seed_corpus.zip"
        with zipfile.ZipFile(corpus) as archive:
            archive.extractall(Path(sys.argv[1]) / name)
"""

_SANITIZERS = "-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined"
COMPILER = {
    # Not in CFLAGS, which the linker would see too: the runtime is what atheris preloads.
    "CC": f"clang {_SANITIZERS} -fno-omit-frame-pointer",
    "LDSHARED": "clang -shared",
}
"""Variables that make the build compile for libFuzzer and the sanitizers."""


def _main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="nox -s fuzz --", add_help=False)
    parser.add_argument("--plain", action="store_true")
    options, rest = parser.parse_known_args(arguments)
    system.ensure(build=True, extra=() if options.plain else ("clang",))
    built = wheels.build()
    package = next(item for item in distributions() if item.name == PACKAGE)
    pjproject, shipped = (wheel for wheel in built if wheel.name.startswith(STEMS))
    fuzz: list[str | Path] = ["-m", "tests.fuzzing", "--folder", FOLDER, "--seeds", SEEDS]
    if options.plain:
        python = environment("fuzz-plain", wheels=[pjproject, shipped])
        unpack_seeds(python)
        return run([python, *fuzz, *rest], cwd=package.folder)
    instrumented = _instrumented(package, shipped)
    python = environment(
        "fuzz", requirements=requirements("fuzz"), wheels=[pjproject, instrumented]
    )
    unpack_seeds(python)
    return run([python, *fuzz, "--guided", *rest], cwd=package.folder)


def unpack_seeds(python: Path) -> None:
    """Get the inputs that pjproject's own fuzzers of messages begin with, into `SEEDS`."""
    if not SEEDS.exists():
        check([python, "-c", _UNPACK_SEEDS, SEEDS])


def _instrumented(package: Distribution, shipped: Path) -> Path:
    """A wheel of the package for the fuzzer, made anew when the one that is shipped has changed."""
    made_of = hashlib.sha256(shipped.read_bytes() + repr(COMPILER).encode()).hexdigest()
    folder = INSTRUMENTED / made_of[:16]
    found = sorted(folder.glob("*.whl"))
    if not found:
        say(f"building {package.name} for the fuzzer")
        pip: list[str | Path] = [
            environment("wheels"),
            *("-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps"),
        ]
        where: list[str | Path] = ["--find-links", DIST, "--wheel-dir", folder]
        check([*pip, *where, package.folder], environment=COMPILER)
        found = sorted(folder.glob("*.whl"))
    if not found:
        raise Failure(f"no wheel in {folder}")
    return found[0]


if __name__ == "__main__":
    main(_main)
