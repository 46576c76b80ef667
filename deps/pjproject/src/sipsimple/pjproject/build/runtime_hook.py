"""The build hook of `sipsimple.pjproject` itself: the same, and the pjproject build on top."""

from functools import cache
from pathlib import Path

from . import recipe
from .extensions import PJProject
from .hatch_plugin import SipsimpleBuildHook

PACKAGE = Path(__file__).resolve().parent.parent


@cache
def _built() -> Path:
    return recipe.build()


class RuntimeBuildHook(SipsimpleBuildHook):
    """Builds pjproject, or takes it from the cache, and puts its files into the wheel."""

    runpath = "$ORIGIN/lib"

    def pjproject(self) -> PJProject:
        """The build of the cache; the package is the one being built."""
        folder = _built()
        return PJProject(folder / "include", folder / "lib", PACKAGE)

    def _build(self, root: Path, work: Path) -> dict[Path, str]:
        files = super()._build(root, work)
        folder = _built()
        for name in ("lib", "include"):
            files[folder / name] = f"sipsimple/pjproject/{name}"
        return files
