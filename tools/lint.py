"""``nox -s lint``: everything that reads the code. All of it runs; any failure fails."""

import os
from pathlib import Path

from . import wheels
from .environment import environment
from .repository import ROOT, requirements
from .run import main, run, say


def _main(arguments: list[str]) -> int:
    python = environment("lint", requirements=requirements("lint"), wheels=wheels.build())
    # cython-lint looks for pycodestyle on PATH.
    search = {"PATH": os.pathsep.join([str(python.parent), os.environ.get("PATH", os.defpath)])}
    failed = [
        name for name, command in _commands(python).items() if run(command, environment=search) != 0
    ]
    for name in failed:
        say(f"lint: {name} FAILED")
    if not failed:
        say("lint: all passed")
    return 1 if failed else 0


def _commands(python: Path) -> dict[str, list[str | Path]]:
    module: list[str | Path] = [python, "-m"]
    cython = [path for top in ("deps", "packages") for path in sorted((ROOT / top).glob("*/src"))]
    allowed: list[str | Path] = ["--ignore-unused-allowlist", "--allowlist"]
    allowed.append(ROOT / "tools/stubtest-allowlist.txt")
    checks = sorted(ROOT.glob("tools/check_*.py"))
    return {
        "ruff check": [*module, "ruff", "check"],
        "ruff format": [*module, "ruff", "format", "--check"],
        "cython-lint": [python.with_name("cython-lint"), *cython],
        # What is installed, so that the types are seen as an application sees them.
        "mypy of sipsimple": [*module, "mypy", "--package", "sipsimple"],
        "mypy of the rest": [*module, "mypy", *_scripts()],
        "stubtest": [*module, "mypy.stubtest", *allowed, *_stubbed()],
        "codespell": [*module, "codespell_lib"],
        **{path.stem: [python, path] for path in checks},
    }


def _scripts() -> list[Path]:
    """Typed code that is not in a distribution."""
    names = ("noxfile.py", "tools", "examples", "demo")
    return [ROOT / name for name in names if (ROOT / name).exists()]


def _stubbed() -> list[str]:
    """Every compiled module."""
    return [
        ".".join(path.relative_to(source).with_suffix("").parts)
        for top in ("deps", "packages")
        for source in sorted((ROOT / top).glob("*/src"))
        for path in sorted(source.rglob("*.pyx"))
    ]


if __name__ == "__main__":
    main(_main)
