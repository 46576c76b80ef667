"""What is in the wheels."""

import re
import subprocess
import zipfile

import pytest

from .conftest import DIST, ROOT

WHEELS = sorted(DIST.glob("sipsimple_*.whl"))
COMPILED = [wheel for wheel in WHEELS if "-abi3-" in wheel.name]


def name_of(wheel):
    return wheel.name.split("-")[0]


def test_there_is_one_wheel_of_each_distribution():
    names = {path.parent.name for path in ROOT.glob("packages/*/pyproject.toml")}
    assert sorted(name_of(wheel).replace("_", "-") for wheel in WHEELS) == sorted(
        names | {"sipsimple-pjproject"}
    )


def test_compiled_wheels_serve_every_python_from_311_on():
    assert {name_of(wheel) for wheel in COMPILED} == {
        "sipsimple_core",
        "sipsimple_media",
        "sipsimple_pjproject",
        "sipsimple_sdp",
    }
    for wheel in COMPILED:
        assert re.search(r"-cp311-abi3-linux_\w+\.whl$", wheel.name)


@pytest.mark.parametrize("wheel", COMPILED, ids=name_of)
def test_extensions_find_the_libraries_beside_them_only(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    libraries = [path for path in tmp_path.rglob("*.so*") if path.is_file()]
    assert libraries
    for library in libraries:
        dynamic = subprocess.run(
            ["readelf", "--dynamic", "--wide", library], capture_output=True, text=True, check=True
        ).stdout
        runpath = re.search(r"\((?:RUNPATH|RPATH)\).*\[(.*)\]", dynamic)
        assert runpath is not None, library
        expected = "$ORIGIN"
        if library.parent.name != "lib":
            own = library.parent.name == "pjproject"
            expected = "$ORIGIN/lib" if own else "$ORIGIN/../pjproject/lib"
        assert runpath[1] == expected, library


@pytest.mark.parametrize("wheel", COMPILED, ids=name_of)
def test_no_folder_of_the_building_machine_is_left_in_a_library(wheel):
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if ".so" in name:
                content = archive.read(name)
                for folder in (str(ROOT), "/tmp/", "/sipsimple/builds/"):
                    assert folder.encode() not in content, (name, folder)


@pytest.mark.parametrize("wheel", WHEELS, ids=name_of)
def test_types_and_declarations_are_shipped_and_generated_files_are_not(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert any(name.endswith("/py.typed") for name in names)
    made = [name for name in names if name.endswith((".c", ".o", ".pyc"))]
    assert [name for name in made if "/build/ilbc/" not in name] == []  # those are ours
    for name in names:
        if name.endswith(".abi3.so"):
            stem = name.removesuffix(".abi3.so")
            assert f"{stem}.pyi" in names
            assert f"{stem}.pyx" in names
