"""Who listens: the interface of an observer, and a proxy that does not keep one alive."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from typing import ClassVar, Protocol

from zope.interface import (  # type: ignore[import-untyped, unused-ignore]
    Interface,
    implementer,
)

from sipsimple.notification.notification import Notification

__all__ = ["IObserver", "Observer", "ObserverWeakrefProxy", "check_observer"]


class Observer(Protocol):
    """The type of an observer, for annotations; see `IObserver`."""

    def handle_notification(self, notification: Notification, /) -> object:
        """Take a notification."""


class IObserver(Interface):  # type: ignore[misc, unused-ignore]
    """The interface that observers declare, with zope.interface's `@implementer(IObserver)`."""

    # zope.interface describes methods as callers see them, without `self`.
    def handle_notification(notification):  # type: ignore # noqa: N805
        """Take a notification. What it returns is ignored."""


def check_observer(observer: object) -> None:
    """Refuse what does not say that it is an observer.

    Raises:
        TypeError: It does not provide `IObserver`; says what its class needs.
    """
    if not IObserver.providedBy(observer):
        raise TypeError(
            f"observer: {observer!r} does not provide IObserver: put @implementer(IObserver) "
            f"before its class, with implementer from zope.interface"
        )


@implementer(IObserver)
class ObserverWeakrefProxy:
    """An observer that passes notifications on to another one without keeping it alive.

    When the other observer goes away, its proxy leaves every `NotificationCenter`.

    Args:
        observer: The observer to refer to. There is one proxy for it: asking again gives
            the same one, so that it can be removed by making it anew.

    Raises:
        TypeError: `observer` does not provide `IObserver`, or cannot be referred to weakly.

    Source: `application.notification.ObserverWeakrefProxy` of python-application.
    """

    _lock: ClassVar[threading.RLock] = threading.RLock()
    _proxies: ClassVar[dict[int, ObserverWeakrefProxy]] = {}
    # Called with each proxy whose observer has gone, in whatever thread that happened.
    _gone: ClassVar[list[Callable[[ObserverWeakrefProxy], None]]] = []

    _reference: weakref.ref[Observer]

    def __new__(cls, observer: Observer) -> ObserverWeakrefProxy:
        """The proxy of this observer."""
        check_observer(observer)
        identity = id(observer)

        def forget(_: object) -> None:
            # May run inside any allocation of any thread, also of one that holds a lock of
            # ours: so it takes none. The identity is not reused before this returns.
            proxy = cls._proxies.pop(identity, None)
            if proxy is not None:
                for gone in cls._gone:
                    gone(proxy)

        with cls._lock:
            proxy = cls._proxies.get(identity)
            if proxy is None or proxy._reference() is not observer:
                proxy = object.__new__(cls)
                proxy._reference = weakref.ref(observer, forget)
                cls._proxies[identity] = proxy
            return proxy

    def handle_notification(self, notification: Notification) -> None:
        """Pass the notification on, if the observer still lives."""
        observer = self._reference()
        if observer is not None:
            observer.handle_notification(notification)

    def _is_alive(self) -> bool:
        return self._reference() is not None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._reference()!r})"
