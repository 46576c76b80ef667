"""Where it is posted: the `NotificationCenter`."""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Hashable, Iterable
from typing import ClassVar, TypeAlias

from sipsimple.notification.notification import Any, Notification, UnknownSender
from sipsimple.notification.observer import Observer, ObserverWeakrefProxy, check_observer

__all__ = ["NotificationCenter", "ReportError"]

#: Told about an observer that raised: the notification, the observer, what it raised.
ReportError: TypeAlias = Callable[[Notification, Observer, BaseException], None]

_Key: TypeAlias = tuple[Hashable, Hashable]

#: Names whose observers are remembered. The SIP core has some thirty; programs may post others.
MOST_NAMES = 500

logger = logging.getLogger("sipsimple.notification")


class _Waiting(threading.local):
    """The notifications that a thread has posted and not yet delivered, the current first."""

    def __init__(self) -> None:
        self.notifications: deque[Notification] = deque()


_waiting = _Waiting()


class NotificationCenter:
    """Delivers each posted notification to the observers that asked for its kind.

    Its methods may be called from any thread. Notifications are delivered in the thread
    that posts them, before `post_notification()` returns; those that an observer posts
    follow when the current one has reached all its observers.

    Args:
        name: There is one center for each name; all the notifications of the SIP core go
            through the default one.

    Source: `application.notification.NotificationCenter` of python-application.
    """

    _creating: ClassVar[threading.RLock] = threading.RLock()
    _centers: ClassVar[dict[str, NotificationCenter]] = {}

    name: str

    def __new__(cls, name: str = "default") -> NotificationCenter:
        """The center of this name."""
        with cls._creating:
            center = cls._centers.get(name)
            if center is None:
                center = super().__new__(cls)
                center._open(name)
                cls._centers[name] = center
            return center

    def _open(self, name: str) -> None:
        self.name = name
        # Reentrant: a destructor that the garbage collector runs meanwhile may come back.
        self._lock = threading.RLock()
        # The values are never changed but replaced, so that delivering needs no lock.
        self._observers: dict[_Key, tuple[Observer, ...]] = {}
        # How many of its keys name a sender.
        self._with_sender = 0
        # Those of each name, while nobody asked for a single sender; else None. Replaced with
        # every change of the observers, and after it: what was found before goes with the old one.
        self._by_name: dict[str, tuple[Observer, ...]] | None = {}
        self._gone: deque[ObserverWeakrefProxy] = deque()

    def add_observer(
        self, observer: Observer, name: str | type[Any] = Any, sender: object = Any
    ) -> None:
        """Deliver notifications of a name from a sender to an observer, from now on.

        An observer that asked for a notification in several ways gets it once. Those that
        asked most exactly come first, then in the order in which they were added.

        Args:
            observer: Provides `IObserver`. It is kept alive until it is removed, as is the
                sender; `ObserverWeakrefProxy` is for observers that may go away.
            name: Name of the notifications, or `Any`.
            sender: The object that sends them, or `Any`; `UnknownSender` for those
                without one.

        Raises:
            TypeError: The observer does not provide `IObserver`, or an argument is not
                hashable.
        """
        check_observer(observer)
        hash(observer)
        self._remove_gone()
        self._change(
            (name, sender),
            lambda observers: observers if observer in observers else (*observers, observer),
        )
        if isinstance(observer, ObserverWeakrefProxy) and not observer._is_alive():
            self.purge_observer(observer)  # it went before it was here to be removed

    def remove_observer(
        self, observer: Observer, name: str | type[Any] = Any, sender: object = Any
    ) -> None:
        """Undo an `add_observer()` of the same arguments.

        Raises:
            KeyError: The observer was not added with these arguments.
        """
        if not self._remove(observer, (name, sender)):
            raise KeyError(f"{observer!r} does not observe {name!r} from {sender!r}")

    def discard_observer(
        self, observer: Observer, name: str | type[Any] = Any, sender: object = Any
    ) -> None:
        """Undo an `add_observer()` of the same arguments, if there was one."""
        self._remove(observer, (name, sender))

    def purge_observer(self, observer: Observer) -> None:
        """Undo every `add_observer()` of an observer."""
        for key in list(self._observers):
            self._remove(observer, key)

    def post_notification(
        self, name: str, sender: object = UnknownSender, data: object = None
    ) -> None:
        """Deliver a notification to everyone who asked for it.

        What an observer raises is logged (logger `sipsimple.notification`) and does not
        keep the notification from the others. Only what asks the program to end
        (`SystemExit`, `KeyboardInterrupt`) is raised again, after all deliveries.

        Args:
            name: What happened.
            sender: The object that it happened to.
            data: The details, usually a `NotificationData`; an empty one by default.

        Raises:
            ValueError: The name or the sender is `Any`.
            TypeError: The name or the sender is not hashable.
        """
        self._post(Notification(name, sender, data), None)

    def _post(self, notification: Notification, report: ReportError | None) -> None:
        """Post; `report` is told about the exceptions of observers, of whatever kind.

        It also is for the notifications that observers post meanwhile in this thread.
        """
        hash((notification.name, notification.sender))
        notification.center = self
        waiting = _waiting.notifications
        waiting.append(notification)
        if len(waiting) > 1:
            return  # an observer posts: it follows when the current one is delivered
        interruption: BaseException | None = None
        try:
            while waiting:
                current = waiting[0]
                for observer in current.center._observers_of(current):
                    try:
                        observer.handle_notification(current)
                    except BaseException as error:
                        if report is not None:
                            report(current, observer, error)
                        elif isinstance(error, Exception):
                            logger.exception("%r failed to handle %s", observer, current.name)
                        else:
                            interruption = interruption or error
                waiting.popleft()
        finally:
            waiting.clear()
        if interruption is not None:
            raise interruption

    def _observers_of(self, notification: Notification) -> Iterable[Observer]:
        """Each observer of a notification, once."""
        if self._gone:
            self._remove_gone()
        name = notification.name
        by_name = self._by_name
        if by_name is None:
            sender = notification.sender
            return self._find((name, sender), (name, Any), (Any, sender), (Any, Any))
        found = by_name.get(name)
        if found is None:
            # Nothing of a sender, also where somebody asks for one meanwhile: it is for all.
            found = self._find((name, Any), (Any, Any))
            if len(by_name) < MOST_NAMES:
                by_name[name] = found
        return found

    def _find(self, *keys: _Key) -> tuple[Observer, ...]:
        found = [observers for key in keys if (observers := self._observers.get(key))]
        if len(found) == 1:
            return found[0]
        return tuple(dict.fromkeys(observer for observers in found for observer in observers))

    def _is_observed(self, name: str, sender: object) -> bool:
        """Whether anyone asked for notifications of this name; not just for all there are."""
        if self._gone:
            self._remove_gone()
        return bool(self._observers.get((name, sender)) or self._observers.get((name, Any)))

    def _remove(self, observer: object, key: _Key) -> bool:
        return self._change(
            key, lambda observers: tuple(other for other in observers if other != observer)
        )

    def _change(
        self, key: _Key, change: Callable[[tuple[Observer, ...]], tuple[Observer, ...]]
    ) -> bool:
        """Replace the observers of a key; returns whether that made a difference."""
        with self._lock:
            while True:
                observers = self._observers.get(key, ())
                changed = change(observers)
                if self._observers.get(key, ()) is observers:  # else a destructor was here
                    break
            if changed:
                self._observers[key] = changed
            else:
                self._observers.pop(key, None)
            everyone: object = Any
            if key[1] is not everyone:
                self._with_sender += bool(changed) - bool(observers)
            self._by_name = None if self._with_sender else {}
            return len(changed) != len(observers)

    def _remove_gone(self) -> None:
        while self._gone:
            try:
                proxy = self._gone.popleft()
            except IndexError:  # another thread was faster
                return
            self.purge_observer(proxy)


def _proxy_is_gone(proxy: ObserverWeakrefProxy) -> None:
    # Runs wherever the garbage collector does: only notes it, see `_remove_gone()`.
    for center in list(NotificationCenter._centers.values()):
        center._gone.append(proxy)


def _after_fork_in_child() -> None:
    # Threads that are not in the child may have held these locks.
    NotificationCenter._creating = threading.RLock()
    ObserverWeakrefProxy._lock = threading.RLock()
    for center in NotificationCenter._centers.values():
        center._lock = threading.RLock()


ObserverWeakrefProxy._gone.append(_proxy_is_gone)
os.register_at_fork(after_in_child=_after_fork_in_child)
