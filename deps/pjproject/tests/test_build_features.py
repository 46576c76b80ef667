"""A feature that was asked for and not found is an error, not a smaller build."""

import pytest

from sipsimple.pjproject.build import BuildError, features

ALL = {word for feature in features.FEATURES for word in feature.evidence}


def test_nothing_is_absent_when_all_evidence_is_there():
    assert features.absent(ALL | {"-O2"}) == []


@pytest.mark.parametrize("feature", features.FEATURES, ids=lambda feature: feature.name)
def test_each_piece_of_evidence_is_needed(feature):
    for word in feature.evidence:
        assert feature.name in [found.name for found in features.absent(ALL - {word})]


def test_g711_is_absent_when_it_was_switched_off():
    absent = features.absent(ALL | {"-DPJMEDIA_HAS_G711_CODEC=0"})
    assert [feature.name for feature in absent] == ["G.711"]


@pytest.fixture
def tree(tmp_path):
    """A tree as configure leaves it, with everything in."""
    for name in (
        "build.mak",
        "build/os-auto.mak",
        "pjmedia/build/os-auto.mak",
        "pjlib/include/pj/compat/os_auto.h",
        "pjmedia/include/pjmedia-codec/config_auto.h",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    defined = sorted(word for word in ALL if "=" in word and not word.startswith("-"))
    header = "".join(f"#define {word.replace('=', ' ')}\n" for word in defined)
    (tmp_path / "pjlib/include/pj/compat/os_auto.h").write_text(header)
    objects = " ".join(sorted(word for word in ALL if word.endswith(".o")))
    switches = " ".join(sorted(word for word in ALL if word.startswith("-D")))
    libraries = " ".join(sorted(word for word in ALL if word.startswith("-l")))
    (tmp_path / "build/os-auto.mak").write_text(f"export OS_LDFLAGS := {libraries}\n")
    (tmp_path / "pjmedia/build/os-auto.mak").write_text(
        f"export CODEC_OBJS={objects}\nifneq (2,0)\nexport CFLAGS += {switches}\nendif\n"
    )
    return tmp_path


def test_a_tree_with_everything_passes(tree):
    assert features.check(tree) is None


def test_the_error_names_what_is_absent_and_what_to_install(tree):
    makefile = tree / "build/os-auto.mak"
    makefile.write_text(makefile.read_text().replace("-lopus", "").replace("-lasound", ""))
    with pytest.raises(BuildError) as raised:
        features.check(tree)
    message = str(raised.value)
    assert "ALSA, opus" in message
    assert "Install: libasound2-dev libopus-dev" in message
