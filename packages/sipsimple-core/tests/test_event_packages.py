"""The event packages: the option `events`, the attribute, and `add_event()`."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from sipsimple.core import PJSIPUA, SIPCoreError
from sipsimple.core.event_types import DEFAULT_EVENTS, checked_event, checked_events

if TYPE_CHECKING:
    from conftest import InChild


def _modules() -> tuple[Any, Any]:
    import core_driver  # in the child only
    import subscription_notifier

    return core_driver, subscription_notifier


def test_the_choice_has_the_usual_packages() -> None:
    assert checked_events(DEFAULT_EVENTS) == DEFAULT_EVENTS
    assert {"presence", "presence.winfo", "message-summary", "dialog", "conference", "reg"} <= set(
        DEFAULT_EVENTS
    )


def test_names_and_types_are_checked() -> None:
    assert checked_event("x-a.winfo", ("a/b", "*/*", "x/*")) == ("x-a.winfo", ["a/b", "*/*", "x/*"])
    for event in ("", "a b", "a.", ".a", "a..b", "é", "a\r\n", "a;id=1", "a" * 9 + "\0"):
        with pytest.raises(ValueError, match="event: "):
            checked_event(event, ["a/b"])
    with pytest.raises(TypeError, match="event: must be str, not bytes"):
        checked_event(b"presence", ["a/b"])
    for types in ("a/b", b"a/b", None, 7, {"a/b": 1}, [b"a/b"], [None]):
        with pytest.raises(TypeError, match="accept_types: "):
            checked_event("x", types)
    for values in ([], [""], ["a"], ["a/"], ["/b"], ["a/b;c=d"], ["a/b\r\n"], ["a/b"] * 33):
        with pytest.raises(ValueError, match="accept_types: "):
            checked_event("x", values)


def test_the_option_is_checked() -> None:
    for wrong in ([], "presence", None, 7):
        with pytest.raises(TypeError, match="events: must be a dict"):
            checked_events(wrong)
    with pytest.raises(ValueError, match="events: 'Presence' is there twice"):
        checked_events({"presence": ["a/b"], "Presence": ["a/b"]})
    with pytest.raises(TypeError, match="events: accept_types: "):
        checked_events({"presence": "a/b"})
    with pytest.raises(ValueError, match="events: "):
        PJSIPUA(events={"a b": ["a/b"]})


def _attribute() -> None:
    core_driver, tools = _modules()
    given = {"presence": ["application/pidf+xml"]}
    with core_driver.Driver(events=given) as running:
        given["presence"].append("x/y")
        given["more"] = ["x/y"]
        assert running.ua.events == {"presence": ["application/pidf+xml"]}
        running.ua.events["presence"].append("x/y")
        running.ua.events.clear()
        assert running.ua.events == {"presence": ["application/pidf+xml"]}
        core_driver.raises(AttributeError, lambda: setattr(running.ua, "events", {}))
        notifier = tools.Notifier(running)
        core_driver.raises(ValueError, lambda: notifier.subscription("x-new"))
        running.ua.add_event("x-new", ("text/x-new", "text/plain"))
        assert running.ua.events["x-new"] == ["text/x-new", "text/plain"]
        subscription = notifier.subscription("x-new")
        subscription.subscribe()
        request = notifier.expect_subscribe()
        assert request.headers["event"] == "x-new"
        assert request.headers["accept"].replace(" ", "") == "text/x-new,text/plain"
        assert request.headers["allow-events"].replace(" ", "") == "presence,x-new"
        notifier.answer(request, 200)
        notifier.notified("active", "text", "text/x-new", Event="x-new")
        running.drain()
        assert [each.body for each in tools.bodies(running)] == [b"text"]
        for again in ("x-new", "X-New", "presence"):
            error = core_driver.raises(
                SIPCoreError, lambda again=again: running.ua.add_event(again, ["a/b"])
            )
            assert "is there already" in str(error)
        core_driver.raises(TypeError, lambda: running.ua.add_event("x", "a/b"))
        core_driver.raises(ValueError, lambda: running.ua.add_event("x y", ["a/b"]))
        assert list(running.ua.events) == ["presence", "x-new"]
        ua = running.ua
    core_driver.raises(SIPCoreError, lambda: ua.add_event("x-late", ["a/b"]))
    with core_driver.Driver() as running:
        assert running.ua.events == DEFAULT_EVENTS
        running.ua.add_event("x-new", ["a/b"])


def test_events_are_added_once_and_for_good(in_child: InChild) -> None:
    in_child(_attribute)


def _many() -> None:
    core_driver, tools = _modules()
    types = [f"application/x-type-{number}" for number in range(32)]
    with core_driver.Driver() as running:

        def add(first: int) -> None:
            for number in range(first, first + 50):
                running.ua.add_event(f"x-package-{number}", types)

        threads = [threading.Thread(target=add, args=(first,)) for first in (0, 50, 100, 150)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            running.turn(0.01)
        assert len(running.ua.events) == len(DEFAULT_EVENTS) + 200
        # All of it in vain in PJSIP's own Accept header, which would have overflowed.
        peer = core_driver.Peer(running)
        answer = peer.ask(peer.request("OPTIONS"))
        assert answer.tokens("accept") == {"application/sdp", "text/plain"}
        notifier = tools.Notifier(running)
        subscription = notifier.subscription("x-package-199")
        subscription.subscribe()
        request = notifier.expect_subscribe()
        accepted = request.headers["accept"].replace(" ", "").split(",")
        assert accepted == types
        notifier.answer(request, 200)
        notifier.notified("active", "text", types[31], Event="x-package-199")
        assert subscription.state == "ACTIVE"


def test_hundreds_of_packages_of_many_types_fit(in_child: InChild) -> None:
    in_child(_many)
