"""Kamailio as presence server, spoken to in plain text: what it says does not depend on us."""

from __future__ import annotations

import hashlib
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TypeAlias

import pytest

from testbed.kamailio import Kamailio
from testbed.sip import Message

OPEN = (
    '<?xml version="1.0"?><presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:alice@x">'
    '<tuple id="t1"><status><basic>open</basic></status></tuple></presence>'
)
MESSAGES = "Messages-Waiting: yes\r\nVoice-Message: 2/1 (0/0)\r\n"
PIDF, SUMMARY = "application/pidf+xml", "application/simple-message-summary"
WATCHERS = "application/watcherinfo+xml"


class Client:
    """A user who publishes and subscribes, and answers NOTIFY with 200.

    Args:
        user: Its name; the password is "secret".
        kamailio: The server.
        transport: "udp", "tcp" or "tls".
    """

    def __init__(self, user: str, kamailio: Kamailio, transport: str = "udp") -> None:
        self.user, self.transport = user, transport
        hop = kamailio.hop(transport)
        self.server = f"{hop['host']}:{hop['port']}"
        address = (str(hop["host"]), int(hop["port"]))
        if transport == "udp":
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.socket.connect(address)
        else:
            self.socket = socket.create_connection(address)
        if transport == "tls":
            context = ssl.create_default_context(cafile=str(kamailio.certificate))
            self.socket = context.wrap_socket(self.socket, server_hostname=address[0])
        self.socket.settimeout(5)
        self.sequence = 0
        self.data = b""
        self.notified: list[Message] = []
        self.seen: set[str] = set()

    def request(
        self, method: str, event: str, headers: dict[str, str], body: str = "", of: str = "alice"
    ) -> Message:
        """Send a request with credentials and wait for its response."""
        host, port = self.socket.getsockname()[:2]
        uri = f"sip:{of}@{self.server}"
        answer: Message | None = None
        # Without credentials, then with them.
        while answer is None or (answer.code == 401 and "Authorization" not in headers):
            if answer is not None:
                headers = {**headers, "Authorization": self._credentials(method, uri, answer)}
            self.sequence += 1
            branch = f"z9hG4bK{self.user}{port}{self.sequence}"
            message = Message(
                f"{method} {uri} SIP/2.0",
                [
                    ("Via", f"SIP/2.0/{self.transport.upper()} {host}:{port};branch={branch}"),
                    ("From", f"<sip:{self.user}@{self.server}>;tag={self.user}{port}"),
                    ("To", f"<{uri}>"),
                    ("Call-ID", f"{event}-{self.user}-{port}"),
                    ("CSeq", f"{self.sequence} {method}"),
                    ("Contact", f"<sip:{self.user}@{host}:{port};transport={self.transport}>"),
                    ("Max-Forwards", "70"),
                    ("Event", event),
                    *headers.items(),
                ],
                body.encode(),
            )
            self.socket.sendall(message.render())
            while not (answer := self._receive()).code or answer["CSeq"] != message["CSeq"]:
                self.notified.append(answer)
        return answer

    def notification(self) -> Message:
        """The next NOTIFY; what is sent again is left out."""
        while True:
            message = self.notified.pop(0) if self.notified else self._receive()
            if message["CSeq"] not in self.seen:
                self.seen.add(message["CSeq"])
                return message

    def _receive(self) -> Message:
        while True:
            head, separator, rest = self.data.partition(b"\r\n\r\n")
            length = re.search(rb"(?im)^Content-Length: *(\d+)", head)
            size = int(length[1]) if length else 0
            if separator and len(rest) >= size:
                self.data = rest[size:]
                message = Message.parse(head + separator + rest[:size])
                break
            data = self.socket.recv(65535)
            assert data, "the connection was closed"
            self.data += data
        if message.is_request:
            kept = {"via", "from", "to", "call-id", "cseq"}
            headers = [pair for pair in message.headers if pair[0].lower() in kept]
            self.socket.sendall(Message("SIP/2.0 200 OK", headers).render())
        return message

    def _credentials(self, method: str, uri: str, challenge: Message) -> str:
        fields = dict(re.findall(r'(\w+)="([^"]*)"', challenge["WWW-Authenticate"]))
        parts = (f"{self.user}:{fields['realm']}:secret", f"{method}:{uri}")
        first, second = (hashlib.md5(part.encode()).hexdigest() for part in parts)
        nonce = f"{fields['nonce']}:00000001:here:auth"
        response = hashlib.md5(f"{first}:{nonce}:{second}".encode()).hexdigest()
        return (
            f'Digest username="{self.user}", realm="{fields["realm"]}", uri="{uri}", '
            f'nonce="{fields["nonce"]}", response="{response}", '
            'qop=auth, nc=00000001, cnonce="here"'
        )


StartClient: TypeAlias = Callable[..., Client]


@pytest.fixture(scope="module")
def kamailio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kamailio]:
    folder = tmp_path_factory.mktemp("kamailio") / "server"
    with Kamailio(folder, dict.fromkeys(("alice", "bob"), "secret")) as process:
        yield process


@pytest.fixture
def client(kamailio: Kamailio) -> Iterator[StartClient]:
    """Start a client: `client("alice", "tcp")`."""
    with ExitStack() as stack:

        def start(user: str, transport: str = "udp") -> Client:
            client = Client(user, kamailio, transport)
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
