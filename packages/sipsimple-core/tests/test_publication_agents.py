"""Publication, with presence agents that misbehave: SIPp, and nobody at all."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from transaction_timers import set_transaction_timers

from sipsimple.core import SIPURI, Credentials, Publication, Route
from sipsimple.pjproject.native import live_objects

if TYPE_CHECKING:
    from presence_agent import PresenceAgent

    from conftest import InChild

ALICE = SIPURI("example.com", user="alice")
Told = list[dict[str, Any]]


def _modules() -> Any:
    import core_driver  # in the child only

    return core_driver


def _shorten_timers() -> None:
    """T1 of 10 ms: what takes 32 s takes 640 ms."""
    set_transaction_timers(10, 100, 100, 640)


def _run(port: int, actions: list[str], expires: int = 300, password: str | None = None) -> Told:
    """Do one after the other, and tell what was told.

    An action is a state to await, "unpublish", "wait", or a text to publish; "timers" goes
    first.
    """
    driver = _modules()
    told: Told = []
    with driver.Driver() as running:
        route = Route("127.0.0.1", port)
        publication = Publication(Credentials(ALICE, password), "presence", route, expires)
        for action in actions:
            if action == "timers":
                _shorten_timers()
            elif action == "unpublish":
                publication.unpublish()
            elif action == "wait":
                running.run(0.4)
            elif action.endswith(("ing", "published")):
                told += _told_until(running, action, len(told))
            else:
                publication.publish("text", "plain", action)
        running.drain()
        told += [notification.data for notification in running.notifications[len(told) :]]
    for data in told:
        del data["timestamp"]
    return told


def _told_until(running: Any, state: str, start: int) -> Told:
    """What is told from a place on, up to that state. States of one moment are told too."""
    running.until(lambda: state in _states([n.data for n in running.notifications[start:]]))
    told = [notification.data for notification in running.notifications[start:]]
    return told[: _states(told).index(state) + 1]


def _states(told: Told) -> list[str]:
    return [data["state"] for data in told]


@pytest.fixture
def sipp_agent(tmp_path: Path) -> Callable[..., Any]:
    def make(*steps: str | tuple[str, ...], port: int = 0) -> Any:
        from sipp_agent import SIPpAgent

        return SIPpAgent(tmp_path, *steps, port=port)

    return make


SIPpAgents = Callable[..., Any]
FIRST = "200 OK\nSIP-ETag: first\nExpires: 1"
SECOND = "200 OK\nSIP-ETag: second\nExpires: 60"
LOST = "412 Conditional Request Failed"
GO, OK = ["publishing"], ["publishing", "published"]


# ---- 412


def test_is_published_anew_where_the_agent_has_lost_it(
    in_child: InChild, sipp_agent: SIPpAgents
) -> None:
    with sipp_agent(FIRST, LOST, SECOND, "200 OK\nSIP-ETag: x") as agent:
        actions = ["here", "published", "publishing", "published", "unpublish", "unpublished"]
        told = in_child(_run, agent.port, actions, 60)
        requests = agent.requests()
    # Without a state between.
    assert _states(told) == [*OK, *OK, "unpublishing", "unpublished"]
    assert (told[3]["code"], told[3]["etag"], told[3]["expires"]) == (200, "second", 60)
    conditions = [request.headers.get("sip-if-match") for request in requests]
    assert conditions == [None, "first", None, "second"]
    assert [request.body for request in requests] == [b"here", b"", b"here", b""]
    assert requests[2].headers["content-type"] == "text/plain"


def test_a_412_to_what_has_no_condition_is_a_failure(
    in_child: InChild, sipp_agent: SIPpAgents
) -> None:
    with sipp_agent(FIRST, LOST, LOST) as agent:
        actions = ["here", "published", "publishing", "unpublished", "wait"]
        told = in_child(_run, agent.port, actions)
        agent.requests()
    assert _states(told) == [*OK, *GO, "unpublished"]
    assert (told[3]["code"], told[3]["reason"]) == (412, "Conditional Request Failed")


def test_the_newest_content_is_published_anew(in_child: InChild, sipp_agent: SIPpAgents) -> None:
    with sipp_agent(FIRST, ("200", LOST), SECOND) as agent:
        actions = ["old", "published", "publishing", "new", "published", "wait"]
        told = in_child(_run, agent.port, actions)
        requests = agent.requests()
    assert _states(told) == [*OK, *OK]
    assert [request.body for request in requests] == [b"old", b"", b"new"]


def test_what_is_to_be_removed_is_not_published_anew(
    in_child: InChild, sipp_agent: SIPpAgents
) -> None:
    with sipp_agent(FIRST, ("200", LOST)) as agent:
        actions = ["here", "published", "publishing", "unpublish", "unpublished", "wait"]
        told = in_child(_run, agent.port, actions)
        agent.requests()
    assert _states(told) == [*OK, *GO, "unpublished"]
    assert told[3]["code"] == 412


# ---- the entity-tag


def test_without_an_entity_tag_each_request_is_whole(
    in_child: InChild, sipp_agent: SIPpAgents
) -> None:
    with sipp_agent("200 OK\nExpires: 1", "200 OK\nExpires: 60") as agent:
        actions = ["here", "published", "publishing", "published"]
        told = in_child(_run, agent.port, actions)
        requests = agent.requests()
    assert told[1]["etag"] is None
    assert [request.body for request in requests] == [b"here", b"here"]
    assert ["sip-if-match" in request.headers for request in requests] == [False, False]


def test_the_last_entity_tag_stays_where_none_comes(
    in_child: InChild, sipp_agent: SIPpAgents
) -> None:
    with sipp_agent(FIRST, "200 OK\nExpires: 60", "200 OK") as agent:
        actions = ["here", "published", "publishing", "published", "new", "published"]
        told = in_child(_run, agent.port, actions)
        requests = agent.requests()
    assert [data["etag"] for data in told if data["state"] == "published"] == ["first"] * 3
    conditions = [request.headers.get("sip-if-match") for request in requests]
    assert conditions == [None, "first", "first"]


@pytest.mark.parametrize("tag", ["", "a b", "ä", "\t"])
def test_what_is_no_entity_tag_is_none(in_child: InChild, sipp_agent: SIPpAgents, tag: str) -> None:
    with sipp_agent(f"200 OK\nSIP-ETag: {tag}") as agent:
        told = in_child(_run, agent.port, ["here", "published"])
        agent.requests()
    assert told[1]["etag"] is None


def test_a_long_entity_tag_comes_back_whole(in_child: InChild, sipp_agent: SIPpAgents) -> None:
    tag = "!'*" * 200
    with sipp_agent(f"200 OK\nSIP-ETag: {tag}", "200 OK") as agent:
        actions = ["here", "published", "unpublish", "unpublished"]
        told = in_child(_run, agent.port, actions)
        requests = agent.requests()
    assert told[1]["etag"] == requests[1].headers["sip-if-match"] == tag


def test_after_another_failure_the_entity_tag_is_tried_again(
    in_child: InChild, sipp_agent: SIPpAgents
) -> None:
    with sipp_agent(FIRST, "500 Server Internal Error", LOST, SECOND) as agent:
        actions = ["here", "published", "publishing", "unpublished", "again", "published"]
        told = in_child(_run, agent.port, actions)
        requests = agent.requests()
    assert _states(told) == [*OK, *GO, "unpublished", *OK]
    assert told[3]["code"] == 500
    conditions = [request.headers.get("sip-if-match") for request in requests]
    assert conditions == [None, "first", "first", None]


def test_unpublish_makes_it_fresh_after_a_failure_too(
    in_child: InChild, sipp_agent: SIPpAgents
) -> None:
    with sipp_agent(FIRST, "500 Server Internal Error", SECOND) as agent:
        actions = ["here", "published", "publishing", "unpublished", "unpublish", "again"]
        in_child(_run, agent.port, [*actions, "published"])
        requests = agent.requests()
    assert "sip-if-match" not in requests[2].headers


# ---- how long


@pytest.mark.parametrize(
    ("granted", "asked", "told_expires"), [("1", 300, 1), ("100000", 1, 100000)]
)
def test_refreshes_by_the_shorter_of_what_was_asked_and_granted(
    in_child: InChild, sipp_agent: SIPpAgents, granted: str, asked: int, told_expires: int
) -> None:
    with sipp_agent(f"200 OK\nSIP-ETag: a\nExpires: {granted}", SECOND) as agent:
        actions = ["here", "published", "publishing", "published"]
        told = in_child(_run, agent.port, actions, asked)
        agent.requests()
    assert told[1]["expires"] == told_expires


def test_without_expires_it_is_what_was_asked_for(
    in_child: InChild, sipp_agent: SIPpAgents
) -> None:
    with sipp_agent("200 OK\nSIP-ETag: a", SECOND) as agent:
        told = in_child(_run, agent.port, ["here", "published", "publishing", "published"], 1)
        agent.requests()
    assert told[1]["expires"] == 1


def test_a_success_for_no_time_at_all_publishes_nothing(
    in_child: InChild, sipp_agent: SIPpAgents
) -> None:
    with sipp_agent("200 OK\nSIP-ETag: a\nExpires: 0", SECOND) as agent:
        actions = ["here", "unpublished", "wait", "again", "published"]
        told = in_child(_run, agent.port, actions)
        requests = agent.requests()
    assert (told[1]["state"], told[1]["code"]) == ("unpublished", 200)
    assert "sip-if-match" not in requests[1].headers


def test_each_423_that_asks_for_more_is_followed(in_child: InChild, sipp_agent: SIPpAgents) -> None:
    brief = "423 Interval Too Brief\nMin-Expires: "
    with sipp_agent(f"{brief}10", f"{brief}20", SECOND) as agent:
        told = in_child(_run, agent.port, ["here", "published"], 5)
        requests = agent.requests()
    assert _states(told) == OK
    assert [request.expires for request in requests] == [5, 10, 20]
    assert {request.body for request in requests} == {b"here"}


@pytest.mark.parametrize("least", ["", "\nMin-Expires: 60", "\nMin-Expires: 4294967295"])
def test_a_423_that_asks_for_nothing_to_be_had_is_a_failure(
    in_child: InChild, sipp_agent: SIPpAgents, least: str
) -> None:
    with sipp_agent(f"423 Interval Too Brief{least}") as agent:
        told = in_child(_run, agent.port, ["here", "unpublished", "wait"], 60)
        agent.requests()
    assert told[1]["code"] == 423


# ---- challenges


def test_a_proxy_and_the_agent_may_both_ask(in_child: InChild, sipp_agent: SIPpAgents) -> None:
    from sipp_agent import challenge

    proxy = challenge("p", "proxy", "407 Proxy Authentication Required")
    with sipp_agent(proxy, challenge("a"), SECOND) as agent:
        told = in_child(_run, agent.port, ["here", "published"], 60, "secret")
        last = agent.requests()[-1]
    assert _states(told) == OK
    assert 'realm="proxy"' in last.headers["proxy-authorization"]
    assert 'realm="test"' in last.headers["authorization"]
    assert last.body == b"here"


def test_a_stale_nonce_is_no_rejection(in_child: InChild, sipp_agent: SIPpAgents) -> None:
    from sipp_agent import challenge

    with sipp_agent(challenge("a"), challenge("b", more=", stale=true"), SECOND) as agent:
        told = in_child(_run, agent.port, ["here", "published"], 60, "secret")
        requests = agent.requests()
    assert _states(told) == OK
    assert 'nonce="b"' in requests[2].headers["authorization"]


@pytest.mark.parametrize("realms", [1, 9])
def test_401_for_ever_comes_to_an_end(
    in_child: InChild, sipp_agent: SIPpAgents, realms: int
) -> None:
    from sipp_agent import challenge

    # A new nonce each time, which is not said to be for a stale one: what is wrong with the
    # credentials will not change. A new realm each time.
    count = 2 if realms == 1 else 9
    steps = [challenge(f"n{number}", f"r{number % realms}") for number in range(count)]
    with sipp_agent(*steps) as agent:
        told = in_child(_run, agent.port, ["here", "unpublished", "wait"], 60, "secret")
        agent.requests()
    assert told[1]["code"] == 401


@pytest.mark.parametrize(
    "header", ["", '\nWWW-Authenticate: Digest realm="x", nonce="y", algorithm=ROT13']
)
def test_a_challenge_that_cannot_be_answered_is_a_failure(
    in_child: InChild, sipp_agent: SIPpAgents, header: str
) -> None:
    with sipp_agent(f"401 Unauthorized{header}") as agent:
        told = in_child(_run, agent.port, ["here", "unpublished", "wait"], 60, "secret")
        agent.requests()
    assert told[1]["code"] == 401


# ---- failures


@pytest.mark.parametrize(
    "status",
    [
        "302 Moved Temporarily\nContact: <sip:127.0.0.1:9>", "404 Not Found", "415 No such type",
        "489 Bad Event", "503 Service Unavailable\nRetry-After: 1", "603 Decline",
    ],
)  # fmt: skip
def test_a_refusal_is_told_and_final(
    in_child: InChild, sipp_agent: SIPpAgents, status: str
) -> None:
    with sipp_agent(status) as agent:
        told = in_child(_run, agent.port, ["here", "unpublished", "wait"])
        agent.requests()
    code, reason = status.splitlines()[0].split(" ", 1)
    assert told == [
        {"state": "publishing"},
        {"state": "unpublished", "code": int(code), "reason": reason},
    ]


def test_a_refused_modification_ends_it_and_what_is_queued_follows(
    in_child: InChild, sipp_agent: SIPpAgents
) -> None:
    with sipp_agent(SECOND, ("200", "415 No"), SECOND) as agent:
        told = in_child(_run, agent.port, ["one", "published", "two", "three", "wait"])
        requests = agent.requests()
    assert _states(told) == [*OK, *GO, "unpublished", *OK]
    assert [request.body for request in requests] == [b"one", b"two", b"three"]


@pytest.mark.parametrize("second", ["200 OK\nSIP-ETag: other", "500 No", "401 No", "100 Trying"])
def test_only_the_first_of_two_answers_counts(
    in_child: InChild, sipp_agent: SIPpAgents, second: str
) -> None:
    with sipp_agent((SECOND, second, SECOND), "200 OK") as agent:
        actions = ["here", "published", "wait", "unpublish", "unpublished"]
        told = in_child(_run, agent.port, actions)
        requests = agent.requests()
    assert _states(told) == [*OK, "unpublishing", "unpublished"]
    assert requests[1].headers["sip-if-match"] == "second"


def test_provisional_answers_are_no_answers(in_child: InChild, sipp_agent: SIPpAgents) -> None:
    with sipp_agent(("100 Trying", "183 So so", "100", SECOND)) as agent:
        told = in_child(_run, agent.port, ["here", "published"])
        agent.requests()
    assert _states(told) == OK


# ---- nobody there


def test_no_answer_is_a_timeout(in_child: InChild, agent: PresenceAgent) -> None:
    agent.answer = lambda request, count: ""
    told = in_child(_run, agent.port, ["timers", "here", "unpublished"])
    assert told[1] == {"state": "unpublished", "code": 408, "reason": "Request Timeout"}
    assert len(agent.requests) > 3  # retransmissions of the one request
    assert len({request.headers["cseq"] for request in agent.requests}) == 1


def test_an_agent_that_went_away_and_came_back_is_told_all(
    in_child: InChild, agent: PresenceAgent
) -> None:
    def away(request: Any, count: int) -> str | None:
        if request.body == b"again":
            agent.published.clear()  # it has forgotten
            return None
        return None if count == 1 else ""

    agent.answer, agent.grant = away, 1
    actions = ["timers", "here", "published", "publishing", "unpublished"]
    told = in_child(_run, agent.port, [*actions, "again", "published"])
    assert _states(told) == [*OK, *GO, "unpublished", *OK]
    assert told[3]["code"] == 408
    # Any of them may have been sent again, where the answer took long.
    assert [condition for condition, _ in groupby(agent.conditions)] == [None, "tag1", None]
    assert agent.bodies[-2:] == [b"again", b"again"]


def _dropped_and_failed(port: int) -> list[dict[str, Any]]:
    driver = _modules()
    with driver.Driver() as running:
        publication = Publication(Credentials(ALICE), "presence", Route("127.0.0.1", port, "tcp"))
        publication.publish("text", "plain", "here")
        del publication
        gc.collect()
        running.until(lambda: not live_objects(Publication))
        return [notification.data for notification in running.notifications]


def test_a_refused_connection_is_told_even_if_nobody_holds_the_object(in_child: InChild) -> None:
    with socket.socket() as closed:  # nobody listens
        closed.bind(("127.0.0.1", 0))
        told = in_child(_dropped_and_failed, closed.getsockname()[1])
    assert _states(told) == [*GO, "unpublished"]
    assert told[1]["code"] == 503
    assert "refused" in told[1]["reason"]


def _unsendable(port: int) -> list[dict[str, Any]]:
    driver = _modules()
    with driver.Driver() as running:
        publication = Publication(Credentials(ALICE), "presence", Route("127.0.0.1", port))
        publication.publish("text", "plain", b"x" * 100_000)  # PJSIP's limit is 65,535 octets
        running.until(lambda: len(running.notifications) == 2)
        publication.publish("text", "plain", b"x")
        running.until(lambda: publication.state == "published")
        return [notification.data for notification in running.notifications]


def test_what_is_too_long_to_be_sent_is_told(in_child: InChild, agent: PresenceAgent) -> None:
    told = in_child(_unsendable, agent.port)
    assert (told[1]["state"], told[1]["code"]) == ("unpublished", 503)
    assert told[1]["reason"]
    assert agent.bodies == [b"x"]
