"""How publications live and die: dropped, stopped, in any state and thread."""

from __future__ import annotations

import gc
import random
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from transaction_timers import set_transaction_timers

from sipsimple.core import SIPURI, Credentials, Publication, Route, SIPCoreError
from sipsimple.core.publication_states import STATES
from sipsimple.pjproject import runtime
from sipsimple.pjproject.native import live_objects

if TYPE_CHECKING:
    from presence_agent import PresenceAgent

    from conftest import InChild

ALICE = SIPURI("example.com", user="alice")
CONTENT = ("application", "pidf+xml", "x" * 300)


def _modules() -> Any:
    import core_driver  # in the child only

    return core_driver


def _publication(port: int, password: str | None = None, **arguments: Any) -> Publication:
    return Publication(
        Credentials(ALICE, password), "presence", Route("127.0.0.1", port), **arguments
    )


def _dropped(port: int) -> None:
    driver = _modules()
    with driver.Driver() as running:
        publication = _publication(port)
        del publication  # unpublished: gone
        gc.collect()
        assert live_objects(Publication) == []

        publication = _publication(port, expires=1)
        publication.publish(*CONTENT)
        del publication  # publishing: lives on, and is refreshed
        gc.collect()
        running.until(lambda: len(running.notifications) >= 4)
        assert running.states()[:4] == ["publishing", "published"] * 2
        [publication] = live_objects(Publication)
        publication.unpublish()
        del publication
        running.until(lambda: not live_objects(Publication))
        assert running.states()[-1] == "unpublished"

        cycle: list[Any] = [_publication(port)]
        cycle.append(cycle)
        del cycle
        thread = threading.Thread(target=gc.collect)  # dies in a foreign thread
        thread.start()
        thread.join()
        assert live_objects(Publication) == []


def test_lives_as_long_as_it_is_published(in_child: InChild, agent: PresenceAgent) -> None:
    in_child(_dropped, agent.port)
    assert agent.expiries[0] == 1
    assert agent.expiries[-1] == 0
    assert agent.published == {}


def _half_made(port: int) -> None:
    driver = _modules()
    with driver.Driver() as running:
        bare = Publication.__new__(Publication)
        for failed in (ValueError, SIPCoreError):
            if failed is ValueError:
                driver.raises(failed, lambda: bare.__init__(Credentials(ALICE), "a b"))  # type: ignore[misc]
            for use in (
                lambda: bare.publish(*CONTENT), bare.unpublish, lambda: bare.state,
                lambda: bare.expires, lambda: bare.event, lambda: bare.route,
            ):  # fmt: skip
                driver.raises(SIPCoreError, use)
            assert "not initialized" in repr(bare)
        running.ua.begin_stop()
        assert running.ua.is_idle()


def test_an_object_that_was_not_made_does_not_crash(in_child: InChild) -> None:
    in_child(_half_made, 5060)


def _stopped(port: int) -> None:
    driver = _modules()
    running = driver.Driver()
    publications = [_publication(port) for _ in range(5)]
    publication: Publication | None
    for publication in publications[:4]:
        publication.publish(*CONTENT)
    running.until(lambda: all(item.state == "published" for item in publications[:4]))
    publications[0].publish(*CONTENT)  # stopped while it is publishing
    running.stop()
    assert len(running.states()) == 2 * 4 + 2 + 2 * 4
    while publications:
        publication = publications.pop()
        assert publication.state == "unpublished"
        assert publication.expires == 300
        driver.raises(SIPCoreError, lambda one=publication: one.publish(*CONTENT))
        driver.raises(SIPCoreError, publication.unpublish)
    publication = None
    gc.collect()
    assert runtime.live_pools() == 0


def test_nothing_stays_published_when_the_core_stops(
    in_child: InChild, agent: PresenceAgent
) -> None:
    in_child(_stopped, agent.port)
    assert agent.expiries.count(0) == 4
    assert agent.published == {}


def _closed_at_once(port: int, state: str) -> None:
    driver = _modules()
    running = driver.Driver()
    publication: Any = _publication(port, "secret")
    publication.publish(*CONTENT)
    if state != "publishing":
        running.until(lambda: publication.state == "published")
    if state == "unpublishing":
        publication.unpublish()
    if state == "publishing":
        running.run(0.1)  # challenged
    assert publication.state == state
    began = time.monotonic()
    running.ua.close()
    assert time.monotonic() - began < 1
    driver.raises(SIPCoreError, publication.unpublish)
    running.drain()
    assert publication.state == "unpublished"
    assert running.states()[-1] == "unpublished"
    publication = None
    gc.collect()
    assert live_objects(Publication) == []
    assert runtime.live_pools() == 0


@pytest.mark.parametrize("state", ["publishing", "published", "unpublishing"])
def test_the_core_closes_in_any_state(in_child: InChild, agent: PresenceAgent, state: str) -> None:
    agent.password = "secret"
    if state == "publishing":
        agent.answer = lambda request, count: None if count == 1 else ""
    in_child(_closed_at_once, agent.port, state)


_kept: list[Any] = []


def _exit_published(port: int) -> str:
    driver = _modules()
    running = driver.Driver()
    publication = _publication(port)
    _kept.extend((running, publication))
    publication.publish(*CONTENT)
    running.until(lambda: publication.state == "published")
    return publication.state


def test_the_interpreter_exits_with_a_live_publication(
    in_child: InChild, agent: PresenceAgent
) -> None:
    assert in_child(_exit_published, agent.port) == "published"


def _memory(port: int, count: int) -> tuple[int, int, int]:
    driver = _modules()
    # Transactions linger for T4, 5 s, and only then are their pools reused: shorten it.
    with driver.Driver() as running:
        set_transaction_timers(50, 100, 1, 100)
        lasting = _publication(port, "secret")

        def turn() -> None:
            publication = _publication(port, "secret")
            publication.publish(*CONTENT)
            lasting.publish(*CONTENT)
            for one in (publication, lasting):
                running.until(lambda one=one: one.state == "published")
            publication.unpublish()
            running.until(lambda: publication.state == "unpublished")
            running.notifications.clear()

        for _ in range(100):
            turn()
        running.run(0.3)
        memory, pools = driver.heap_in_use(), runtime.live_pools()
        for _ in range(count):
            turn()
        running.settle(pools)
        return driver.heap_in_use() - memory, pools, runtime.live_pools()


def test_memory_is_flat_over_publications(in_child: InChild, agent: PresenceAgent) -> None:
    agent.password = "secret"
    grown, before, after = in_child(_memory, agent.port, 200, timeout=60)
    assert grown < 20_000  # 100 octets for every 4 requests with their challenges
    assert after <= before


def _threads(port: int, seconds: float, seed: int) -> None:
    import core_threads

    driver = _modules()
    running = driver.Driver()
    publications = [_publication(port, "secret") for _ in range(4)]
    choices = [random.Random(seed + number) for number in range(core_threads.COUNT)]

    def act(number: int) -> None:
        choice = choices[number]
        publication = choice.choice(publications)
        if choice.random() < 0.6:
            publication.publish("text", "plain", str(choice.random()))
        else:
            publication.unpublish()
        publication.expires = choice.randrange(1, 9)
        assert publication.state in STATES
        if choice.random() < 0.2:
            _publication(port)

    core_threads.hammer(running, act, seconds)
    assert {publication.state for publication in publications} == {"unpublished"}
    publications.clear()
    gc.collect()
    # A thread may have been about to free one just then; PJSIP's pool of that one stays.
    assert runtime.live_pools() <= core_threads.COUNT


@pytest.mark.parametrize("forgetful", [False, True])
def test_any_thread_may_call_while_the_core_closes(
    in_child: InChild, agent: PresenceAgent, forgetful: bool
) -> None:
    agent.password = "secret"

    def answer(request: Any, count: int) -> str | None:
        # Some lost, some forgotten, some refused.
        return {0: "", 1: "412 Lost", 2: "500 No"}.get(count % 7) if forgetful else None

    agent.answer = answer
    in_child(_threads, agent.port, 2.0, 1)
    assert len(agent.requests) > 20
