"""PJSIPUA: requests outside of dialogs, malformed ones, and the name it gives itself."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from sipsimple.core import (
    PJSIPUA,
    SIPURI,
    Credentials,
    Invitation,
    Registration,
    Route,
)
from sipsimple.pjproject import runtime
from sipsimple.sdp import SDPConnection, SDPMedia, SDPSession

if TYPE_CHECKING:
    from conftest import InChild


def _modules() -> Any:
    import core_driver  # in the child only

    return core_driver


def _parsed_between_endpoints(seconds: float) -> tuple[int, int]:
    from sipsimple.core.invitation_message import parse_message

    text = (
        b"INVITE sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5;branch=z9hG4bK1\r\n"
        b"From: <sip:a@b>;tag=1\r\nTo: <sip:x@b>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n"
        # Enough for the parser to be at work whenever its tables change.
        + b"Contact: <sip:a@b>\r\n" * 500
        + b"Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    )
    expected = parse_message(text)["headers"]
    done = threading.Event()
    parsed = [0, 0]

    def parse() -> None:
        while not done.is_set():
            try:
                wrong = parse_message(text)["headers"] != expected
            except ValueError:
                wrong = True
            parsed[wrong] += 1

    thread = threading.Thread(target=parse)
    thread.start()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        PJSIPUA(local_ip="127.0.0.1", local_tcp_port=None, local_tls_port=None).close()
    done.set()
    thread.join(10)
    return parsed[0], parsed[1]


def test_messages_are_read_rightly_while_endpoints_begin_and_end(in_child: InChild) -> None:
    right, wrong = in_child(_parsed_between_endpoints, 2.0)
    assert right > 100
    assert wrong == 0


def _options(ip: str) -> None:
    driver = _modules()
    with driver.Driver(local_ip=ip, user_agent="tester/1") as running:
        peer = driver.Peer(running, ip)
        answer = peer.ask(peer.request("OPTIONS", "sip:the%20token@192.0.2.1"))
        host = f"[{ip}]" if ":" in ip else ip
        assert answer.code == 200
        methods = {
            "INVITE", "ACK", "BYE", "CANCEL", "INFO", "MESSAGE", "NOTIFY", "OPTIONS", "PRACK",
            "REFER", "UPDATE",
        }  # fmt: skip
        assert answer.tokens("allow") == methods
        assert answer.tokens("accept") == {"application/sdp", "text/plain"}
        assert answer.tokens("supported") == {"100rel", "replaces", "timer"}
        contact = SIPURI.parse(answer.headers["contact"])
        assert contact == SIPURI(ip, user="the token", port=running.ua.local_udp_port), host
        assert answer.headers["server"] == "tester/1"
        assert ";tag=" in answer.headers["to"]
        running.ua.user_agent = "tester/2 ü"
        assert peer.ask(peer.request("OPTIONS")).headers["server"] == "tester/2 ü"
        request = peer.request("OPTIONS")
        first, second = peer.ask(request), peer.ask(request)
        assert first.headers["to"] == second.headers["to"]


@pytest.mark.parametrize("ip", ["127.0.0.1", "::1"])
def test_options_is_answered(in_child: InChild, ip: str) -> None:
    in_child(_options, ip)


def _answers(expected: list[tuple[str, str, dict[str, str], int]]) -> None:
    driver = _modules()
    with driver.Driver() as running:
        peer = driver.Peer(running)
        for method, uri, headers, code in expected:
            answer = peer.ask(peer.request(method, uri, **headers))
            assert answer.code == code, (method, answer.code)
            if code == 405:
                assert "OPTIONS" in answer.tokens("allow")
                assert method not in answer.tokens("allow")
            if code == 420:
                assert answer.tokens("unsupported") == {"x-unknown"}
        peer.send(peer.request("ACK"))
        running.run(0.2)
        assert peer.receive() is None


def test_what_is_not_handled_is_answered_as_the_rfcs_say(in_child: InChild) -> None:
    uri = "sip:token@127.0.0.1"
    in_child(
        _answers,
        [
            ("BYE", uri, {}, 481),
            ("CANCEL", uri, {}, 481),
            ("INFO", uri, {}, 481),
            ("UPDATE", uri, {}, 481),
            ("PRACK", uri, {}, 481),
            ("NOTIFY", uri, {"Event": "presence"}, 481),
            ("OPTIONS", uri, {"To": "<sip:x@h>;tag=unknown"}, 481),
            ("REGISTER", uri, {}, 405),
            ("SUBSCRIBE", uri, {"Event": "presence"}, 405),
            ("PUBLISH", uri, {}, 405),
            ("MESSAGE", uri, {}, 200),
            ("REFER", uri, {}, 603),
            ("FROBNICATE", uri, {}, 501),
            ("OPTIONS", "tel:+1", {}, 416),
            ("OPTIONS", uri, {"Require": "x-unknown"}, 420),
        ],
    )


def _invites() -> None:
    driver = _modules()
    with driver.Driver() as running:
        peer = driver.Peer(running)
        first = peer.request("INVITE", Contact=f"<sip:peer@127.0.0.1:{peer.port}>")
        assert peer.ask(first).code < 200
        # The same request, forked and arrived on another way (RFC 3261 8.2.2.2).
        while peer.receive() is not None:
            pass
        peer.send(first.replace(b"branch=z9hG4bK-1", b"branch=z9hG4bK-other"))
        merged = running.until(
            lambda: [
                answer
                for answer in [peer.receive()]
                if answer and b"branch=z9hG4bK-other" in answer
            ]
        )
        assert driver.Answer(merged[0]).code == 482
        running.ua.begin_stop()
        late = peer.request("INVITE", Contact=f"<sip:peer@127.0.0.1:{peer.port}>")
        peer.send(late)
        refused = running.until(
            lambda: [
                answer for answer in [peer.receive()] if answer and b"Call-ID: call-2" in answer
            ]
        )
        assert driver.Answer(refused[0]).code == 503


def test_merged_and_late_invites_are_refused(in_child: InChild) -> None:
    in_child(_invites)


def _malformed(packets: list[bytes]) -> tuple[int, int]:
    driver = _modules()
    with driver.Driver(trace_sip=True) as running:
        peer = driver.Peer(running)
        assert peer.ask(peer.request("OPTIONS")).code == 200
        pools = runtime.live_pools()
        for packet in packets:
            peer.send(packet)
            running.turn()
            while peer.receive() is not None:
                pass
        running.notifications.clear()
        assert peer.ask(peer.request("OPTIONS")).code == 200
        return pools, runtime.live_pools()


def test_malformed_packets_do_no_harm(in_child: InChild) -> None:
    whole = (
        b"OPTIONS sip:a@h SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKx\r\n"
        b"From: <sip:a@h>;tag=1\r\nTo: <sip:a@h>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n"
        b"Content-Length: 0\r\n\r\n"
    )
    packets = [whole[:length] for length in range(0, len(whole), 7)]
    packets += [
        b"\0" * 100,
        b"\r\n\r\n",
        b"\xff" * 65000,
        b"SIP/2.0 200 OK\r\n\r\n",
        whole.replace(b"Content-Length: 0", b"Content-Length: 99999999999"),
        whole.replace(b"CSeq: 1", b"CSeq: 99999999999"),
        whole.replace(b"SIP/2.0\r\n", b"SIP/9.9\r\n", 1),
        whole.replace(b"127.0.0.1", b"[::1"),
        whole.replace(b"Call-ID: x", b"Call-ID: " + b"x" * 60000),
        whole.replace(b"To: ", b"To: " * 1000),
        whole.replace(b"\r\n", b"\n"),
    ]
    before, after = in_child(_malformed, packets)
    assert after == before


def _agents() -> list[str]:
    driver = _modules()
    with driver.Driver(user_agent="agent/1") as running:
        peer = driver.Peer(running)
        call = Invitation(
            Credentials(SIPURI("example.com", "alice")),
            SIPURI("example.com", "peer"),
            Route("127.0.0.1", peer.port),
        )
        media = SDPMedia("audio", 4000, "RTP/AVP", formats=["0"])
        connection = SDPConnection("127.0.0.1")
        call.set_offered_local_sdp(SDPSession("127.0.0.1", connection=connection, media=[media]))
        call.send_invite()
        methods: list[str] = []
        invite: dict[str, str] = {}

        def answer(status: str, headers: dict[str, str]) -> None:
            kept = {name: headers[name] for name in ("Via", "From", "Call-ID", "CSeq")}
            kept["To"] = headers["To"].split(";tag=")[0] + ";tag=peer"
            lines = [f"SIP/2.0 {status}", *(f"{name}: {kept[name]}" for name in kept)]
            peer.send("\r\n".join([*lines, "Content-Length: 0", "", ""]).encode())

        def serve() -> bool:
            while (data := peer.receive()) is not None:
                line, *fields = data.decode().split("\r\n\r\n")[0].split("\r\n")
                headers = dict(field.split(": ", 1) for field in fields)
                assert headers["User-Agent"] == "agent/1", line
                methods.append(line.split()[0])
                if methods[-1] == "INVITE":
                    invite.update(headers)
                    answer("180 Ringing", headers)
                elif methods[-1] == "CANCEL":
                    answer("200 OK", headers)
                    answer("487 Request Terminated", invite)
            return methods[-1:] == ["ACK"]

        running.until(lambda: serve() or call.state == "EARLY")
        call.disconnect()
        running.until(serve)
        return methods


def test_the_user_agent_is_in_every_request(in_child: InChild) -> None:
    assert in_child(_agents) == ["INVITE", "CANCEL", "ACK"]


def _set_by_threads(seconds: float) -> set[str]:
    driver = _modules()
    done = threading.Event()
    seen = set()
    with driver.Driver() as running:
        peer = driver.Peer(running)

        def set_to(letter: str) -> None:
            while not done.is_set():
                running.ua.user_agent = letter * 40

        running.ua.user_agent = "a" * 40
        threads = [threading.Thread(target=set_to, args=(letter,)) for letter in "abcd"]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            seen.add(peer.ask(peer.request("OPTIONS")).headers["server"])
        done.set()
        for thread in threads:
            thread.join(5)
            assert not thread.is_alive()
        running.ua.user_agent = "last"
        account = Credentials(SIPURI("127.0.0.1", user="alice"))
        Registration(account, Route("127.0.0.1", peer.port)).register()
        request = running.until(peer.receive)
        assert request.count(b"User-Agent: last\r\n") == request.count(b"User-Agent") == 1
        assert peer.ask(peer.request("OPTIONS")).headers["server"] == "last"
    assert runtime.live_pools() == 0
    return seen


def test_the_user_agent_may_be_set_by_any_thread(in_child: InChild) -> None:
    assert in_child(_set_by_threads, 1.0) <= {letter * 40 for letter in "abcd"}


def _set_to_ever_new_values(values: int) -> int:
    driver = _modules()
    with driver.Driver() as running:
        running.ua.user_agent = f"agent/{values}"
        heap = driver.heap_in_use()
        for value in range(values):
            running.ua.user_agent = f"agent/{value}"
        return int(driver.heap_in_use() - heap)


def test_new_values_of_the_user_agent_take_no_memory(in_child: InChild) -> None:
    # Kept for good, each would take some 300 bytes.
    assert in_child(_set_to_ever_new_values, 20_000) < 100_000
