"""iLBC, which Debian strips from pjproject, put back from WebRTC's implementation.

pjmedia's codec `ilbc.c` calls the reference implementation of RFC 3951 by its function
names. WebRTC has a fixed-point implementation under the BSD license, which Debian ships
in the source package libtgowt; `rfc3951.c` gives it those names. What is compiled is the
codec's own folder and the part of WebRTC's signal processing that it calls.
"""

import re
import shutil
from pathlib import Path

from ..errors import BuildError
from ..source import Upstream

CODEC = "modules/audio_coding/codecs/ilbc"
SIGNAL_PROCESSING = "common_audio/signal_processing"
SQUARE_ROOT = "common_audio/third_party/spl_sqrt_floor"

SIGNAL_PROCESSING_FILES = (
    "auto_correlation",
    "copy_set_operations",
    "cross_correlation",
    "division_operations",
    "downsample_fast",
    "energy",
    "filter_ar_fast_q12",
    "filter_ma_fast_q12",
    "get_scaling_square",
    "ilbc_specific_functions",
    "levinson_durbin",
    "min_max_operations",
    "refl_coef_to_lpc",
    "spl_init",
    "spl_sqrt",
    "vector_scaling_operations",
)

HEADER_FOLDERS = (CODEC, SIGNAL_PROCESSING, SQUARE_ROOT, "rtc_base")

FOLDER = Path(__file__).parent
"""Our part of it, in C."""


def identify(tree: Path) -> str:
    """The one version that there is: the codec has been finished since 2004 (RFC 3951).

    Args:
        tree: An unpacked source tree.

    Raises:
        BuildError: It is not WebRTC, or has no iLBC.
    """
    if not (tree / "src" / CODEC / "defines.h").is_file():
        raise BuildError(f"{tree} holds no WebRTC with iLBC: no src/{CODEC} in it")
    return "with iLBC"


WEBRTC = Upstream(
    name="webrtc",
    variable="SIPSIMPLE_WEBRTC_SOURCE",
    package="libtgowt",
    component=".orig.tar",
    # A stable release, whose files a mirror keeps; pjproject 2.17 is in none yet.
    suite="bookworm",
    seen={"6dea19e84d8dc1ae60d3f6215bf946fd445587189c3a768a40a9f75e974ac282": "with iLBC"},
    identify=identify,
)


def add(webrtc: Path, tree: Path) -> None:
    """Put the codec's sources into pjproject's tree, for pjproject's own makefiles.

    Args:
        webrtc: The unpacked source package libtgowt.
        tree: The unpacked source of pjproject.

    Raises:
        BuildError: A file that is needed is not there.
    """
    source = webrtc / "src"
    target = tree / "third_party/ilbc"
    target.mkdir(exist_ok=True)
    files = [*(source / CODEC).glob("*.c"), source / SQUARE_ROOT / "spl_sqrt_floor.c"]
    files += [source / SIGNAL_PROCESSING / f"{name}.c" for name in SIGNAL_PROCESSING_FILES]
    files += FOLDER.glob("*.c")
    missing = [file for file in files if not file.is_file()]
    if missing:
        raise BuildError(f"this WebRTC has changed: it has no {missing[0].relative_to(webrtc)}")
    for file in [*files, *FOLDER.glob("*.h")]:
        shutil.copy(file, target)
    for folder in HEADER_FOLDERS:
        for header in (source / folder).rglob("*.h"):
            copy = target / "webrtc" / header.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(header, copy)
    shutil.copytree(FOLDER / "absl", target / "webrtc/absl", dirs_exist_ok=True)
    _edit_makefile(tree / "third_party/build/ilbc/Makefile", sorted(file.stem for file in files))


def include_flags(tree: Path) -> tuple[str, ...]:
    """Compiler flags with which pjmedia's `ilbc.c` and the codec itself find WebRTC's headers.

    Args:
        tree: The unpacked source of pjproject.
    """
    return (f"-I{tree / 'third_party/ilbc/webrtc'}", "-DWEBRTC_POSIX", "-DWEBRTC_LINUX")


def _edit_makefile(makefile: Path, stems: list[str]) -> None:
    """Name our object files in place of the reference implementation's."""
    objects = " ".join(f"{stem}.o" for stem in stems)
    text, count = re.subn(
        r"^export ILBC_OBJS = (?:.*\\\n)*.*$",
        f"export ILBC_OBJS = {objects}",
        makefile.read_text(),
        flags=re.MULTILINE,
    )
    if count != 1:
        raise BuildError(f"{makefile} has changed: it names no ILBC_OBJS")
    makefile.write_text(text)
