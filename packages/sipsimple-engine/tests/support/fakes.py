"""For the processes of the tests: components that write down what happens to them, and so on.

Importing this hides the components of real layers.
"""

from __future__ import annotations

import builtins
import importlib.metadata
import sys
import threading
import time

from zope.interface import implementer

_entry_points = importlib.metadata.entry_points


def _fake_entry_points(**selection):
    return [entry for entry in _entry_points(**selection) if entry.value.startswith("fake_")]


importlib.metadata.entry_points = _fake_entry_points

from sipsimple.notification import IObserver, NotificationCenter  # noqa: E402

#: What happened to all fakes, in order.
calls: list[tuple] = []


class Fake:
    """A component. `fail` is the name of an exception that its start raises."""

    def __init__(self, name, requires=(), options=None, names=None, distribution=None, fail=""):
        self.name = name
        self.distribution = distribution or f"fake-{name}"
        self.requires = requires
        self.default_start_options = options or {}
        self.public_names = names or {}
        self.fail = fail
        self.threads = set()

    def start(self, context, **options):
        self.threads.add(threading.current_thread().name)
        calls.append((self.name, "start", options))
        self.context = context
        if self.fail:
            raise getattr(builtins, self.fail)(self.name)

    def stop(self):
        self.threads.add(threading.current_thread().name)
        calls.append((self.name, "stop"))


class FakeSignaling(Fake):
    """One that polls, and has something alive until `alive` is made False."""

    def __init__(self, **arguments):
        defaults = {"local_udp_port": 0, "user_agent": "fake", "trace_sip": False}
        super().__init__("signaling", (), defaults, distribution="sipsimple-core", **arguments)
        self.alive = False
        self.poll_error = None
        self.polls = 0

    def start(self, context, **options):
        super().start(context, **options)
        self.local_ip = "127.0.0.1"
        self.local_udp_port = options["local_udp_port"]
        self.user_agent = options["user_agent"]
        self.trace_sip = options["trace_sip"]

    def poll(self, timeout):
        from sipsimple.pjproject.events import queue

        self.polls += 1
        if self.poll_error is not None:
            raise self.poll_error
        queue.wait(timeout)

    def begin_stop(self):
        calls.append((self.name, "begin_stop"))

    def is_idle(self):
        return not self.alive


@implementer(IObserver)
class Recorder:
    """Keeps the notifications it gets; `wait()` is for one of a name."""

    def __init__(self, name=None, then=None):
        self.notifications = []
        self._changed = threading.Condition()
        self._then = then
        if name is None:
            NotificationCenter().add_observer(self)
        else:
            NotificationCenter().add_observer(self, name=name)

    @property
    def names(self):
        return [item.name for item in self.notifications if item.name != "SCEngineLog"]

    def handle_notification(self, notification):
        with self._changed:
            self.notifications.append(notification)
            self._changed.notify_all()
        if self._then is not None:
            self._then(notification)

    def wait(self, name, timeout=10):
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                for notification in self.notifications:
                    if notification.name == name:
                        return notification
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    raise TimeoutError(f"no {name}, but {self.names}")
                self._changed.wait(remaining)


def raises(kind, function, *arguments, **keywords):
    """The message with which a call raises an exception of exactly this kind."""
    try:
        function(*arguments, **keywords)
    except BaseException as error:
        if type(error) is not kind:
            raise
        return str(error)
    raise AssertionError(f"no {kind.__name__}")


def wait_until(condition, timeout=10):
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "not within the deadline"
        time.sleep(0.005)


def say(*words):
    print(*words)
    sys.stdout.flush()
