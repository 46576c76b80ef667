"""Putting WebRTC's iLBC into pjproject's tree."""

import pytest

from sipsimple.pjproject.build import BuildError, ilbc

MAKEFILE = """\
export ILBC_OBJS = FrameClassify.o LPCdecode.o \\
                   syntFilter.o
export ILBC_CFLAGS = $(_CFLAGS)
"""


@pytest.fixture
def webrtc(tmp_path):
    """As much of WebRTC as the codec takes, without contents."""
    folder = tmp_path / "webrtc"
    files = [f"{ilbc.CODEC}/{name}" for name in ("encode.c", "decode.c", "defines.h")]
    files += [f"{ilbc.SQUARE_ROOT}/spl_sqrt_floor.c", "rtc_base/checks.h"]
    files += [f"{ilbc.SIGNAL_PROCESSING}/{name}.c" for name in ilbc.SIGNAL_PROCESSING_FILES]
    for file in files:
        path = folder / "src" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


@pytest.fixture
def tree(tmp_path):
    """pjproject as Debian leaves it: a makefile for iLBC, no iLBC."""
    makefile = tmp_path / "pjproject" / "third_party/build/ilbc/Makefile"
    makefile.parent.mkdir(parents=True)
    makefile.write_text(MAKEFILE)
    return tmp_path / "pjproject"


def test_the_makefile_names_the_objects_of_the_sources_beside_it(webrtc, tree):
    ilbc.add(webrtc, tree)
    first, flags = (tree / "third_party/build/ilbc/Makefile").read_text().splitlines()
    objects = first.removeprefix("export ILBC_OBJS = ").split()
    sources = sorted(path.name for path in (tree / "third_party/ilbc").glob("*.c"))
    assert [name.replace(".o", ".c") for name in objects] == sources
    assert {"encode.c", "rfc3951.c", "spl_sqrt_floor.c", "vector_scaling_operations.c"} < set(
        sources
    )
    assert flags == "export ILBC_CFLAGS = $(_CFLAGS)"


def test_headers_keep_their_folders(webrtc, tree):
    ilbc.add(webrtc, tree)
    (include, *_) = ilbc.include_flags(tree)
    headers = tree / "third_party/ilbc/webrtc"
    assert include == f"-I{headers}"
    assert (headers / ilbc.CODEC / "defines.h").exists()
    assert (headers / "rtc_base/checks.h").exists()
    assert (headers / "absl/base/attributes.h").exists()


def test_a_missing_file_is_an_error_naming_it(webrtc, tree):
    (webrtc / "src" / ilbc.SIGNAL_PROCESSING / "energy.c").unlink()
    with pytest.raises(BuildError, match=r"no \S*/energy\.c"):
        ilbc.add(webrtc, tree)


def test_a_makefile_that_has_changed_is_an_error(webrtc, tree):
    (tree / "third_party/build/ilbc/Makefile").write_text("all:\n")
    with pytest.raises(BuildError, match="names no ILBC_OBJS"):
        ilbc.add(webrtc, tree)
