"""Where pjproject's source comes from, and what happens when there is none."""

import dataclasses
import shutil
import subprocess

import pytest

from sipsimple.pjproject.build import BuildError, source

VERSION_MAK = """\
export PJ_VERSION_MAJOR  := 2
export PJ_VERSION_MINOR  := 17
export PJ_VERSION_REV    :={rev}
export PJ_VERSION_SUFFIX :=
"""


def was_seen(digest, monkeypatch):
    """Let a tarball be one that was built and tested."""
    upstream = dataclasses.replace(source.PJPROJECT, seen={digest: "2.17"})
    monkeypatch.setattr(source, "PJPROJECT", upstream)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("SIPSIMPLE_CACHE", str(folder))
    monkeypatch.delenv("SIPSIMPLE_PJPROJECT_SOURCE", raising=False)
    return folder


@pytest.fixture
def tree(tmp_path):
    folder = tmp_path / "pjproject-2.17"
    (folder / "pjlib" / "src").mkdir(parents=True)
    (folder / "version.mak").write_text(VERSION_MAK.format(rev=""))
    (folder / "pjlib" / "src" / "errno.c").write_text("int one;\n")
    return folder


@pytest.fixture
def tarball(tree):
    path = tree.with_name("pjproject.tar.xz")
    subprocess.run(["tar", "-C", tree.parent, "-cJf", path, tree.name], check=True)
    return path


@pytest.fixture
def no_debian(monkeypatch):
    monkeypatch.setattr(source.apt, "configured_mirrors", list)


def test_a_named_folder_comes_first(tree, monkeypatch, no_debian):
    monkeypatch.setenv("SIPSIMPLE_PJPROJECT_SOURCE", str(tree))
    assert source.obtain().path == tree


def test_a_named_tarball_comes_first(tarball, monkeypatch, no_debian):
    monkeypatch.setenv("SIPSIMPLE_PJPROJECT_SOURCE", str(tarball))
    obtained = source.obtain()
    assert (obtained.path, obtained.digest) == (tarball, source.sha256(tarball))


def test_a_named_path_that_is_not_there_is_an_error_naming_it(tmp_path, monkeypatch):
    monkeypatch.setenv("SIPSIMPLE_PJPROJECT_SOURCE", str(tmp_path / "nowhere"))
    with pytest.raises(BuildError, match=r"SIPSIMPLE_PJPROJECT_SOURCE names .*nowhere"):
        source.obtain()


def test_a_named_folder_without_pjproject_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setenv("SIPSIMPLE_PJPROJECT_SOURCE", str(tmp_path))
    with pytest.raises(BuildError, match="holds no pjproject source"):
        source.obtain()


def test_another_version_in_a_named_folder_is_taken_with_a_word(tree, capsys):
    (tree / "version.mak").write_text(VERSION_MAK.format(rev=" 9"))
    assert source.from_path(tree, source.PJPROJECT).path == tree
    assert "pjproject 2.17.9; this was tested with 2.17" in capsys.readouterr().err


def test_the_cache_comes_before_debian(tarball, monkeypatch, no_debian):
    digest = source.sha256(tarball)
    was_seen(digest, monkeypatch)
    cached = source.cached_tarball(digest)
    cached.parent.mkdir(parents=True)
    shutil.copy(tarball, cached)
    assert source.obtain() == source.Source(cached, digest, source.PJPROJECT)


def test_a_damaged_file_in_the_cache_is_not_used(tarball, monkeypatch, no_debian):
    digest = source.sha256(tarball)
    was_seen(digest, monkeypatch)
    cached = source.cached_tarball(digest)
    cached.parent.mkdir(parents=True)
    cached.write_bytes(tarball.read_bytes()[:-1])
    with pytest.raises(BuildError, match="Set SIPSIMPLE_PJPROJECT_SOURCE"):
        source.obtain()


def test_without_a_debian_mirror_the_error_says_what_to_set(no_debian):
    with pytest.raises(BuildError, match=r"Set SIPSIMPLE_PJPROJECT_SOURCE .* pjproject 2\.17"):
        source.obtain()


class FakeArchive:
    """Debian's archive with one file in it, in the place of the module apt."""

    KEYRING = source.apt.KEYRING

    def __init__(self, tarball):
        self.tarball = tarball

    def configured_mirrors(self):
        return ["http://mirror.invalid/debian"]

    def private_apt(self, mirror, suite):
        return source.tempfile.TemporaryDirectory()

    def find_source_file(self, package, pattern, environment):
        return source.apt.RemoteFile("uri", "orig-Xpjproject", source.sha256(self.tarball))

    def download(self, file, target, environment):
        shutil.copy(self.tarball, target)


@pytest.fixture
def debian(monkeypatch, tmp_path):
    """A function that puts a tarball into Debian's archive."""
    keyring = tmp_path / "keyring.gpg"
    keyring.touch()
    monkeypatch.setattr(source.shutil, "which", lambda name: f"/usr/bin/{name}")

    def offer(tarball):
        fake = FakeArchive(tarball)
        monkeypatch.setattr(source.apt, "KEYRING", keyring)
        for name in ("configured_mirrors", "private_apt", "find_source_file", "download"):
            monkeypatch.setattr(source.apt, name, getattr(fake, name))

    return offer


def test_what_debian_has_is_kept_in_the_cache(tarball, debian, monkeypatch, cache):
    debian(tarball)
    digest = source.sha256(tarball)
    was_seen(digest, monkeypatch)
    assert source.obtain().path == cache / "sources" / f"pjproject-{digest}.tar.xz"
    assert [path.name for path in (cache / "sources").iterdir()] == [f"pjproject-{digest}.tar.xz"]


def test_a_seen_version_that_debian_packed_anew_is_taken_with_a_word(tarball, debian, capsys):
    debian(tarball)
    assert source.obtain().digest == source.sha256(tarball)
    assert "packed pjproject 2.17 anew" in capsys.readouterr().err


def test_an_unseen_version_of_debian_is_refused(tree, tarball, debian):
    (tree / "version.mak").write_text(VERSION_MAK.format(rev=" 9"))
    tarball.unlink()
    subprocess.run(["tar", "-C", tree.parent, "-cJf", tarball, tree.name], check=True)
    debian(tarball)
    with pytest.raises(BuildError, match=r"moved on to pjproject 2\.17\.9"):
        source.obtain()


@pytest.mark.parametrize("kind", ["tree", "tarball"])
def test_unpacking_gives_the_tree_and_leaves_the_source_alone(kind, tmp_path, request):
    path = request.getfixturevalue(kind)
    target = tmp_path / "unpacked"
    source.from_path(path, source.PJPROJECT).unpack(target)
    assert (target / "pjlib" / "src" / "errno.c").read_text() == "int one;\n"
    assert path.exists()


def test_unpacking_a_folder_leaves_its_build_products_behind(tree, tmp_path):
    (tree / "pjlib" / "src" / "errno.o").touch()
    digest = source.from_path(tree, source.PJPROJECT).digest
    (tree / "pjlib" / "src" / "errno.o").unlink()
    assert source.from_path(tree, source.PJPROJECT).digest == digest
    source.from_path(tree, source.PJPROJECT).unpack(tmp_path / "unpacked")
    assert not (tmp_path / "unpacked" / "pjlib" / "src" / "errno.o").exists()


def test_a_file_that_is_no_tarball_is_an_error(tmp_path):
    file = tmp_path / "pjproject.tar.xz"
    file.write_text("no")
    with pytest.raises(BuildError, match="cannot be unpacked"):
        source.from_path(file, source.PJPROJECT).unpack(tmp_path / "unpacked")


def test_any_change_in_a_folder_changes_its_digest(tree):
    before = source.from_path(tree, source.PJPROJECT).digest
    (tree / "pjlib" / "src" / "errno.c").write_text("int two;\n")
    changed = source.from_path(tree, source.PJPROJECT).digest
    (tree / "pjlib" / "src" / "errno.c").rename(tree / "pjlib" / "src" / "error.c")
    assert len({before, changed, source.from_path(tree, source.PJPROJECT).digest}) == 3
