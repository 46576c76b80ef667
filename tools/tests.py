"""``nox -s tests``: every test, against installed wheels, on every Python that is found.

The tests of single distributions run on each Python; those that need peers or make environments
of their own (``tests/``) run on one, the oldest. Three workers share them; what needs the machine's
clock stays in one of them (see conftest.py). Arguments go to pytest; paths among them replace
the choice of tests and the workers, and ``--python 3.12`` chooses one Python.
"""

import argparse
import time
from pathlib import Path

from . import pythons, system, wheels
from .environment import environment
from .repository import ROOT, requirements
from .run import Failure, main, run, say

UNITS = ("deps/*/tests", "packages/*/tests")
CROSSING = ("tests", "tools/tests")
#: Most tests wait most of the time: three of them leave the audio in time on two cores.
WORKERS = ("-n", "3", "--dist", "loadgroup")


def _main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="nox -s tests --", add_help=False)
    parser.add_argument("--python", choices=pythons.SUPPORTED)
    options, rest = parser.parse_known_args(arguments)
    found = pythons.found()
    if not found:
        raise Failure(f"no Python found: {' '.join(pythons.SUPPORTED)}")
    if options.python:
        if options.python not in found:
            raise Failure(f"Python {options.python} is not here, only {', '.join(found)}")
        found = {options.python: found[options.python]}
    system.ensure(build=True, extra=system.PEERS)
    built = wheels.build()
    say(f"testing on Python {', '.join(found)}")
    results: dict[str, int] = {}
    for index, (version, path) in enumerate(found.items()):
        python = environment(
            f"tests-{version}", requirements=requirements("tests"), wheels=built, python=path
        )
        start = time.monotonic()
        say(f"Python {version}")
        results[version] = _pytest(python, rest, crossing=index == 0)
        say(f"Python {version}: {time.monotonic() - start:.0f} s")
    failed = [version for version, status in results.items() if status != 0]
    for version in found:
        say(f"Python {version}: {'FAILED' if version in failed else 'passed'}")
    return 1 if failed else 0


def _pytest(python: Path, arguments: list[str], *, crossing: bool) -> int:
    chosen = [word for word in arguments if (ROOT / word.split("::")[0]).exists()]
    if chosen:
        return run([python, "-m", "pytest", *arguments])
    patterns = (*UNITS, *CROSSING) if crossing else UNITS
    paths = [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]
    return run([python, "-m", "pytest", *WORKERS, *arguments, *paths])


if __name__ == "__main__":
    main(_main)
