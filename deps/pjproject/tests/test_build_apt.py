"""Reading which mirror the system takes its packages from."""

import pytest

from sipsimple.pjproject.build import BuildError, apt

DEB822 = """\
# A comment
Types: deb deb-src
URIs: http://ftp.example.org/debian
Suites: bookworm bookworm-updates
# Another
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://security.example.org/debian-security
Suites: bookworm-security
Components: main
"""

ONE_LINE = """\
# deb http://commented.example.org/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] https://apt.example.org/vendor stable main
deb http://ftp.example.org/debian/ bookworm main contrib # trailing
deb http://ftp.example.org/debian-security bookworm-security main
"""


@pytest.fixture
def etc(tmp_path):
    (tmp_path / "sources.list.d").mkdir()
    return tmp_path


def test_the_mirror_of_a_deb822_file(etc):
    (etc / "sources.list.d" / "debian.sources").write_text(DEB822)
    assert apt.configured_mirrors(etc) == ["http://ftp.example.org/debian"]


def test_the_mirror_of_one_line_entries(etc):
    (etc / "sources.list").write_text(ONE_LINE)
    assert apt.configured_mirrors(etc) == ["http://ftp.example.org/debian/"]


def test_a_disabled_stanza_is_passed_over(etc):
    (etc / "sources.list.d" / "debian.sources").write_text("Enabled: no\n" + DEB822)
    assert apt.configured_mirrors(etc) == []


def test_a_mirror_list_counts_as_a_mirror(etc):
    uri = "mirror+file:/etc/apt/mirrors/debian.list"
    (etc / "sources.list.d" / "debian.sources").write_text(
        f"Types: deb\nURIs: {uri}\nSuites: bookworm\nComponents: main\n"
    )
    assert apt.configured_mirrors(etc) == [uri]


def test_no_configuration_is_no_mirror(tmp_path):
    assert apt.configured_mirrors(tmp_path / "nothing") == []


def test_the_listed_file_is_found_by_part_of_its_name(monkeypatch):
    digest = "ab" * 32
    listing = (
        "Need to get 13.2 MB of source archives.\n"
        f"'http://m/pool/a_1.orig-Xother.tar.xz' a_1.orig-Xother.tar.xz 9 SHA256:{'cd' * 32}\n"
        f"'http://m/pool/a_1.orig-Xpj.tar.xz' a_1.orig-Xpj.tar.xz 10 SHA256:{digest}\n"
    )
    monkeypatch.setattr(apt, "_run", lambda command, environment: listing)
    file = apt.find_source_file("a", "orig-Xpj", {})
    assert file == apt.RemoteFile(
        "http://m/pool/a_1.orig-Xpj.tar.xz", "a_1.orig-Xpj.tar.xz", digest
    )


def test_a_package_without_such_a_file_is_an_error(monkeypatch):
    monkeypatch.setattr(apt, "_run", lambda command, environment: "nothing to see\n")
    with pytest.raises(BuildError, match=r"asterisk has no file named \*orig-Xpj\*"):
        apt.find_source_file("asterisk", "orig-Xpj", {})
