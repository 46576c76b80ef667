"""The Engine's thread: starts the components, delivers their notifications, stops them."""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from queue import SimpleQueue

from sipsimple.engine.component import Component, EndingComponent, PollingComponent
from sipsimple.notification import NotificationCenter, NotificationData
from sipsimple.notification.delivery import Delivery, data_with, delivery_to
from sipsimple.pjproject.events import queue
from sipsimple.pjproject.runtime import set_log_level

__all__ = ["Plan", "Worker"]

logger = logging.getLogger("sipsimple.engine")

#: Longest sleep, in seconds. Timers that other threads start while the Engine's thread sleeps
#: may be late by this much; everything else wakes it.
POLL_SECONDS = 0.05

#: What calls and registrations get, in seconds, to end properly before the components stop.
ENDING_SECONDS = 2.0

#: So many failures to poll in a row are one that will not go away.
MAX_POLL_FAILURES = 10

GOT_EXCEPTION = "SCEngineGotException"
WILL_END = "SCEngineWillEnd"


@dataclass(frozen=True)
class Plan:
    """What to start.

    Attributes:
        components: The components, in starting order.
        options: The options of each, by its name.
        log_level: Highest level of the log messages to deliver, 0 to 5.
    """

    components: list[Component]
    options: dict[str, dict[str, object]]
    log_level: int


class Worker:
    """One run of the Engine: its thread and the components that live in it.

    Args:
        engine: The sender of the notifications that have no other.
        plan: What to start.
        live: Filled with the components by their names while they run.
        ended: Called in the thread, when all has been stopped and before the last
            notification; its argument tells whether the start had succeeded.
    """

    def __init__(
        self,
        engine: object,
        plan: Plan,
        live: dict[str, Component],
        ended: Callable[[bool], None],
    ) -> None:
        self._engine = engine
        self._plan = plan
        self._live = live
        self._ended = ended
        self._delivery: Delivery = delivery_to(NotificationCenter(), self._observer_failed)
        self._poll: Callable[[float], object] = queue.wait
        self._running = False
        self._abandoned = False
        # Taken once, by whoever stops the Engine first. Neither this nor the next blocks a
        # signal handler that comes at the wrong moment.
        self._stop_requested = threading.Lock()
        # What kept the components from starting, or None.
        self._outcome: SimpleQueue[BaseException | None] = SimpleQueue()
        # A daemon, because the interpreter waits for other threads before it calls the
        # functions of atexit, and one of those is what stops this thread.
        self._thread = threading.Thread(target=self._run, name="sipsimple-engine", daemon=True)

    def start(self) -> None:
        """Start the thread, and return when the components run.

        Raises:
            BaseException: What kept a component or the thread from starting; nothing runs then.
        """
        try:
            self._thread.start()
        except RuntimeError:  # there are too many
            self._ended(False)
            raise
        try:
            failure = self._outcome.get()
        except BaseException:  # Ctrl-C
            self.request_stop()
            raise
        if failure is not None:
            self._thread.join()
            raise failure

    def request_stop(self) -> None:
        """Have everything stopped soon, and return at once."""
        if self._stop_requested.acquire(blocking=False):
            queue.post(WILL_END, None, {})  # also wakes the thread

    def join(self, timeout: float) -> bool:
        """Wait until the thread has ended, at most `timeout` seconds; True if it has."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def is_current_thread(self) -> bool:
        """Whether the caller runs in the Engine's thread, such as an observer does."""
        return threading.current_thread() is self._thread

    def abandon(self) -> None:
        """In the child of a fork: the thread, should it be the one that forked, just ends."""
        self._abandoned = True

    # ---- in the thread

    def _run(self) -> None:
        with self._delivery:
            self._post("SCEngineWillStart")
            try:
                self._start_components()
            except BaseException as error:
                self._stop_components()
                self._fail(error)
                self._ended(False)
                self._outcome.put(error)
                return
            self._drain()
            self._running = True
            self._outcome.put(None)
            self._post("SCEngineDidStart")
            try:
                self._loop()
                self._end_what_lives()
            except BaseException as error:
                self._report(error)
                self._fail(error)
            if self._abandoned:
                return
            self._stop_components()
            self._ended(True)
            self._post("SCEngineDidEnd")

    def _start_components(self) -> None:
        set_log_level(self._plan.log_level)
        for component in self._plan.components:
            component.start(queue, **self._plan.options[component.name])
            self._live[component.name] = component
            if isinstance(component, PollingComponent):
                self._poll = component.poll

    def _stop_components(self) -> None:
        """Stop what runs, the last started first, and deliver what it still reports."""
        self._poll = queue.wait
        for component in reversed(list(self._live.values())):
            self._live.pop(component.name, None)
            try:
                component.stop()
            except BaseException as error:
                self._report(error)
        set_log_level(0)
        self._drain()

    def _loop(self) -> None:
        """Until the Engine is stopped: wait for work, do it, deliver what came of it."""
        failures = 0
        while not self._stop_requested.locked() and not self._abandoned:
            try:
                self._poll(POLL_SECONDS)
                failures = 0
            except Exception as error:
                failures += 1
                if failures == MAX_POLL_FAILURES:
                    raise
                self._report(error)
            self._drain()

    def _end_what_lives(self) -> None:
        """Let calls and registrations end with the other side's knowledge, if it answers."""
        self._drain()  # SCEngineWillEnd is in there
        ending = [
            component for component in self._live.values() if isinstance(component, EndingComponent)
        ]
        for component in ending:
            component.begin_stop()
        deadline = time.monotonic() + ENDING_SECONDS
        while not self._abandoned and time.monotonic() < deadline:
            if all(component.is_idle() for component in ending):
                break
            self._poll(POLL_SECONDS)
            self._drain()

    # ---- notifications

    def _drain(self) -> None:
        queue.drain(self._deliver)

    def _deliver(self, name: str, sender: object, data: dict[str, object]) -> None:
        if self._abandoned or (name == WILL_END and not self._running):
            return
        if name == GOT_EXCEPTION:
            self._log_unobserved(str(data.get("traceback")))
        sender = self._engine if sender is None else sender
        self._delivery.post(name, sender, data_with(NotificationData, data))

    def _post(self, name: str, **data: object) -> None:
        self._deliver(name, None, {"timestamp": datetime.now(UTC), **data})

    def _fail(self, error: BaseException) -> None:
        self._post("SCEngineDidFail", reason=f"{type(error).__name__}: {error}")

    def _observer_failed(self, notification_name: str, error: BaseException) -> None:
        if notification_name == GOT_EXCEPTION:  # no circles
            logger.error("an observer of %s failed", GOT_EXCEPTION, exc_info=error)
        else:
            self._report(error)

    def _report(self, error: BaseException) -> None:
        self._post(GOT_EXCEPTION, traceback="".join(traceback.format_exception(error)))

    def _log_unobserved(self, text: str) -> None:
        """An exception that nobody wants to hear of is not lost all the same.

        Who observes everything usually looks at a few names, and may be the one that failed.
        """
        if not self._delivery.is_observed(GOT_EXCEPTION, self._engine):
            logger.error("an exception in the Engine's thread:\n%s", text)
