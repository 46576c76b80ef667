"""Publication, with a presence agent that behaves."""

from __future__ import annotations

import datetime
import inspect
import time
from typing import TYPE_CHECKING, Any

import pytest

from sipsimple.core import SIPURI, Credentials, Publication, Route, SIPCoreError
from sipsimple.core.publication_states import STATES, TRANSITIONS, refresh_delay

if TYPE_CHECKING:
    from presence_agent import PresenceAgent

    from conftest import InChild

ALICE = SIPURI("example.com", user="alice", display="Alice")


def _modules() -> Any:
    import core_driver  # in the child only

    return core_driver


def _publication(port: int, password: str | None = None, **arguments: Any) -> Publication:
    transport = arguments.pop("transport", None)
    event = arguments.pop("event", "presence")
    route = Route("127.0.0.1", port, transport)
    return Publication(Credentials(ALICE, password), event, route, **arguments)


def _publish(publication: Publication, text: str | bytes = "here") -> None:
    publication.publish("application", "pidf+xml", text)


# ---- life


def _life(port: int) -> None:
    driver = _modules()
    with driver.Driver() as running:
        publication = _publication(port, expires=60, extra_headers={"X-Extra": "é"})
        assert (publication.state, publication.event) == ("unpublished", "presence")
        began = datetime.datetime.now(datetime.UTC)
        publication.publish("application", "pidf+xml", "höre")
        running.until(lambda: publication.state == "published")
        publication.publish("text", "plain;charset=UTF-8", b"\xff\0")
        running.until(lambda: len(running.notifications) == 4)
        publication.unpublish()
        running.until(lambda: len(running.notifications) == 6)
        times = [notification.data.pop("timestamp") for notification in running.notifications]
        assert [began, *times] == sorted([began, *times])
        assert {notification.name for notification in running.notifications} == {
            "SCPublicationChangedState"
        }
        assert {notification.sender for notification in running.notifications} == {id(publication)}
        ok = {"code": 200, "reason": "OK"}
        assert [notification.data for notification in running.notifications] == [
            {"state": "publishing"},
            {"state": "published", **ok, "expires": 60, "etag": "tag1"},
            {"state": "publishing"},
            {"state": "published", **ok, "expires": 60, "etag": "tag2"},
            {"state": "unpublishing"},
            {"state": "unpublished", **ok},
        ]


def test_publishes_modifies_and_unpublishes(in_child: InChild, agent: PresenceAgent) -> None:
    in_child(_life, agent.port)
    first, second, last = agent.requests
    assert {request.method for request in agent.requests} == {"PUBLISH"}
    assert {request.uri for request in agent.requests} == {"sip:alice@example.com"}
    assert {request.headers["event"] for request in agent.requests} == {"presence"}
    assert {request.headers["x-extra"] for request in agent.requests} == {"é"}
    assert len({request.headers["call-id"] for request in agent.requests}) == 1
    numbers = [int(request.headers["cseq"].split()[0]) for request in agent.requests]
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]
    assert first.headers["route"] == f"<sip:127.0.0.1:{agent.port};lr>"
    assert first.headers["to"] == '"Alice" <sip:alice@example.com>'
    assert first.headers["from"].startswith('"Alice" <sip:alice@example.com>;tag=')
    assert first.headers["user-agent"] == "sipsimple-0.1.0-pjsip-2.17"
    assert "contact" not in first.headers
    assert first.headers["content-type"] == "application/pidf+xml"
    assert second.headers["content-type"] == "text/plain;charset=UTF-8"
    assert "content-type" not in last.headers
    assert agent.bodies == ["höre".encode(), b"\xff\0", b""]
    assert agent.conditions == [None, "tag1", "tag2"]
    assert agent.expiries == [60, 60, 0]
    assert agent.published == {}


@pytest.mark.parametrize("event", ["dialog", "message-summary", "presence.winfo", "x!y"])
def test_any_event_package_is_published(
    in_child: InChild, agent: PresenceAgent, event: str
) -> None:
    in_child(_package, agent.port, event)
    assert agent.requests[0].headers["event"] == event


def _package(port: int, event: str) -> None:
    driver = _modules()
    with driver.Driver() as running:
        publication = _publication(port, event=event)
        _publish(publication)
        running.until(lambda: publication.state == "published")


def _transport(port: int, transport: str, size: int) -> None:
    driver = _modules()
    with driver.Driver() as running:
        publication = _publication(port, transport=transport)
        _publish(publication, b"x" * size)
        running.until(lambda: publication.state == "published")


@pytest.mark.parametrize(
    ("transport", "size", "taken"),
    # What is too long for UDP goes over TCP (RFC 3261 section 18.1.1).
    [("tcp", 100, "tcp"), ("tcp", 20_000, "tcp"), ("udp", 500, "udp"), ("udp", 5000, "tcp")],
)
def test_publishes_over_a_transport(
    in_child: InChild, agent: PresenceAgent, transport: str, size: int, taken: str
) -> None:
    in_child(_transport, agent.port, transport, size)
    assert [request.transport for request in agent.requests] == [taken]
    assert agent.bodies == [b"x" * size]


# ---- the state machine


def _walk(port: int, rows: list[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Bring a publication to each row's state, let its event happen, see what comes of it."""
    driver = _modules()
    results: list[tuple[str, list[str]]] = []
    with driver.Driver() as running:
        for state, event in rows:
            publication = _publication(port, expires=2 if event == "failure" else 1)
            if state != "unpublished":
                _publish(publication, event)
            if state in ("published", "unpublishing"):
                running.until(lambda item=publication: item.state == "published")
            if state == "unpublishing":
                publication.unpublish()
            assert publication.state == state
            running.drain()
            running.states()
            if event == "publish":
                _publish(publication, "again")
            elif event == "unpublish":
                publication.unpublish()
            else:
                running.until(lambda item=publication, old=state: item.state != old)
            results.append((publication.state, []))
            running.until(lambda item=publication: item.state in ("published", "unpublished"))
            running.run(0.1)
            results[-1][1].extend(running.states())
            publication.unpublish()
            running.until(lambda item=publication: item.state == "unpublished")
            running.drain()
    return results


def test_walks_every_row_of_the_table(in_child: InChild, agent: PresenceAgent) -> None:
    agent.delay = 0.1
    # Those that are to fail ask for 2 s.
    agent.answer = lambda request, count: "500 Failure" if request.expires == 2 else None
    # How unpublishing fails, and what a server forgets, are tests of their own.
    rows = [
        (row.state, row.event)
        for row in TRANSITIONS
        if (row.state, row.event) != ("unpublishing", "failure") and row.event != "forgotten"
    ]
    results = dict(zip(rows, in_child(_walk, agent.port, rows), strict=True))
    following = {(row.state, row.event): row.following for row in TRANSITIONS}
    for row, (state, _) in results.items():
        assert state == following[row], row
    then = {row: states for row, (_, states) in results.items()}
    # What was queued is carried out when the transaction ends, and the last one wins.
    assert then["publishing", "publish"] == ["published", "publishing", "published"]
    assert then["publishing", "unpublish"] == ["published", "unpublishing", "unpublished"]
    assert then["unpublishing", "publish"] == ["unpublished", "publishing", "published"]
    assert then["unpublishing", "unpublish"] == ["unpublished"]
    assert then["unpublished", "unpublish"] == []
    assert then["published", "refresh"] == ["publishing", "published"]
    assert then["publishing", "failure"] == ["unpublished"]


def test_the_table_is_complete() -> None:
    pairs = {(row.state, row.event) for row in TRANSITIONS}
    assert len(pairs) == len(TRANSITIONS)
    for state in STATES:
        assert {(state, "publish"), (state, "unpublish")} <= pairs
    for row in TRANSITIONS:
        assert row.following in STATES
        # What is sent is answered in a state that waits for it.
        waits = row.following.endswith("ing")
        entered = row.following != row.state or row.event == "forgotten"
        assert bool(row.send) == (waits and entered)


def _last_wins(port: int) -> list[str]:
    driver = _modules()
    with driver.Driver() as running:
        publication = _publication(port)
        _publish(publication, "first")
        for number in range(10):
            publication.unpublish()
            _publish(publication, str(number))
        running.run(0.5)
        assert publication.state == "published"
        publication.unpublish()
        for _ in range(10):
            _publish(publication, "never")
            publication.unpublish()
        running.run(0.5)
        assert publication.state == "unpublished"
        return running.states()  # type: ignore[no-any-return]


def test_the_last_request_wins(in_child: InChild, agent: PresenceAgent) -> None:
    agent.delay = 0.1
    states = in_child(_last_wins, agent.port)
    assert states == ["publishing", "published"] * 2 + ["unpublishing", "unpublished"]
    assert agent.bodies == [b"first", b"9", b""]
    assert agent.conditions == [None, "tag1", "tag2"]


def _unpublish_fails(port: int) -> tuple[list[str], int]:
    driver = _modules()
    with driver.Driver() as running:
        publication = _publication(port)
        _publish(publication)
        running.until(lambda: publication.state == "published")
        publication.unpublish()
        running.until(lambda: publication.state == "unpublished")
        running.drain()
        code = running.notifications[-1].data["code"]
        states = running.states()
        _publish(publication)
        running.until(lambda: publication.state == "published")
        return states, code


@pytest.mark.parametrize("code", [412, 500])
def test_a_failing_unpublish_ends_unpublished_and_without_entity_tag(
    in_child: InChild, agent: PresenceAgent, code: int
) -> None:
    agent.answer = lambda request, count: f"{code} Failure" if request.expires == 0 else None
    states, told = in_child(_unpublish_fails, agent.port)
    assert states == ["publishing", "published", "unpublishing", "unpublished"]
    assert told == code
    assert agent.conditions == [None, "tag1", None]


def _reused(port: int) -> None:
    driver = _modules()
    with driver.Driver() as running:
        publication = _publication(port)
        for _ in range(3):
            _publish(publication)
            running.until(lambda: publication.state == "published")
            publication.unpublish()
            running.until(lambda: publication.state == "unpublished")


def test_the_entity_tag_is_fresh_after_unpublish(in_child: InChild, agent: PresenceAgent) -> None:
    in_child(_reused, agent.port)
    assert agent.conditions == [None, "tag1", None, "tag3", None, "tag5"]


# ---- refreshing


def _refresh(port: int) -> None:
    driver = _modules()
    with driver.Driver() as running:
        publication = _publication(port, expires=2)
        _publish(publication)
        running.until(lambda: publication.state == "published")
        running.states()
        began = time.monotonic()
        publication.expires = 30  # for the next one
        assert publication.expires == 30
        # Not the state: the answer may come in the turn that sends the request.
        running.until(lambda: running.notifications)
        assert 0.8 < time.monotonic() - began < 1.8
        running.until(lambda: len(running.notifications) == 2)
        assert publication.state == "published"
        assert [item.data["state"] for item in running.notifications] == ["publishing", "published"]
        assert running.notifications[1].data["expires"] == 30


def test_refreshes_by_itself_without_a_body_and_with_a_changed_expires(
    in_child: InChild, agent: PresenceAgent
) -> None:
    in_child(_refresh, agent.port)
    assert agent.expiries == [2, 30]
    assert agent.bodies == [b"here", b""]
    assert agent.conditions == [None, "tag1"]
    assert "content-type" not in agent.requests[1].headers
    assert agent.published == {"tag2": b"here"}


def test_refreshes_as_registrations_are() -> None:
    assert refresh_delay(3600) == pytest.approx(3240)


def _too_brief(port: int) -> None:
    driver = _modules()
    with driver.Driver() as running:
        publication = _publication(port, expires=5)
        for _ in range(2):
            _publish(publication)
            running.until(lambda: publication.state == "published")
        publication.expires = 70
        _publish(publication)
        running.until(lambda: publication.state == "published")
        publication.expires = 6
        _publish(publication)
        running.until(lambda: publication.state == "published")
        running.drain()
        expiries = [item.data["expires"] for item in running.notifications[1::2]]
        assert expiries == [60, 60, 70, 60]
        assert running.states() == ["publishing", "published"] * 4


def test_asks_for_more_after_423(in_child: InChild, agent: PresenceAgent) -> None:
    agent.minimum = 60
    in_child(_too_brief, agent.port)
    # It stays raised until the application asks for something else.
    assert agent.expiries == [5, 60, 60, 70, 6, 60]


# ---- authentication


def _authenticates(port: int, password: str) -> None:
    driver = _modules()
    with driver.Driver() as running:
        publication = _publication(port, password, expires=5)
        _publish(publication)
        running.until(lambda: publication.state == "published")
        publication.unpublish()
        running.until(lambda: publication.state == "unpublished")
        running.drain()
        assert password not in repr((publication, publication.credentials))
        assert len(running.states()) == 4


def test_answers_challenges_also_behind_423(in_child: InChild, agent: PresenceAgent) -> None:
    agent.password, agent.minimum = "sécret", 60
    in_child(_authenticates, agent.port, "sécret")
    assert agent.expiries == [5, 5, 60, 60, 0, 0]
    assert ["authorization" in request.headers for request in agent.requests] == [
        False, True,
    ] * 3  # fmt: skip
    numbers = [int(request.headers["cseq"].split()[0]) for request in agent.requests]
    assert numbers == list(range(numbers[0], numbers[0] + 6))
    assert agent.bodies == [b"here"] * 4 + [b""] * 2


def _rejected(port: int, password: str | None) -> tuple[int, str]:
    driver = _modules()
    with driver.Driver() as running:
        publication = _publication(port, password)
        _publish(publication)
        running.until(lambda: len(running.notifications) == 2)
        running.run(0.5)  # nothing goes on by itself
        assert running.notifications[1].data["state"] == publication.state == "unpublished"
        assert len(running.notifications) == 2
        data = running.notifications[1].data
        assert set(data) == {"state", "code", "reason", "timestamp"}
        return data["code"], data["reason"]


@pytest.mark.parametrize("password", ["wrong", None])
def test_rejected_credentials_are_not_hammered(
    in_child: InChild, agent: PresenceAgent, password: str | None
) -> None:
    agent.password = "secret"
    assert in_child(_rejected, agent.port, password) == (401, "Unauthorized")
    assert len(agent.requests) == (2 if password else 1)


# ---- arguments


def _arguments() -> None:
    driver = _modules()
    with driver.Driver(local_tls_port=None) as running:
        credentials, route = Credentials(ALICE, "secret", "token"), Route("127.0.0.1", 5080)
        given = {"X-A": "b"}
        publication = Publication(credentials, "presence", route, 60, given)
        credentials.password, route.port, given["X-A"] = "other", 1, "c"
        assert publication.credentials == Credentials(ALICE, "secret", "token")
        assert publication.route == Route("127.0.0.1", 5080)
        assert publication.extra_headers == {"X-A": "b"}
        assert publication.expires == 60
        assert "secret" not in repr(publication)
        for name in ("state", "event", "credentials", "route", "extra_headers"):
            driver.raises(AttributeError, lambda name=name: setattr(publication, name, None))
        for value, kind in (
            ("1", TypeError),
            (True, TypeError),
            (0, ValueError),
            (2**40, ValueError),
        ):
            driver.raises(kind, lambda value=value: setattr(publication, "expires", value))
        assert publication.expires == 60
        good = Credentials(ALICE)
        wrong: list[tuple[tuple[Any, ...], dict[str, Any], type[Exception], str]] = [
            ((good,), {}, TypeError, "argument"),
            (("sip:alice@example.com", "presence"), {}, TypeError, "credentials"),
            ((good, b"presence"), {}, TypeError, "event"),
            ((good, ""), {}, ValueError, "event"),
            ((good, "presence;id=1"), {}, ValueError, "event"),
            ((good, "a..b"), {}, ValueError, "event"),
            ((good, "a\r\nVia: b"), {}, ValueError, "event"),
            ((good, "präsenz"), {}, ValueError, "event"),
            ((good, "presence", "127.0.0.1"), {}, TypeError, "route"),
            ((good, "presence"), {"expires": 1.5}, TypeError, "expires"),
            ((good, "presence"), {"expires": -1}, ValueError, "expires"),
            ((good, "presence"), {"extra_headers": {"a": 1}}, TypeError, "extra_headers"),
            ((good, "presence"), {"extra_headers": {"o": "x"}}, ValueError, "extra_headers"),
            ((good, "presence"), {"extra_headers": {"Event": "x"}}, ValueError, "extra_headers"),
            ((good, "presence"), {"extra_headers": {"Expires": "1"}}, ValueError, "extra_headers"),
            ((good, "presence"), {"extra_headers": {"SIP-If-Match": "1"}}, ValueError, "extra"),
            ((good, "presence", Route("127.0.0.1", transport="tls")), {}, SIPCoreError, "TLS"),
        ]
        for arguments, keywords, error, word in wrong:
            said = driver.raises(
                error,
                lambda arguments=arguments, keywords=keywords: Publication(*arguments, **keywords),
            )
            assert word in str(said), said
        driver.raises(SIPCoreError, lambda: publication.__init__(good, "x"))  # type: ignore[misc]
        contents: list[tuple[tuple[Any, ...], type[Exception], str]] = [
            (("text", "plain"), TypeError, "argument"),
            (("text", "plain", None), TypeError, "body"),
            (("text", "plain", ""), ValueError, "body"),
            ((b"text", "plain", "x"), TypeError, "content_type"),
            (("text/plain", "plain", "x"), ValueError, "content_type"),
            (("", "plain", "x"), ValueError, "content_type"),
            (("text", "pla in", "x"), ValueError, "content_subtype"),
            (("text", "plain\r\nVia: x", "x"), ValueError, "content_subtype"),
        ]
        for arguments, error, word in contents:
            said = driver.raises(error, lambda arguments=arguments: publication.publish(*arguments))
            assert word in str(said), said
        assert publication.state == "unpublished"
        assert running.ua.is_idle()


def test_arguments_are_checked_and_copied(in_child: InChild) -> None:
    in_child(_arguments)


def test_needs_a_running_core() -> None:
    with pytest.raises(SIPCoreError, match="not running"):
        Publication(Credentials(ALICE), "presence")


def test_has_the_documented_signature() -> None:
    parameters = inspect.signature(Publication).parameters
    assert list(parameters) == ["credentials", "event", "route", "expires", "extra_headers"]
    assert parameters["expires"].default == 300
    assert list(inspect.signature(Publication.publish).parameters)[1:] == [
        "content_type", "content_subtype", "body",
    ]  # fmt: skip
