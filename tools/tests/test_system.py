"""What a session says before pip builds pjproject without a word."""

from types import SimpleNamespace

import pytest

from tools import system
from tools.run import Failure


@pytest.fixture
def build(tmp_path, monkeypatch):
    """The modules of pjproject's build, with nothing to fetch and a cache of the test's own."""
    modules = {
        "cache": SimpleNamespace(key_of=lambda inputs: "key", cache_folder=lambda: tmp_path),
        "recipe": SimpleNamespace(UPSTREAMS=("pjproject", "webrtc"), inputs=lambda *sources: {}),
        "source": SimpleNamespace(obtain=lambda upstream: upstream),
    }
    system._module("errors")  # makes the package known, for its exception
    monkeypatch.setattr(system, "_module", modules.__getitem__)
    return modules


def test_what_is_compiled_is_said_with_how_long_it_takes(build, tmp_path, capsys):
    system.announce_pjproject()
    (line,) = capsys.readouterr().out.splitlines()
    assert "compiling pjproject" in line and "minute" in line and str(tmp_path) in line


def test_nothing_is_said_where_the_cache_has_it(build, tmp_path, capsys):
    (tmp_path / "builds" / "key").mkdir(parents=True)
    system.announce_pjproject()
    assert capsys.readouterr().out == ""


def test_a_source_that_is_not_to_be_had_ends_the_session_with_what_to_do(build):
    def obtain(upstream):
        raise system.sys.modules[system._ALIAS].BuildError("set SIPSIMPLE_PJPROJECT_SOURCE")

    build["source"].obtain = obtain
    with pytest.raises(Failure, match="SIPSIMPLE_PJPROJECT_SOURCE"):
        system.announce_pjproject()


class FakePackages:
    """`system_packages` of a machine that lacks some."""

    def __init__(self, *absent: str) -> None:
        self.absent = absent
        self.installed: list[str] = []

    def missing(self, packages):
        return [name for name in packages if name in self.absent]

    def ensure(self, packages):
        self.installed += self.missing(packages)


@pytest.mark.parametrize("absent", [("kamailio", "tshark"), ("tshark",)])
def test_a_daemon_is_stopped_only_where_its_package_was_installed_just_now(
    build, monkeypatch, absent
):
    packages = build["system_packages"] = FakePackages(*absent)
    commands = []
    monkeypatch.setattr(
        system.subprocess, "run", lambda command, **options: commands.append(command)
    )
    system.ensure(extra=system.PEERS)
    assert set(packages.installed) == set(absent)
    expected = [["invoke-rc.d", "kamailio", "stop"], ["update-rc.d", "kamailio", "disable"]]
    assert commands == (expected if "kamailio" in absent else [])
