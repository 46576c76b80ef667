"""PJSIPUA: options, transports, requests outside of dialogs, trace, poll loop, close."""

from __future__ import annotations

import gc
import inspect
import os
import signal
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from sipsimple.core import (
    PJSIPUA,
    SIPURI,
    Credentials,
    Invitation,
    PJSIPError,
    Registration,
    Route,
    SIPCoreError,
)
from sipsimple.pjproject import runtime
from sipsimple.pjproject.events import queue
from sipsimple.sdp import SDPConnection, SDPMedia, SDPSession

if TYPE_CHECKING:
    from conftest import InChild


def _modules() -> Any:
    import core_driver  # in the child only

    return core_driver


# ---- options


def _defaults() -> dict[str, Any]:
    with PJSIPUA() as ua:
        return {
            name: getattr(ua, name)
            for name in (
                "local_ip", "local_udp_port", "local_tcp_port", "local_tls_port", "user_agent",
                "trace_sip", "tls_verify_server", "tls_ca_file", "tls_cert_file",
                "tls_privkey_file", "tls_min_version", "session_expires",
                "min_session_expires", "nameservers",
            )
        }  # fmt: skip


def test_starts_with_the_documented_defaults(in_child: InChild) -> None:
    values = in_child(_defaults)
    assert values["local_ip"].count(".") == 3 or ":" in values["local_ip"]
    assert values["local_ip"] != "0.0.0.0"
    for port in ("local_udp_port", "local_tcp_port", "local_tls_port"):
        assert 1024 <= values[port] <= 65535
    assert values["user_agent"] == "sipsimple-0.1.0-pjsip-2.17"
    assert values["trace_sip"] is False
    assert values["tls_verify_server"] is False
    assert values["tls_ca_file"] is None
    assert values["tls_cert_file"] is values["tls_privkey_file"] is None
    assert values["tls_min_version"] == "1.2"
    assert (values["session_expires"], values["min_session_expires"]) == (1800, 90)
    assert values["nameservers"] is None


def _no_ports() -> list[int | None]:
    with PJSIPUA(
        local_ip="127.0.0.1", local_udp_port=None, local_tcp_port=None, local_tls_port=None
    ) as ua:
        ua.poll(0)
        return [ua.local_udp_port, ua.local_tcp_port, ua.local_tls_port]


def test_none_disables_a_transport(in_child: InChild) -> None:
    assert in_child(_no_ports) == [None, None, None]


def _busy(name: str, kind: int) -> None:
    driver = _modules()
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            taken.listen()
        port = taken.getsockname()[1]
        error = driver.raises(PJSIPError, lambda: PJSIPUA(local_ip="127.0.0.1", **{name: port}))
        assert str(port) in str(error)
        assert "in use" in str(error)
        assert error.status > 0
    # Nothing is left behind, and the port can be had now.
    assert runtime.live_pools() == 0
    with PJSIPUA(local_ip="127.0.0.1", **{name: port}) as ua:
        assert getattr(ua, name) == port


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("local_udp_port", socket.SOCK_DGRAM),
        ("local_tcp_port", socket.SOCK_STREAM),
        ("local_tls_port", socket.SOCK_STREAM),
    ],
)
def test_a_busy_port_is_an_error_that_leaves_nothing(
    in_child: InChild, name: str, kind: int
) -> None:
    in_child(_busy, name, int(kind))


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("local_ip", 1, TypeError),
        ("local_ip", "example.com", ValueError),
        ("local_ip", "", ValueError),
        ("local_ip", "192.0.2.1", PJSIPError),  # not an address of this machine
        ("local_udp_port", "5060", TypeError),
        ("local_udp_port", True, TypeError),
        ("local_tcp_port", 5060.0, TypeError),
        ("local_tls_port", 65536, ValueError),
        ("local_udp_port", -1, ValueError),
        ("tls_verify_server", 1, TypeError),
        ("tls_ca_file", b"x", TypeError),
        ("tls_ca_file", "/nowhere", ValueError),
        ("tls_cert_file", 1, TypeError),
        ("tls_cert_file", "/nowhere", ValueError),
        ("tls_privkey_file", "/nowhere", ValueError),
        ("tls_min_version", 1.2, TypeError),
        ("tls_min_version", "1.1", ValueError),
        ("user_agent", 1, TypeError),
        ("user_agent", "", ValueError),
        ("user_agent", "a\r\nVia: b", ValueError),
        ("trace_sip", 1, TypeError),
        ("session_expires", "1800", TypeError),
        ("session_expires", 89, ValueError),
        ("session_expires", 2**31, ValueError),
        ("min_session_expires", None, TypeError),
        ("min_session_expires", 1801, ValueError),  # above session_expires
        ("nameservers", "127.0.0.1", TypeError),
        ("nameservers", [53], TypeError),
        ("nameservers", [], ValueError),
        ("nameservers", ["dns.example.com"], ValueError),
        ("nameservers", ["127.0.0.1:99999"], ValueError),
        ("unknown", 1, TypeError),
    ],
)
def test_wrong_options_are_refused(name: str, value: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        PJSIPUA(**{name: value})
    assert runtime.live_pools() == 0


def _one_per_process() -> None:
    driver = _modules()
    first = PJSIPUA(local_ip="127.0.0.1")
    driver.raises(SIPCoreError, PJSIPUA)
    driver.raises(SIPCoreError, first.__init__)  # type: ignore[misc]
    first.close()
    first.close()
    driver.raises(SIPCoreError, lambda: first.poll(0))
    driver.raises(SIPCoreError, first.begin_stop)
    driver.raises(SIPCoreError, lambda: setattr(first, "user_agent", "x"))
    with PJSIPUA(local_ip="127.0.0.1") as second:
        second.poll(0)


def test_there_is_one_at_a_time(in_child: InChild) -> None:
    in_child(_one_per_process)


def _at_once() -> None:
    begin = threading.Barrier(4)
    results: list[object] = []

    def start() -> None:
        begin.wait(10)
        try:
            results.append(PJSIPUA(local_ip="127.0.0.1", local_tls_port=None))
        except SIPCoreError as error:
            results.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(results) == 4
    [started] = [result for result in results if isinstance(result, PJSIPUA)]
    started.poll(0)
    started.close()
    with PJSIPUA(local_ip="127.0.0.1") as another:
        another.poll(0)


def test_of_several_that_start_at_once_one_does(in_child: InChild) -> None:
    for _ in range(3):
        in_child(_at_once)


class _Slow(str):
    """The value of a parameter that keeps who looks at it inside the gate."""

    looked_at = threading.Event()
    may_go_on = threading.Event()

    def __bool__(self) -> bool:
        self.looked_at.set()
        assert self.may_go_on.wait(20)
        for pairs in gc.get_referrers(self):
            if isinstance(pairs, dict) and "transport" in pairs:
                pairs["transport"] = "udp"  # what can be printed
        return True


def _closed_over_a_thread() -> None:
    driver = _modules()
    ua = PJSIPUA(local_ip="127.0.0.1")
    uri = SIPURI("127.0.0.1", user="alice", parameters={"transport": _Slow("udp")})
    made: list[Registration] = []
    thread = threading.Thread(target=lambda: made.append(Registration(Credentials(uri))))
    thread.start()
    assert _Slow.looked_at.wait(5)
    ua.close()
    # The old endpoint is still there, so there is no place for a new one ...
    for _ in range(2):
        error = driver.raises(SIPCoreError, lambda: PJSIPUA(local_ip="127.0.0.1"))
        assert "inside" in str(error)
    _Slow.may_go_on.set()
    thread.join(5)
    assert not thread.is_alive()
    # ... until the thread has left. What it has made is the old one's, and ends with it.
    with PJSIPUA(local_ip="127.0.0.1") as second:
        second.poll(0)
        [registration] = made
        assert "has stopped" in str(driver.raises(SIPCoreError, registration.register))
        del registration
        made.clear()
        gc.collect()
        second.poll(0)
    assert runtime.live_pools() == 0


def test_one_starts_when_the_last_thread_has_left_the_one_before(in_child: InChild) -> None:
    in_child(_closed_over_a_thread)


def test_signatures_can_be_inspected() -> None:
    assert inspect.signature(PJSIPUA).parameters["local_udp_port"].default == 0
    assert list(inspect.signature(PJSIPUA.poll).parameters) == ["self", "timeout"]


# ---- requests outside of dialogs


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
        assert answer.tokens("supported") == {"100rel", "timer"}
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


# ---- trace


def _trace(ip: str) -> None:
    driver = _modules()
    with driver.Driver(local_ip=ip) as running:
        peer = driver.Peer(running, ip)
        peer.ask(peer.request("OPTIONS"))
        assert running.notifications == []
        running.ua.trace_sip = True
        assert running.ua.trace_sip is True
        request = peer.request("OPTIONS")
        peer.ask(request)
        received, sent = running.notifications
        port = running.ua.local_udp_port
        assert received.name == sent.name == "SCEngineSIPTrace"
        assert received.sender == sent.sender == id(None)
        timestamps = [item.data.pop("timestamp") for item in (received, sent)]
        assert timestamps[0] <= timestamps[1]
        assert received.data == {
            "received": True,
            "source_ip": ip,
            "source_port": peer.port,
            "destination_ip": ip,
            "destination_port": port,
            "transport": "UDP",
            "data": request,
        }
        assert sent.data.pop("data").startswith(b"SIP/2.0 200 OK\r\n")
        assert sent.data == {
            "received": False,
            "source_ip": ip,
            "source_port": port,
            "destination_ip": ip,
            "destination_port": peer.port,
            "transport": "UDP",
        }
        running.notifications.clear()
        running.ua.trace_sip = False
        peer.ask(peer.request("OPTIONS"))
        assert running.notifications == []


@pytest.mark.parametrize("ip", ["127.0.0.1", "::1"])
def test_trace_shows_what_is_on_the_wire(in_child: InChild, ip: str) -> None:
    in_child(_trace, ip)


def _trace_tcp() -> None:
    driver = _modules()
    with driver.Driver(trace_sip=True) as running:
        port = running.ua.local_tcp_port
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setblocking(False)
            own = connection.getsockname()[1]
            request = driver.Peer(running).request("OPTIONS").replace(b"/UDP", b"/TCP")
            connection.sendall(request)
            running.until(lambda: len(running.notifications) == 2)
            answer = driver.Answer(connection.recv(65535))
            assert answer.code == 200
            assert answer.headers["contact"] == (f"<sip:token@127.0.0.1:{port};transport=tcp>")
        received, sent = (item.data for item in running.notifications)
        assert received["transport"] == sent["transport"] == "TCP"
        assert received["data"] == request
        for data, here, there in (
            (received, "destination", "source"),
            (sent, "source", "destination"),
        ):
            assert (data[f"{here}_ip"], data[f"{here}_port"]) == ("127.0.0.1", port)
            assert (data[f"{there}_ip"], data[f"{there}_port"]) == ("127.0.0.1", own)


def test_trace_of_tcp(in_child: InChild) -> None:
    in_child(_trace_tcp)


# ---- the loop


def _idle() -> tuple[int, float]:
    with PJSIPUA(local_ip="127.0.0.1") as ua:
        ua.poll(0)
        turns, began, cpu = 0, time.monotonic(), time.process_time()
        while time.monotonic() < began + 1:
            ua.poll(0.25)
            queue.drain(print)
            turns += 1
        return turns, time.process_time() - cpu


def test_an_idle_loop_sleeps(in_child: InChild) -> None:
    turns, cpu = in_child(_idle)
    assert turns <= 6
    assert cpu < 0.1


def _latencies(count: int) -> list[float]:
    latencies: list[float] = []

    def handle(name: str, sender: object, data: dict[str, Any]) -> None:
        if name == "Test":
            latencies.append(time.perf_counter() - data["sent"])

    def push() -> None:
        for _ in range(count):
            time.sleep(0.002)
            queue.post("Test", None, {"sent": time.perf_counter()})

    with PJSIPUA(local_ip="127.0.0.1") as ua:
        thread = threading.Thread(target=push)
        thread.start()
        deadline = time.monotonic() + 10
        while len(latencies) < count and time.monotonic() < deadline:
            ua.poll(5)
            queue.drain(handle)
        thread.join()
    return latencies


def test_an_event_of_another_thread_ends_the_sleep(in_child: InChild) -> None:
    latencies = sorted(in_child(_latencies, 200))
    assert len(latencies) == 200
    assert latencies[100] < 0.001


def _many_pushers() -> tuple[int, float]:
    seen = 0

    def handle(name: str, sender: object, data: dict[str, Any]) -> None:
        nonlocal seen
        seen += 1

    def push() -> None:
        for _ in range(2000):
            queue.post("Test", None, {})

    with PJSIPUA(local_ip="127.0.0.1") as ua:
        threads = [threading.Thread(target=push) for _ in range(4)]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + 10
        while seen < 8000 and time.monotonic() < deadline:
            ua.poll(1)
            queue.drain(handle)
        for thread in threads:
            thread.join()
        # No wake-up is left over that would end every later sleep.
        began = time.monotonic()
        ua.poll(0.2)
        return seen, time.monotonic() - began


def test_no_wake_up_is_lost_or_left_over(in_child: InChild) -> None:
    seen, slept = in_child(_many_pushers)
    assert seen == 8000
    assert slept >= 0.19


def _poll_in_two_threads() -> None:
    driver = _modules()
    deadline = time.monotonic() + 5

    def sleep_in_poll() -> None:
        while time.monotonic() < deadline:
            try:
                ua.poll(5)  # may end early: the other thread wakes it as it leaves its own
            except SIPCoreError as error:
                if "stopped" in str(error):
                    return

    with PJSIPUA(local_ip="127.0.0.1") as ua:
        thread = threading.Thread(target=sleep_in_poll)
        thread.start()
        refusal = None
        while refusal is None:  # until the other thread is in its poll
            try:
                ua.poll(0)
            except SIPCoreError as error:
                refusal = str(error)
            assert time.monotonic() < deadline
        assert "another thread" in refusal
        began = time.monotonic()
        ua.close()
        assert time.monotonic() - began < 1, "close() waited for the poll to time out"
        thread.join(5)
        assert not thread.is_alive()
        driver.raises(TypeError, lambda: ua.poll("1"))  # type: ignore[arg-type]


def test_close_ends_the_poll_of_another_thread(in_child: InChild) -> None:
    in_child(_poll_in_two_threads)


def _interrupted() -> float:
    def handler(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGALRM, handler)
    with PJSIPUA(local_ip="127.0.0.1") as ua:
        began = time.monotonic()
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        try:
            ua.poll(10)
            time.sleep(0.01)  # a handler runs between two bytecodes
        except KeyboardInterrupt:
            return time.monotonic() - began
    raise AssertionError("the signal had no effect")


def test_a_signal_ends_the_sleep(in_child: InChild) -> None:
    assert in_child(_interrupted) < 5


# ---- the end


def _fork() -> str:
    with PJSIPUA(local_ip="127.0.0.1") as ua:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            messages = []
            for call in (lambda: ua.poll(0), PJSIPUA):
                try:
                    call()
                except SIPCoreError as error:
                    messages.append(str(error))
            ua.close()
            os.write(writer, "|".join(messages).encode())
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as pipe:
            text = pipe.read()
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        ua.poll(0)
        return text


def test_a_forked_child_is_refused(in_child: InChild) -> None:
    messages = in_child(_fork).split("|")
    assert len(messages) == 2
    assert all("fork" in message for message in messages)


def _leave_running() -> str:
    _left_running.append(PJSIPUA(local_ip="127.0.0.1"))
    _left_running[0].poll(0)
    return "left"


_left_running: list[PJSIPUA] = []


def test_the_interpreter_exits_while_it_runs(in_child: InChild) -> None:
    assert in_child(_leave_running) == "left"


def _cycles() -> tuple[int, int, int]:
    driver = _modules()

    def cycle() -> None:
        with PJSIPUA(local_ip="127.0.0.1") as ua:
            ua.poll(0)
        queue.drain(lambda *arguments: None)

    for _ in range(10):
        cycle()
    before, files = driver.resident(), len(os.listdir("/proc/self/fd"))
    for _ in range(40):
        cycle()
    return (
        driver.resident() - before,
        len(os.listdir("/proc/self/fd")) - files,
        runtime.live_pools(),
    )


def test_memory_and_descriptors_are_flat_over_starts(in_child: InChild) -> None:
    grown, files, pools = in_child(_cycles)
    assert grown < 2_000_000
    assert files == 0
    assert pools == 0
