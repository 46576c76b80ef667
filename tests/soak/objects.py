"""What the threads share: objects of the core, and what has to become of them."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from zope.interface import implementer

from sipsimple import SIPCoreError
from sipsimple.engine import known_notifications
from sipsimple.notification import IObserver, Notification, NotificationCenter

#: Of these states none lasts: a transaction is on its way, and ends.
TRANSIENT = {
    *("registering", "unregistering", "publishing", "unpublishing"),
    *("SENT", "CALLING", "CONNECTING", "REINVITING", "DISCONNECTING"),
}
#: How each kind is ended: what is not lives on, whoever has dropped it.
ENDS = {
    "Registration": "unregister",
    "Publication": "unpublish",
    "Subscription": "unsubscribe",
    "Invitation": "disconnect",
}
#: So many of each kind; another one takes the place of one of them, which is ended and dropped.
MOST = 40


@dataclass(eq=False)
class Held:
    """An object, and what has been told of it.

    Attributes:
        subject: The object.
        heard: How many notifications of it there were.
        state: What the last one of its state said.
        requests: How many requests within its session were sent.
        responses: How many of them have been answered.
        transferring: How many notifications there were of transfers that it asked for.
        dropped: Whether nobody shall use it any more.
    """

    subject: Any
    heard: int = 0
    state: str = ""
    requests: int = 0
    responses: int = 0
    transferring: int = 0
    dropped: bool = False

    def end(self) -> None:
        """Have it end, unless it has."""
        with contextlib.suppress(SIPCoreError):
            getattr(self.subject, ENDS[type(self.subject).__name__])()


@dataclass(eq=False)
class Due:
    """What has to come true.

    Attributes:
        held: Of which object.
        what: What, in words.
        condition: Tells whether it has.
        end: Until when.
    """

    held: Held
    what: str
    condition: Callable[[Held], bool]
    end: float


@implementer(IObserver)
@dataclass(eq=False)
class Objects:
    """All objects that are held, by kind. Any thread may use it.

    Attributes:
        bound: Seconds within which what is due has to come.
        heard: Names of notifications, and how many of each.
        violations: What must not be.
    """

    bound: float
    heard: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._kinds = known_notifications()
        self._held: dict[str, dict[Any, Held]] = {}
        self._due: list[Due] = []
        # When a response to a MESSAGE outside of sessions has to have come, the oldest first.
        self._responses_due: deque[float] = deque()
        self.last = ""
        center = NotificationCenter()
        center.add_observer(self)
        center.add_observer(self, name="SCEngineGotException")

    def add(self, subject: Any, chance: Random) -> Held:
        """Hold an object from now on."""
        held = Held(subject)
        with self._lock:
            kind = self._held.setdefault(type(subject).__name__, {})
            kind[subject] = held
            other = self._take(kind, chance) if len(kind) > MOST else None
        if other is not None:
            other.end()
        return held

    def drop(self, kind: str, chance: Random) -> None:
        """End and forget one of a kind, whatever state it is in."""
        with self._lock:
            held = self._held.get(kind)
            other = self._take(held, chance) if held else None
        if other is not None:
            other.end()

    def _take(self, kind: dict[Any, Held], chance: Random) -> Held:
        held = kind.pop(chance.choice(list(kind)))
        held.dropped = True
        self._due = [due for due in self._due if due.held is not held]
        return held

    def choose(self, kind: str, chance: Random) -> Held | None:
        """One of a kind, None where there is none."""
        with self._lock:
            held = self._held.get(kind)
            return held[chance.choice(list(held))] if held else None

    def all(self, kind: str) -> list[Held]:
        with self._lock:
            return list(self._held.get(kind, {}).values())

    def clear(self) -> None:
        with self._lock:
            self._held.clear()
            self._due.clear()

    # ---- what has to come

    def expect(self, held: Held, what: str, condition: Callable[[Held], bool]) -> None:
        """Have it come true within the bound, unless the object is dropped."""
        due = Due(held, what, condition, time.monotonic() + self.bound)
        with self._lock:
            if held.subject in self._held.get(type(held.subject).__name__, {}):
                self._due.append(due)

    def expect_response(self) -> None:
        """Have a response to a MESSAGE come within the bound. Whose it is does not matter."""
        with self._lock:
            self._responses_due.append(time.monotonic() + self.bound)

    def expect_no_response(self) -> None:
        """The MESSAGE was not sent after all."""
        with self._lock:
            self._responses_due.pop()

    def outstanding(self) -> int:
        """How much has not come yet; what is late becomes a violation."""
        now = time.monotonic()
        with self._lock:
            due = list(self._due)
            while self._responses_due and now > self._responses_due[0]:
                self._responses_due.popleft()
                self.violations.append(f"no response to a MESSAGE in {self.bound:.0f} s")
        # Not with the lock: a state may have to be waited for.
        over = {id(each) for each in due if each.condition(each.held)}
        late = [each for each in due if id(each) not in over and now > each.end]
        over |= {id(each) for each in late}
        with self._lock:
            self._due = [each for each in self._due if id(each) not in over]
            self.violations += [
                f"{each.held.subject!r} in {each.held.subject.state} "
                f"(told: {each.held.state}): no {each.what} in {self.bound:.0f} s"
                for each in late
            ]
            return len(self._due) + len(self._responses_due)

    # ---- what comes

    def handle_notification(self, notification: Notification) -> None:
        name, sender, data = notification.name, notification.sender, notification.data
        problems = self._kinds[name].problems(vars(data))
        with self._lock:
            self.violations += problems
            self.heard[name] += 1
            self.last = name
            held = self._held.get(type(sender).__name__, {}).get(sender)
            if name == "SCEngineGotException":
                self.violations.append(data.traceback)
            if name == "SCEngineGotMessageResponse":
                if self._responses_due:
                    self._responses_due.popleft()
                else:
                    self.violations.append("a response to a MESSAGE that was not sent")
            if held is None:
                return
            held.heard += 1
            if name.startswith("SCInvitationTransfer"):
                held.transferring += 1
            elif name.endswith("Response"):
                held.responses += 1
            elif name.endswith("ChangedState"):
                held.state = data.state
