"""The check of versions finds what does not fit."""

from pathlib import Path

import pytest

from tools import check_versions

ROOT = Path(__file__).resolve().parents[2]


def distribution(root: Path, name: str, version: str = "1.2.0", *dependencies: str) -> None:
    folder = root / "packages" / name
    source = folder / "src" / name.replace("-", "/")
    source.mkdir(parents=True)
    listed = ", ".join(f'"{dependency}"' for dependency in dependencies)
    (folder / "pyproject.toml").write_text(
        f'[project]\nname = "{name}"\nversion = "{version}"\ndependencies = [{listed}]\n'
    )
    (source / "__init__.py").write_text(f'"""Doc."""\n\n__version__ = "{version}"\n')


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## 1.2.0 (2026-01-01)\n")
    distribution(tmp_path, "sipsimple-a")
    return tmp_path


def test_this_repository_is_one_train():
    assert check_versions.problems(ROOT) == []


def test_exact_pins_of_the_same_version_pass(root):
    distribution(root, "sipsimple-b", "1.2.0", "sipsimple-a==1.2.0", "zope.interface>=5")
    distribution(root, "sipsimple-c", "1.2.0", "sipsimple-b[all] == 1.2.0; os_name=='posix'")

    assert check_versions.problems(root) == []


@pytest.mark.parametrize(
    "pin", ["sipsimple-a", "sipsimple-a>=1.2.0", "sipsimple-a==1.1.0", "sipsimple-a~=1.2.0"]
)
def test_a_pin_that_is_not_exact_is_found(root, pin):
    distribution(root, "sipsimple-b", "1.2.0", pin)

    found = check_versions.problems(root)

    assert found == [f"packages/sipsimple-b/pyproject.toml:4: {pin!r} must be pinned to ==1.2.0"]


def test_a_version_that_left_the_train_is_found(root):
    distribution(root, "sipsimple-b", "1.3.0")

    found = check_versions.problems(root)

    assert any("pyproject.toml:3: version 1.3.0, but the train is at 1.2.0" in x for x in found)
    assert any("__init__.py:3: __version__ is 1.3.0" in line for line in found)


def test_build_requirements_and_extras_are_pinned_too(root):
    distribution(root, "sipsimple-b")
    path = root / "packages/sipsimple-b/pyproject.toml"
    path.write_text(
        path.read_text()
        + 'optional-dependencies.x = ["sipsimple-a>1"]\n'
        + '[build-system]\nrequires = ["sipsimple-a"]\n'
    )

    assert len(check_versions.problems(root)) == 2


def test_an_unknown_sibling_is_found(root):
    distribution(root, "sipsimple-b", "1.2.0", "sipsimple-typo==1.2.0")

    assert "is no distribution of this repository" in check_versions.problems(root)[0]


def test_the_changelog_must_have_the_version(root):
    (root / "CHANGELOG.md").write_text("# Changelog\n\n## 1.1.0\n")

    assert check_versions.problems(root) == ["CHANGELOG.md:1: there is no entry for 1.2.0"]


def test_the_exit_status_tells(root, capsys):
    assert check_versions.main(root) == 0
    (root / "CHANGELOG.md").unlink()
    assert check_versions.main(root) == 1
    assert "there is no changelog" in capsys.readouterr().out
