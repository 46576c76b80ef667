"""Holds the versions of the train together.

Every distribution has the same version, in its pyproject.toml and in its `__version__`;
every requirement of a sibling is pinned exactly to it (an extension that was compiled
against another version of a sibling crashes); the changelog has an entry for it.
Prints what is wrong and exits with 1 if anything is.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SIBLING = re.compile(r"^(?P<name>sipsimple-[\w-]+)\s*(?:\[[^\]]*\])?\s*(?P<rest>.*)$")
ATTRIBUTE = re.compile(r"^__version__(?:\s*:\s*\w+)?\s*=\s*[\"']([^\"']*)[\"']", re.MULTILINE)


def problems(root: Path) -> list[str]:
    """Every version that does not fit, as `file:line: why`.

    Args:
        root: The repository.
    """
    paths = sorted([*root.glob("deps/*/pyproject.toml"), *root.glob("packages/*/pyproject.toml")])
    projects = {path: tomllib.loads(path.read_text("utf-8")) for path in paths}
    if not projects:
        return ["no distribution was found below deps/ and packages/"]
    versions = {path: str(table["project"]["version"]) for path, table in projects.items()}
    names = {str(table["project"]["name"]) for table in projects.values()}
    train = versions[paths[0]]
    found = []
    for path, table in projects.items():
        place = path.relative_to(root)
        if versions[path] != train:
            where = _line(path, versions[path])
            found.append(f"{place}:{where}: version {versions[path]}, but the train is at {train}")
        for requirement in _requirements(table):
            why = _wrong_pin(requirement, train, names)
            if why:
                found.append(f"{place}:{_line(path, requirement)}: {requirement!r} {why}")
        found += _wrong_attributes(path.parent / "src", root, train)
    return found + _changelog(root, train)


def _requirements(table: dict[str, Any]) -> Iterator[str]:
    project = table["project"]
    yield from table.get("build-system", {}).get("requires", [])
    yield from project.get("dependencies", [])
    for extra in project.get("optional-dependencies", {}).values():
        yield from extra


def _wrong_pin(requirement: str, train: str, names: set[str]) -> str | None:
    match = SIBLING.match(requirement)
    if match is None:
        return None
    if match["name"] not in names:
        return "is no distribution of this repository"
    if match["rest"].split(";")[0].strip().replace(" ", "") != f"=={train}":
        return f"must be pinned to =={train}"
    return None


def _wrong_attributes(source: Path, root: Path, train: str) -> Iterator[str]:
    for path in sorted(source.rglob("*.py")):
        text = path.read_text("utf-8")
        for match in ATTRIBUTE.finditer(text):
            if match[1] != train:
                line = text.count("\n", 0, match.start()) + 1
                place = path.relative_to(root)
                yield f"{place}:{line}: __version__ is {match[1]}, but the train is at {train}"


def _changelog(root: Path, train: str) -> list[str]:
    path = root / "CHANGELOG.md"
    if not path.exists():
        return ["CHANGELOG.md:1: there is no changelog"]
    if not re.search(rf"^## .*\b{re.escape(train)}\b", path.read_text("utf-8"), re.MULTILINE):
        return [f"CHANGELOG.md:1: there is no entry for {train}"]
    return []


def _line(path: Path, text: str) -> int:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if f'"{text}"' in line or f"'{text}'" in line:
            return number
    return 1


def main(root: Path) -> int:
    """Print the problems; 1 if there are any."""
    found = problems(root)
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent.parent))
