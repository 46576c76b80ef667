"""The examples of the document of 2009 run as they are printed, in domains with a name server."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from testbed.kamailio import Kamailio
from testbed.name_server import NameServer
from testbed.pages import programs
from testbed.processes import Process, poll

PAGE = "docs/document-of-2009.md"
PROGRAMS = dict(programs(PAGE))
DOMAINS = ("example.com", "domain.com")
USERS = ("alice", "username", "watcher", "watched")
SECONDS = 20
PREPARED = "".join(PROGRAMS["console.py"].splitlines(keepends=True)[:3])

# Only what runs behind it sees that file where the system's name servers are said.
WITH_NAMES = ("unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/resolv.conf && exec "$@"')


class Console(Process):
    """An interactive interpreter that has the system's name servers from a file."""

    def __init__(self, names: Path, folder: Path) -> None:
        command = [*WITH_NAMES, names, sys.executable, "-i", "-q", "-u"]
        environment = {"PYTHONFAULTHANDLER": "1"}
        super().__init__("python", command, folder, environment=environment, stdin=subprocess.PIPE)

    def type(self, lines: str) -> None:
        """Type them, and Return, and once more so that an indented block ends."""
        assert self.popen.stdin is not None
        # What is empty within a block would end it there.
        told = re.sub(r"\n+", "\n", lines.strip()) + "\n\n"
        self.popen.stdin.write(told.encode())
        self.popen.stdin.flush()

    def asks(self, expression: str) -> str:
        """The value of an expression, as the interpreter shows it."""
        before = len(self.output)
        self.type(f"print('=', {expression})")
        found = poll(
            lambda: re.search(r"(?m)^(?:(?:>>>|\.\.\.) )*= (.*)$", self.output[before:]), SECONDS
        )
        assert found, self.output
        return found[1]

    def reaches(self, expression: str, value: str) -> None:
        """Ask until it has that value."""
        assert poll(lambda: self.asks(expression) == value, SECONDS, 0.1), self.output

    def leave(self) -> None:
        """Press Ctrl-D."""
        assert self.popen.stdin is not None
        self.popen.stdin.close()
        assert self.wait(SECONDS) == 0, self.output
        assert "Traceback" not in self.output, self.output


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Kamailio]:
    """Registrar and presence agent of both domains."""
    users = dict.fromkeys(USERS, "password")
    with Kamailio(tmp_path / "kamailio", users, domains=DOMAINS) as process:
        yield process


@pytest.fixture
def console(server: Kamailio, tmp_path: Path) -> Iterator[Console]:
    """A console on a machine that finds these domains by the name server of its system."""
    # Everything from 127.0.0.1 to 127.255.255.254 is this machine; that port must be 53, so each
    # has an address of its own, by the port that its Kamailio has.
    address = f"127.53.{server.port >> 8}.{server.port & 255}"
    names = NameServer(DOMAINS, host=address, port=53)
    records = [f"host-record=sip.{domain},127.0.0.1" for domain in DOMAINS]
    records += [f"srv-host=_sip._udp.{domain},sip.{domain},{server.port}" for domain in DOMAINS]
    names.start(*records)
    try:
        settings = tmp_path / "resolv.conf"
        settings.write_text(f"nameserver {names.host}\n")
        with Console(settings, tmp_path) as process:
            yield process
    finally:
        names.stop()


def test_nothing_is_left_out_and_all_is_python() -> None:
    assert list(PROGRAMS) == [
        *("observer.py", "console.py", "registration.py", "publication.py", "subscription.py")
    ]
    for text in PROGRAMS.values():
        ast.parse(text)


@pytest.mark.parametrize(
    ("name", "address"),
    [("console.py", "alice@example.com"), ("registration.py", "username@domain.com")],
)
def test_registering(console: Console, server: Kamailio, name: str, address: str) -> None:
    if name != "console.py":
        console.type(PREPARED)
    console.type(PROGRAMS[name])
    console.reaches("reg.state", "registered")
    console.leave()
    # Challenged and taken, and the same for the end of it.
    requests = server.requests("REGISTER")
    assert len(requests) == 4, server.output
    host = address.partition("@")[2]
    assert all(f"REGISTER sip:{host} from sip:{address}" in request for request in requests)


def test_publishing_what_is_no_presence_document(console: Console, server: Kamailio) -> None:
    console.type(PREPARED)
    console.type(
        "from sipsimple.notification import NotificationCenter, IObserver\n"
        "from zope.interface import implementer\n"
        "seen = []\n"
        "class Observer:\n"
        "    def handle_notification(self, notification):\n"
        "        seen.append(notification.data.__dict__)\n"
        "\n"
    )
    console.type("observer = implementer(IObserver)(Observer)()")
    console.type("NotificationCenter().add_observer(observer, 'SCPublicationChangedState')")
    console.type(PROGRAMS["publication.py"])
    console.reaches("[data['state'] for data in seen]", "['publishing', 'unpublished']")
    answer = console.asks("seen[-1]['code'], seen[-1]['reason']")
    assert answer.lower() == "415 unsupported media type"
    console.leave()
    assert len(server.requests("PUBLISH")) == 2


def test_subscribing(console: Console, server: Kamailio) -> None:
    console.type(PREPARED)
    console.type(PROGRAMS["subscription.py"])
    console.reaches("sub.state", "ACTIVE")
    console.leave()
    # Challenged and taken; the end of it belongs to the dialog by then.
    requests = server.requests("SUBSCRIBE")
    assert len(requests) == 3, server.output
    assert all("SUBSCRIBE sip:watched@domain.com" in request for request in requests[:2])


def test_observing_what_is_logged(console: Console, tmp_path: Path) -> None:
    (tmp_path / "observer.py").write_text(PROGRAMS["observer.py"])
    console.type("import observer")
    console.type(PREPARED.replace("e.start()", "e.start(log_level=5)"))
    # Such as: 2009-02-01 10:00:00.123456+00:00 (4)   sip_endpoint.c: Module "mod-pjsua" registered
    console.expect(r"\d{4}-\d\d-\d\d .*[+]00:00 \([0-5]\) .*\S: .*", SECONDS)
    console.leave()
