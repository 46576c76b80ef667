"""Holds the tables of notifications against the code that sends them, and what speaks of them.

The tables are the modules of the packages whose names end in `notifications`. Every name of a
notification that the code sends is in one of them, once; every name in there is sent, unless the
table says that it is not; and every name that is mentioned, in the code or in the documentation,
is in there.
Reads the files only. Prints what is wrong and exits with 1 if anything is.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NAME = r"SC[A-Z][a-z]*[A-Z]\w+"
#: A whole string literal of code.
SENT = re.compile(f'"({NAME})"')
#: A class of a reader's own that observes them is none of them.
MENTIONED = re.compile(rf"\b(?!\w+Observer\b)({NAME})")
PAGES = ("*.md", "docs/**/*.md", "deps/*/README.md", "packages/*/README.md", "examples/*.py")


@dataclass(frozen=True)
class Row:
    """A row of a table: its place, as `file:line`, and whether it is said to be sent."""

    place: str
    is_sent: bool


def problems(root: Path) -> list[str]:
    """Everything that does not fit, as `file:line: what`.

    Args:
        root: The repository.
    """
    found: list[str] = []
    table: dict[str, Row] = {}
    sent: dict[str, str] = {}
    mentioned: dict[str, str] = {}
    for path in _sources(root):
        place = str(path.relative_to(root))
        text = path.read_text("utf-8")
        if _is_table(path):
            for name, row in _rows(text, place):
                if table.setdefault(name, row) is not row:
                    found.append(f"{row.place}: {name} is in {table[name].place} already")
        else:
            _find(SENT, text, place, sent)
        _find(MENTIONED, text, place, mentioned)
    for path in sorted({path for pattern in PAGES for path in root.glob(pattern)}):
        _find(MENTIONED, path.read_text("utf-8"), str(path.relative_to(root)), mentioned)
    for name, row in sorted(table.items()):
        if row.is_sent and name not in sent:
            found.append(f"{row.place}: nothing sends {name}")
        if not row.is_sent and name in sent:
            found.append(f"{sent[name]}: {name} is sent, though its table says that it is not")
    for name in sorted((sent.keys() | mentioned.keys()) - table.keys()):
        found.append(f"{sent.get(name) or mentioned[name]}: {name} is in no table")
    return found


def _sources(root: Path) -> list[Path]:
    folders = [*root.glob("deps/*/src"), *root.glob("packages/*/src")]
    return sorted(
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.suffix in (".py", ".pyi", ".pyx")
    )


def _is_table(path: Path) -> bool:
    return path.suffix == ".py" and path.stem.endswith("notifications")


def _rows(text: str, place: str) -> Iterator[tuple[str, Row]]:
    for node in ast.walk(ast.parse(text)):
        if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "NotificationKind"):
            continue
        name = node.args[0] if node.args else None
        if isinstance(name, ast.Constant):
            said = {keyword.arg for keyword in node.keywords}
            yield str(name.value), Row(f"{place}:{node.lineno}", "unavailable" not in said)


def _find(pattern: re.Pattern[str], text: str, place: str, names: dict[str, str]) -> None:
    """Note each name that a text holds, with the place of its first occurrence."""
    for match in pattern.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        names.setdefault(match[1], f"{place}:{line}")


def main(root: Path) -> int:
    """Print the problems; 1 if there are any."""
    found = problems(root)
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent.parent))
