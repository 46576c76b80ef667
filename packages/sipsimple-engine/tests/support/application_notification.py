"""A stand-in for python-application's module: same interface, its ways with exceptions."""

import collections
import logging
import threading

from zope.interface import Interface, implementer


class Any: ...


class UnknownSender: ...


class IObserver(Interface):
    def handle_notification(notification): ...  # noqa: N805


@implementer(IObserver)
class ObserverWeakrefProxy: ...


class NotificationData:
    def __init__(self, **attributes):
        self.__dict__.update(attributes)


class Notification:
    def __init__(self, name, sender=UnknownSender, data=None):
        self.name, self.sender, self.data = name, sender, data


class NotificationCenter:
    _instance = None

    def __new__(cls):
        if cls._instance is None:
            cls._instance = super().__new__(cls)
            cls._instance.observers = {}
            cls._instance.local = threading.local()
        return cls._instance

    @property
    def queue(self):
        return self.local.__dict__.setdefault("queue", collections.deque())

    def add_observer(self, observer, name=Any, sender=Any):
        self.observers.setdefault((name, sender), []).append(observer)

    def remove_observer(self, observer, name=Any, sender=Any):
        self.observers[name, sender].remove(observer)

    discard_observer = remove_observer

    def post_notification(self, name, sender=UnknownSender, data=None):
        self.queue.append(Notification(name, sender, data))
        if len(self.queue) > 1:
            return
        while self.queue:
            current = self.queue[0]
            for key in ((Any, Any), (current.name, Any), (Any, current.sender)):
                for observer in list(self.observers.get(key, ())):
                    try:
                        observer.handle_notification(current)
                    except Exception:
                        logging.getLogger().exception("unhandled exception")
            self.queue.popleft()
