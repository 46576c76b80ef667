"""The build by hand: ``python -m sipsimple.pjproject.build``."""

import pytest

from sipsimple.pjproject.build import __main__ as command
from sipsimple.pjproject.loader import LIBRARY_FOLDER, get_include


def test_paths_are_those_of_the_installed_build(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("SIPSIMPLE_CACHE", str(tmp_path))
    assert command.main(["paths"]) == 0
    cache, libraries, headers = capsys.readouterr().out.splitlines()
    assert cache.split(":")[1].strip() == str(tmp_path)
    assert libraries.split(":")[1].strip() == str(LIBRARY_FOLDER)
    assert headers.split(":")[1].strip() == get_include()


def test_missing_packages_come_with_the_command_that_installs_them(capsys, monkeypatch):
    monkeypatch.setattr(command.system_packages, "missing", lambda packages: ["libopus-dev"])
    assert command.main(["packages"]) == 1
    assert "apt-get install --yes --no-install-recommends libopus-dev" in capsys.readouterr().out


def test_nothing_missing_is_said_so(capsys, monkeypatch):
    monkeypatch.setattr(command.system_packages, "missing", lambda packages: [])
    assert command.main(["packages"]) == 0
    assert "missing: none" in capsys.readouterr().out


@pytest.mark.parametrize("step", ["obtain", "build"])
def test_an_error_is_a_message_and_a_status(step, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("SIPSIMPLE_PJPROJECT_SOURCE", str(tmp_path / "nowhere"))
    assert command.main([step]) == 1
    assert "SIPSIMPLE_PJPROJECT_SOURCE names" in capsys.readouterr().err
