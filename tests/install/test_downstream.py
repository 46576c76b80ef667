"""A project of somebody else compiles an extension with the hook, against the same pjproject."""

import shutil
from pathlib import Path

import pytest

from .conftest import DIST, make_environment
from .test_one_pjproject import MAPPED, libraries

PROJECT = Path(__file__).with_name("downstream")


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """The project installed from its wheel, beside the pjproject that it was built with."""
    folder = tmp_path_factory.mktemp("downstream")
    shutil.copytree(PROJECT, folder / "project")
    environment = make_environment(folder / "venv")
    where = ["--find-links", DIST, "--wheel-dir", folder / "wheels"]
    environment.pip("wheel", "--no-deps", *where, folder / "project")
    where = ["--no-index", "--find-links", DIST, "--find-links", folder / "wheels"]
    environment.pip("install", *where, "downstream")
    return environment


def test_its_extension_calls_pjsip(environment):
    assert environment.run("import downstream; print(downstream.phrase(404))") == "Not Found\n"


def test_its_extension_shares_the_one_pjproject(environment):
    code = f"import downstream\nimport sipsimple.pjproject\n{MAPPED}"
    folders, names = libraries(environment.run(code))
    assert len(folders) == 1
    assert "libpjsip.so.2" in names


def test_its_wheel_serves_every_python_from_311_on(environment):
    wheel = next(environment.folder.with_name("wheels").glob("*.whl"))
    assert wheel.name.startswith("downstream-1.0-cp311-abi3-")


def test_an_editable_install_works_too(tmp_path):
    shutil.copytree(PROJECT, tmp_path / "project")
    environment = make_environment(tmp_path / "venv")
    where = ["--find-links", DIST]
    cache = {"SIPSIMPLE_CACHE": str(tmp_path / "cache")}
    environment.pip("install", *where, "--editable", tmp_path / "project", environment=cache)
    code = "import downstream; print(downstream.phrase(200), downstream.__file__)"
    phrase, file = environment.run(code).split()
    assert phrase == "OK"
    assert Path(file).is_relative_to(tmp_path / "project" / "src")
