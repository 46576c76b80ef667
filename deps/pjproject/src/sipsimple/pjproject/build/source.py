"""Obtaining sources: a path that the builder names, the cache, Debian's source package."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from . import apt
from .cache import cache_folder, replace_into_place
from .errors import BuildError
from .report import say

_BUILT = shutil.ignore_patterns(".git", "*.o", "*.a", "*.so", "*.so.*", "*.depend", "output")


@dataclass(frozen=True)
class Upstream:
    """Something whose source the build takes.

    Attributes:
        name: What it is called.
        variable: The environment variable that names a folder or a tarball of it.
        package: Debian's source package that has it.
        component: What the name of the package's tarball contains.
        suite: The suite of Debian that is asked.
        seen: Debian's tarballs that were built and tested: SHA-256 to version.
        identify: The version that a source tree says it is; BuildError where it is none.
    """

    name: str
    variable: str
    package: str
    component: str
    suite: str
    seen: Mapping[str, str]
    identify: Callable[[Path], str]

    @property
    def versions(self) -> str:
        """The versions that were tested, as text."""
        return ", ".join(sorted(set(self.seen.values())))


@dataclass(frozen=True)
class Source:
    """Where a source is, and what it is.

    Attributes:
        path: A folder or a tarball.
        digest: SHA-256 in hexadecimal: of the tarball, or of all files of the folder.
        upstream: Whose source it is.
    """

    path: Path
    digest: str
    upstream: Upstream

    def unpack(self, target: Path) -> None:
        """Put the source tree into a folder; the source itself stays as it is.

        Args:
            target: A folder that does not exist yet.

        Raises:
            BuildError: The path does not hold what it should.
        """
        if self.path.is_dir():
            shutil.copytree(self.path, target, symlinks=True, ignore=_BUILT)
        else:
            with tempfile.TemporaryDirectory(dir=target.parent) as folder:
                # The program, since the safe way of Python's tarfile is not in every 3.11.
                command = ["tar", "--extract", "--no-same-owner", "--file", str(self.path)]
                done = subprocess.run(
                    command, cwd=folder, capture_output=True, text=True, check=False
                )
                if done.returncode != 0:
                    raise BuildError(f"{self.path} cannot be unpacked: {done.stderr.strip()}")
                tops = list(Path(folder).iterdir())
                top = tops[0] if len(tops) == 1 else Path(folder)
                top.rename(target)
        self.upstream.identify(target)


def read_version(tree: Path) -> str:
    """The version that a source tree says it is, such as "2.17".

    Args:
        tree: An unpacked source tree.

    Raises:
        BuildError: It is not a source tree of pjproject.
    """
    try:
        text = (tree / "version.mak").read_text()
    except OSError as error:
        raise BuildError(f"{tree} holds no pjproject source: no version.mak in it") from error
    parts = dict(
        re.findall(r"^export PJ_VERSION_(MAJOR|MINOR|REV)[ \t]*:=[ \t]*(\S*)", text, re.MULTILINE)
    )
    return ".".join(parts[key] for key in ("MAJOR", "MINOR", "REV") if parts.get(key))


PJPROJECT = Upstream(
    name="pjproject",
    variable="SIPSIMPLE_PJPROJECT_SOURCE",
    # Debian ships it as a component of the package that needs it.
    package="asterisk",
    component="orig-Xpjproject",
    suite="testing",
    seen={"6860c2f7604b4eee75f38151a9ef69774eb3f0c5286fc1d14bc1db2dc5a9e8aa": "2.17"},
    identify=read_version,
)


def obtain(upstream: Upstream | None = None) -> Source:
    """Find or fetch a source.

    Args:
        upstream: Whose; by default pjproject's.

    Returns:
        What its environment variable names; else the cached tarball; else Debian's.

    Raises:
        BuildError: There is none to be had; says what to set.
    """
    upstream = upstream or PJPROJECT
    named = os.environ.get(upstream.variable)
    if named:
        return from_path(Path(named), upstream)
    for digest in upstream.seen:
        cached = cached_tarball(digest, upstream)
        if cached.is_file() and sha256(cached) == digest:
            return Source(cached, digest, upstream)
    return from_debian(upstream)


def from_path(path: Path, upstream: Upstream) -> Source:
    """The source that the builder named.

    Args:
        path: A folder or a tarball.
        upstream: Whose source it is.

    Raises:
        BuildError: It is not there, or is a folder with something else in it.
    """
    path = path.expanduser().resolve()
    if path.is_file():
        return Source(path, sha256(path), upstream)
    if not path.is_dir():
        raise BuildError(
            f"{upstream.variable} names {path}, which is neither a folder nor a tarball"
        )
    version = upstream.identify(path)
    if version not in upstream.seen.values():
        say(f"{path} is {upstream.name} {version}; this was tested with {upstream.versions}")
    return Source(path, _tree_digest(path), upstream)


def from_debian(upstream: Upstream) -> Source:
    """Fetch Debian's tarball into the cache.

    Args:
        upstream: Whose source.

    Raises:
        BuildError: This is no Debian, the mirror does not answer, or what it has is a version
            that nobody has tested this one with.
    """
    name = upstream.name
    advice = f"Set {upstream.variable} to a folder or tarball of {name} {upstream.versions}."
    mirrors = apt.configured_mirrors()
    if shutil.which("apt-get") is None or not apt.KEYRING.exists() or not mirrors:
        raise BuildError(
            f"{name} is fetched from Debian's source packages, but this system has no apt with "
            f"a Debian mirror. {advice}"
        )
    package, suite = upstream.package, upstream.suite
    say(f"asking {mirrors[0]} for {name} (source package {package} of Debian {suite})")
    with apt.private_apt(mirrors[0], suite) as environment:
        try:
            file = apt.find_source_file(package, upstream.component, environment)
            target = cached_tarball(file.sha256, upstream)
            if not target.is_file():
                with replace_into_place(target) as temporary:
                    apt.download(file, temporary, environment)
        except BuildError as error:
            raise BuildError(f"{name} cannot be fetched. {advice}\n{error}") from error
    source = Source(target, file.sha256, upstream)
    if file.sha256 not in upstream.seen:
        _accept_unknown(source, file.name, advice)
    return source


def _accept_unknown(source: Source, file_name: str, advice: str) -> None:
    """Take a tarball that Debian packed anew only when its version is one that was tested."""
    upstream = source.upstream
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, upstream.name)
        source.unpack(tree)
        version = upstream.identify(tree)
    if version not in upstream.seen.values():
        raise BuildError(
            f"Debian has moved on to {upstream.name} {version} ({file_name}). {advice}"
        )
    say(f"Debian packed {upstream.name} {version} anew ({file_name}); going on with it")


def cached_tarball(digest: str, upstream: Upstream | None = None) -> Path:
    """Where the cache keeps, or would keep, the tarball with this SHA-256."""
    return cache_folder() / "sources" / f"{(upstream or PJPROJECT).name}-{digest}.tar.xz"


def sha256(file: Path) -> str:
    """SHA-256 of a file in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _tree_digest(tree: Path) -> str:
    """SHA-256 over the names and contents of all files that `Source.unpack` would copy."""
    digest = hashlib.sha256()
    for folder, names, files in os.walk(tree):
        ignored = _BUILT(folder, [*names, *files])
        names[:] = sorted(set(names) - ignored)
        for file in sorted(set(files) - ignored):
            path = Path(folder, file)
            if path.is_file():
                digest.update(f"{path.relative_to(tree)}\0{sha256(path)}\0".encode())
    return digest.hexdigest()
