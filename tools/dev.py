"""``nox -s dev``: editable installs of all distributions into ``.venv``, and the tools.

An edited .py file is in effect at once; after editing a .pyx or .pxd file run this again.
"""

from pathlib import Path

from . import system
from .repository import ROOT, distributions, requirements
from .run import check, main, say

PYTHON = ROOT / ".venv" / "bin" / "python"


def _main(arguments: list[str]) -> int:
    system.ensure(build=True, extra=system.PEERS)
    pip: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--quiet",
    ]
    check([*pip, *requirements("build", "tests", "demo", "bench", "docs", "lint")])
    third_party: list[str | Path] = [
        requirement
        for distribution in distributions()
        for requirement in distribution.pyproject["project"].get("dependencies", [])
        if not requirement.startswith("sipsimple-")
    ]
    if third_party:
        check([*pip, *third_party])
    for distribution in distributions():
        say(f"installing {distribution.name}, editable")
        if distribution.name == system.PJPROJECT:
            system.announce_pjproject()
        editable: list[str | Path] = [
            "--no-build-isolation",
            "--no-deps",
            "--editable",
            distribution.folder,
        ]
        check([*pip, *editable, *arguments])
    say("ready: . .venv/bin/activate")
    return 0


if __name__ == "__main__":
    main(_main)
