"""What building needs of the system: Debian packages, and pjproject."""

import contextlib
import importlib.util
import subprocess
import sys
from types import ModuleType

from .repository import ROOT
from .run import Failure, say

PJPROJECT = "sipsimple-pjproject"
"""The distribution whose build compiles pjproject."""

SPEECH = ("alsa-utils", "espeak-ng")
"""Recorded and synthetic speech to send."""

KAMAILIO = ("kamailio", "kamailio-presence-modules", "kamailio-tls-modules", "openssl")
"""A registrar, proxy and presence server, and what makes its certificate."""

PEERS = (
    *SPEECH,
    *KAMAILIO,
    "baresip-core",
    "dnsmasq-base",
    "iproute2",
    "nftables",
    "sip-tester",
    "stun-server",
    "tshark",
)
"""Programs that nobody here wrote, to talk to and to look with."""

DAEMONS = {"kamailio": "kamailio", "stun-server": "stun"}
"""Packages that start one with the system, which no test needs, and its name: tests start their
own."""

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
    packages = _module("system_packages")
    needed = (*packages.needed(), *extra) if build else extra
    daemons = [DAEMONS[name] for name in packages.missing(needed) if name in DAEMONS]
    try:
        packages.ensure(needed)
    except sys.modules[_ALIAS].BuildError as error:
        raise Failure(str(error)) from error
    for name in daemons:
        _quiet(name)


def _quiet(daemon: str) -> None:
    """Stop what the installation of a package has just started, now and for ever."""
    for command in (["invoke-rc.d", daemon, "stop"], ["update-rc.d", daemon, "disable"]):
        # Where no daemon runs, as in a container, there is nothing to stop, and some say so.
        with contextlib.suppress(FileNotFoundError):
            subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)


def announce_pjproject() -> None:
    """Fetch the sources of pjproject, and say so if the next build compiles them.

    pip shows nothing of what its builds print, and this one takes long.

    Raises:
        Failure: There are no sources, or no compiler; says what to do.
    """
    cache, recipe = _module("cache"), _module("recipe")
    try:
        sources = [_module("source").obtain(upstream) for upstream in recipe.UPSTREAMS]
        key = cache.key_of(recipe.inputs(*sources))
    except sys.modules[_ALIAS].BuildError as error:
        raise Failure(str(error)) from error
    folder = cache.cache_folder()
    if not (folder / "builds" / key).is_dir():
        say(f"compiling pjproject, once: about a minute on two cores; it is kept in {folder}")


def _module(name: str) -> ModuleType:
    """A module of the build, before its distribution has been built (see hatch_build.py)."""
    if _ALIAS not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            _ALIAS, _FOLDER / "__init__.py", submodule_search_locations=[str(_FOLDER)]
        )
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[_ALIAS] = module
        spec.loader.exec_module(module)
    return importlib.import_module(f"{_ALIAS}.{name}")
