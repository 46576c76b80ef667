"""``nox -s demo``: a call between two processes, with a summary and a picture."""

from . import system, wheels
from .environment import environment
from .repository import requirements
from .run import main, run


def _main(arguments: list[str]) -> int:
    system.ensure(build=True, extra=system.SPEECH)
    python = environment("demo", requirements=requirements("demo"), wheels=wheels.build())
    return run([python, "demo/run.py", *arguments])


if __name__ == "__main__":
    main(_main)
