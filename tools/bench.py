"""``nox -s bench``: the benchmarks."""

from . import system, wheels
from .environment import environment
from .repository import requirements
from .run import main, run


def _main(arguments: list[str]) -> int:
    system.ensure(build=True, extra=("sip-tester",))
    python = environment("bench", requirements=requirements("bench"), wheels=wheels.build())
    return run([python, "benchmarks/run.py", *arguments])


if __name__ == "__main__":
    main(_main)
