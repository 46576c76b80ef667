"""Loads the shared libraries of the one pjproject build, each once per process."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

__all__ = ["LIBRARY_FOLDER", "get_include", "load"]

LIBRARY_FOLDER = Path(__file__).resolve().parent / "lib"

#: What each library needs loaded before it.
DEPENDENCIES: dict[str, tuple[str, ...]] = {
    "pj": (),
    "pjlib-util": ("pj",),
    "pjnath": ("pjlib-util",),
    "pjmedia-audiodev": ("pj",),
    "pjmedia": ("pjnath", "pjmedia-audiodev"),
    "ilbccodec": (),
    "pjmedia-codec": ("pjmedia", "ilbccodec"),
    "pjsip": ("pjlib-util",),
    "pjsip-simple": ("pjsip",),
    "pjsip-ua": ("pjsip-simple", "pjmedia"),
}

# The handles are kept: a library must never be unloaded under live objects.
_loaded: dict[str, ctypes.CDLL] = {}


def load(*libraries: str) -> None:
    """Load libraries of the pjproject build, with what they need, into this process.

    Extensions name the libraries by soname only; loading them here first, by
    absolute path, is what makes every extension in the process share one copy.

    Args:
        libraries: Names without `lib` and suffix, such as `"pjmedia"`.

    Raises:
        ValueError: A name is not one of the pjproject build.
        ImportError: A library is missing or cannot be loaded.
    """
    for name in libraries:
        if name in _loaded:
            continue
        if name not in DEPENDENCIES:
            raise ValueError(f"{name!r} is not a library of the pjproject build")
        load(*DEPENDENCIES[name])
        path = LIBRARY_FOLDER / f"lib{name}.so.2"
        try:
            _loaded[name] = ctypes.CDLL(str(path), mode=os.RTLD_LOCAL | os.RTLD_NOW)
        except OSError as error:
            hint = "" if path.exists() else "; is sipsimple-pjproject built and installed?"
            raise ImportError(f"cannot load {path}: {error}{hint}") from None


def get_include() -> str:
    """Folder of pjproject's headers, for extensions compiled against this build."""
    return str(Path(__file__).resolve().parent / "include")
