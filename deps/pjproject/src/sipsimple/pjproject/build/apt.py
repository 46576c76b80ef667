"""Fetching one file of a Debian source package without touching the system's apt set-up.

apt gets a configuration of its own whose every folder is temporary: its lists, its cache, its
sources.list with a single ``deb-src`` line. Signatures are checked against Debian's keyring as
always. Works as any user.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .errors import BuildError
from .report import say

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
ETC = Path("/etc/apt")


@dataclass(frozen=True)
class RemoteFile:
    """A file of a source package, as a signed index lists it.

    Attributes:
        uri: Where it is.
        name: What it is called there.
        sha256: Its SHA-256 in hexadecimal.
    """

    uri: str
    name: str
    sha256: str


def configured_mirrors(etc: Path = ETC) -> list[str]:
    """The mirrors of Debian's main archive that this system takes its packages from.

    Args:
        etc: apt's configuration folder.

    Returns:
        Their URIs, in the order in which apt reads them.
    """
    files = [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*"))]
    found: list[str] = []
    for file in files:
        if file.is_file() and file.suffix in (".list", ".sources"):
            read = _one_line_entries if file.suffix == ".list" else _deb822_entries
            for uri, suite, components in read(file.read_text()):
                # A security or third-party archive has no Sources of testing.
                is_archive = uri.rstrip("/").endswith(("/debian", ".list"))
                if is_archive and "security" not in suite and "main" in components:
                    found.append(uri)
    return list(dict.fromkeys(found))


def _one_line_entries(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """URI, suite and components of each line, sources.list(5), "one-line-style format"."""
    for line in text.splitlines():
        match = re.match(r"deb(?:-src)?\s+(?:\[[^]]*\]\s+)?(\S+)\s+(\S+)\s*([^#]*)", line.strip())
        if match:
            yield match[1], match[2], match[3].split()


def _deb822_entries(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """URI, suite and components of each stanza, sources.list(5), "deb822-style format"."""
    text = re.sub(r"^#.*\n?", "", text, flags=re.MULTILINE)
    for stanza in re.split(r"\n\s*\n", text):
        fields = {
            match[1].lower(): match[2].split()
            for match in re.finditer(r"^([\w-]+):((?:.*)(?:\n[ \t].*)*)", stanza, re.MULTILINE)
        }
        if fields.get("enabled") == ["no"]:
            continue
        for uri in fields.get("uris", []):
            for suite in fields.get("suites", []):
                yield uri, suite, fields.get("components", [])


@contextmanager
def private_apt(mirror: str, suite: str) -> Iterator[dict[str, str]]:
    """An environment in which apt knows the sources of one suite and nothing else.

    Args:
        mirror: URI of a mirror of Debian's archive.
        suite: Name of the suite, such as "testing".

    Yields:
        Environment variables to run apt with.
    """
    with tempfile.TemporaryDirectory(prefix="sipsimple-apt-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # apt, when root, downloads as the user _apt
        for part in (
            "etc/apt.conf.d",
            "etc/preferences.d",
            "state/lists/partial",
            "cache/archives",
        ):
            (folder / part).mkdir(parents=True)
        (folder / "cache/archives/partial").mkdir()
        (folder / "status").touch()
        # A mirror may be a snapshot that is weeks old; the file's own hash is compared below.
        options = f"signed-by={KEYRING} check-valid-until=no"
        sources = folder / "etc/sources.list"
        sources.write_text(f"deb-src [{options}] {mirror} {suite} main\n")
        lines = [
            f'Dir "{folder}";',
            f'Dir::Etc "{folder}/etc";',
            f'Dir::Etc::sourcelist "{sources}";',
            'Dir::Etc::sourceparts "-";',
            f'Dir::Etc::netrc "{ETC}/auth.conf";',
            f'Dir::Etc::netrcparts "{ETC}/auth.conf.d";',
            f'Dir::State "{folder}/state";',
            f'Dir::State::status "{folder}/status";',
            f'Dir::Cache "{folder}/cache";',
            *_acquire_settings(),
        ]
        configuration = folder / "apt.conf"
        configuration.write_text("\n".join(lines) + "\n")
        yield {**os.environ, "APT_CONFIG": str(configuration), "LC_ALL": "C.UTF-8"}


def _acquire_settings() -> list[str]:
    """How this system reaches mirrors: its proxies, certificates, time-outs."""
    dump = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True)
    keep = re.compile(r"Acquire::(?:https?|ftp|Retries|Check-|Queue|Force|Max-)", re.IGNORECASE)
    return [line for line in dump.stdout.splitlines() if keep.match(line)]


def find_source_file(package: str, pattern: str, environment: dict[str, str]) -> RemoteFile:
    """Look a file of a source package up in the signed index.

    Args:
        package: Name of the source package.
        pattern: What the file's name contains.
        environment: From `private_apt`.

    Raises:
        BuildError: The index cannot be had, or has no such file.
    """
    _run(["apt-get", "update", "-qq"], environment)
    command = ["apt-get", "source", "--print-uris", "--download-only", "-qq", package]
    listing = _run(command, environment)
    for line in listing.splitlines():
        match = re.fullmatch(r"'(\S+)' (\S+) \d+ SHA256:([0-9a-f]{64})", line.strip())
        if match and pattern in match[2]:
            return RemoteFile(uri=match[1], name=match[2], sha256=match[3])
    raise BuildError(f"Debian's source package {package} has no file named *{pattern}*:\n{listing}")


def download(file: RemoteFile, target: Path, environment: dict[str, str]) -> None:
    """Fetch a file with apt's own downloader, which compares its hash.

    Args:
        file: What to fetch.
        target: Where to put it.
        environment: From `private_apt`.

    Raises:
        BuildError: It cannot be had, or is not the file that the index lists.
    """
    helper = shutil.which("apt-helper", path="/usr/lib/apt:/usr/libexec/apt") or "apt-helper"
    say(f"downloading {file.name}")
    command = [helper, "download-file", file.uri, str(target), f"SHA256:{file.sha256}"]
    _run(command, environment)


def _run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BuildError(
            f"`{' '.join(command)}` failed with status {done.returncode}:\n"
            f"{done.stdout}{done.stderr}"
        )
    return done.stdout
