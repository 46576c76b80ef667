"""How pjproject is compiled, once for all distributions."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import features, ilbc, system_packages
from .cache import cache_folder, key_of, locked, replace_into_place
from .elf import set_runpath
from .errors import BuildError
from .report import say
from .source import PJPROJECT, Source, obtain

CONFIGURE = (
    "--enable-shared",
    "--enable-epoll",
    "--enable-speex-resample",
    "--with-external-gsm",
    "--with-external-speex",
    "--with-external-srtp",
    "--disable-g7221-codec",  # Debian strips it from the tarball
    "--disable-resample",  # third_party's, also stripped; speex does it
    "--disable-ffmpeg",
    "--disable-libwebrtc",
    "--disable-libyuv",
    "--disable-openh264",
    "--disable-pjsua2",
    "--disable-sdl",
    "--disable-upnp",
    "--disable-v4l2",
    "--disable-video",
    "--disable-vpx",
)

CFLAGS = ("-O2", "-g1", "-fPIC", "-fno-omit-frame-pointer", "-DNDEBUG")
"""NDEBUG: a failed pj_assert would abort a Python process; the checks that return an error stay."""

LIBRARIES = {
    "pjlib": ("pj",),
    "pjlib-util": ("pjlib-util",),
    "pjnath": ("pjnath",),
    "pjmedia": ("pjmedia", "pjmedia-audiodev", "pjmedia-codec"),
    "pjsip": ("pjsip", "pjsip-simple", "pjsip-ua"),
    "third_party": ("ilbccodec",),
}
"""What is shipped, by the part of the source tree that makes it. Not pjsdp, which has a second
copy of pjmedia's state, and none of the application layers."""

UPSTREAMS = (PJPROJECT, ilbc.WEBRTC)
"""Whose sources a build takes."""

CONFIG_SITE = Path(__file__).with_name("config_site.h")

_NOT_SHIPPED = shutil.ignore_patterns("*.hpp", "*.in", "*.cm", "pj++", "pjsua*", "config_site_*.h")


def build(pjproject: Source | None = None, webrtc: Source | None = None) -> Path:
    """The finished build, made if the cache does not have it.

    Args:
        pjproject: What to build; by default what `source.obtain` finds.
        webrtc: Where its iLBC comes from; by default what `source.obtain` finds.

    Returns:
        A folder of the cache with ``lib`` and ``include`` in it.

    Raises:
        BuildError: The source or something to build it with is missing, or it does not compile.
    """
    pjproject = pjproject or obtain(PJPROJECT)
    webrtc = webrtc or obtain(ilbc.WEBRTC)
    target = cache_folder() / "builds" / key_of(inputs(pjproject, webrtc))
    with locked(target):
        if not target.is_dir():
            with replace_into_place(target) as folder:
                _build(pjproject, webrtc, folder)
    return target


def inputs(pjproject: Source, webrtc: Source) -> dict[str, str]:
    """Everything that a build depends on, by name; the cache's key is made of it.

    Args:
        pjproject: What to build.
        webrtc: Where its iLBC comes from.
    """
    codec = sorted(path for path in ilbc.FOLDER.rglob("*") if path.suffix in (".py", ".c", ".h"))
    return {
        "pjproject": pjproject.digest,
        "webrtc": webrtc.digest,
        "ilbc": "".join(path.read_text() for path in codec),
        "configure": " ".join(CONFIGURE),
        "config_site.h": CONFIG_SITE.read_text(),
        "recipe": Path(__file__).read_text(),
        "compiler": _compiler(),
        "libraries": _library_versions(),
        **{name: os.environ.get(name, "") for name in ("CFLAGS", "LDFLAGS")},
    }


def _compiler() -> str:
    command = os.environ.get("CC", "gcc")
    try:
        done = subprocess.run(
            [*command.split(), "--version"], capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise BuildError(
            f"There is no C compiler ({command}: {error.strerror}). On Debian, install what "
            f"building takes:\n  {system_packages.install_command(system_packages.needed())}"
        ) from error
    return done.stdout


def _library_versions() -> str:
    """The versions of what pjproject is linked with, as far as the system can tell."""
    modules = ("alsa", "openssl", "opus", "speex", "speexdsp", "libsrtp2", "uuid")
    queries = (
        ["pkg-config", "--modversion", *modules],
        ["dpkg-query", "--show", *system_packages.LIBRARIES],
    )
    versions = ""
    for query in queries:
        if shutil.which(query[0]):
            versions += subprocess.run(query, capture_output=True, text=True, check=False).stdout
    return versions


def _build(pjproject: Source, webrtc: Source, target: Path) -> None:
    """Compile the sources into a new folder."""
    with tempfile.TemporaryDirectory(prefix="sipsimple-pjproject-") as folder:
        tree = Path(folder, "pjproject")
        pjproject.unpack(tree)
        _prepare(tree)
        webrtc.unpack(Path(folder, "webrtc"))
        ilbc.add(Path(folder, "webrtc"), tree)
        flags = (
            *CFLAGS,
            *ilbc.include_flags(tree),
            f"-ffile-prefix-map={tree}=pjproject",
            os.environ.get("CFLAGS", ""),
        )
        environment = {**os.environ, "CFLAGS": " ".join(flags).strip(), "CXXFLAGS": " ".join(flags)}
        # A make that runs this build must not lend its own flags and job server.
        for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL"):
            environment.pop(name, None)
        jobs = f"--jobs={len(os.sched_getaffinity(0))}"
        say(f"configuring pjproject from {pjproject.path}")
        _run(["./aconfigure", *CONFIGURE], tree, environment)
        features.check(tree)
        say("compiling pjproject, about a minute")
        _run(["make", "dep"], tree, environment)
        _run(["make", jobs, "lib"], tree, environment)
        _collect(tree, target)


def _prepare(tree: Path) -> None:
    """Our settings, and one object file less: Debian's tarball has no source for it."""
    shutil.copy(CONFIG_SITE, tree / "pjlib/include/pj/config_site.h")
    makefile = tree / "pjmedia/build/Makefile"
    makefile.write_text(makefile.read_text().replace("bdimad_dev.o", ""))
    for script in ("aconfigure", "config.guess", "config.sub"):
        (tree / script).chmod(0o755)


def _collect(tree: Path, target: Path) -> None:
    """Copy the libraries and headers out of a built tree."""
    lib, include = target / "lib", target / "include"
    lib.mkdir(parents=True)
    for part, names in LIBRARIES.items():
        if (tree / part / "include").is_dir():
            shutil.copytree(
                tree / part / "include", include, ignore=_NOT_SHIPPED, dirs_exist_ok=True
            )
        for name in names:
            library = lib / f"lib{name}.so.2"
            shutil.copy(tree / part / "lib" / library.name, library)
            set_runpath(library, "$ORIGIN")


def _run(command: list[str], tree: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        command,
        cwd=tree,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        tail = "\n".join(done.stdout.splitlines()[-30:])
        missing = system_packages.missing(system_packages.needed())
        advice = (
            f"\nInstall first:\n  {system_packages.install_command(missing)}" if missing else ""
        )
        raise BuildError(
            f"`{' '.join(command)}` failed with status {done.returncode}:\n{tail}{advice}"
        )
