"""``nox -s docs``: the documentation, with warnings as errors."""

from pathlib import Path

from . import wheels
from .environment import environment
from .repository import requirements
from .run import main, run


def _main(arguments: list[str]) -> int:
    python = environment("docs", requirements=requirements("docs"), wheels=wheels.build())
    sphinx: list[str | Path] = [
        python,
        "-m",
        "sphinx",
        "--fail-on-warning",
        "--keep-going",
        "--builder",
        "html",
    ]
    return run([*sphinx, *arguments, "docs", "docs/_build/html"])


if __name__ == "__main__":
    main(_main)
