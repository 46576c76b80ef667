"""``nox -s bench``: the benchmarks; ``--peers`` adds other packages that do the same work."""

import argparse
from pathlib import Path

from . import system, wheels
from .environment import environment
from .repository import ROOT, requirements
from .run import main, run


def _main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="nox -s bench --", add_help=False)
    parser.add_argument("--peers", action="store_true")
    options, rest = parser.parse_known_args(arguments)
    system.ensure(build=True, extra=("sip-tester",))
    python = environment("bench", requirements=requirements("bench"), wheels=wheels.build())
    command: list[str | Path] = [python, "benchmarks/run.py", *rest]
    if options.peers:
        # Of their own: what they depend on is no business of ours.
        peers = environment("peers", requirements=requirements("peers"), folder=ROOT / "build")
        command += ["--peers", peers]
    return run(command)


if __name__ == "__main__":
    main(_main)
