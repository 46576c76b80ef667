"""Holds the import directions of the architecture against the code.

`sipsimple.pjproject` knows nobody; `sipsimple.sdp` knows it; `sipsimple.core` and
`sipsimple.media` know those two and never each other; the engine knows all, but finds core
and media at run time, so that it starts with whichever is installed. The build code inside
`sipsimple.pjproject` is used by build front ends, where nothing of the rest exists.

Looks at every `import` and `cimport` in the .py, .pyi, .pyx and .pxd files below `src`.
Prints what is wrong and exits with 1 if anything is.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: Which part may import which others; a part may always import itself.
ALLOWED: dict[str, frozenset[str]] = {
    "sipsimple.pjproject.build": frozenset(),
    "sipsimple.pjproject": frozenset(),
    "sipsimple.sdp": frozenset({"sipsimple.pjproject"}),
    "sipsimple.core": frozenset({"sipsimple.pjproject", "sipsimple.sdp"}),
    "sipsimple.media": frozenset({"sipsimple.pjproject", "sipsimple.sdp"}),
    "sipsimple.notification": frozenset(),
    "sipsimple.engine": frozenset(
        {"sipsimple.pjproject", "sipsimple.sdp", "sipsimple.notification"}
    ),
    "sipsimple": frozenset({"sipsimple.pjproject", "sipsimple.engine", "sipsimple.notification"}),
    "sipsimple.__main__": frozenset({"sipsimple.pjproject", "sipsimple.engine"}),
}
#: What may be imported besides where it is not at import time: in a function, or for types only.
ALLOWED_LATER: dict[str, frozenset[str]] = {
    "sipsimple.engine": frozenset({"sipsimple.core", "sipsimple.media"}),
    "sipsimple": frozenset({"sipsimple.core", "sipsimple.media", "sipsimple.sdp"}),
}

CIMPORT = re.compile(
    r"^(?P<indent>\s*)(?:from\s+(?P<origin>[\w.]+)\s+c?import\s+\(?\s*(?P<names>[\w, ]*)"
    r"|c?import\s+(?P<plain>[\w.]+(?:\s*,\s*[\w.]+)*))"
)


@dataclass(frozen=True)
class Import:
    """One imported module, where it stands and whether it runs with the importing module."""

    module: str
    line: int
    at_import: bool


def problems(root: Path) -> list[str]:
    """Every import against the rules, as `file:line: why`.

    Args:
        root: The repository.
    """
    found = []
    for source in sorted([*root.glob("deps/*/src"), *root.glob("packages/*/src")]):
        for path in sorted(source.rglob("*")):
            if path.suffix not in (".py", ".pyi", ".pyx", ".pxd"):
                continue
            importer = _module_name(path.relative_to(source))
            own = _part(importer)
            if own is None:
                found.append(f"{path.relative_to(root)}:1: {importer} is in no known part")
                continue
            for imported in _imports(path, importer):
                other = _part(imported.module)
                if other is None or other == own or _allowed(own, other, imported):
                    continue
                found.append(
                    f"{path.relative_to(root)}:{imported.line}: "
                    f"{own} must not import {other} ({imported.module})"
                    + (" at import time" if other in ALLOWED_LATER.get(own, ()) else "")
                )
    return found


def _allowed(own: str, other: str, imported: Import) -> bool:
    if other in ALLOWED[own]:
        return True
    return not imported.at_import and other in ALLOWED_LATER.get(own, ())


def _part(module: str) -> str | None:
    """The longest known part that a module belongs to; None for what is not ours."""
    if module.split(".", maxsplit=1)[0] != "sipsimple":
        return None
    for part in sorted(ALLOWED, key=len, reverse=True):
        if module == part or (part != "sipsimple" and module.startswith(part + ".")):
            return part
    return None


def _module_name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(path: Path, importer: str) -> Iterator[Import]:
    package = importer if path.stem == "__init__" else importer.rpartition(".")[0]
    text = path.read_text("utf-8")
    if path.suffix in (".py", ".pyi"):
        tree = ast.parse(text, str(path))
        yield from _python_imports(tree, package, at_import=path.suffix != ".pyi")
    else:
        yield from _cython_imports(text, package)


def _python_imports(node: ast.AST, package: str, *, at_import: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, child.lineno, at_import)
        elif isinstance(child, ast.ImportFrom):
            origin = _absolute("." * child.level + (child.module or ""), package)
            for alias in child.names:
                yield Import(_target(origin, alias.name), child.lineno, at_import)
        elif isinstance(child, ast.If) and _is_for_types(child.test):
            for statement in child.body:
                block = ast.Module([statement], [])
                yield from _python_imports(block, package, at_import=False)
            for statement in child.orelse:
                block = ast.Module([statement], [])
                yield from _python_imports(block, package, at_import=at_import)
        else:
            later = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _python_imports(child, package, at_import=at_import and not later)


def _is_for_types(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"


def _cython_imports(text: str, package: str) -> Iterator[Import]:
    """Imports of Cython code. What is indented counts as later, as in a function."""
    for number, line in enumerate(text.splitlines(), 1):
        match = CIMPORT.match(line)
        if match is None:
            continue
        at_import = not match["indent"]
        if match["plain"]:
            for name in match["plain"].split(","):
                yield Import(name.strip(), number, at_import)
            continue
        origin = _absolute(match["origin"], package)
        names = [name.split()[0] for name in match["names"].split(",") if name.strip()]
        for name in names or [""]:
            yield Import(_target(origin, name), number, at_import)


def _absolute(origin: str, package: str) -> str:
    level = len(origin) - len(origin.lstrip("."))
    if not level:
        return origin
    parents = package.split(".")
    base = ".".join(parents[: len(parents) - (level - 1)])
    return ".".join(part for part in (base, origin[level:]) if part)


def _target(origin: str, name: str) -> str:
    """`from sipsimple import core` imports sipsimple.core; else the origin says enough."""
    candidate = f"{origin}.{name}"
    if name and _part(candidate) not in (None, _part(origin)):
        return candidate
    return origin


def main(root: Path) -> int:
    """Print the problems; 1 if there are any."""
    found = problems(root)
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent.parent))
