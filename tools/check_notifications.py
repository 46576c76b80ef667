"""Holds the page of notifications against the code.

Every name of a notification that the packages send is in `docs/notifications.md`, and every
name on that page is sent by them.
Prints what is wrong and exits with 1 if anything is.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

#: A whole string literal of code, and a whole code span of the page.
IN_CODE = re.compile(r'"(SC[A-Z][a-z]*[A-Z]\w+)"')
ON_PAGE = re.compile(r"`(SC[A-Z][a-z]*[A-Z]\w+)`")


def problems(root: Path) -> list[str]:
    """Every name that only one side has, as `file:line: which`.

    Args:
        root: The repository.
    """
    page = root / "docs" / "notifications.md"
    sent: dict[str, str] = {}
    for pattern in ("deps/*/src", "packages/*/src"):
        for source in sorted(root.glob(pattern)):
            for path in sorted([*source.rglob("*.py"), *source.rglob("*.pyx")]):
                sent.update(_names(path, IN_CODE, root))
    described = _names(page, ON_PAGE, root)
    return [
        *(
            f"{sent[name]}: {name} is not on {page.name}"
            for name in sorted(sent.keys() - described)
        ),
        *(f"{described[name]}: nothing sends {name}" for name in sorted(described.keys() - sent)),
    ]


def _names(path: Path, pattern: re.Pattern[str], root: Path) -> dict[str, str]:
    """Each name that a file holds, with the place of its first occurrence."""
    text = path.read_text("utf-8")
    found: dict[str, str] = {}
    for match in pattern.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        found.setdefault(match[1], f"{path.relative_to(root)}:{line}")
    return found


def main(root: Path) -> int:
    """Print the problems; 1 if there are any."""
    found = problems(root)
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent.parent))
