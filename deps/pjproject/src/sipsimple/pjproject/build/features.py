"""What was asked for must be there: pjproject's configure quietly builds without what it misses."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .errors import BuildError

_SETTINGS = ("build.mak", "build/os-auto.mak", "pjmedia/build/os-auto.mak")
_HEADERS = (
    "pjlib/include/pj/compat/os_auto.h",
    "pjmedia/include/pjmedia-codec/config_auto.h",
)
_VARIABLES = (
    "CFLAGS",
    "CODEC_OBJS",
    "PJMEDIA_OBJS",
    "OS_LDFLAGS",
    "APP_THIRD_PARTY_EXT",
    "APP_THIRD_PARTY_LIBS",
)


@dataclass(frozen=True)
class Feature:
    """Something that configure was asked for.

    Attributes:
        name: What it is called in an error.
        evidence: Words that make's variables, or definitions ("NAME=VALUE") that the generated
            headers, contain when it is in; all of them.
        packages: The Debian packages whose absence is the likely reason.
    """

    name: str
    evidence: tuple[str, ...]
    packages: tuple[str, ...] = ()


FEATURES = (
    Feature("epoll", ("PJ_IOQUEUE_IMP=PJ_IOQUEUE_IMP_EPOLL",), ("libc6-dev",)),
    Feature(
        "TLS and SRTP's AES with OpenSSL",
        ("PJ_SSL_SOCK_IMP=PJ_SSL_SOCK_IMP_OPENSSL", "-lssl", "-lcrypto"),
        ("libssl-dev",),
    ),
    Feature("unique identifiers with libuuid", ("-luuid",), ("uuid-dev",)),
    Feature("ALSA", ("-DPJMEDIA_AUDIO_DEV_HAS_ALSA=1", "-lasound"), ("libasound2-dev",)),
    Feature("SRTP", ("-DPJMEDIA_EXTERNAL_SRTP=2", "-lsrtp2"), ("libsrtp2-dev",)),
    Feature("speex", ("speex_codec.o", "-lspeex"), ("libspeex-dev",)),
    Feature("speex echo canceller", ("echo_speex.o", "-lspeexdsp"), ("libspeexdsp-dev",)),
    Feature(
        "speex resampler",
        ("-DPJMEDIA_RESAMPLE_IMP=PJMEDIA_RESAMPLE_SPEEX",),
        ("libspeexdsp-dev",),
    ),
    Feature("GSM", ("gsm.o", "-lgsm"), ("libgsm1-dev",)),
    Feature("opus", ("PJMEDIA_HAS_OPUS_CODEC=1", "-lopus"), ("libopus-dev",)),
    Feature("G.722", ("g722.o",)),
    Feature("L16", ("l16.o",)),
    Feature("iLBC", ("ilbc.o", "-lilbccodec")),
)
"""Everything but G.711, which leaves a trace only when it is out (see `absent`)."""

_WITHOUT_G711 = "-DPJMEDIA_HAS_G711_CODEC=0"


def evidence_in(tree: Path) -> set[str]:
    """What configure decided, in its own words.

    Args:
        tree: A configured source tree.

    Returns:
        The words of make's variables, and each definition of the generated headers.
    """
    includes = "".join(f"include {name}\n" for name in _SETTINGS)
    values = " ".join(f"$({name})" for name in _VARIABLES)
    done = subprocess.run(
        ["make", "--silent", "--file=-", "all"],
        input=f"{includes}all: ; @:\n$(info {values})\n",
        cwd=tree,
        capture_output=True,
        text=True,
        check=True,
    )
    words = set(done.stdout.split())
    for name in _HEADERS:
        text = (tree / name).read_text()
        words.update(
            f"{m[1]}={m[2]}" for m in re.finditer(r"^#define\s+(\S+)\s+(\S+)", text, re.MULTILINE)
        )
    return words


def absent(words: set[str]) -> list[Feature]:
    """The features that a build with this evidence would lack."""
    lacking = [feature for feature in FEATURES if not words.issuperset(feature.evidence)]
    if _WITHOUT_G711 in words:
        lacking.append(Feature("G.711", ()))
    return lacking


def check(tree: Path) -> None:
    """Refuse a configured tree that lacks a feature.

    Args:
        tree: A configured source tree.

    Raises:
        BuildError: Names what is lacking and what to install for it.
    """
    lacking = absent(evidence_in(tree))
    if not lacking:
        return
    names = ", ".join(feature.name for feature in lacking)
    packages = dict.fromkeys(package for feature in lacking for package in feature.packages)
    advice = f"Install: {' '.join(packages)}" if packages else "See config.log."
    raise BuildError(f"pjproject's configure did not find what it needs for: {names}. {advice}")
