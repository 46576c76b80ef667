"""Subscription: its life, its attributes and what the application may ask of it."""

from __future__ import annotations

import datetime
import gc
import inspect
import threading
import weakref
from typing import TYPE_CHECKING, Any

import pytest

from sipsimple.core import SIPURI, Credentials, Route, SIPCoreError, Subscription
from sipsimple.pjproject.native import live_objects

if TYPE_CHECKING:
    from conftest import InChild

ALICE = SIPURI("example.com", user="alice", display="Alice")
BOB = SIPURI("example.com", user="bob")
BODY = "<presence>é</presence>"
NOTHING = {"termination_reason": None, "retry_after": None}


def _modules() -> tuple[Any, Any]:
    import core_driver  # in the child only
    import subscription_notifier

    return core_driver, subscription_notifier


# ---- life


def _life() -> None:
    core_driver, tools = _modules()
    with core_driver.Driver() as running:
        notifier = tools.Notifier(running)
        subscription = notifier.subscription(expires=600, extra_headers={"X-Extra": "é"})
        assert subscription.state == "TERMINATED"
        began = datetime.datetime.now(datetime.UTC)
        subscription.subscribe()
        assert subscription.state == "SENT"
        first = notifier.expect_subscribe()
        assert first.line == "SUBSCRIBE sip:bob@example.com SIP/2.0"
        assert first.headers["from"].startswith('"Alice" <sip:alice@example.com>;tag=')
        assert first.headers["to"] == "<sip:bob@example.com>"
        assert first.headers["contact"] == f"<sip:token@127.0.0.1:{running.ua.local_udp_port}>"
        assert first.headers["event"] == "presence"
        assert first.headers["expires"] == "600"
        assert first.headers["accept"] == "application/pidf+xml"
        assert first.headers["x-extra"] == "é"
        assert "presence.winfo" in first.headers["allow-events"]
        notifier.answer(first, 202, "Accepted")
        running.until(lambda: subscription.state == "ACCEPTED")
        notifier.notified("pending;expires=600")
        assert subscription.state == "PENDING"
        notifier.notified("active;expires=600", BODY, X_Other="1")
        assert subscription.state == "ACTIVE"
        notifier.notified("active;expires=600", BODY)
        subscription.unsubscribe()
        last = notifier.expect_subscribe()
        assert last.headers["expires"] == "0"
        assert last.headers["call-id"] == first.headers["call-id"]
        assert last.headers["to"].endswith(";tag=notifier")
        assert last.headers["x-extra"] == "é"
        notifier.answer(last, 200, "OK")
        notifier.notified("terminated;reason=timeout", BODY)
        assert subscription.state == "TERMINATED"
        running.drain()
        assert {each.sender for each in running.notifications} == {id(subscription)}
        times = [each.data["timestamp"] for each in running.notifications]
        assert times == sorted(times)
        assert times[0] >= began
        got = tools.bodies(running)
        assert [each.body for each in got] == [BODY.encode()] * 3
        assert {(each.content_type, each.content_subtype) for each in got} == {
            ("application", "pidf+xml")
        }
        assert got[0].headers["Subscription-State"] == "active;expires=600"
        assert got[0].headers["Event"] == "presence"
        assert got[0].headers["X-Other"] == "1"
        assert vars(got[0]).keys() == {
            "content_type", "content_subtype", "body", "headers", "timestamp",
        }  # fmt: skip
        assert tools.changes(running) == [
            {"state": "SENT"},
            {"state": "ACCEPTED", "code": 202, "reason": "Accepted"},
            {"state": "PENDING"},
            {"state": "ACTIVE"},
            {"state": "TERMINATED", "termination_reason": "timeout", "retry_after": None},
        ]


def test_subscribes_is_notified_and_unsubscribes(in_child: InChild) -> None:
    in_child(_life)


def _used_again() -> None:
    core_driver, tools = _modules()
    with core_driver.Driver() as running:
        notifier = tools.Notifier(running)
        subscription = notifier.subscription()
        calls = set()
        for _ in range(3):
            calls.add(notifier.accept(subscription).headers["call-id"])
            notifier.notified("terminated;reason=deactivated")
            assert subscription.state == "TERMINATED"
            running.drain()
            assert tools.states(running) == ["SENT", "ACCEPTED", "ACTIVE", "TERMINATED"]
        assert len(calls) == 3


def test_an_object_can_be_used_again_and_makes_a_new_dialog(in_child: InChild) -> None:
    in_child(_used_again)


def _wrong_state() -> None:
    core_driver, tools = _modules()
    with core_driver.Driver() as running:
        notifier = tools.Notifier(running)
        subscription = notifier.subscription()
        error = core_driver.raises(SIPCoreError, subscription.unsubscribe)
        assert "TERMINATED" in str(error)
        subscription.subscribe()
        error = core_driver.raises(SIPCoreError, subscription.subscribe)
        assert "SENT, not TERMINATED" in str(error)
        notifier.answer(notifier.expect_subscribe(), 200)
        notifier.notified()
        core_driver.raises(SIPCoreError, subscription.subscribe)
        assert subscription.state == "ACTIVE"
        running.drain()
        assert tools.states(running) == ["SENT", "ACCEPTED", "ACTIVE"]


def test_a_call_in_the_wrong_state_raises_and_changes_nothing(in_child: InChild) -> None:
    in_child(_wrong_state)


def _early_end() -> None:
    core_driver, tools = _modules()
    with core_driver.Driver() as running:
        notifier = tools.Notifier(running)
        subscription = notifier.subscription()
        subscription.subscribe()
        subscription.unsubscribe()
        subscription.unsubscribe()
        first = notifier.expect_subscribe()
        running.run(0.1)
        assert [each for each in notifier.seen if each.headers["expires"] == "0"] == []
        notifier.answer(first, 200)
        last = notifier.expect_subscribe()
        assert last.headers["expires"] == "0"
        assert "tag=notifier" in last.headers["to"]
        notifier.answer(last, 200)
        notifier.notified("terminated")
        assert tools.ended(running, subscription) == NOTHING


def test_unsubscribing_before_the_answer_waits_for_the_dialog(in_child: InChild) -> None:
    in_child(_early_end)


def _refreshed() -> None:
    core_driver, tools = _modules()
    with core_driver.Driver() as running:
        notifier = tools.Notifier(running)
        subscription = notifier.subscription(expires=600)
        subscription.subscribe()
        notifier.answer(notifier.expect_subscribe(), 200, Expires="2")
        notifier.notified("active")
        second = notifier.expect_subscribe(1.8)
        assert second.headers["expires"] == "600"
        assert "tag=notifier" in second.headers["to"]
        notifier.answer(second, 200, Expires="300")
        notifier.notified("active;expires=1")
        notifier.answer(notifier.expect_subscribe(0.9), 200)
        running.drain()
        assert tools.states(running) == ["SENT", "ACCEPTED", "ACTIVE"]


def test_is_refreshed_before_what_was_granted_expires(in_child: InChild) -> None:
    in_child(_refreshed)


def _other_state() -> None:
    core_driver, tools = _modules()
    with core_driver.Driver() as running:
        notifier = tools.Notifier(running)
        subscription = notifier.subscription()
        notifier.accept(subscription)
        for state in ("waiting", "waiting", "X-" + "y" * 300, "Active"):
            notifier.notified(state)
            running.drain()
        assert tools.states(running) == [
            "SENT", "ACCEPTED", "ACTIVE", "waiting", "X-" + "y" * 300, "ACTIVE",
        ]  # fmt: skip
        notifier.notified("sent")
        assert subscription.state == "sent"


def test_an_unknown_state_is_told_as_it_was_written(in_child: InChild) -> None:
    in_child(_other_state)


# ---- the application's side


def test_the_signature_is_the_documented_one() -> None:
    parameters = inspect.signature(Subscription).parameters
    assert list(parameters) == [
        "credentials", "to_uri", "event", "route", "expires", "extra_headers",
    ]  # fmt: skip
    assert parameters["expires"].default == 300
    assert parameters["route"].default is None


@pytest.mark.parametrize(
    ("arguments", "error", "names"),
    [
        ((None, BOB, "presence"), TypeError, "credentials"),
        ((Credentials(ALICE), "sip:bob@example.com", "presence"), TypeError, "to_uri"),
        ((Credentials(ALICE), BOB, b"presence"), TypeError, "event"),
        ((Credentials(ALICE), BOB, "presence", "127.0.0.1"), TypeError, "route"),
        ((Credentials(ALICE), BOB, "presence", None, "1"), TypeError, "expires"),
        ((Credentials(ALICE), BOB, "presence", None, 0), ValueError, "expires"),
        ((Credentials(ALICE), BOB, "presence", None, 1 << 31), ValueError, "expires"),
        ((Credentials(ALICE), BOB, "presence", None, 1, {"Event": "x"}), ValueError, "Event"),
        ((Credentials(ALICE), BOB, "presence", None, 1, {"X": "a\r\nb"}), ValueError, "X"),
        ((Credentials(ALICE), BOB, "presence"), SIPCoreError, "not running"),
    ],
)
def test_bad_arguments_are_named(
    arguments: tuple[Any, ...], error: type[Exception], names: str
) -> None:
    with pytest.raises(error, match=names):
        Subscription(*arguments)


def _attributes() -> None:
    core_driver, _ = _modules()
    with core_driver.Driver() as running:
        headers = {"X-Extra": "1"}
        credentials, route = Credentials(ALICE.copy(), "secret"), Route("127.0.0.1", 5060)
        to_uri = BOB.copy()
        subscription = Subscription(credentials, to_uri, "presence", route, 77, headers)
        headers["X-Other"] = "2"
        to_uri.user = "carol"
        credentials.uri.user = "carol"
        assert subscription.credentials.uri == ALICE
        assert subscription.to_uri == BOB
        assert subscription.event == "presence"
        assert subscription.route == route
        assert subscription.expires == 77
        assert subscription.extra_headers == {"X-Extra": "1"}
        assert "secret" not in repr(subscription)
        for name in ("state", *inspect.signature(Subscription).parameters):
            core_driver.raises(AttributeError, lambda name=name: setattr(subscription, name, None))
        error = core_driver.raises(ValueError, lambda: Subscription(credentials, BOB, "x-unknown"))
        assert "'x-unknown' is unknown" in str(error) and "add_event('x-unknown'" in str(error)
        core_driver.raises(ValueError, lambda: Subscription(credentials, BOB, "prés\udcff ence"))
        secure = Subscription(credentials, BOB, "presence", Route("127.0.0.1", 5060, "tls"))
        assert secure.state == "TERMINATED"
        running.drain()
        assert running.notifications == []
    with core_driver.Driver(local_tcp_port=None):
        disabled = Subscription(credentials, BOB, "presence", Route("127.0.0.1", 5060, "tcp"))
        core_driver.raises(SIPCoreError, disabled.subscribe)
        assert disabled.state == "TERMINATED"


def test_attributes_are_what_was_given_and_read_only(in_child: InChild) -> None:
    in_child(_attributes)


def _lives_and_dies() -> None:
    core_driver, tools = _modules()
    with core_driver.Driver() as running:
        notifier = tools.Notifier(running)
        subscription = notifier.subscription()
        reference = weakref.ref(subscription)
        notifier.accept(subscription)
        del subscription
        gc.collect()
        notifier.notified("active", BODY)
        running.drain()
        assert [each.body for each in tools.bodies(running)] == [BODY.encode()]
        assert reference() is not None
        notifier.notified("terminated;reason=noresource")
        running.drain()
        assert tools.changes(running)[-1]["termination_reason"] == "noresource"
        gc.collect()
        assert reference() is None
        never = notifier.subscription()
        reference = weakref.ref(never)
        del never
        assert reference() is None
        assert live_objects(Subscription) == []


def test_lives_while_it_is_subscribed_and_not_longer(in_child: InChild) -> None:
    in_child(_lives_and_dies)


# ---- the end of the core


def _cycles() -> list[float]:
    core_driver, tools = _modules()

    def cycle(answers: bool) -> None:
        with core_driver.Driver(local_tls_port=None) as running:
            notifier = tools.Notifier(running)
            subscriptions = [notifier.subscription() for _ in range(5)]
            for subscription in subscriptions:
                notifier.accept(subscription) if answers else subscription.subscribe()
            for subscription in subscriptions:
                subscription.unsubscribe()
            running.turn()
            notifier.socket.close()

    grown = []
    for answers in (False, True):
        for count in (5, 20):
            before = core_driver.heap_in_use()
            for _ in range(count):
                cycle(answers)
            gc.collect()
        grown.append((core_driver.heap_in_use() - before) / count)
    return grown


def test_endpoints_that_close_on_subscriptions_leave_no_memory_behind(in_child: InChild) -> None:
    assert max(in_child(_cycles)) < 2000


def _stopped(answers: bool) -> None:
    core_driver, tools = _modules()
    with core_driver.Driver() as running:
        notifier = tools.Notifier(running)
        subscription = notifier.subscription()
        notifier.accept(subscription)
        tools.changes(running)
        running.ua.begin_stop()
        assert not running.ua.is_idle()
        request = notifier.expect_subscribe()
        assert request.headers["expires"] == "0"
        if answers:
            notifier.answer(request, 200)
            notifier.notified("terminated;reason=timeout")
            running.until(running.ua.is_idle)
        running.ua.close()
        running.drain()
        assert subscription.state == "TERMINATED"
        assert tools.changes(running) == [
            {"state": "TERMINATED", **NOTHING, "termination_reason": "timeout"}
            if answers
            else {"state": "TERMINATED", **NOTHING}
        ]
        for call in (subscription.subscribe, subscription.unsubscribe):
            core_driver.raises(SIPCoreError, call)
    with core_driver.Driver() as running:
        # Nothing of the first endpoint is left.
        notifier = tools.Notifier(running)
        notifier.accept(notifier.subscription())


@pytest.mark.parametrize("answers", [True, False])
def test_stopping_unsubscribes_and_reports_the_end(in_child: InChild, answers: bool) -> None:
    in_child(_stopped, answers)


def _closed(step: int) -> None:
    core_driver, tools = _modules()
    with core_driver.Driver() as running:
        notifier = tools.Notifier(running)
        subscription = notifier.subscription(password="secret")
        if step > 0:
            subscription.subscribe()
        if step > 1:
            request = notifier.expect_subscribe()
        if step == 2:
            notifier.answer(request, 423, Min_Expires="900")
        if step > 2:
            notifier.answer(request, 200)
            running.until(lambda: subscription.state == "ACCEPTED")
        if step > 3:
            subscription.unsubscribe()
        running.turn()
        running.ua.close()
        running.drain()
        assert subscription.state == "TERMINATED"
        assert tools.states(running)[-1:] == (["TERMINATED"] if step else [])


@pytest.mark.parametrize("step", range(5))
def test_closing_ends_a_subscription_in_any_state(in_child: InChild, step: int) -> None:
    in_child(_closed, step)


def _threads() -> None:
    core_driver, tools = _modules()
    with core_driver.Driver() as running:
        notifier = tools.Notifier(running)
        subscriptions = [notifier.subscription() for _ in range(4)]
        wrong: list[BaseException] = []
        stop = threading.Event()

        def hammer(seed: int) -> None:
            count = 0
            while not stop.is_set():
                count += 1
                subscription = subscriptions[(count + seed) % 4]
                try:
                    (subscription.subscribe if (count + seed) % 3 else subscription.unsubscribe)()
                    str(subscription.state)
                except SIPCoreError:
                    pass
                except BaseException as error:
                    wrong.append(error)

        threads = [threading.Thread(target=hammer, args=(seed,)) for seed in range(8)]
        for thread in threads:
            thread.start()
        answered = 0
        try:
            for _ in range(4000):
                running.turn(0.001)
                running.notifications.clear()
                while (data := notifier.receive()) is not None:
                    request = tools.parse(data)
                    if request.what == "SUBSCRIBE":
                        answered += 1
                        notifier.answer(request, 200 if answered % 4 else 403)
                        if request.headers["expires"] == "0":
                            notifier.call_id = request.headers["call-id"]
                            notifier.subscriber = request.headers["from"]
                            notifier.target = request.uri("contact")
                            notifier.notify("terminated")
                if answered > 200:
                    break
            # In the middle of it all.
            running.ua.close()
        finally:
            stop.set()
            for thread in threads:
                thread.join(10)
        running.drain()
        assert [each.state for each in subscriptions] == ["TERMINATED"] * 4
        assert wrong == []
        assert answered > 200
        assert not any(thread.is_alive() for thread in threads)


def test_any_thread_may_subscribe_and_unsubscribe(in_child: InChild) -> None:
    in_child(_threads, timeout=60)
