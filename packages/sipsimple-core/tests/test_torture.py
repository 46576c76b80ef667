"""Messages that RFC 4475 torments receivers with: what is required, and what becomes of them.

Each request is sent to the same `PJSIPUA`, whose application refuses every call with 486 Busy
Here: that it does shows that the request was understood and reached it. After each one the
`PJSIPUA` still answers OPTIONS. It is no registrar, so that a REGISTER which is all right is
answered 405.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from sipsimple.core import SIPURI, Credentials, Registration, Route

if TYPE_CHECKING:
    from conftest import InChild

DROPPED = None
REACHED = 486
UNREADABLE = "PJSIP's parser drops what it cannot read, without an answer"


class Case(NamedTuple):
    """What becomes of a request over UDP.

    Attributes:
        section: Of RFC 4475.
        required: The codes that it allows for a user agent that is no registrar.
        ours: The final code that is answered.
        because: Where ours is not required, the reason.
    """

    section: str
    required: set[int | None]
    ours: int | None
    because: str = ""


CASES = {
    "wsinv": Case("3.1.1.1", {REACHED}, REACHED),
    "intmeth": Case("3.1.1.2", {405, 501}, 501),
    "esc01": Case("3.1.1.3", {REACHED}, REACHED),
    "escnull": Case("3.1.1.4", {405}, 405),
    "esc02": Case("3.1.1.5", {405, 501}, 501),
    "lwsdisp": Case("3.1.1.6", {200}, 200),
    "longreq": Case("3.1.1.7", {REACHED}, REACHED),
    "dblreq": Case("3.1.1.8", {405}, 405),
    "semiuri": Case("3.1.1.9", {200, 404}, 200),
    "transports": Case("3.1.1.10", {200}, 200),
    "mpart01": Case("3.1.1.11", {200, 405, 415}, 200),
    "badinv01": Case("3.1.2.1", {400}, DROPPED, UNREADABLE),
    "clerr": Case("3.1.2.2", {400}, 400),
    "ncl": Case("3.1.2.3", {400}, DROPPED, UNREADABLE),
    "scalar02": Case("3.1.2.4", {400}, DROPPED, UNREADABLE),
    "quotbal": Case("3.1.2.6", {400}, DROPPED, UNREADABLE),
    "ltgtruri": Case("3.1.2.7", {400}, DROPPED, UNREADABLE),
    "lwsruri": Case("3.1.2.8", {400}, DROPPED, UNREADABLE),
    "lwsstart": Case("3.1.2.9", {400, REACHED}, REACHED),
    "trws": Case("3.1.2.10", {400, 200}, 200),
    "escruri": Case("3.1.2.11", {400, REACHED}, REACHED),
    "baddate": Case("3.1.2.12", {400, REACHED}, REACHED),
    "regbadct": Case("3.1.2.13", {400, 405}, DROPPED, UNREADABLE),
    "badaspec": Case("3.1.2.14", {400, 200}, 200),
    "baddn": Case("3.1.2.15", {400, 200}, 200),
    "badvers": Case("3.1.2.16", {505}, DROPPED, UNREADABLE),
    "mismatch01": Case("3.1.2.17", {400}, 400),
    "mismatch02": Case("3.1.2.18", {400, 501}, 400),
    "badbranch": Case("3.2.1", {400, 200}, 200),
    "insuf": Case("3.3.1", {400, DROPPED}, DROPPED),
    "unkscm": Case("3.3.2", {416}, DROPPED, UNREADABLE),
    "novelsc": Case("3.3.3", {416}, DROPPED, UNREADABLE),
    "unksm2": Case("3.3.4", {400, 405}, 405),
    "bext01": Case("3.3.5", {420}, 420),
    "invut": Case("3.3.6", {415}, 415),
    "regaut01": Case("3.3.7", {405}, DROPPED, UNREADABLE),
    "multi01": Case("3.3.8", {400}, 400),
    "mcl01": Case("3.3.9", {400}, 400),
    "zeromf": Case("3.3.11", {200}, 200),
    "cparam01": Case("3.3.12", {405}, 405),
    "cparam02": Case("3.3.13", {405}, 405),
    "regescrt": Case("3.3.14", {405}, 405),
    "sdp01": Case("3.3.15", {406}, 406),
    "inv2543": Case("3.4.1", {REACHED}, REACHED),
}

# Where Content-Length alone says where a message ends.
STREAM_CASES = {
    "wsinv": [REACHED],
    "dblreq": [405, REACHED],
    "clerr": [],
    "ncl": [],
    "mcl01": [400],
    "badvers": [],
    "mismatch01": [400],
    "inv2543": [REACHED],
}


def _modules() -> tuple[Any, Any]:
    import core_driver
    import torture_messages

    return core_driver, torture_messages


def _busy_driver() -> Any:
    """A driver whose application refuses every call."""
    core_driver, _ = _modules()

    class BusyDriver(core_driver.Driver):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.calls: list[Any] = []

        def _handle(self, name: str, sender: Any, data: dict[str, object]) -> None:
            super()._handle(name, sender, data)
            if data.get("state") == "INCOMING":
                self.calls.append(sender)

        def turn(self, seconds: float = 0.02) -> None:
            super().turn(seconds)
            while self.calls:
                self.calls.pop().disconnect(REACHED)

    return BusyDriver()


def _ask_over_udp(driver: Any, peer: Any, name: str) -> tuple[list[int], int]:
    """The final codes of a request, and the code of the OPTIONS that follows it."""
    core_driver, messages = _modules()
    codes: list[int] = []
    alive: list[int] = []
    # A call is refused by the application, which hears of it later.
    expected = name in CASES and CASES[name].ours is not None

    def receive() -> bool:
        while data := peer.receive():
            answer = core_driver.Answer(data)
            kind = alive if answer.headers["call-id"] == "alive" else codes
            if answer.code >= 200 and answer.code not in kind:
                kind.append(answer.code)
        return bool(alive and (codes or not expected))

    peer.send(messages.requests(f"127.0.0.1:{peer.port}")[name])
    peer.send(peer.request("OPTIONS", Call_ID="alive"))
    driver.until(receive)
    # Whatever else is answered at once.
    driver.run(0.02)
    receive()
    return codes, alive[0]


def _over_udp() -> dict[str, tuple[list[int], int]]:
    core_driver, messages = _modules()
    outcomes = {}
    with _busy_driver() as driver, contextlib.ExitStack() as peers:
        for name in messages.requests("host"):
            peer = core_driver.Peer(driver)
            # All stay open to the end: what is sent again to an earlier one is not to come to a
            # later one that got its port.
            peers.enter_context(peer.socket)
            outcomes[name] = _ask_over_udp(driver, peer, name)
    return outcomes


def _ask_over_tcp(driver: Any, connection: socket.socket, name: str, count: int) -> list[int]:
    """The final codes of a request, of which there are to be so many."""
    core_driver, messages = _modules()
    received = bytearray()

    def codes() -> list[int]:
        with contextlib.suppress(BlockingIOError, ConnectionError):
            received.extend(connection.recv(65535))
        lines = [line for line in received.split(b"\r\n") if line.startswith(b"SIP/2.0 ")]
        found = dict.fromkeys(int(line.split()[1]) for line in lines)
        return [code for code in found if code >= 200]

    port = connection.getsockname()[1]
    connection.setblocking(False)
    connection.sendall(messages.requests(f"127.0.0.1:{port}", "TCP")[name])
    driver.until(lambda: len(codes()) >= count)
    peer = core_driver.Peer(driver)
    with peer.socket:
        assert peer.ask(peer.request("OPTIONS")).code == 200
    driver.run(0.02)
    return codes()


def _over_tcp() -> dict[str, list[int]]:
    outcomes = {}
    with _busy_driver() as driver:
        for name, expected in STREAM_CASES.items():
            address = ("127.0.0.1", driver.ua.local_tcp_port)
            with socket.create_connection(address) as connection:
                outcomes[name] = _ask_over_tcp(driver, connection, name, len(expected))
    return outcomes


@pytest.fixture(scope="module")
def over_udp(in_child: InChild) -> dict[str, tuple[list[int], int]]:
    """What became of all of them, one after the other, in one process."""
    outcomes: dict[str, tuple[list[int], int]] = in_child(_over_udp, timeout=60)
    return outcomes


@pytest.fixture(scope="module")
def over_tcp(in_child: InChild) -> dict[str, list[int]]:
    """What became of those that streams make a difference to."""
    outcomes: dict[str, list[int]] = in_child(_over_tcp, timeout=60)
    return outcomes


@pytest.mark.parametrize("name", CASES)
def test_a_request_over_udp_is_answered_as_required_or_as_the_table_says(
    over_udp: dict[str, tuple[list[int], int]], name: str
) -> None:
    case = CASES[name]
    codes, alive = over_udp[name]
    assert codes == ([] if case.ours is None else [case.ours])
    assert (case.ours in case.required) is not bool(case.because)
    assert alive == 200


def test_every_request_has_its_line_in_the_table(
    over_udp: dict[str, tuple[list[int], int]],
) -> None:
    assert set(over_udp) == set(CASES)


@pytest.mark.parametrize("name", STREAM_CASES)
def test_a_request_over_tcp_ends_where_its_length_says(
    over_tcp: dict[str, list[int]], name: str
) -> None:
    assert over_tcp[name] == STREAM_CASES[name]


# ---- what else is checked of requests


def _excess() -> tuple[bytes, bytes]:
    core_driver, messages = _modules()
    with _busy_driver() as driver:
        peer = core_driver.Peer(driver)
        with peer.socket:
            invite = messages.request("excess", "INVITE", f"127.0.0.1:{peer.port}")
            peer.send(invite + b"a=excess\r\n")
            (incoming,) = driver.until(
                lambda: [n for n in driver.notifications if n.data.get("state") == "INCOMING"]
            )
            return invite.partition(b"\r\n\r\n")[2], incoming.data["body"]


def test_what_follows_the_body_in_a_datagram_is_cut_off(in_child: InChild) -> None:
    sent, received = in_child(_excess)
    assert received == sent


def _ack() -> bool:
    core_driver, messages = _modules()
    with _busy_driver() as driver:
        peer = core_driver.Peer(driver)
        with peer.socket:
            peer.send(messages.request("ack", "ACK", f"127.0.0.1:{peer.port}", CSeq="1 INVITE"))
            driver.run(0.2)
            return peer.receive() is None


def test_an_ack_is_never_answered_whatever_is_wrong_with_it(in_child: InChild) -> None:
    assert in_child(_ack)


def _accept(value: str) -> int:
    core_driver, messages = _modules()
    with _busy_driver() as driver:
        peer = core_driver.Peer(driver)
        with peer.socket:
            peer.send(messages.request("a", "INVITE", f"127.0.0.1:{peer.port}", Accept=value))

            def final() -> int | None:
                data = peer.receive()
                code = core_driver.Answer(data).code if data else 0
                return code if code >= 200 else None

            code: int = driver.until(final)
            return code


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("text/plain, Application/SDP;level=1", REACHED),
        ("application/*", REACHED),
        ("*/*;q=0.1", REACHED),
        ("application/sd", 406),
        ("", 406),
    ],
)
def test_a_call_is_refused_by_itself_where_no_description_is_accepted(
    in_child: InChild, value: str, code: int
) -> None:
    assert in_child(_accept, value) == code


# ---- responses


def _plain(request: bytes, line: str = "SIP/2.0 200 OK", **changes: str) -> bytes:
    """A response to a REGISTER of ours, with other header values where some are given."""
    kept = ("Via", "From", "To", "Call-ID", "CSeq", "Contact")
    lines = [line]
    for field in request.decode().split("\r\n\r\n")[0].split("\r\n")[1:]:
        name, _, value = field.partition(":")
        if name in kept:
            lines.append(f"{name}: {changes.pop(name.replace('-', '_'), value.strip())}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in changes.items()]
    return "\r\n".join([*lines, "Content-Length: 0", "", ""]).encode()


def _unreason(request: bytes) -> bytes:
    return _plain(request, "SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять - простое")


def _noreason(request: bytes) -> bytes:
    return _plain(request, "SIP/2.0 200 ")


def _scalarlg(request: bytes) -> bytes:
    return _plain(
        request,
        CSeq="9292394834772304023312 REGISTER",
        Retry_After="949302838503028349304023988",
        Warning='1812 overture "In Progress"',
    )


def _bigcode(request: bytes) -> bytes:
    return _plain(request, "SIP/2.0 4294967301 better not break the receiver")


def _bcast(request: bytes) -> bytes:
    return _plain(request, Via="SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23")


def _twice(request: bytes) -> bytes:
    return _plain(request, also="1").replace(b"also: 1", b"CSeq: 99 REGISTER")


RESPONSES: dict[str, tuple[Callable[[bytes], bytes], bool]] = {
    "unreason": (_unreason, True),  # 3.1.1.12
    "noreason": (_noreason, True),  # 3.1.1.13
    "scalarlg": (_scalarlg, False),  # 3.1.2.5
    "bigcode": (_bigcode, False),  # 3.1.2.19
    "bcast": (_bcast, False),  # 3.3.10
    "twice": (_twice, False),  # what multi01 is for a request
}


def _register(name: str) -> tuple[bool, str]:
    """Whether the response was taken, and the state after a good one came as well."""
    core_driver, _ = _modules()
    make, _ = RESPONSES[name]
    with core_driver.Driver() as driver:
        peer = core_driver.Peer(driver)
        with peer.socket:
            account = SIPURI("127.0.0.1", user="user", port=peer.port)
            registration = Registration(Credentials(account), Route("127.0.0.1", peer.port))
            registration.register()
            request = driver.until(peer.receive)
            peer.send(make(request))
            driver.run(0.3)
            taken = registration.state != "registering"
            if not taken:
                peer.send(_plain(request))
            driver.until(lambda: registration.state != "registering")
            return taken, registration.state


@pytest.mark.parametrize("name", RESPONSES)
def test_a_response_is_taken_or_discarded_as_required(in_child: InChild, name: str) -> None:
    assert in_child(_register, name) == (RESPONSES[name][1], "registered")
