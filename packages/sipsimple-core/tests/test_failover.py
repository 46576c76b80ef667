"""The next server (RFC 3263 section 4.3), for what is not a registration: see test_resolver.py."""

from __future__ import annotations

import contextlib
import socket
import threading
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

import pytest
from message_agent import MessageAgent
from presence_agent import PresenceAgent
from sip_servers import HOSTS, Silent, refused_port, srv

from sipsimple.core import (
    SIPURI,
    Credentials,
    Invitation,
    Publication,
    Subscription,
    send_message,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from core_registrar import Request

    from conftest import InChild
    from testbed.name_server import NameServer

ACCOUNT = SIPURI("sip.test", "alice")
BOB = SIPURI("sip.test", "bob")


def _driver(address: str, **options: Any) -> Any:
    import core_driver  # in the child only
    import subscription_notifier

    # A transaction ends after 64 T1.
    subscription_notifier.shorten_timers()
    return core_driver.Driver(nameservers=[address], **options)


@pytest.fixture
def silent() -> Iterator[Silent]:
    """A UDP port where nobody answers."""
    with closing(Silent()) as server:
        yield server


def _busy(request: Request, count: int) -> str:
    return "503 Too Busy"


def _same_request(first: Request, second: Request) -> None:
    """Assert that one is the other in a transaction of its own."""
    assert first.headers["via"] != second.headers["via"]
    assert first.headers["call-id"] == second.headers["call-id"]
    assert first.headers["from"] == second.headers["from"]
    assert (first.uri, first.body) == (second.uri, second.body)
    numbers = [int(request.headers["cseq"].split()[0]) for request in (first, second)]
    assert numbers == sorted(set(numbers))


# ---- instant messages


@pytest.fixture
def agents() -> Iterator[list[MessageAgent]]:
    """Two user agents that take messages."""
    with ExitStack() as stack:
        yield [stack.enter_context(MessageAgent()) for _ in range(2)]


def _message(address: str, times: int = 1, text: str = "hello") -> list[tuple[int, str]]:
    answers = []
    with _driver(address) as running:
        for _ in range(times):
            send_message(Credentials(ACCOUNT, "secret"), BOB, "text", "plain", text)
            running.until(lambda: running.notifications, 20)
            (notification,) = running.notifications
            answers.append((notification.data["code"], notification.data["reason"]))
            running.notifications.clear()
        running.run(0.2)
        assert running.notifications == []
    return answers


def test_a_message_goes_to_the_next_server_after_503(
    in_child: InChild, name_server: NameServer, agents: list[MessageAgent]
) -> None:
    first, second = agents
    first.answer = _busy
    address = name_server.start(*HOSTS, srv(first.port, 1), srv(second.port, 2, "b"))
    # The second one goes to who has answered.
    assert in_child(_message, address, 2) == [(200, "OK")] * 2
    assert (len(first.requests), len(second.requests)) == (1, 2)
    _same_request(first.requests[0], second.requests[0])
    assert second.requests[0].body == b"hello"


def test_a_message_goes_to_the_next_server_after_silence_once(
    in_child: InChild, name_server: NameServer, agents: list[MessageAgent], silent: Silent
) -> None:
    address = name_server.start(*HOSTS, srv(silent.port, 1), srv(agents[0].port, 2))
    assert in_child(_message, address, 3) == [(200, "OK")] * 3
    assert silent.transactions() == 1
    assert len(agents[0].requests) == 3


def test_a_message_goes_to_the_next_server_where_one_refuses_the_connection(
    in_child: InChild, name_server: NameServer, agents: list[MessageAgent]
) -> None:
    address = name_server.start(
        *HOSTS,
        srv(refused_port(), 1, transport="tcp"),
        srv(agents[1].port, 2, transport="tcp"),
    )
    assert in_child(_message, address) == [(200, "OK")]


def _hang_up_on_one(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(65535)


def test_a_message_goes_to_the_next_server_where_a_connection_breaks(
    in_child: InChild, name_server: NameServer, agents: list[MessageAgent]
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        thread = threading.Thread(target=_hang_up_on_one, args=(server,), daemon=True)
        thread.start()
        address = name_server.start(
            *HOSTS,
            srv(server.getsockname()[1], 1, transport="tcp"),
            srv(agents[1].port, 2, transport="tcp"),
        )
        assert in_child(_message, address) == [(200, "OK")]
        thread.join(5)
        assert not thread.is_alive()
    assert len(agents[1].requests) == 1


def test_the_challenge_of_one_server_is_not_answered_to_the_next(
    in_child: InChild, name_server: NameServer, agents: list[MessageAgent]
) -> None:
    first, second = agents
    first.password = second.password = "secret"
    first.answer = lambda request, count: "503 Gone" if count > 1 else None
    address = name_server.start(*HOSTS, srv(first.port, 1), srv(second.port, 2))
    assert in_child(_message, address) == [(200, "OK")]
    assert ["authorization" in request.headers for request in first.requests] == [False, True]
    assert ["authorization" in request.headers for request in second.requests] == [False, True]
    numbers = first.numbers + second.numbers
    assert numbers == sorted(set(numbers))


def test_of_a_message_the_last_failure_is_told_once(
    in_child: InChild, name_server: NameServer, agents: list[MessageAgent]
) -> None:
    agents[0].answer = _busy
    agents[1].answer = lambda request, count: "503 Second"
    address = name_server.start(*HOSTS, srv(agents[0].port, 1), srv(agents[1].port, 2))
    assert in_child(_message, address) == [(503, "Second")]
    assert [len(agent.requests) for agent in agents] == [1, 1]


@pytest.mark.parametrize("status", ["404 Nobody", "408 Late", "500 Broken", "603 No"])
def test_another_answer_to_a_message_is_the_end(
    in_child: InChild, name_server: NameServer, agents: list[MessageAgent], status: str
) -> None:
    agents[0].answer = lambda request, count: status
    address = name_server.start(*HOSTS, srv(agents[0].port, 1), srv(agents[1].port, 2))
    code, reason = status.split(" ")
    assert in_child(_message, address) == [(int(code), reason)]
    assert agents[1].requests == []


def test_a_message_too_long_for_udp_is_tried_once_with_each_silent_server(
    in_child: InChild, name_server: NameServer
) -> None:
    with (
        closing(socket.create_server(("127.0.0.1", 0))) as first,
        closing(socket.create_server(("127.0.0.1", 0))) as second,
    ):
        ports = [server.getsockname()[1] for server in (first, second)]
        address = name_server.start(*HOSTS, srv(ports[0], 1), srv(ports[1], 2))
        assert in_child(_message, address, 1, "x" * 1500)[0][0] == 408
        for server in (first, second):
            server.setblocking(False)
            connection, _ = server.accept()
            connection.close()


def _stopped(address: str) -> list[int]:
    with _driver(address) as running:
        send_message(Credentials(ACCOUNT), BOB, "text", "plain", "hello")
        running.run(0.3)
    return [notification.data["code"] for notification in running.notifications]


def test_the_end_of_the_core_asks_no_further_server(
    in_child: InChild, name_server: NameServer, agents: list[MessageAgent], silent: Silent
) -> None:
    address = name_server.start(*HOSTS, srv(silent.port, 1), srv(agents[0].port, 2))
    assert in_child(_stopped, address) == [487]
    assert agents[0].requests == []


# ---- publications


@pytest.fixture
def servers() -> Iterator[list[PresenceAgent]]:
    """Two presence agents."""
    with ExitStack() as stack:
        yield [stack.enter_context(PresenceAgent()) for _ in range(2)]


def _published(address: str) -> list[tuple[str, int | None]]:
    """Publish twice and remove it: the states and their codes."""
    with _driver(address) as running:
        publication = Publication(Credentials(ACCOUNT, "secret"), "presence")
        for text in ("one", "two"):
            count = len(running.notifications)
            publication.publish("application", "pidf+xml", text)
            running.until(lambda count=count: len(running.notifications) >= count + 2)
        publication.unpublish()
        running.until(lambda: publication.state == "unpublished")
        running.run(0.2)
        return [(item.data["state"], item.data.get("code")) for item in running.notifications]


_LIFE = [
    ("publishing", None),
    ("published", 200),
    ("publishing", None),
    ("published", 200),
    ("unpublishing", None),
    ("unpublished", 200),
]


def test_a_publication_goes_to_the_next_server_after_503_and_stays_there(
    in_child: InChild, name_server: NameServer, servers: list[PresenceAgent]
) -> None:
    first, second = servers
    first.answer = _busy
    second.password = "secret"
    address = name_server.start(*HOSTS, srv(first.port, 1), srv(second.port, 2, "b"))
    assert in_child(_published, address) == _LIFE
    assert len(first.requests) == 1
    _same_request(first.requests[0], second.requests[0])
    assert second.published == {}
    numbers = [int(request.headers["cseq"].split()[0]) for request in second.requests]
    assert numbers == sorted(set(numbers))


def test_a_publication_goes_to_the_next_server_after_silence_once(
    in_child: InChild, name_server: NameServer, servers: list[PresenceAgent], silent: Silent
) -> None:
    address = name_server.start(*HOSTS, srv(silent.port, 1), srv(servers[0].port, 2))
    assert in_child(_published, address) == _LIFE
    assert silent.transactions() == 1
    assert servers[0].bodies == [b"one", b"two", b""]


def test_a_server_that_does_not_have_the_publication_gets_it_anew(
    in_child: InChild, name_server: NameServer, servers: list[PresenceAgent]
) -> None:
    first, second = servers
    first.answer = lambda request, count: "503 Gone" if count > 1 else None
    address = name_server.start(*HOSTS, srv(first.port, 1), srv(second.port, 2))
    assert in_child(_published, address) == _LIFE
    assert first.conditions == [None, "tag1"]
    # It answers 412 to what it does not know.
    assert second.conditions == ["tag1", None, "tag1"]
    assert second.bodies == [b"two", b"two", b""]


def _not_published(address: str) -> list[tuple[str, int | None, str | None]]:
    with _driver(address) as running:
        publication = Publication(Credentials(ACCOUNT), "presence")
        publication.publish("application", "pidf+xml", "one")
        running.until(lambda: len(running.notifications) == 2)
        running.run(0.2)
        data = [item.data for item in running.notifications]
    return [(each["state"], each.get("code"), each.get("reason")) for each in data]


def test_of_a_publication_the_last_failure_is_told_once(
    in_child: InChild, name_server: NameServer, servers: list[PresenceAgent]
) -> None:
    servers[0].answer = _busy
    servers[1].answer = lambda request, count: "503 Second"
    address = name_server.start(*HOSTS, srv(servers[0].port, 1), srv(servers[1].port, 2))
    states = [("publishing", None, None), ("unpublished", 503, "Second")]
    assert in_child(_not_published, address) == states
    assert [len(server.requests) for server in servers] == [1, 1]


# ---- what has two sides in one process: the servers' ports are known there only


@contextlib.contextmanager
def _servers(kind: Callable[[Any, int], Any]) -> Iterator[tuple[Any, Any, Any]]:
    """A driver, and two servers of sip.test that do as they are told; the first is asked first."""
    from testbed.name_server import NameServer

    name_server = NameServer()
    try:
        with _driver(name_server.address) as running:
            servers = [kind(running, number) for number in range(2)]
            records = [srv(server.port, number) for number, server in enumerate(servers)]
            name_server.start(*HOSTS, *records)
            yield running, *servers
    finally:
        name_server.stop()


def _next_of(first: Any, second: Any) -> None:
    """Assert that one request is the other in a transaction of its own."""
    assert first.line == second.line
    assert first.all("Via") != second.all("Via")
    same = ("from", "to", "call-id", "contact", "max-forwards")
    assert [first.headers[name] for name in same] == [second.headers[name] for name in same]
    assert first.body == second.body
    assert "authorization" not in second.headers
    assert int(first.headers["cseq"].split()[0]) < int(second.headers["cseq"].split()[0])


def _forget_retransmissions(server: Any) -> None:
    while server.receive() is not None:
        pass


# ---- subscriptions


def _notifier(running: Any, number: int) -> Any:
    import subscription_notifier

    return subscription_notifier.Notifier(running, f"notifier{number}")


def _subscription() -> Subscription:
    return Subscription(Credentials(ACCOUNT, "secret", token="token"), BOB, "presence")


def _subscription_states(running: Any) -> list[tuple[str, int | None]]:
    return [
        (item.data["state"], item.data.get("code"))
        for item in running.notifications
        if item.name == "SCSubscriptionChangedState"
    ]


def _become_active(running: Any, second: Any, subscription: Subscription, request: Any) -> None:
    second.answer(request, 200)
    running.until(lambda: subscription.state == "ACCEPTED")
    second.notified()
    running.until(lambda: subscription.state == "ACTIVE")
    # Timers of the first transaction end meanwhile.
    running.run(0.8)
    second.notified()
    assert _subscription_states(running) == [("SENT", None), ("ACCEPTED", 200), ("ACTIVE", None)]
    subscription.unsubscribe()
    last = second.expect_subscribe()
    assert last.headers["expires"] == "0"
    second.answer(last, 200)
    second.notified("terminated;reason=timeout")
    running.until(lambda: subscription.state == "TERMINATED")


def _subscribed_after(status: int) -> None:
    with _servers(_notifier) as (running, first, second):
        subscription = _subscription()
        subscription.subscribe()
        one = first.expect_subscribe()
        if status == 401:
            first.answer(one, 401, WWW_Authenticate='Digest realm="one", nonce="1"')
            one = first.expect_subscribe()
            assert "authorization" in one.headers
        if status:
            first.answer(one, 503)
        two = second.expect_subscribe()
        _next_of(one, two)
        _forget_retransmissions(first)
        second.answer(two, 401, WWW_Authenticate='Digest realm="one", nonce="2"')
        two = second.expect_subscribe()
        assert 'nonce="2"' in two.headers["authorization"]
        _become_active(running, second, subscription, two)
        assert first.receive() is None
        # Who has failed comes last from then on.
        subscription.subscribe()
        second.answer(second.expect_subscribe(), 404)
        running.until(lambda: subscription.state == "TERMINATED")
        assert first.receive() is None


@pytest.mark.parametrize("status", [503, 401, 0])
def test_a_subscription_is_made_at_the_next_server(in_child: InChild, status: int) -> None:
    in_child(_subscribed_after, status)


def _all_subscriptions_fail() -> None:
    with _servers(_notifier) as (running, first, second):
        subscription = _subscription()
        subscription.subscribe()
        first.answer(first.expect_subscribe(), 503)
        second.answer(second.expect_subscribe(), 503, "Second")
        running.until(lambda: subscription.state == "TERMINATED")
        running.run(0.8)
        assert _subscription_states(running) == [("SENT", None), ("TERMINATED", 503)]
        assert running.notifications[-1].data["reason"] == "Second"


def test_of_a_subscription_the_last_failure_is_told_once(in_child: InChild) -> None:
    in_child(_all_subscriptions_fail)


def _unsubscribed_between() -> None:
    with _servers(_notifier) as (running, first, second):
        subscription = _subscription()
        subscription.subscribe()
        request = first.expect_subscribe()
        subscription.unsubscribe()
        first.answer(request, 503)
        running.until(lambda: subscription.state == "TERMINATED")
        running.run(0.3)
        assert _subscription_states(running) == [("SENT", None), ("TERMINATED", 503)]
        assert second.receive() is None


def test_after_unsubscribe_no_further_server_is_asked(in_child: InChild) -> None:
    in_child(_unsubscribed_between)


def _fails_later() -> None:
    with _servers(_notifier) as (running, first, second):
        subscription = _subscription()
        subscription.subscribe()
        first.answer(first.expect_subscribe(), 200)
        running.until(lambda: subscription.state == "ACCEPTED")
        first.notified()
        subscription.unsubscribe()
        first.answer(first.expect_subscribe(), 503)
        running.until(lambda: subscription.state == "TERMINATED")
        running.run(0.3)
        assert second.receive() is None


def test_within_a_subscription_there_is_no_other_server(in_child: InChild) -> None:
    in_child(_fails_later)


# ---- calls


def _phone(running: Any, number: int) -> Any:
    import invitation_phone

    return invitation_phone.Phone(running)


def _call() -> Invitation:
    import invitation_phone

    invitation = Invitation(Credentials(ACCOUNT, "secret", token="token"), BOB)
    invitation.set_offered_local_sdp(invitation_phone.sdp())
    invitation.send_invite(extra_headers={"X-Extra": "kept"})
    return invitation


def _invite_at_second(running: Any, first: Any, second: Any, status: int) -> Any:
    """The INVITE that the second server gets, when the first one has answered so, or nothing."""
    one = first.expect("INVITE")
    if status:
        first.answer(one, 100)
        first.answer(one, status)
        ack = first.expect("ACK")
        assert ack.all("Via") == one.all("Via")
    two = second.expect("INVITE")
    _next_of(one, two)
    assert (one.headers["x-extra"], two.headers["x-extra"]) == ("kept", "kept")
    if status:
        # It has not seen the ACK.
        first.answer(one, status)
        again = first.driver.until(first.receive)
        assert again.startswith(b"ACK")
        assert one.all("Via")[0].encode() in again
        assert f"CSeq: {one.headers['cseq'].split()[0]} ACK".encode() in again
    return two


def _called(status: int, challenged: bool) -> None:
    import invitation_phone as tools

    with _servers(_phone) as (running, first, second):
        invitation = _call()
        two = _invite_at_second(running, first, second, status)
        if challenged:
            second.answer(two, 401, WWW_Authenticate='Digest realm="one", nonce="1"')
            second.expect("ACK")
            two = second.expect("INVITE")
            assert "authorization" in two.headers
        second.answer(two, 180)
        running.until(lambda: invitation.state == "EARLY")
        # Timers of the first transaction end meanwhile.
        running.run(0.8)
        second.answer(two, 200, body=tools.sdp_text())
        second.expect("ACK")
        running.until(lambda: invitation.state == "CONFIRMED")
        running.run(0.8)
        invitation.disconnect()
        bye = second.expect("BYE")
        second.answer(bye, 200)
        running.until(lambda: invitation.state == "DISCONNECTED")
        running.run(0.3)
        assert [state for _, state in tools.changes(running)] == [
            "CALLING", "EARLY", "CONNECTING", "CONFIRMED", "DISCONNECTING", "DISCONNECTED",
        ]  # fmt: skip


@pytest.mark.parametrize("challenged", [False, True])
@pytest.mark.parametrize("status", [503, 0])
def test_a_call_is_made_by_the_next_server(
    in_child: InChild, status: int, challenged: bool
) -> None:
    in_child(_called, status, challenged)


def _cancelled_at_second(status: int, rings: bool) -> None:
    import invitation_phone as tools

    with _servers(_phone) as (running, first, second):
        invitation = _call()
        two = _invite_at_second(running, first, second, status)
        if rings:
            second.answer(two, 180)
            running.until(lambda: invitation.state == "EARLY")
        invitation.disconnect()
        if not rings:
            second.sends_nothing("CANCEL", 0.1)
            second.answer(two, 100)
        cancel = second.expect("CANCEL")
        assert cancel.all("Via") == two.all("Via")
        assert cancel.headers["cseq"].split()[0] == two.headers["cseq"].split()[0]
        second.answer(cancel, 200)
        second.answer(two, 487)
        second.expect("ACK")
        running.until(lambda: invitation.state == "DISCONNECTED")
        running.run(0.8)
        states = [state for _, state in tools.changes(running)]
        between = ["EARLY"] if rings else []
        assert states == ["CALLING", *between, "DISCONNECTING", "DISCONNECTED"]
        _forget_retransmissions(first)
        first.sends_nothing("CANCEL", 0.1)


@pytest.mark.parametrize("rings", [False, True])
@pytest.mark.parametrize("status", [503, 0])
def test_disconnect_cancels_what_the_next_server_was_asked(
    in_child: InChild, status: int, rings: bool
) -> None:
    in_child(_cancelled_at_second, status, rings)


def _given_up(how: str) -> str:
    """A call that no second server is asked for; its states, and the code at the end."""
    import invitation_phone as tools

    with _servers(_phone) as (running, first, second):
        invitation = _call()
        one = first.expect("INVITE")
        if how == "rings":
            first.answer(one, 180)
            running.until(lambda: invitation.state == "EARLY")
        elif how == "rings without a tag":
            first.answer(one, 180, tag="")
            running.until(lambda: invitation.state == "EARLY")
        elif how == "disconnect":
            invitation.disconnect()
        first.answer(one, 486 if how == "busy" else 503)
        code = tools.reported(running, "DISCONNECTED")["code"]
        second.sends_nothing("INVITE", 0.3)
        states = " ".join(state for _, state in tools.changes(running))
        return f"{states} {code}"


@pytest.mark.parametrize(
    ("how", "states"),
    [
        ("rings", "CALLING EARLY DISCONNECTED 503"),
        ("rings without a tag", "CALLING EARLY DISCONNECTED 503"),
        ("disconnect", "CALLING DISCONNECTING DISCONNECTED 503"),
        ("busy", "CALLING DISCONNECTED 486"),
    ],
)
def test_a_call_that_has_got_somewhere_stays_there(
    in_child: InChild, how: str, states: str
) -> None:
    assert in_child(_given_up, how) == states


def _all_calls_fail(status: int) -> tuple[list[str], int]:
    import invitation_phone as tools

    with _servers(_phone) as (running, first, second):
        _call()
        two = _invite_at_second(running, first, second, 503)
        if status:
            second.answer(two, status)
        code = tools.reported(running, "DISCONNECTED")["code"]
        running.run(0.8)
        return [state for _, state in tools.changes(running)], code


@pytest.mark.parametrize(("status", "code"), [(503, 503), (0, 408), (404, 404)])
def test_of_a_call_the_last_failure_is_told_once(in_child: InChild, status: int, code: int) -> None:
    assert in_child(_all_calls_fail, status) == (["CALLING", "DISCONNECTED"], code)


def _calls_leave_nothing() -> None:
    import core_driver

    from sipsimple.pjproject.runtime import live_pools

    with _servers(_phone) as (running, first, second):
        for number in range(20):
            invitation = _call()
            one = (second if number else first).expect("INVITE")
            if not number:
                first.answer(one, 503)
                one = second.expect("INVITE")
                pools = live_pools()
            second.answer(one, 404)
            running.until(lambda invitation=invitation: invitation.state == "DISCONNECTED")
        running.settle(pools)
        assert core_driver.live_pools() <= pools


def test_calls_that_went_to_the_next_server_leave_nothing(in_child: InChild) -> None:
    in_child(_calls_leave_nothing)


def _ended_between(close: bool) -> None:
    with _servers(_phone) as (running, first, second):
        invitation = _call()
        _invite_at_second(running, first, second, 503)
        if close:
            running.ua.close()
            running.drain()
        else:
            running.stop(20)
        assert invitation.state == "DISCONNECTED"


@pytest.mark.parametrize("close", [True, False])
def test_the_core_ends_while_the_next_server_is_asked(in_child: InChild, close: bool) -> None:
    in_child(_ended_between, close)
