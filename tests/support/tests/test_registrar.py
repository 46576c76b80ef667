"""The registrar and proxy, spoken to in plain text over UDP."""

from __future__ import annotations

import hashlib
import re
import socket
import threading
from collections.abc import Iterator

import pytest

from testbed.registrar import Server
from testbed.sip import Message, parameter


class Phone:
    """A UDP socket that speaks SIP."""

    def __init__(self, user: str, server: Server) -> None:
        self.user, self.server = user, server
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(5)
        self.sequence = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.socket.getsockname()[1]}"

    def request(self, method: str, uri: str, *headers: tuple[str, str], to: str = "") -> Message:
        self.sequence += method not in {"ACK", "CANCEL"}
        host, port = self.server.address
        branch = f"z9hG4bK{self.user}{self.sequence}"
        return Message(
            f"{method} {uri} SIP/2.0",
            [
                (
                    "Via",
                    f"SIP/2.0/UDP {self.address};branch={branch};rport",
                ),
                ("From", f"<sip:{self.user}@{host}:{port}>;tag=here"),
                ("To", to or f"<{uri}>"),
                ("Call-ID", f"{self.user}-calls"),
                ("CSeq", f"{self.sequence} {method}"),
                ("Max-Forwards", "70"),
                *headers,
            ],
        )

    def send(self, message: Message) -> None:
        self.socket.sendto(message.render(), self.server.address)

    def receive(self) -> Message:
        return Message.parse(self.socket.recv(65535))

    def register(self, password: str | None, *headers: tuple[str, str], user: str = "") -> Message:
        """Register, with credentials where there is a password; returns the last answer."""
        host, port = self.server.address
        aor = f"<sip:{user or self.user}@{host}:{port}>"
        contact = () if headers else (("Contact", f"<sip:{self.user}@{self.address}>"),)
        self.send(self.request("REGISTER", f"sip:{host}:{port}", *contact, *headers, to=aor))
        answer = self.receive()
        if password is None or answer.code != 401:
            return answer
        credentials = respond(answer["WWW-Authenticate"], self.user, password, "REGISTER")
        self.send(
            self.request(
                "REGISTER",
                f"sip:{host}:{port}",
                *contact,
                *headers,
                ("Authorization", credentials),
                to=aor,
            )
        )
        return self.receive()


def md5(*parts: str) -> str:
    return hashlib.md5(":".join(parts).encode()).hexdigest()


def respond(challenge: str, user: str, password: str, method: str) -> str:
    realm, nonce = (re.search(rf'{name}="([^"]*)"', challenge)[1] for name in ("realm", "nonce"))
    hashes = md5(user, realm, password), nonce, "00000001", "ab", "auth", md5(method, "sip:x")
    return (
        f'Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="sip:x", qop=auth, '
        f'nc=00000001, cnonce="ab", response="{md5(*hashes)}"'
    )


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server({"alice": "a's", "bob": "b's"})
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    yield server
    server.close()
    thread.join(5)
    assert not thread.is_alive()


@pytest.fixture
def phones(server: Server) -> Iterator[tuple[Phone, Phone]]:
    phones = Phone("alice", server), Phone("bob", server)
    yield phones
    for phone in phones:
        phone.socket.close()


def test_registering_takes_the_right_password(phones):
    alice, bob = phones
    assert alice.register(None).code == 401
    assert alice.register("wrong").code == 403
    answer = alice.register("a's")
    assert answer.code == 200
    assert answer.all("Contact") == [f"<sip:alice@{alice.address}>;expires=3600"]
    assert bob.register("b's", user="alice").code == 403
    assert bob.register("b's", user="nobody").code == 404


def test_challenges_come_in_the_order_of_preference():
    server = Server({"alice": "a's"}, algorithms=("SHA-512-256", "SHA-256", "MD5"))
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    alice = Phone("alice", server)
    try:
        challenges = alice.register(None).all("WWW-Authenticate")
        names = [parameter(text.replace(", ", ";"), "algorithm") for text in challenges]
        assert names == ["SHA-512-256", "SHA-256", "MD5"]
        # It answers the first one with MD5, whatever it asks for.
        assert alice.register("a's").code == 200
    finally:
        alice.socket.close()
        server.close()
        thread.join(5)


def test_bindings_can_be_shortened_listed_and_removed(phones):
    alice, _ = phones
    uri = f"<sip:alice@{alice.address}>"
    assert alice.register("a's").code == 200
    answer = alice.register("a's", ("Contact", f"{uri};expires=60"))
    assert answer.all("Contact") == [f"{uri};expires=60"]
    assert alice.register("a's", ("Expires", "60")).all("Contact") == [f"{uri};expires=60"]
    assert alice.register("a's", ("Contact", "*")).code == 400
    answer = alice.register("a's", ("Contact", "*"), ("Expires", "0"))
    assert (answer.code, answer.all("Contact")) == (200, [])


def test_a_call_goes_to_the_contact_and_its_answers_come_back(phones, server: Server):
    alice, bob = phones
    assert bob.register("b's").code == 200
    host, port = server.address
    alice.send(alice.request("INVITE", f"sip:bob@{host}:{port}"))
    invite = bob.receive()
    assert invite.uri == f"sip:bob@{bob.address}"
    assert invite["Record-Route"] == f"<sip:{host}:{port};lr>"
    assert invite["Max-Forwards"] == "69"
    assert len(invite.all("Via")) == 2
    kept = [each for each in invite.headers if each[0] in {"Via", "From", "Call-ID", "CSeq"}]
    ringing = Message("SIP/2.0 180 Ringing", [*kept, ("To", f"{invite['To']};tag=there")])
    bob.send(ringing)
    answer = alice.receive()
    assert answer.code == 180 and len(answer.all("Via")) == 1
    assert parameter(answer["Via"], "received") == "127.0.0.1"
    # A CANCEL follows the INVITE, with the same branch: else it would match nothing.
    alice.send(alice.request("CANCEL", f"sip:bob@{host}:{port}"))
    assert bob.receive()["Via"] == invite["Via"]


def test_a_request_in_a_dialog_follows_its_route(phones, server: Server):
    alice, bob = phones
    host, port = server.address
    route = ("Route", f"<sip:{host}:{port};lr>")
    alice.send(alice.request("BYE", f"sip:bob@{bob.address}", route, to="<sip:bob@b>;tag=there"))
    bye = bob.receive()
    assert bye.start == f"BYE sip:bob@{bob.address} SIP/2.0"
    assert bye.get("Route") is None and bye.get("Record-Route") is None


@pytest.mark.parametrize(("user", "code"), [("bob", 480), ("nobody", 404)])
def test_who_is_not_there_cannot_be_called(phones, server: Server, user: str, code: int):
    alice, _ = phones
    host, port = server.address
    alice.send(alice.request("INVITE", f"sip:{user}@{host}:{port}"))
    assert alice.receive().code == code


def test_a_request_that_went_too_far_is_refused(phones, server: Server):
    alice, bob = phones
    request = alice.request("OPTIONS", f"sip:bob@{bob.address}", ("Route", f"<sip:{bob.address}>"))
    request.replace_first("Max-Forwards", "0")
    alice.send(request)
    assert alice.receive().code == 483


def test_rubbish_stops_nothing(phones, server: Server):
    alice, _ = phones
    for rubbish in (b"\r\n\r\n", b"hello", b"INVITE sip:x SIP/2.0\r\n\r\n", b"\xff" * 100):
        alice.socket.sendto(rubbish, server.address)
    assert alice.register("a's").code == 200
