"""Whatever is imported, in whatever order, one process has one copy of each library."""

import itertools

import pytest

MODULES = ("sipsimple.sdp", "sipsimple.core", "sipsimple.media", "sipsimple")

MAPPED = """
import re
mapped = re.findall(r"\\S*/libpj[\\w-]*\\.so[.\\d]*", open("/proc/self/maps").read())
print(*sorted(set(mapped)))
"""


def libraries(output):
    """Folders and names of the mapped libraries that are printed on the last line."""
    paths = output.splitlines()[-1].split()
    return {path.rsplit("/", 1)[0] for path in paths}, [path.rsplit("/", 1)[1] for path in paths]


@pytest.mark.parametrize("order", list(itertools.permutations(MODULES)), ids="-".join)
def test_every_order_of_imports_maps_one_libpj(install, order):
    environment = install("sipsimple-engine[media]")
    imports = "".join(f"import {module}\n" for module in order)
    folders, names = libraries(environment.run(imports + "from sipsimple import *\n" + MAPPED))
    assert len(folders) == 1
    assert str(environment.folder) in folders.pop()
    assert len(names) == len(set(names))
    assert "libpj.so.2" in names


def test_sdp_alone_maps_no_signaling(install):
    _, names = libraries(install("sipsimple-sdp").run("import sipsimple.sdp\n" + MAPPED))
    assert "libpj.so.2" in names
    assert not [name for name in names if name.startswith("libpjsip")]


def test_media_alone_maps_no_signaling(install):
    _, names = libraries(install("sipsimple-media").run("import sipsimple.media\n" + MAPPED))
    assert "libpjmedia.so.2" in names
    assert not [name for name in names if name.startswith("libpjsip")]
