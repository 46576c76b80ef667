"""Which Debian packages are missing, and what a person is told."""

import subprocess

import pytest

from sipsimple.pjproject.build import BuildError, system_packages

DPKG = """\
installed gcc, c-compiler, gcc-x86-64-linux-gnu (= 4:12.2.0-3)
installed pkgconf, pkg-config (= 0.29-1)
config-files make, make-guile
installed libc6-dev, libc-dev
"""


@pytest.fixture
def dpkg(monkeypatch):
    """A system with a few packages; the commands that were run on it."""
    commands = []

    def run(command, **options):
        commands.append(command)
        return subprocess.CompletedProcess(command, 0, stdout=DPKG)

    monkeypatch.setattr(system_packages.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(system_packages.subprocess, "run", run)
    return commands


def test_what_is_installed_or_provided_is_not_missing(dpkg):
    assert system_packages.missing(["gcc", "pkg-config", "libc6-dev"]) == []


def test_what_was_removed_or_never_there_is_missing(dpkg):
    assert system_packages.missing(["make", "gcc", "libopus-dev"]) == ["make", "libopus-dev"]


def test_without_dpkg_nothing_is_known_to_be_missing(monkeypatch):
    monkeypatch.setattr(system_packages.shutil, "which", lambda name: None)
    assert system_packages.missing(["libopus-dev"]) == []


def test_a_user_is_told_the_one_command(dpkg, monkeypatch):
    monkeypatch.setattr(system_packages.os, "geteuid", lambda: 1000)
    with pytest.raises(BuildError) as raised:
        system_packages.ensure(["gcc", "libopus-dev", "uuid-dev"])
    command = "sudo apt-get install --yes --no-install-recommends libopus-dev uuid-dev"
    assert command in str(raised.value).splitlines()[-1]
    assert len(dpkg) == 1


def test_root_gets_them_installed(dpkg, monkeypatch):
    monkeypatch.setattr(system_packages.os, "geteuid", lambda: 0)
    system_packages.ensure(["gcc", "libopus-dev"])
    assert [command[:2] for command in dpkg[1:]] == [["apt-get", "update"], ["apt-get", "install"]]
    assert dpkg[-1][-1] == "libopus-dev"


def test_nothing_is_run_when_nothing_is_missing(dpkg):
    system_packages.ensure(["gcc"])
    assert len(dpkg) == 1


def test_a_python_without_headers_needs_its_package(monkeypatch, tmp_path):
    monkeypatch.setattr(system_packages.sysconfig, "get_path", lambda name: str(tmp_path))
    (package,) = system_packages.python_headers()
    assert package.startswith("python3.")
    (tmp_path / "Python.h").touch()
    assert system_packages.python_headers() == ()
