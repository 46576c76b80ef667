"""A folder outside of the source tree that keeps what is dear: sources and finished builds."""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VARIABLE = "SIPSIMPLE_CACHE"
"""The environment variable that names the cache folder."""


def cache_folder() -> Path:
    """`SIPSIMPLE_CACHE`, else ``sipsimple`` in the user's cache (XDG base directories)."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named).expanduser().resolve()
    user = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(user, "sipsimple")


def key_of(inputs: dict[str, str]) -> str:
    """A name for the result of all inputs together.

    Args:
        inputs: What the result depends on, by name.

    Returns:
        20 hexadecimal digits that change with any input.
    """
    digest = hashlib.sha256()
    for name, value in sorted(inputs.items()):
        digest.update(f"{len(name)}:{name}{len(value)}:{value}".encode())
    return digest.hexdigest()[:20]


@contextmanager
def replace_into_place(target: Path) -> Iterator[Path]:
    """Make a file or folder under a temporary name and rename it when it is complete.

    Whoever looks at the target finds nothing or all of it. Two processes may do this at once:
    the first to finish wins.

    Args:
        target: The final name.

    Yields:
        A path that does not exist, in the same file system.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=target.parent) as folder:
        Path(folder).chmod(0o755)
        temporary = Path(folder, target.name)
        yield temporary
        try:
            temporary.rename(target)
        except OSError:
            if not target.is_dir():
                raise
            shutil.rmtree(temporary)


@contextmanager
def locked(target: Path) -> Iterator[None]:
    """Hold a lock between processes, so that only one of them makes the target.

    Args:
        target: What is going to be made; its lock file lies beside it.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_name(f".{target.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
