"""Kamailio as presence server, spoken to in plain text: what it says does not depend on us."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TypeAlias

import pytest

from testbed.kamailio import Kamailio
from testbed.presence_client import PresenceClient
from testbed.processes import poll

OPEN = (
    '<?xml version="1.0"?><presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:alice@x">'
    '<tuple id="t1"><status><basic>open</basic></status></tuple></presence>'
)
MESSAGES = "Messages-Waiting: yes\r\nVoice-Message: 2/1 (0/0)\r\n"
PIDF, SUMMARY = "application/pidf+xml", "application/simple-message-summary"
WATCHERS = "application/watcherinfo+xml"


StartClient: TypeAlias = Callable[..., PresenceClient]


@pytest.fixture(scope="module")
def kamailio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kamailio]:
    folder = tmp_path_factory.mktemp("kamailio") / "server"
    with Kamailio(folder, dict.fromkeys(("alice", "bob"), "secret")) as process:
        yield process


@pytest.fixture
def client(kamailio: Kamailio) -> Iterator[StartClient]:
    """Start a client: `client("alice", "tcp")`."""
    with ExitStack() as stack:

        def start(user: str, transport: str = "udp") -> PresenceClient:
            client = PresenceClient(user, kamailio, transport)
            stack.enter_context(client.socket)
            return client

        yield start


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
@pytest.mark.parametrize(
    ("event", "kind", "body", "sign"),
    [
        ("presence", PIDF, OPEN, b">open<"),
        ("message-summary", SUMMARY, MESSAGES, b"Messages-Waiting: yes"),
    ],
    ids=["presence", "message-summary"],
)
def test_what_is_published_is_notified_until_it_is_removed(
    client: StartClient, transport: str, event: str, kind: str, body: str, sign: bytes
):
    alice, bob = client("alice", transport), client("bob", transport)
    subscribed = bob.request("SUBSCRIBE", event, {"Expires": "60", "Accept": kind})
    assert subscribed.code in {200, 202}
    assert "active" in bob.notification()["Subscription-State"]
    published = alice.request("PUBLISH", event, {"Expires": "60", "Content-Type": kind}, body)
    assert published.code == 200
    notification = bob.notification()
    assert notification["Event"] == event
    assert sign in notification.body
    refreshed = alice.request(
        "PUBLISH", event, {"Expires": "60", "SIP-If-Match": published["SIP-ETag"]}
    )
    assert refreshed.code == 200
    removed = alice.request(
        "PUBLISH", event, {"Expires": "0", "SIP-If-Match": refreshed["SIP-ETag"]}
    )
    assert removed.code == 200
    # It may have notified of the refresh as well; the socket's time-out ends this.
    while sign in bob.notification().body:
        pass


def test_an_entity_tag_that_there_is_not_is_answered_412(client: StartClient):
    alice = client("alice")
    # As it writes them itself: others are malformed to it.
    published = alice.request("PUBLISH", "presence", {"Expires": "60", "Content-Type": PIDF}, OPEN)
    tag = published["SIP-ETag"]
    headers = {"Expires": "0", "SIP-If-Match": tag}
    assert alice.request("PUBLISH", "presence", headers).code == 200
    # It says yes first, and removes it then.
    assert poll(lambda: b"open" not in alice.state("presence", PIDF), 5)
    assert alice.request("PUBLISH", "presence", {**headers, "Expires": "60"}).code == 412


def test_watchers_are_told_of_in_documents_of_their_own(client: StartClient):
    alice, bob = client("alice"), client("bob")
    accept = {"Expires": "60", "Accept": WATCHERS}
    assert alice.request("SUBSCRIBE", "presence.winfo", accept).code in {200, 202}
    assert "active" in alice.notification()["Subscription-State"]
    bob.request("SUBSCRIBE", "presence", {"Expires": "60", "Accept": PIDF})
    notification = alice.notification()
    assert notification["Content-Type"] == WATCHERS
    assert b"sip:bob@" in notification.body


def test_an_event_package_that_it_does_not_know_is_answered_489(client: StartClient):
    bob = client("bob")
    assert bob.request("SUBSCRIBE", "no-such-event", {"Expires": "60"}).code == 489
