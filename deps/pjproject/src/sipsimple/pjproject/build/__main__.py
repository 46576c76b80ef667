"""``python -m sipsimple.pjproject.build``: the steps of the build, one by one, for people."""

import argparse
import sys

from . import recipe, source, system_packages
from .cache import cache_folder
from .errors import BuildError
from .extensions import PJProject

SOURCES = " and ".join(upstream.variable for upstream in recipe.UPSTREAMS)


def main(arguments: list[str] | None = None) -> int:
    """Run one step.

    Args:
        arguments: Those of the command line by default.

    Returns:
        The exit status: 1 when something is missing.
    """
    parser = argparse.ArgumentParser(prog="python -m sipsimple.pjproject.build")
    steps = parser.add_subparsers(dest="step", required=True)
    steps.add_parser("packages", help="Debian packages that building takes, and which are missing")
    steps.add_parser("obtain", help=f"find or fetch the sources ({SOURCES} name others)")
    steps.add_parser("build", help="compile pjproject, or find that build in the cache")
    steps.add_parser("paths", help="where the cache and the installed libraries and headers are")
    step = parser.parse_args(arguments).step
    try:
        match step:
            case "packages":
                return _packages()
            case "obtain":
                for upstream in recipe.UPSTREAMS:
                    print(source.obtain(upstream).path)
            case "build":
                print(recipe.build())
            case "paths":
                _paths()
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _packages() -> int:
    print("needed: ", *system_packages.needed())
    missing = system_packages.missing(system_packages.needed())
    print("missing:", *(missing or ["none"]))
    if missing:
        print(system_packages.install_command(missing))
    return 1 if missing else 0


def _paths() -> None:
    print("cache:    ", cache_folder())
    installed = PJProject.installed()
    print("libraries:", installed.lib)
    print("headers:  ", installed.include)


if __name__ == "__main__":
    sys.exit(main())
