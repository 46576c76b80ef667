"""The cache: keyed by every input, never half-written."""

import threading

import pytest

from sipsimple.pjproject.build import cache, recipe
from sipsimple.pjproject.build.ilbc import WEBRTC
from sipsimple.pjproject.build.source import PJPROJECT, Source


@pytest.fixture(autouse=True)
def no_variables(monkeypatch):
    for name in ("SIPSIMPLE_CACHE", "XDG_CACHE_HOME", "CFLAGS", "LDFLAGS", "CC"):
        monkeypatch.delenv(name, raising=False)


def test_the_folder_is_the_named_one(monkeypatch, tmp_path):
    monkeypatch.setenv("SIPSIMPLE_CACHE", str(tmp_path))
    assert cache.cache_folder() == tmp_path


def test_the_folder_is_in_the_users_cache_otherwise(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.cache_folder() == tmp_path / "sipsimple"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache.cache_folder() == tmp_path / ".cache" / "sipsimple"


def test_values_cannot_move_between_names_unseen():
    assert cache.key_of({"a": "b", "c": ""}) != cache.key_of({"a": "", "c": "b"})


@pytest.fixture
def key(monkeypatch, tmp_path):
    """A function that says what the cache's key is now."""
    site = tmp_path / "config_site.h"
    site.write_text("#define A 1\n")
    monkeypatch.setattr(recipe, "CONFIG_SITE", site)
    monkeypatch.setattr(recipe, "_compiler", lambda: "cc 12")
    monkeypatch.setattr(recipe, "_library_versions", lambda: "opus 1.3")
    return lambda pjproject="d", webrtc="d": cache.key_of(
        recipe.inputs(Source(tmp_path, pjproject, PJPROJECT), Source(tmp_path, webrtc, WEBRTC))
    )


def test_the_same_inputs_have_the_same_key(key):
    assert key() == key()


def test_another_source_has_another_key(key):
    assert len({key(), key(pjproject="e"), key(webrtc="e")}) == 3


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CONFIGURE", ("--enable-shared",)),
        ("_compiler", lambda: "cc 13"),
        ("_library_versions", lambda: "opus 1.4"),
    ],
)
def test_another_way_to_build_has_another_key(key, monkeypatch, name, value):
    before = key()
    monkeypatch.setattr(recipe, name, value)
    assert key() != before


def test_another_setting_has_another_key(key):
    before = key()
    recipe.CONFIG_SITE.write_text("#define A 2\n")
    assert key() != before


def test_other_compiler_flags_have_another_key(key, monkeypatch):
    before = key()
    monkeypatch.setenv("CFLAGS", "-O0")
    assert key() != before


def test_a_target_appears_whole_or_not_at_all(tmp_path):
    target = tmp_path / "builds" / "key"

    def fail_half_way():
        with cache.replace_into_place(target) as folder:
            folder.mkdir()
            (folder / "half").touch()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert list(target.parent.iterdir()) == []
    with cache.replace_into_place(target) as folder:
        folder.mkdir()
        (folder / "file").touch()
        assert not target.exists()
    assert (target / "file").exists()


def test_the_first_of_two_makers_wins(tmp_path):
    target = tmp_path / "key"
    with cache.replace_into_place(target) as late:
        late.mkdir()
        (late / "late").touch()
        with cache.replace_into_place(target) as early:
            early.mkdir()
            (early / "early").touch()
    assert [path.name for path in target.iterdir()] == ["early"]


def test_one_maker_waits_for_the_other(tmp_path):
    target = tmp_path / "key"
    entered = threading.Event()

    def other():
        with cache.locked(target):
            entered.set()

    with cache.locked(target):
        thread = threading.Thread(target=other)
        thread.start()
        assert not entered.wait(0.2)
    assert entered.wait(10)
    thread.join(10)


def test_a_finished_build_is_not_made_again(tmp_path, monkeypatch, key):
    monkeypatch.setenv("SIPSIMPLE_CACHE", str(tmp_path / "cache"))
    made = []

    def build(pjproject, webrtc, folder):
        made.append((pjproject, webrtc))
        (folder / "lib").mkdir(parents=True)

    monkeypatch.setattr(recipe, "_build", build)
    sources = (Source(tmp_path, "d", PJPROJECT), Source(tmp_path, "d", WEBRTC))
    assert recipe.build(*sources) == recipe.build(*sources)
    assert made == [sources]


def test_without_a_compiler_the_error_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(recipe.BuildError, match=r"no C compiler \(no-such-compiler.*(?s:.*)gcc"):
        recipe.inputs(Source(tmp_path, "d", PJPROJECT), Source(tmp_path, "d", WEBRTC))
