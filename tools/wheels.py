"""``nox -s wheels``: all wheels, into ``dist``, each only when its inputs have changed."""

import hashlib
import json
import sys
import tempfile
import time
from pathlib import Path

from . import system
from .environment import environment
from .repository import DIST, ROOT, Distribution, distributions
from .run import check, main, say

KEYS = ROOT / "build" / "wheels.json"
"""What each wheel in ``dist`` was made of."""

_MADE = {".so", ".c", ".pyc"}


def build(*, force: bool = False) -> list[Path]:
    """Bring ``dist`` up to date.

    Args:
        force: Build every wheel, changed or not.

    Returns:
        The wheels, each after those that it is built with.

    Raises:
        Failure: A wheel cannot be built.
    """
    keys = json.loads(KEYS.read_text()) if KEYS.exists() and not force else {}
    wanted = _keys()
    for distribution in distributions():
        name = distribution.name
        if keys.get(name) == wanted[name] and distribution.wheel() is not None:
            continue
        system.ensure(build=True)
        _build(distribution)
        keys[name] = wanted[name]
        KEYS.parent.mkdir(exist_ok=True)
        KEYS.write_text(json.dumps(keys, indent=2))
    built = [distribution.wheel() for distribution in distributions()]
    return [wheel for wheel in built if wheel is not None]


def _build(distribution: Distribution) -> None:
    python = environment("wheels")
    say(f"building the wheel of {distribution.name}")
    if distribution.name == system.PJPROJECT:
        system.announce_pjproject()
    start = time.monotonic()
    DIST.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".building-", dir=DIST) as folder:
        pip: list[str | Path] = [
            python,
            "-m",
            "pip",
            "--disable-pip-version-check",
            "wheel",
            "--quiet",
        ]
        where: list[str | Path] = ["--no-deps", "--find-links", DIST, "--wheel-dir", folder]
        check([*pip, *where, distribution.folder])
        for old in DIST.glob(f"{distribution.name.replace('-', '_')}-*.whl"):
            old.unlink()
        for new in Path(folder).glob("*.whl"):
            wheel = new.rename(DIST / new.name)
            seconds = time.monotonic() - start
            say(f"{wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB, {seconds:.0f} s")


def _keys() -> dict[str, str]:
    """A digest of all that each wheel is made of, by name of its distribution."""
    keys: dict[str, str] = {}
    for distribution in distributions():
        digest = hashlib.sha256(sys.version.encode())
        for name in sorted(distribution.build_requires & keys.keys()):
            digest.update(keys[name].encode())
        for path in _inputs(distribution.folder):
            digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
        keys[distribution.name] = digest.hexdigest()
    return keys


def _inputs(folder: Path) -> list[Path]:
    """The files of a distribution that can end in its wheel; not what editable installs made."""
    made = [folder / "src/sipsimple/pjproject" / name for name in ("include", "lib")]
    files = [
        path
        for path in (folder / "src").rglob("*")
        if path.is_file()
        and path.suffix not in _MADE
        and not any(path.is_relative_to(place) for place in made)
    ]
    files += [path for path in folder.iterdir() if path.is_file()]
    return sorted(files)


def _main(arguments: list[str]) -> int:
    for wheel in build(force="--force" in arguments):
        print(wheel.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    main(_main)
