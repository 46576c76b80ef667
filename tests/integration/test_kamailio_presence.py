"""`Publication` and `Subscription` at a real presence server: Kamailio's.

The other side is a client in plain text each time, so that neither of them proves the other.
"""

from __future__ import annotations

import json
import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from testbed.presence_client import PresenceClient
from testbed.processes import Process, poll

if TYPE_CHECKING:
    from testbed.kamailio import Kamailio

PROGRAMS = Path(__file__).parent / "programs"
SUMMARY = "application/simple-message-summary"
MESSAGES = ("message-summary", SUMMARY, "Messages-Waiting: yes\r\n")
PIDF = "application/pidf+xml"
OPEN = (
    '<?xml version="1.0"?><presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:alice@x">'
    '<tuple id="t1"><status><basic>open</basic></status></tuple></presence>'
)


def program(name: str, server: Kamailio, folder: Path, transport: str, *words: str) -> Process:
    hop = server.hop(transport)
    command = [sys.executable, PROGRAMS / name, str(hop["host"]), str(hop["port"]), transport]
    return Process(name, [*command, *words], folder)


# ---- Publication


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_a_publication_is_kept_refreshed_modified_and_removed(
    kamailio: Kamailio, tmp_path: Path, transport: str
):
    with ExitStack() as stack:
        publisher = program("publisher.py", kamailio, tmp_path, transport, "secret", *MESSAGES)
        stack.enter_context(publisher)
        bob = PresenceClient("bob", kamailio)
        stack.enter_context(bob.socket)
        publisher.expect("^READY$", 20)
        assert b"Messages-Waiting: no" in bob.state("message-summary", SUMMARY)
        publisher.signal(signal.SIGINT)
        assert publisher.wait(10) == 0, publisher.output
        assert poll(lambda: b": no" not in bob.state("message-summary", SUMMARY), 5)
    told = [line.rstrip() for line in publisher.output.splitlines() if line != "READY"]
    assert told == ["publishing", "published 200"] * 4 + ["unpublishing", "unpublished 200"]


@pytest.mark.parametrize(
    ("password", "event", "code"),
    [("wrong", "presence", 401), ("secret", "presence", 415), ("secret", "nonsense", 489)],
)
def test_a_publication_says_why_it_was_refused(
    kamailio: Kamailio, tmp_path: Path, password: str, event: str, code: int
):
    # The documented example: text is not valid for presence.
    words = (password, event, "text/plain", "hi!")
    with program("publisher.py", kamailio, tmp_path, "udp", *words) as publisher:
        assert publisher.wait(20) == 0, publisher.output
    told = [line.rstrip() for line in publisher.output.splitlines()]
    assert told == ["publishing", f"unpublished {code}"]


# ---- Subscription


def notified(watcher: Process, sign: str) -> bool:
    """Whether it has been notified of this."""
    return any(sign in line for line in watcher.output.splitlines() if "GotNotify" in line)


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
@pytest.mark.parametrize(
    ("event", "kind", "body", "sign"),
    [
        ("presence", PIDF, OPEN, "<basic>open"),
        ("message-summary", SUMMARY, MESSAGES[2], "Messages-Waiting: yes"),
    ],
    ids=["presence", "message-summary"],
)
def test_a_subscription_hears_of_what_is_published(
    kamailio: Kamailio, tmp_path: Path, transport: str, event: str, kind: str, body: str, sign: str
):
    with ExitStack() as stack:
        watcher = program("watcher.py", kamailio, tmp_path, transport, "secret", event)
        stack.enter_context(watcher)
        alice = PresenceClient("alice", kamailio)
        stack.enter_context(alice.socket)
        watcher.expect('"ACTIVE"', 20)
        headers = {"Expires": "60", "Content-Type": kind}
        assert alice.request("PUBLISH", event, headers, body).code == 200
        assert poll(lambda: notified(watcher, sign), 10), watcher.output
        watcher.signal(signal.SIGINT)
        assert watcher.wait(10) == 0, watcher.output
    states = [json.loads(line).get("state") for line in watcher.output.splitlines()]
    kept = [state for state in states if state is not None]
    assert kept[0] == "SENT" and kept[-1] == "TERMINATED"


def test_a_subscription_to_watchers_hears_of_who_comes(kamailio: Kamailio, tmp_path: Path):
    with ExitStack() as stack:
        watcher = program("watcher.py", kamailio, tmp_path, "udp", "secret", "presence.winfo")
        stack.enter_context(watcher)
        carol = PresenceClient("carol", kamailio)
        stack.enter_context(carol.socket)
        watcher.expect('"ACTIVE"', 20)
        headers = {"Expires": "60", "Accept": PIDF}
        assert carol.request("SUBSCRIBE", "presence", headers, of="bob").code in {200, 202}
        assert poll(lambda: notified(watcher, "sip:carol@"), 10), watcher.output


def test_a_subscription_with_a_wrong_password_ends_with_401(kamailio: Kamailio, tmp_path: Path):
    with program("watcher.py", kamailio, tmp_path, "udp", "wrong", "presence") as watcher:
        assert watcher.wait(20) == 0, watcher.output
    last = json.loads(watcher.output.splitlines()[-1])
    assert (last["state"], last["code"]) == ("TERMINATED", 401)
