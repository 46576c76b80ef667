"""Subscription: notifiers that refuse, misbehave, or are silent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sipsimple.core import SIPURI, Credentials, PJSIPError, Route, Subscription
from sipsimple.pjproject.runtime import live_pools

if TYPE_CHECKING:
    from conftest import InChild

BODY = "<presence/>"
PARTS = "--b\r\nContent-Type: text/plain\r\n\r\nhi\r\n--b--\r\n"
ALICE = SIPURI("127.0.0.1", user="alice")
NOWHERE = Route("127.0.0.1", 9, "tcp")
NOTHING = {"termination_reason": None, "retry_after": None}


def _modules(short_timers: bool = False) -> tuple[Any, Any]:
    import core_driver  # in the child only
    import subscription_notifier

    if short_timers:
        subscription_notifier.shorten_timers()
    return core_driver, subscription_notifier


# ---- the notifier ends it


def _terminated(state: str) -> dict[str, Any]:
    core_driver, tools = _modules()
    with core_driver.Driver() as running:
        notifier = tools.Notifier(running)
        subscription = notifier.subscription()
        notifier.accept(subscription)
        notifier.notified(state)
        data: dict[str, Any] = tools.ended(running, subscription)
        notifier.notified(code=481)
        running.run(0.1)
        assert tools.changes(running) == []
        return data


@pytest.mark.parametrize(
    ("state", "reason", "retry_after"),
    [
        *(
            (f"terminated;reason={reason}", reason, None)
            for reason in ("deactivated", "rejected", "timeout", "noresource", "invariant")
        ),
        ("terminated;reason=probation;retry-after=60", "probation", 60),
        ("terminated;retry-after=0;reason=giveup", "giveup", 0),
        ("terminated", None, None),
        ("Terminated ;reason=x-else", "x-else", None),
    ],
)
def test_the_reason_and_time_of_an_end_are_data(
    in_child: InChild, state: str, reason: str | None, retry_after: int | None
) -> None:
    assert in_child(_terminated, state) == {
        "termination_reason": reason,
        "retry_after": retry_after,
    }


# ---- answers to SUBSCRIBE


def _refused(code: int, headers: dict[str, str]) -> dict[str, Any]:
    core_driver, tools = _modules()
    with core_driver.Driver() as running:
        notifier = tools.Notifier(running)
        subscription = notifier.subscription()
        subscription.subscribe()
        notifier.answer(notifier.expect_subscribe(), code, "No", **headers)
        data: dict[str, Any] = tools.ended(running, subscription)
        running.run(0.2)
        assert notifier.seen == []
        return data


@pytest.mark.parametrize("code", [302, 403, 404, 480, 489, 501, 603])
def test_a_refusal_ends_it(in_child: InChild, code: int) -> None:
    assert in_child(_refused, code, {}) == {"code": code, "reason": "No", **NOTHING}


def test_the_retry_after_of_a_refusal_is_data(in_child: InChild) -> None:
    data = in_child(_refused, 503, {"Retry_After": "120 (maintenance);duration=5"})
    assert (data["code"], data["retry_after"]) == (503, 120)


def test_a_423_that_asks_for_no_more_ends_it(in_child: InChild) -> None:
    for headers in ({}, {"Min_Expires": "300"}, {"Min_Expires": "4294967295"}):
        assert in_child(_refused, 423, headers)["code"] == 423


def _too_brief() -> None:
    core_driver, tools = _modules(short_timers=True)
    with core_driver.Driver() as running:
        notifier = tools.Notifier(running)
        subscription = notifier.subscription(expires=60)
        subscription.subscribe()
        first = notifier.expect_subscribe()
        notifier.answer(first, 423, Min_Expires="2000")
        second = notifier.expect_subscribe()
        assert second.headers["expires"] == "2000"
        assert second.headers["call-id"] == first.headers["call-id"]
        assert int(second.headers["cseq"].split()[0]) == int(first.headers["cseq"].split()[0]) + 1
        notifier.answer(second, 200)
        notifier.notified("active;expires=2000")
        # The transaction of the first one ends meanwhile.
        running.run(0.5)
        assert subscription.state == "ACTIVE"
        assert subscription.expires == 60
        assert tools.states(running) == ["SENT", "ACCEPTED", "ACTIVE"]
        notifier.notified("active;expires=1")
        refresh = notifier.expect_subscribe()
        assert refresh.headers["expires"] == "2000"
        notifier.answer(refresh, 423, Min_Expires="3000")
        again = notifier.expect_subscribe()
        assert (again.headers["expires"], "tag=notifier" in again.headers["to"]) == ("3000", True)
        notifier.answer(again, 200)
        running.run(0.3)
        assert subscription.state == "ACTIVE"


def test_a_423_is_followed_by_what_it_asks_for(in_child: InChild) -> None:
    in_child(_too_brief)


def _too_brief_for_ever() -> None:
    core_driver, tools = _modules()
    with core_driver.Driver() as running:
        notifier = tools.Notifier(running)
        subscription = notifier.subscription()
        subscription.subscribe()
        count = 0
        while subscription.state != "TERMINATED":
            request = notifier.expect_subscribe()
            count += 1
            notifier.answer(request, 423, Min_Expires=str(int(request.headers["expires"]) + 1))
            running.run(0.1)
        assert count == 4
        assert tools.ended(running, subscription)["code"] == 423


def test_423_for_ever_ends_it(in_child: InChild) -> None:
    in_child(_too_brief_for_ever)


def _challenged(
    password: str | None, right: bool, code: int, nonce: str = "n"
) -> tuple[int, list[dict[str, Any]]]:
    core_driver, tools = _modules()
    challenge_header = "WWW_Authenticate" if code == 401 else "Proxy_Authenticate"
    header = "authorization" if code == 401 else "proxy-authorization"
    with core_driver.Driver() as running:
        notifier = tools.Notifier(running)
        subscription = notifier.subscription(password=password)
        subscription.subscribe()
        count = 0
        while subscription.state == "SENT":
            request = notifier.expect_subscribe()
            count += 1
            if right and header in request.headers:
                assert 'username="alice"' in request.headers[header]
                notifier.answer(request, 200)
            else:
                fresh = nonce.format(count)
                challenge = f'Digest realm="test", nonce="{fresh}", qop="auth"'
                notifier.answer(request, code, "Who", **{challenge_header: challenge})
            running.run(0.1)
        running.run(0.2)
        assert notifier.seen == []
        return count, tools.changes(running)


@pytest.mark.parametrize("code", [401, 407])
def test_a_challenge_is_answered(in_child: InChild, code: int) -> None:
    count, changes = in_child(_challenged, "secret", True, code)
    assert count == 2
    assert [each["state"] for each in changes] == ["SENT", "ACCEPTED"]


# PJSIP takes a new nonce for a sign that the old one was stale, three times.
@pytest.mark.parametrize(
    ("password", "nonce", "tries"), [("wrong", "n", 2), ("wrong", "n{}", 2), (None, "n", 1)]
)
def test_rejected_credentials_are_not_hammered(
    in_child: InChild, password: str | None, nonce: str, tries: int
) -> None:
    count, changes = in_child(_challenged, password, False, 401, nonce)
    assert count == tries
    assert changes[-1] == {"state": "TERMINATED", "code": 401, "reason": "Who", **NOTHING}


# ---- silence


def _silent() -> None:
    core_driver, tools = _modules(short_timers=True)
    with core_driver.Driver() as running:
        notifier = tools.Notifier(running)
        subscription = notifier.subscription()
        subscription.subscribe()
        data = tools.ended(running, subscription)
        assert data.pop("reason")
        assert data == {"code": 408, **NOTHING}
        subscription.subscribe()
        assert subscription.state == "SENT"


def test_without_any_answer_it_ends_with_408(in_child: InChild) -> None:
    in_child(_silent)


def _nobody_there() -> None:
    core_driver, tools = _modules()
    with core_driver.Driver() as running:
        for _ in range(2):
            subscription = Subscription(Credentials(ALICE), ALICE, "presence", NOWHERE)
            subscription.subscribe()
            data = tools.ended(running, subscription)
            assert data.pop("reason")
            assert data == {"code": 503, **NOTHING}
        # An error at once, of PJSIP's.
        wrong = Subscription(Credentials(ALICE), ALICE, "presence", Route("256.0.0.1", 9))
        try:
            wrong.subscribe()
        except PJSIPError:
            assert wrong.state == "TERMINATED"
        else:
            assert tools.ended(running, wrong)["code"] >= 500


def test_where_nobody_listens_it_ends_with_503(in_child: InChild) -> None:
    in_child(_nobody_there)


def _no_notify(code: int) -> None:
    core_driver, tools = _modules(short_timers=True)
    with core_driver.Driver() as running:
        notifier = tools.Notifier(running)
        subscription = notifier.subscription()
        subscription.subscribe()
        notifier.answer(notifier.expect_subscribe(), code)
        running.until(lambda: subscription.state == "ACCEPTED")
        running.run(0.4)
        assert subscription.state == "ACCEPTED"
        data = tools.ended(running, subscription)
        assert data == {"code": 408, "reason": "No NOTIFY Received", **NOTHING}
        # It comes too late.
        notifier.notified(code=481)


@pytest.mark.parametrize("code", [200, 202])
def test_without_a_notify_it_ends_when_timer_n_fires(in_child: InChild, code: int) -> None:
    in_child(_no_notify, code)


def _one_notify_is_enough() -> None:
    core_driver, tools = _modules(short_timers=True)
    with core_driver.Driver() as running:
        notifier = tools.Notifier(running)
        subscription = notifier.subscription()
        notifier.accept(subscription)
        running.run(1.0)
        assert subscription.state == "ACTIVE"


def test_timer_n_stops_with_the_first_notify(in_child: InChild) -> None:
    in_child(_one_notify_is_enough)


def _gone(code: int | None) -> dict[str, Any]:
    core_driver, tools = _modules(short_timers=True)
    with core_driver.Driver() as running:
        notifier = tools.Notifier(running)
        subscription = notifier.subscription()
        subscription.subscribe()
        notifier.answer(notifier.expect_subscribe(), 200, Expires="1")
        notifier.notified("active;expires=1")
        request = notifier.expect_subscribe()
        if code is not None:
            notifier.answer(request, code)
        data: dict[str, Any] = tools.ended(running, subscription)
        return data


@pytest.mark.parametrize(("code", "reported"), [(481, 481), (500, 500), (None, 408)])
def test_a_refresh_that_fails_ends_it(in_child: InChild, code: int | None, reported: int) -> None:
    assert in_child(_gone, code)["code"] == reported


def _last_notify_missing() -> None:
    core_driver, tools = _modules()
    with core_driver.Driver() as running:
        notifier = tools.Notifier(running)
        subscription = notifier.subscription()
        notifier.accept(subscription)
        subscription.unsubscribe()
        notifier.answer(notifier.expect_subscribe(), 200)
        # PJSIP waits 5 s for it.
        assert tools.ended(running, subscription, 8) == NOTHING


def test_a_last_notify_that_never_comes_is_not_waited_for_long(in_child: InChild) -> None:
    in_child(_last_notify_missing)


# ---- NOTIFYs


def _before_the_answer() -> None:
    core_driver, tools = _modules()
    with core_driver.Driver() as running:
        notifier = tools.Notifier(running)
        subscription = notifier.subscription()
        subscription.subscribe()
        request = notifier.expect_subscribe()
        notifier.notified("pending;expires=300")
        notifier.notified("active;expires=300", BODY)
        notifier.answer(request, 200)
        running.run(0.2)
        subscription.unsubscribe()
        last = notifier.expect_subscribe()
        assert "tag=notifier" in last.headers["to"]
        assert [each.body for each in tools.bodies(running)] == [BODY.encode()]
        assert tools.changes(running) == [
            {"state": "SENT"}, {"state": "PENDING"}, {"state": "ACTIVE"},
        ]  # fmt: skip


def test_a_notify_may_come_before_the_answer(in_child: InChild) -> None:
    in_child(_before_the_answer)


def _forked(notify_first: bool) -> None:
    core_driver, tools = _modules()
    with core_driver.Driver() as running:
        notifier = tools.Notifier(running, "first")
        subscription = notifier.subscription()
        subscription.subscribe()
        request = notifier.expect_subscribe()
        if notify_first:
            notifier.notified()
            other = f"<sip:other@127.0.0.1:{notifier.port}>"
            notifier.answer(request, 200, tag="second", Contact=other)
        else:
            notifier.answer(request, 200)
            running.until(lambda: subscription.state == "ACCEPTED")
            notifier.notified()
        notifier.notified("active", BODY, tag="second", code=481)
        notifier.notified("active", BODY)
        running.drain()
        assert len(tools.bodies(running)) == 1
        subscription.unsubscribe()
        last = notifier.expect_subscribe()
        assert last.headers["to"].endswith(";tag=first")
        assert last.line == f"SUBSCRIBE sip:bob@127.0.0.1:{notifier.port} SIP/2.0"


@pytest.mark.parametrize("notify_first", [False, True])
def test_of_a_forked_subscribe_the_first_dialog_wins(in_child: InChild, notify_first: bool) -> None:
    in_child(_forked, notify_first)


def _refused_notifies() -> None:
    core_driver, tools = _modules()
    with core_driver.Driver(events={"presence": ["application/pidf+xml", "text/*"]}) as running:
        notifier = tools.Notifier(running)
        subscription = notifier.subscription()
        notifier.accept(subscription)
        tools.changes(running)
        answer = notifier.notified("active", BODY, "application/xml", code=415)
        assert answer.headers["accept"].replace(" ", "") == "application/pidf+xml,text/*"
        notifier.notified("active", BODY, Content_Type=None, code=415)
        answer = notifier.notified("active", Event="x-unknown", code=489)
        assert answer.headers["allow-events"] == "presence"
        notifier.notified("active", Event=None, code=400)
        notifier.notified(None, code=400)
        notifier.notified("active", Event="presence;id=7", tag="stranger", code=481)
        running.drain()
        assert running.notifications == []
        notifier.notified("active", BODY, "TEXT/Plain;charset=utf-8")
        notifier.notified("active", BODY, "Application/PIDF+xml", Event=None, o="presence")
        notifier.notified("active")
        running.drain()
        assert [each.content_subtype for each in tools.bodies(running)] == ["Plain", "PIDF+xml"]
        # None of it has ended the subscription, as PJSIP would after 5 s.
        running.run(5.5)
        assert subscription.state == "ACTIVE"
        assert notifier.seen == []


def test_a_notify_that_is_refused_leaves_the_subscription_as_it_is(in_child: InChild) -> None:
    in_child(_refused_notifies)


def _multipart() -> list[tuple[str, str, bytes]]:
    core_driver, tools = _modules()
    with core_driver.Driver(events={"presence": ["multipart/*", "text/plain"]}) as running:
        notifier = tools.Notifier(running)
        subscription = notifier.subscription()
        notifier.accept(subscription)
        notifier.notified("active", PARTS, 'multipart/related;boundary="b"')
        notifier.notified("active", "--no", "multipart/related;boundary=other", code=415)
        notifier.notified("active", Content_Type="text/plain")
        running.drain()
        return [
            (each.content_type, each.content_subtype, each.body) for each in tools.bodies(running)
        ]


def test_a_body_of_several_parts_arrives_whole(in_child: InChild) -> None:
    assert in_child(_multipart) == [("multipart", "related", PARTS.encode())]


def _unsolicited() -> None:
    core_driver, _ = _modules()
    with core_driver.Driver() as running:
        peer = core_driver.Peer(running)
        state = {"Subscription_State": "active"}
        ask = peer.ask
        assert ask(peer.request("NOTIFY", Event="presence", **state)).code == 481
        to = {"To": "<sip:token@example.com>;tag=none"}
        assert ask(peer.request("NOTIFY", Event="presence", **state, **to)).code == 481
        answer = ask(peer.request("NOTIFY", Event="x-unknown", **state))
        assert answer.code == 489
        assert "presence" in answer.tokens("allow-events")
        assert ask(peer.request("NOTIFY", **state)).code == 400
        answer = ask(peer.request("SUBSCRIBE", Event="presence"))
        assert answer.code == 405
        assert "SUBSCRIBE" not in answer.tokens("allow")
        assert "NOTIFY" in answer.tokens("allow")
        running.drain()
        assert running.notifications == []


def test_a_notify_of_no_subscription_is_refused(in_child: InChild) -> None:
    in_child(_unsolicited)


def _repeated() -> None:
    core_driver, tools = _modules()
    with core_driver.Driver() as running:
        notifier = tools.Notifier(running)
        subscription = notifier.subscription()
        notifier.accept(subscription)
        notifier.notify("active", BODY)
        notifier.cseq -= 1
        notifier.notify("active", BODY)
        notifier.expect("200 NOTIFY")
        running.run(0.2)
        assert len(tools.bodies(running)) == 1
        assert subscription.state == "ACTIVE"


def test_a_notify_that_is_retransmitted_is_told_once(in_child: InChild) -> None:
    in_child(_repeated)


def _malformed() -> None:
    core_driver, tools = _modules()
    with core_driver.Driver() as running:
        notifier = tools.Notifier(running)
        subscription = notifier.subscription()
        notifier.accept(subscription)
        for state in ("", ";", "active;expires=", "active;expires=99999999999", "active;;", "ä"):
            notifier.notify(state, BODY)
            running.run(0.05)
        for headers in ({"Event": ""}, {"Event": ";id"}, {"Contact": "<"}, {"Contact": "*"}):
            notifier.notify("active", BODY, **headers)
            running.run(0.05)
        notifier.seen.clear()
        notifier.notified("active", BODY, Contact=None)
        assert subscription.state == "ACTIVE"


def test_a_malformed_notify_does_no_harm(in_child: InChild) -> None:
    in_child(_malformed)


def _leaks() -> tuple[int, int]:
    core_driver, tools = _modules(short_timers=True)
    with core_driver.Driver() as running:
        notifier = tools.Notifier(running)
        subscription = notifier.subscription()
        pools = live_pools()
        sizes = []
        # PJSIP keeps blocks for later, more of them up to about the thousandth.
        for number in range(1201):
            if number in (800, 1200):
                running.settle(pools)
                sizes.append(core_driver.heap_in_use())
            notifier.accept(subscription)
            notifier.notified("terminated", BODY)
            running.notifications.clear()
            notifier.forget()
        return sizes[0], sizes[1]


def test_subscriptions_that_come_and_go_leave_no_memory_behind(in_child: InChild) -> None:
    before, after = in_child(_leaks, timeout=60)
    assert after - before < 200_000


def _long_leaks() -> tuple[int, int]:
    core_driver, tools = _modules(short_timers=True)
    with core_driver.Driver() as running:
        notifier = tools.Notifier(running)
        subscription = notifier.subscription()
        notifier.accept(subscription)
        running.run(1.5)
        pools = live_pools()
        sizes = []
        for number in range(601):
            if number in (300, 600):
                running.settle(pools)
                sizes.append(core_driver.heap_in_use())
            notifier.notified(f"state-{number % 2}", BODY)
            if number % 30 == 0:
                notifier.notified("active;expires=1")
                notifier.answer(notifier.expect_subscribe(), 200, Expires="300")
            running.notifications.clear()
            notifier.forget()
        assert subscription.state == "ACTIVE"
        return sizes[0], sizes[1]


def test_a_long_subscription_does_not_grow(in_child: InChild) -> None:
    before, after = in_child(_long_leaks, timeout=90)
    assert after - before < 50_000
