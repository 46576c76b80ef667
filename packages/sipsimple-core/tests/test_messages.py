"""`send_message()`: what is sent, and what is told of it."""

from __future__ import annotations

import copy
import pickle
import threading
from typing import TYPE_CHECKING, Any

import pytest
from core_registrar import credentials_of
from message_agent import MessageAgent

from sipsimple.core import (
    SIPURI,
    Credentials,
    MessagePendingError,
    Route,
    SIPCoreError,
    send_message,
)

if TYPE_CHECKING:
    from conftest import InChild

ALICE = SIPURI("example.com", user="alice", display="Alice")
NOBODY = SIPURI("127.0.0.1", port=9, parameters={"transport": "tcp"})


def _driver(short_timers: bool = False, **options: Any) -> Any:
    import core_driver  # in the child only
    import subscription_notifier

    if short_timers:
        subscription_notifier.shorten_timers()
    return core_driver.Driver(**options)


def _bob(port: int, **parameters: str) -> SIPURI:
    return SIPURI("127.0.0.1", user="bob", port=port, parameters=parameters)


def _answers(driver: Any) -> list[dict[str, Any]]:
    return [
        dict(notification.data)
        for notification in driver.notifications
        if notification.name == "SCEngineGotMessageResponse"
    ]


def _answered(driver: Any, count: int = 1, seconds: float = 5.0) -> list[tuple[int, str]]:
    """Await so many answers: their codes and reasons. All that came is forgotten."""
    driver.until(lambda: len(_answers(driver)) >= count, seconds)
    found = [(data["code"], data["reason"]) for data in _answers(driver)]
    driver.notifications.clear()
    return found


@pytest.fixture
def peer() -> Any:
    with MessageAgent() as agent:
        yield agent


# ---- what is sent


def _sent(port: int) -> None:
    with _driver() as driver:
        uri = SIPURI(
            "127.0.0.1",
            user="bob",
            port=port,
            display="Bob",
            parameters={"method": "INVITE", "x": "1"},
            headers={"Subject": "no"},
        )
        assert (
            send_message(
                Credentials(ALICE),
                uri,
                "text",
                "plain;charset=UTF-8",
                "Grüße",
                extra_headers={"X-Extra": "é"},
            )
            is None
        )
        uri.user = "carol"
        driver.until(lambda: _answers(driver))
        (data,) = _answers(driver)
        assert data.keys() == {"timestamp", "to_uri", "code", "reason", "headers", "body"}
        assert (data["code"], data["reason"], data["body"]) == (200, "OK", None)
        assert data["headers"]["X-Mark"] == "a" and data["headers"]["Subject"] == "Grüße"
        assert str(data["to_uri"]) == str(_with(uri, user="bob"))
        assert [notification.sender for notification in driver.notifications] == [id(None)]
        driver.notifications.clear()

        route = Route("127.0.0.1", port)
        far = SIPURI("example.net", user="bob")
        send_message(Credentials(ALICE), far, "x", "y", b"\xff\0", route)
        assert _answered(driver) == [(200, "OK")]
        send_message(Credentials(ALICE), far, "x", "y", b"", route)
        assert _answered(driver) == [(200, "OK")]


def _with(uri: SIPURI, **changes: Any) -> SIPURI:
    changed = copy.copy(uri)
    for name, value in changes.items():
        setattr(changed, name, value)
    return changed


def test_a_message_is_sent_and_its_answer_told(in_child: InChild, peer: MessageAgent) -> None:
    in_child(_sent, peer.port)
    first, routed, empty = peer.requests
    assert first.method == "MESSAGE"
    assert first.uri == f"sip:bob@127.0.0.1:{peer.port};x=1"
    assert first.headers["to"] == '"Bob" <sip:bob@127.0.0.1;x=1>'
    assert first.headers["from"].startswith('"Alice" <sip:alice@example.com>;tag=')
    assert first.headers["content-type"] == "text/plain;charset=UTF-8"
    assert first.headers["x-extra"] == "é"
    assert first.headers["user-agent"] == "sipsimple-0.1.0-pjsip-2.17"
    assert "subject" not in first.headers
    assert not {"contact", "m"} & first.headers.keys()  # RFC 3428 section 4
    assert first.body == "Grüße".encode()
    assert routed.uri == "sip:bob@example.net"
    assert routed.headers["route"] == f"<sip:127.0.0.1:{peer.port};lr>"
    assert routed.body == b"\xff\0"
    assert (empty.body, empty.headers["content-length"]) == (b"", "0")
    assert len({request.headers["call-id"] for request in peer.requests}) == 3


def _refused() -> None:
    import core_driver

    me = Credentials(ALICE)
    wrong: list[tuple[type[Exception], str, tuple[Any, ...]]] = [
        (TypeError, "credentials", ("alice", ALICE, "text", "plain", "")),
        (TypeError, "to_uri", (me, "sip:bob@example.com", "text", "plain", "")),
        (TypeError, "content_type", (me, ALICE, b"text", "plain", "")),
        (ValueError, "content_type", (me, ALICE, "text/x", "plain", "")),
        (ValueError, "content_subtype", (me, ALICE, "text", "plain\r\nX: y", "")),
        (TypeError, "body", (me, ALICE, "text", "plain", None)),
        (ValueError, "body", (me, NOBODY, "text", "plain", b"x" * 60000)),
        (TypeError, "route", (me, ALICE, "text", "plain", "", "proxy")),
        (TypeError, "extra_headers", (me, ALICE, "text", "plain", "", None, [])),
        (ValueError, "extra_headers", (me, ALICE, "text", "plain", "", None, {"To": "x"})),
        (ValueError, "line end", (me, ALICE, "text", "plain", "", None, {"X-Note": "a\r\nb"})),
        (SIPCoreError, "TLS", (me, SIPURI("127.0.0.1", secure=True), "text", "plain", "")),
    ]
    good = (me, NOBODY, "text", "plain", "")
    error = core_driver.raises(SIPCoreError, lambda: send_message(*good))
    assert "not running" in str(error)
    with _driver(local_tls_port=None) as driver:
        for kind, text, arguments in wrong:
            error = core_driver.raises(kind, lambda: send_message(*arguments))  # noqa: B023
            assert text in str(error), error
        # Nothing of it has been noted as on its way.
        send_message(*good)
        assert _answered(driver) == [(503, "Connection refused")]
    core_driver.raises(SIPCoreError, lambda: send_message(*good))


def test_bad_arguments_are_named_and_change_nothing(in_child: InChild) -> None:
    in_child(_refused)


# ---- answers


def _status(port: int) -> list[tuple[int, str]]:
    with _driver() as driver:
        send_message(Credentials(ALICE), _bob(port), "text", "plain", "hi")
        return _answered(driver)


@pytest.mark.parametrize("status", ["202 Accepted", "302 Elsewhere", "500 Ä", "603 ", "404 a\tb"])
def test_any_final_response_is_told(in_child: InChild, peer: MessageAgent, status: str) -> None:
    peer.answer = lambda request, count: status
    code, _, reason = status.partition(" ")
    assert in_child(_status, peer.port) == [(int(code), reason)]
    assert len(peer.requests) == 1


def _silence(port: int) -> list[tuple[int, str]]:
    with _driver(short_timers=True) as driver:
        send_message(Credentials(ALICE), _bob(port), "text", "plain", "hi")
        return _answered(driver)


def test_silence_is_408(in_child: InChild, peer: MessageAgent) -> None:
    peer.answer = lambda request, count: ""
    assert in_child(_silence, peer.port) == [(408, "Request Timeout")]
    assert len({request.headers["via"] for request in peer.requests}) == 1
    assert len(peer.requests) > 3


def test_a_retransmission_that_is_answered_is_told_once(
    in_child: InChild, peer: MessageAgent
) -> None:
    peer.answer = lambda request, count: "" if count < 3 else None
    assert in_child(_silence, peer.port) == [(200, "OK")]
    assert len(peer.requests) == 3


def _unreachable() -> list[Any]:
    with _driver() as driver:
        send_message(Credentials(ALICE), NOBODY, "text", "plain", "hi")
        assert _answers(driver) == []  # never before send_message() has returned
        driver.until(lambda: _answers(driver))
        (data,) = _answers(driver)
        return [data["code"], data["reason"], data["headers"], data["body"]]


def test_what_cannot_be_sent_is_503(in_child: InChild) -> None:
    assert in_child(_unreachable) == [503, "Connection refused", {}, None]


# ---- authentication


def _challenged(port: int, password: str | None) -> list[tuple[int, str]]:
    with _driver() as driver:
        me = Credentials(ALICE, password)
        send_message(me, _bob(port), "text", "plain", "hi")
        me.password = "changed"
        return _answered(driver)


def test_challenges_are_answered(in_child: InChild) -> None:
    with MessageAgent(password="secret", proxies=2, stale=1) as peer:
        assert in_child(_challenged, peer.port, "secret") == [(200, "OK")]
    # Two proxies, the server, and its stale nonce.
    assert peer.numbers == list(range(peer.numbers[0], peer.numbers[0] + 5))
    assert len({request.headers["via"] for request in peer.requests}) == 5
    assert len({request.headers["call-id"] for request in peer.requests}) == 1
    assert {request.body for request in peer.requests} == {b"hi"}
    assert credentials_of(peer.requests[-1])["username"] == "alice"


@pytest.mark.parametrize("fresh_nonces", [False, True])
def test_rejected_credentials_are_not_sent_again(in_child: InChild, fresh_nonces: bool) -> None:
    with MessageAgent(password="secret", fresh_nonces=fresh_nonces) as peer:
        assert in_child(_challenged, peer.port, "wrong") == [(401, "Unauthorized")]
    assert len(peer.requests) == 2


def test_without_a_password_the_challenge_is_the_answer(in_child: InChild) -> None:
    with MessageAgent(password="secret") as peer:
        assert in_child(_challenged, peer.port, None) == [(401, "Unauthorized")]
    assert len(peer.requests) == 1


@pytest.mark.parametrize("way", ["stale", "realms"])
def test_challenges_without_end_come_to_one(in_child: InChild, way: str) -> None:
    with MessageAgent(password="secret", stale=1000, fresh_nonces=True) as peer:
        if way == "realms":
            peer.realms = True
            peer.answer = lambda request, count: "401 Unauthorized"
        assert in_child(_challenged, peer.port, "secret") == [(401, "Unauthorized")]
    assert 2 < len(peer.requests) < 12


# ---- one at a time


def _one_at_a_time(port: int) -> None:
    import core_driver

    me = Credentials(ALICE)
    with _driver() as driver:
        bob = SIPURI("LOCALHOST", user="bob", port=port, parameters={"X-Note": "1"})
        route = Route("127.0.0.1", port)
        send_message(me, bob, "text", "plain", "first", route)
        # RFC 3261 section 19.1.4: what one URI lacks does not count, nor does the case.
        for same in (
            SIPURI("localhost", user="bob", port=port, display="Bob"),
            SIPURI("localhost", user="bob", port=port, parameters={"X": "1", "y": "2"}),
        ):
            error: Any = core_driver.raises(
                MessagePendingError,
                lambda: send_message(me, same, "text", "plain", "second", route),  # noqa: B023
            )
            assert error.uri == same and str(same) in str(error)
            assert isinstance(error, SIPCoreError)
            assert pickle.loads(pickle.dumps(error)).uri == same
        others = (
            SIPURI("localhost", user="BOB", port=port),
            SIPURI("localhost", user="bob", port=port, parameters={"X-Note": "2"}),
            SIPURI("localhost", user="bob"),
            SIPURI("localhost", user="bob", port=port, parameters={"transport": "udp"}),
        )
        for other in others:
            send_message(me, other, "text", "plain", "other", route)
        assert _answered(driver, 1 + len(others)) == [(200, "OK")] * 5
        send_message(me, bob, "text", "plain", "third", route)
        assert _answered(driver) == [(200, "OK")]


def test_a_second_message_to_an_equal_uri_waits_for_nothing_and_raises(
    in_child: InChild, peer: MessageAgent
) -> None:
    peer.delay = 0.02
    in_child(_one_at_a_time, peer.port)
    bodies = [request.body for request in peer.requests]
    assert bodies == [b"first", b"other", b"other", b"other", b"other", b"third"]


def _next_from_observer(port: int) -> int:
    from sipsimple.pjproject.events import queue

    left = [b"1", b"2", b"3"]

    def handle(name: str, sender: object, data: dict[str, Any]) -> None:
        assert name == "SCEngineGotMessageResponse", data
        if left:
            send_message(Credentials(ALICE), data["to_uri"], "text", "plain", left.pop(0))
        else:
            left.append(b"done")

    with _driver() as driver:
        send_message(Credentials(ALICE), _bob(port), "text", "plain", b"0")
        while left != [b"done"]:
            driver.ua.poll(0.05)
            queue.drain(handle)
    return len(driver.notifications)


def test_the_next_one_can_be_sent_when_an_answer_is_told(
    in_child: InChild, peer: MessageAgent
) -> None:
    assert in_child(_next_from_observer, peer.port) == 0
    assert [request.body for request in peer.requests] == [b"0", b"1", b"2", b"3"]


# ---- RFC 3261 section 18.1.1


def _of_size(port: int, sizes: list[int], tcp: int | None) -> list[tuple[int, str]]:
    with _driver(local_tcp_port=tcp) as driver:
        for size in sizes:
            # A name without an end: the URI is the same, and so is the rest.
            send_message(Credentials(ALICE), _bob(port), "text", "plain", b"x" * size)
            driver.until(lambda: _answers(driver))
            assert [code for code, _ in _answered(driver)] == [200]
    return []


def _size(request: Any) -> int:
    """Bytes of a request that has each header once, and no blank where there may be none."""
    line = f"{request.method} {request.uri} SIP/2.0\r\n"
    fields = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    return len(line) + len(fields) + 2 + len(request.body)


def test_more_than_1300_bytes_go_by_tcp(in_child: InChild, peer: MessageAgent) -> None:
    in_child(_of_size, peer.port, [10, *range(860, 960, 3), 20000], 0)
    assert peer.requests[-1].transport == "tcp"
    assert peer.requests[-1].headers["via"].startswith("SIP/2.0/TCP 127.0.0.1:")
    by_udp = [_size(request) for request in peer.requests if request.transport == "udp"]
    by_tcp = [_size(request) for request in peer.requests if request.transport == "tcp"]
    assert 1290 < max(by_udp) <= 1300 <= min(by_tcp) < 1310
    assert all(
        f"SIP/2.0/{request.transport.upper()} " in request.headers["via"]
        for request in peer.requests
    )


def test_where_tcp_is_refused_they_go_by_udp(in_child: InChild) -> None:
    with MessageAgent(refuses_tcp=True) as peer:
        in_child(_of_size, peer.port, [5000], 0)
    (request,) = peer.requests
    assert (request.transport, len(request.body)) == ("udp", 5000)
    assert request.headers["via"].startswith("SIP/2.0/UDP 127.0.0.1:")


def test_where_tcp_is_disabled_they_go_by_udp(in_child: InChild, peer: MessageAgent) -> None:
    in_child(_of_size, peer.port, [5000, 50000], None)
    assert [request.transport for request in peer.requests] == ["udp", "udp"]


def _big_and_challenged(port: int) -> list[tuple[int, str]]:
    with _driver() as driver:
        send_message(Credentials(ALICE, "secret"), _bob(port), "text", "plain", b"x" * 800)
        return _answered(driver)


@pytest.mark.parametrize("refuses_tcp", [False, True])
def test_credentials_count_for_the_size(in_child: InChild, refuses_tcp: bool) -> None:
    with MessageAgent(password="secret", refuses_tcp=refuses_tcp) as peer:
        assert in_child(_big_and_challenged, peer.port) == [(200, "OK")]
    transports = [request.transport for request in peer.requests]
    assert transports == ["udp", "udp" if refuses_tcp else "tcp"]


# ---- the end, threads, memory


def _stopped(port: int) -> None:
    with _driver() as driver:
        for number in range(5):
            uri = SIPURI("127.0.0.1", user=f"u{number}", port=port)
            send_message(Credentials(ALICE), uri, "text", "plain", "hi")
        send_message(Credentials(ALICE), _bob(9, transport="tcp"), "text", "plain", "hi")
        driver.ua.begin_stop()
        driver.run(0.2)
        assert not driver.ua.is_idle()
        assert [data["code"] for data in _answers(driver)] == [503]
        driver.ua.close()
        driver.drain()
        assert [data["code"] for data in _answers(driver)] == [503, *[487] * 5]
        assert _answers(driver)[-1]["reason"] == "Request Terminated"
        assert {data["to_uri"].user for data in _answers(driver)[1:]} == {
            f"u{number}" for number in range(5)
        }
    with _driver() as driver:  # nothing is left of them
        send_message(Credentials(ALICE), NOBODY, "text", "plain", "hi")
        assert [code for code, _ in _answered(driver)] == [503]


def test_what_is_not_answered_at_the_end_is_told_then(
    in_child: InChild, peer: MessageAgent
) -> None:
    peer.answer = lambda request, count: ""
    in_child(_stopped, peer.port)


def _awaited(port: int) -> list[tuple[int, str]]:
    with _driver() as driver:
        send_message(Credentials(ALICE, "secret"), _bob(port), "text", "plain", "hi")
        driver.stop()
        return _answered(driver)


def test_an_answer_is_awaited_at_the_end(in_child: InChild) -> None:
    with MessageAgent(password="secret", delay=0.1) as peer:
        assert in_child(_awaited, peer.port) == [(200, "OK")]


def _from_threads(port: int) -> None:
    sent, pending, failures = [0] * 8, [0] * 8, []

    def run(number: int) -> None:
        try:
            for count in range(40):
                # Pairs of threads send to the same one.
                uri = SIPURI("127.0.0.1", user=f"u{number // 2}-{count % 3}", port=port)
                try:
                    send_message(Credentials(ALICE), uri, "text", "plain", "hi")
                    sent[number] += 1
                except MessagePendingError:
                    pending[number] += 1
        except BaseException as error:
            failures.append(error)

    with _driver() as driver:
        threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        driver.until(lambda: not any(thread.is_alive() for thread in threads), 20)
        driver.until(lambda: len(_answers(driver)) == sum(sent), 20)
        driver.run(0.1)
        assert not failures, failures
        assert {data["code"] for data in _answers(driver)} == {200}
        assert len(_answers(driver)) == sum(sent) and sum(sent) + sum(pending) == 320


def test_any_thread_sends(in_child: InChild, peer: MessageAgent) -> None:
    in_child(_from_threads, peer.port, timeout=60)


def _memory() -> None:
    import core_driver

    from sipsimple.pjproject.native import live_objects
    from sipsimple.pjproject.runtime import live_pools

    me = Credentials(ALICE)
    with _driver() as driver:
        here = _bob(driver.ua.local_udp_port)

        pools = live_pools()

        def exchange(count: int) -> tuple[int, int, int]:
            """So many messages to this very endpoint: heap, pools and objects after them."""
            for _ in range(count):
                send_message(me, here, "text", "plain", b"x" * 500)
                driver.until(lambda: len(driver.notifications) == 2)
                assert driver.notifications[0].data["body"] == b"x" * 500
                assert driver.notifications[1].data["code"] == 200
                driver.notifications.clear()
            driver.settle(pools)
            return core_driver.heap_in_use(), live_pools(), len(live_objects(object))

        exchange(300)
        heap, *before = exchange(100)
        end, *others = exchange(1000)
        assert others == before
        # What is remembered of a request for 32 s, and nothing else.
        assert end - heap < 1000 * 400, f"{end - heap} bytes for 1000 messages"


def test_messages_leave_nothing_behind(in_child: InChild) -> None:
    in_child(_memory, timeout=60)
