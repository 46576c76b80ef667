"""`python -m sipsimple`: prints which layers are installed, with their versions."""

from __future__ import annotations

import importlib.metadata
import sys

from sipsimple.engine.components import installed
from sipsimple.pjproject import pjproject_version

OURS = ("sipsimple-engine", "sipsimple-core", "sipsimple-media", "sipsimple-sdp")


def main() -> int:
    """Print one line for each layer; returns 1 if one is broken."""
    found = installed()
    components = found.components.values()
    others = sorted({component.distribution for component in components} - set(OURS))
    for distribution in (*OURS, *others):
        print(f"{distribution:<20} {_version(distribution)}")
    print(
        f"{'sipsimple-pjproject':<20} {_version('sipsimple-pjproject')}, "
        f"with pjproject {pjproject_version()}"
    )
    for problem in found.problems:
        print(f"broken: {problem}", file=sys.stderr)
    return 1 if found.problems else 0


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


if __name__ == "__main__":
    sys.exit(main())
