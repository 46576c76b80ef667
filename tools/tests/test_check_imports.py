"""The check of import directions finds what it is there for."""

from pathlib import Path

import pytest

from tools import check_imports

ROOT = Path(__file__).resolve().parents[2]


def tree(root: Path, **files: str) -> Path:
    """A repository with one file per argument, `core__a_py="…"` for sipsimple/core/a.py."""
    for name, text in files.items():
        folder, _, file = name.partition("__")
        stem, _, suffix = file.rpartition("_")
        path = root / "packages" / f"sipsimple-{folder}" / "src" / "sipsimple" / folder
        path.mkdir(parents=True, exist_ok=True)
        (path / f"{stem}.{suffix}").write_text(text)
    return root


def test_this_repository_keeps_the_directions():
    assert check_imports.problems(ROOT) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("core__a_py", "import sipsimple.media\n"),
        ("core__a_py", "from sipsimple.media.bridge import bridge\n"),
        ("core__a_py", "from sipsimple import media\n"),
        ("core__a_py", "from ..media import bridge\n"),
        ("core__a_py", "def f():\n    import sipsimple.media\n"),
        ("core__a_pyi", "from sipsimple.engine import Engine\n"),
        ("core__a_pyx", "from sipsimple.media.bridge cimport Bridge\n"),
        ("core__a_pyx", "cimport sipsimple.media.bridge\n"),
        ("core__a_pxd", "from sipsimple cimport media\n"),
        ("core__a_pxd", "from ..media.bridge cimport (\n    Bridge,\n)\n"),
        ("media__a_pyx", "from sipsimple.core.invitation cimport Invitation\n"),
        ("sdp__a_pyx", "from sipsimple.core.uri cimport SIPURI\n"),
        ("pjproject__a_py", "import sipsimple.sdp\n"),
        ("engine__a_py", "from sipsimple.core import SIPURI\n"),
        ("engine__a_py", "try:\n    import sipsimple.media\nexcept ImportError:\n    pass\n"),
    ],
)
def test_an_import_in_the_wrong_direction_is_found_with_its_place(tmp_path, name, text):
    root = tree(tmp_path, **{name: text})

    found = check_imports.problems(root)

    line = next(number for number, line in enumerate(text.splitlines(), 1) if "import" in line)
    file = name.partition("__")[2].replace("_", ".")
    assert len(found) == 1
    assert f"{file}:{line}: " in found[0]
    assert "must not import" in found[0]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("core__a_py", "import os\nfrom sipsimple.sdp import SDPSession\nfrom . import uri\n"),
        ("core__a_pyx", "from sipsimple.pjproject.events cimport Event, post\ncimport cython\n"),
        ("engine__a_py", "def f():\n    from sipsimple.core import SIPURI\n    return SIPURI\n"),
        (
            "engine__a_py",
            "from typing import TYPE_CHECKING\n"
            "if TYPE_CHECKING:\n    from sipsimple.media import AudioTransport\n",
        ),
    ],
)
def test_an_import_in_the_right_direction_is_not(tmp_path, name, text):
    assert check_imports.problems(tree(tmp_path, **{name: text})) == []


def test_build_code_and_runtime_know_nothing_of_each_other(tmp_path):
    source = tmp_path / "deps/pjproject/src/sipsimple/pjproject"
    (source / "build").mkdir(parents=True)
    (source / "build" / "a.py").write_text("from sipsimple.pjproject.loader import load\n")
    (source / "b.py").write_text("from sipsimple.pjproject.build import a\n")

    found = check_imports.problems(tmp_path)

    assert len(found) == 2
    assert any("build/a.py:1: sipsimple.pjproject.build must not import" in x for x in found)
    assert any("pjproject/b.py:1: sipsimple.pjproject must not import" in x for x in found)


def test_a_new_part_must_be_named_in_the_rules(tmp_path):
    assert "is in no known part" in check_imports.problems(tree(tmp_path, video__a_py=""))[0]


def test_the_exit_status_tells(tmp_path, capsys):
    assert check_imports.main(tree(tmp_path, core__a_py="import sipsimple.media\n")) == 1
    assert "must not import sipsimple.media" in capsys.readouterr().out
    assert check_imports.main(tree(tmp_path, core__a_py="")) == 0
