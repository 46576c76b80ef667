"""Loading the shared libraries."""

import subprocess
import sys
from pathlib import Path

import pytest

from sipsimple.pjproject import get_include, load
from sipsimple.pjproject.loader import DEPENDENCIES


def test_every_library_of_the_build_loads_in_any_order() -> None:
    code = (
        "import sys\n"
        "from sipsimple.pjproject.loader import LIBRARY_FOLDER, load\n"
        "load(*sys.argv[1:])\n"
        "paths = {line.split()[-1] for line in open('/proc/self/maps')"
        " if line.split()[-1].startswith(str(LIBRARY_FOLDER))}\n"
        "print(len(paths))\n"
    )
    for names in (sorted(DEPENDENCIES), sorted(DEPENDENCIES, reverse=True)):
        done = subprocess.run(
            [sys.executable, "-c", code, *names],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        assert done.stdout.strip() == str(len(DEPENDENCIES))


def test_unknown_library_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'pjsua'"):
        load("pjsua")


def test_headers_are_where_get_include_says() -> None:
    assert (Path(get_include()) / "pjlib.h").is_file()


def test_one_libpj_is_mapped() -> None:
    with open("/proc/self/maps") as maps:
        assert len({line.split()[-1] for line in maps if "/libpj.so" in line}) == 1
