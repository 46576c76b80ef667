"""Holds the public face together: what is shipped beside the code, what the code says of itself.

In the files: each .pyx has its .pyi; each package with Cython code has an `__init__.pxd`, and
`sipsimple` itself has none (it is a namespace); each package has `py.typed`.
In the installed packages: each name in a package's `__all__` has a docstring, and so have
the public methods and properties of its classes; everything callable has a signature that
`inspect` can read.
Prints what is wrong and exits with 1 if anything is.
"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
import typing
from collections.abc import Iterator
from pathlib import Path


def problems(root: Path) -> list[str]:
    """Everything that is missing, as `file:line: what`.

    Args:
        root: The repository.
    """
    found: list[str] = []
    for source in sorted([*root.glob("deps/*/src"), *root.glob("packages/*/src")]):
        found += _missing_files(source, root)
        for package in _packages(source):
            found += _undescribed(package, source, root)
    return found


def _packages(source: Path) -> list[str]:
    """The packages that users import, below the namespace, and the namespace where it has code."""
    names = [
        f"sipsimple.{path.parent.name}" for path in sorted(source.glob("sipsimple/*/__init__.py"))
    ]
    if (source / "sipsimple" / "__init__.py").exists():
        names.append("sipsimple")
    return names


def _missing_files(source: Path, root: Path) -> Iterator[str]:
    for path in sorted(source.rglob("*.pyx")):
        if not path.with_suffix(".pyi").exists():
            yield f"{path.relative_to(root)}:1: has no {path.with_suffix('.pyi').name}"
        declaration = path.parent / "__init__.pxd"
        if not declaration.exists():
            yield f"{path.relative_to(root)}:1: its folder has no __init__.pxd"
    if (source / "sipsimple" / "__init__.pxd").exists():
        place = (source / "sipsimple" / "__init__.pxd").relative_to(root)
        yield f"{place}:1: a namespace must have no __init__.pxd"
    for path in sorted(source.glob("sipsimple/*/__init__.py")):
        if not (path.parent / "py.typed").exists():
            yield f"{path.relative_to(root)}:1: its folder has no py.typed"


def _undescribed(package: str, source: Path, root: Path) -> Iterator[str]:
    place = f"{(source / package.replace('.', '/') / '__init__.py').relative_to(root)}:1"
    try:
        module = importlib.import_module(package)
    except Exception as error:  # whatever importing runs may raise
        yield f"{place}: cannot be imported: {type(error).__name__}: {error}"
        return
    if not (module.__doc__ or "").strip():
        yield f"{place}: {package} has no docstring"
    for name in getattr(module, "__all__", ()):
        try:
            value = getattr(module, name)
        except AttributeError:
            yield f"{place}: {package}.{name} is in __all__ and does not exist"
            continue
        # What another distribution defines is looked at there.
        if not (inspect.isclass(value) or callable(value)) or name.startswith("__"):
            continue
        if _home(value) != package:
            continue
        for where, what in _faults(name, value):
            yield f"{_place(where, source, root) or place}: {package}.{what}"


def _home(value: object) -> str:
    """The package, directly below the namespace, whose source defines an object."""
    return ".".join((getattr(value, "__module__", None) or "").split(".")[:2])


def _faults(name: str, value: object) -> Iterator[tuple[tuple[str, ...], str]]:
    """What is wrong with a public object: where to look for it, and what."""
    if not _described(value):
        yield (name,), f"{name} has no docstring"
    if not _has_signature(value):
        yield (name,), f"{name} has no signature that inspect can read"
    if not inspect.isclass(value):
        return
    for member, attribute in vars(value).items():
        if member.startswith("_"):
            continue
        function = attribute.__func__ if isinstance(attribute, staticmethod | classmethod) else None
        subject = function or attribute
        is_property = isinstance(attribute, property) or inspect.isgetsetdescriptor(attribute)
        if not is_property and not callable(subject):
            continue
        path = (name, member)
        if not _member_described(value, member, attribute):
            yield path, f"{name}.{member} has no docstring"
        if not is_property and not _has_signature(subject):
            yield path, f"{name}.{member} has no signature that inspect can read"


def _member_described(owner: type, member: str, attribute: object) -> bool:
    """By its own docstring, that of what it refines, or the class's list of attributes."""
    if inspect.getdoc(attribute) or inspect.getdoc(getattr(owner, member, None)):
        return True
    listed = rf"^\s*{re.escape(member)}( \(.*\))?:"
    return re.search(listed, owner.__doc__ or "", re.MULTILINE) is not None


def _described(value: object) -> bool:
    own = vars(value).get("__doc__") if inspect.isclass(value) else value.__doc__
    return bool((own or "").strip())


def _has_signature(value: object) -> bool:
    # A TypedDict is no more than a type, and an instance that can be called is its class's affair.
    if typing.is_typeddict(value) or not (inspect.isclass(value) or inspect.isroutine(value)):
        return True
    try:
        inspect.signature(value)
    except (TypeError, ValueError):
        # Python itself gives none for exceptions that take what Exception takes.
        return inspect.isclass(value) and issubclass(value, BaseException)
    return True


def _place(path: tuple[str, ...], source: Path, root: Path) -> str | None:
    """Where the source defines a name or, in a class, a member."""
    begin = re.compile(
        r"^(?:cdef\s+)?(?:class|def|cpdef)\b[^\n(:=]*\b" + re.escape(path[0]) + r"\b", re.MULTILINE
    )
    for file in sorted([*source.rglob("*.pyx"), *source.rglob("*.py")]):
        text = file.read_text("utf-8")
        match = begin.search(text)
        if match is None:
            continue
        position = match.start()
        if len(path) > 1:
            inner = re.compile(rf"^[ \t]+(?:async )?c?p?def {re.escape(path[1])}\b", re.MULTILINE)
            member = inner.search(text, match.end())
            position = member.start() if member else position
        return f"{file.relative_to(root)}:{text.count(chr(10), 0, position) + 1}"
    return None


def main(root: Path) -> int:
    """Print the problems; 1 if there are any."""
    found = problems(root)
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent.parent))
