"""The threads in which names are looked up, for the hook of `resolver.pyx`."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

from sipsimple.core.locating import Question, Target
from sipsimple.core.names import LookupFailed

__all__ = ["Lookups"]

_logger = logging.getLogger("sipsimple.core")
_MOST_THREADS = 8
_IDLE_SECONDS = 10.0


class Lookups:
    """Looks up what is asked for, each question once at a time, in threads of its own.

    The threads are daemons: one may sit in the system's resolver for longer than anybody
    wants to wait for it.

    Args:
        locate: Finds the targets; runs in these threads.
        answer: Called there with the number of who asked, and what was found or an error.
    """

    def __init__(
        self,
        locate: Callable[[Question], list[Target]],
        answer: Callable[[int, list[Target] | LookupFailed], object],
    ) -> None:
        self._locate = locate
        self._answer = answer
        self._changed = threading.Condition()
        self._questions: deque[Question] = deque()
        self._asking: dict[Question, list[int]] = {}
        self._threads = 0
        self._idle = 0
        self._closed = False

    def ask(self, number: int, question: Question) -> None:
        """Have `answer` called, soon, with this number.

        Args:
            number: Of who asks.
            question: What is asked for.
        """
        with self._changed:
            if self._closed:
                return
            waiting = self._asking.setdefault(question, [])
            waiting.append(number)
            if len(waiting) > 1:
                return
            self._questions.append(question)
            if len(self._questions) > self._idle and self._threads < _MOST_THREADS:
                self._threads += 1
                threading.Thread(target=self._run, name="sipsimple-names", daemon=True).start()
            else:
                self._changed.notify()

    def close(self) -> None:
        """Answer nothing any more; does not wait for the threads."""
        with self._changed:
            self._closed = True
            self._asking.clear()
            self._questions.clear()
            self._changed.notify_all()

    def _run(self) -> None:
        while (question := self._next()) is not None:
            found = self._look(question)
            with self._changed:
                waiting = self._asking.pop(question, [])
            for number in waiting:
                self._answer(number, found)

    def _next(self) -> Question | None:
        """A question for this thread, None where it is to end."""
        with self._changed:
            self._idle += 1
            self._changed.wait_for(lambda: self._questions or self._closed, _IDLE_SECONDS)
            self._idle -= 1
            if self._questions:
                return self._questions.popleft()
            self._threads -= 1
            return None

    def _look(self, question: Question) -> list[Target] | LookupFailed:
        try:
            return self._locate(question)
        except LookupFailed as error:
            return error
        except Exception as error:
            # A name from the network may be anything; who asked must get an answer.
            _logger.exception("looking up %r", question.host)
            return LookupFailed(str(error))
