"""The threads in which names are looked up."""

from __future__ import annotations

import queue
import threading
from typing import Any

from sipsimple.core.locating import Question, Target
from sipsimple.core.lookups import Lookups
from sipsimple.core.names import LookupFailed

FOUND = [Target("udp", "192.0.2.1", 5060)]


def _question(name: str) -> Question:
    return Question(name, 0, None)


def test_everybody_who_asks_is_answered_and_a_question_asked_once() -> None:
    answers: queue.SimpleQueue[tuple[int, Any]] = queue.SimpleQueue()
    go, asked = threading.Event(), []

    def locate(question: Question) -> list[Target]:
        asked.append(question.host)
        assert go.wait(10)
        return FOUND

    lookups = Lookups(locate, lambda number, found: answers.put((number, found)))
    for number in range(200):
        lookups.ask(number, _question(f"host-{number % 20}"))
    go.set()
    results = [answers.get(timeout=10) for _ in range(200)]
    assert sorted(results) == [(number, FOUND) for number in range(200)]
    assert sorted(asked) == sorted(f"host-{number}" for number in range(20))
    lookups.ask(200, _question("host-0"))
    assert answers.get(timeout=10) == (200, FOUND)
    lookups.close()


def test_every_error_is_an_answer() -> None:
    answers: queue.SimpleQueue[tuple[int, Any]] = queue.SimpleQueue()

    def locate(question: Question) -> list[Target]:
        raise LookupFailed("nobody") if question.host == "known" else RuntimeError("a bug")

    lookups = Lookups(locate, lambda number, found: answers.put((number, found)))
    for number, host in enumerate(("known", "unknown", "known")):
        lookups.ask(number, _question(host))
        _, found = answers.get(timeout=10)
        assert isinstance(found, LookupFailed)
    lookups.close()


def test_closed_it_answers_nothing_and_waits_for_nobody() -> None:
    answers: list[object] = []
    go, entered = threading.Event(), threading.Event()

    def locate(question: Question) -> list[Target]:
        entered.set()
        assert go.wait(10)
        return FOUND

    lookups = Lookups(locate, lambda number, found: answers.append(found))
    before = set(threading.enumerate())
    lookups.ask(1, _question("a"))
    assert entered.wait(10)
    (thread,) = set(threading.enumerate()) - before
    lookups.close()
    lookups.ask(2, _question("b"))
    go.set()
    thread.join(10)
    assert not thread.is_alive()
    assert answers == []
