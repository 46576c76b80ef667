"""``nox -s soak``: eight threads at random for ten minutes, then 20,000 calls and more for leaks.

Against the wheels, without media. Arguments go to ``tests/soak`` (see ``--help``): ``threads`` or
``leaks`` runs one of the two. Reports and tracebacks are in ``build/soak``.
"""

import os

from . import system, wheels
from .environment import environment
from .fuzz_sip import PACKAGES
from .repository import ROOT
from .run import main, run

FOLDER = ROOT / "build" / "soak"


def _main(arguments: list[str]) -> int:
    system.ensure(build=True)
    stems = tuple(f"{name.replace('-', '_')}-" for name in PACKAGES)
    python = environment(
        "soak", wheels=[wheel for wheel in wheels.build() if wheel.name.startswith(stems)]
    )
    variables = {"PYTHONPATH": os.pathsep.join(map(str, (ROOT / "tests", ROOT / "tests/support")))}
    return run([python, "-m", "soak", "--folder", FOLDER, *arguments], environment=variables)


if __name__ == "__main__":
    main(_main)
