"""The check of the public face finds what is missing."""

import sys
from pathlib import Path

import pytest

from tools import check_public

ROOT = Path(__file__).resolve().parents[2]

GOOD = '''\
"""A package."""

__all__ = ["Thing", "make"]


class Thing:
    """A thing.

    Attributes:
        size: In metres.
    """

    def grow(self, by):
        """Grow."""

    @property
    def size(self): ...

    def _hidden(self): ...


def make():
    """Make one."""
'''


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Makes `sipsimple.sample` importable with given code, and gives the repository's root."""
    folder = tmp_path / "packages/sipsimple-sample/src/sipsimple/sample"
    folder.mkdir(parents=True)
    (folder / "py.typed").touch()
    namespace = __import__("sipsimple").__path__
    monkeypatch.setattr("sipsimple.__path__", [*namespace, str(folder.parent)])

    def write(code: str) -> Path:
        (folder / "__init__.py").write_text(code)
        return tmp_path

    yield write
    sys.modules.pop("sipsimple.sample", None)
    vars(sys.modules["sipsimple"]).pop("sample", None)


def test_this_repository_is_complete():
    assert check_public.problems(ROOT) == []


def test_a_described_package_passes(package):
    assert check_public.problems(package(GOOD)) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('    """Make one."""', "    pass", "__init__.py:22: sipsimple.sample.make has no doc"),
        ('        """Grow."""', "        pass", "__init__.py:13: sipsimple.sample.Thing.grow has"),
        ("        size: In metres.\n", "", "sipsimple.sample.Thing.size has no docstring"),
        ('"""A package."""\n', "", "sipsimple.sample has no docstring"),
        ('"make"]', '"make", "typo"]', "sipsimple.sample.typo is in __all__ and does not exist"),
        ("def make():", "import typo\ndef make():", "cannot be imported: ModuleNotFoundError"),
        (
            "    def grow(self, by):",
            "    grow = dict.pop\n    def _grow(self, by):",
            "sipsimple.sample.Thing.grow has no signature",
        ),
    ],
)
def test_what_is_missing_is_found(package, old, new, message):
    assert old in GOOD

    found = check_public.problems(package(GOOD.replace(old, new)))

    assert len(found) == 1
    assert message in found[0]


def test_cython_modules_need_their_companions(package):
    root = package(GOOD)
    folder = root / "packages/sipsimple-sample/src/sipsimple/sample"
    (folder / "fast.pyx").touch()
    (folder / "py.typed").unlink()
    (folder.parent / "__init__.pxd").touch()

    found = "\n".join(check_public.problems(root))

    assert "fast.pyx:1: has no fast.pyi" in found
    assert "fast.pyx:1: its folder has no __init__.pxd" in found
    assert "__init__.py:1: its folder has no py.typed" in found
    assert "__init__.pxd:1: a namespace must have no __init__.pxd" in found


def test_the_exit_status_tells(package, capsys):
    assert check_public.main(package(GOOD)) == 0
    root = package(GOOD)
    (root / "packages/sipsimple-sample/src/sipsimple/sample/py.typed").unlink()
    assert check_public.main(root) == 1
    assert "has no py.typed" in capsys.readouterr().out
