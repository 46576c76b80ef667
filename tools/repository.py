"""The distributions of this repository, and what pyproject.toml files say about them."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"


@dataclass(frozen=True)
class Distribution:
    """A folder that is built into a wheel.

    Attributes:
        folder: Where its pyproject.toml is.
    """

    folder: Path

    @cached_property
    def pyproject(self) -> dict[str, Any]:
        """The contents of its pyproject.toml."""
        return tomllib.loads((self.folder / "pyproject.toml").read_text())

    @property
    def name(self) -> str:
        """Such as "sipsimple-core"."""
        return str(self.pyproject["project"]["name"])

    @property
    def version(self) -> str:
        """Such as "0.1.0"."""
        return str(self.pyproject["project"]["version"])

    @property
    def build_requires(self) -> set[str]:
        """Names of what building it takes."""
        return {_name(text) for text in self.pyproject["build-system"]["requires"]}

    def wheel(self) -> Path | None:
        """The one in ``dist``, if it has been built."""
        pattern = f"{self.name.replace('-', '_')}-{self.version}-*.whl"
        return next(iter(sorted(DIST.glob(pattern))), None)


def _name(requirement: str) -> str:
    match = re.match(r"[\w.-]+", requirement)
    assert match is not None, requirement
    return match[0]


@cache
def distributions() -> tuple[Distribution, ...]:
    """All of them, each after those that it is built with."""
    found = [
        Distribution(path.parent)
        for pattern in ("deps/*/pyproject.toml", "packages/*/pyproject.toml")
        for path in sorted(ROOT.glob(pattern))
    ]
    by_name = {distribution.name: distribution for distribution in found}
    graph = {
        distribution.name: sorted(distribution.build_requires & by_name.keys())
        for distribution in found
    }
    return tuple(by_name[name] for name in TopologicalSorter(graph).static_order())


def requirements(*groups: str) -> list[str]:
    """What the repository's own pyproject.toml lists in dependency groups (PEP 735).

    Args:
        groups: Their names.
    """
    table = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    return [text for group in groups for text in table[group]]
