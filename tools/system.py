"""Debian packages that the sessions need, beside those that building needs."""

import importlib.util
import sys
from types import ModuleType

from .repository import ROOT
from .run import Failure

SPEECH = ("alsa-utils", "espeak-ng")
"""Recorded and synthetic speech to send."""

PEERS = (*SPEECH, "baresip-core", "iproute2", "sip-tester", "tshark")
"""Programs that nobody here wrote, to talk to and to look with."""

_FOLDER = ROOT / "deps/pjproject/src/sipsimple/pjproject/build"
_ALIAS = "sipsimple_pjproject_build"


def ensure(*, build: bool = False, extra: tuple[str, ...] = ()) -> None:
    """Install what is missing when root, else say which command does.

    Args:
        build: Whether what building needs is needed.
        extra: Names of further packages.

    Raises:
        Failure: Something is missing, with the command to run.
    """
    packages = _system_packages()
    needed = (*packages.needed(), *extra) if build else extra
    try:
        packages.ensure(needed)
    except sys.modules[_ALIAS].BuildError as error:
        raise Failure(str(error)) from error


def _system_packages() -> ModuleType:
    """The module of that name, before its distribution has been built (see hatch_build.py)."""
    if _ALIAS not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            _ALIAS, _FOLDER / "__init__.py", submodule_search_locations=[str(_FOLDER)]
        )
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[_ALIAS] = module
        spec.loader.exec_module(module)
    return importlib.import_module(f"{_ALIAS}.system_packages")
