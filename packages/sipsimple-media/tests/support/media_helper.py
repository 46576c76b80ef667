"""What the tests do again and again: run an endpoint, collect notifications, connect a pair."""

import sys
import threading
import time
from pathlib import Path

from sipsimple.media import AudioTransport, MediaEndpoint, RTPTransport
from sipsimple.media.notifications import NOTIFICATIONS
from sipsimple.pjproject.events import queue
from sipsimple.pjproject.runtime import set_log_level
from sipsimple.sdp import SDPConnection, SDPSession

# What the tests of the whole repository share.
sys.path.append(str(Path(__file__).resolve().parents[4] / "tests" / "support"))

from testbed.notification_check import NotificationCheck

LOOPBACK = "127.0.0.1"


def session(*media, address=LOOPBACK):
    """A description with these streams."""
    kind = "IP6" if ":" in address else "IP4"
    connection = SDPConnection(address, address_type=kind)
    return SDPSession(address, address_type=kind, connection=connection, media=media)


def wait_until(condition, timeout=5.0, what="the condition"):
    """Wait until something is true, looking every 5 ms.

    Returns what it was; raises `AssertionError` at the deadline.
    """
    deadline = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < deadline, f"{what} did not come true in {timeout} s"
        time.sleep(0.005)


class Lateness:
    """How late the machine wakes up who sleeps, while this is entered.

    Attributes:
        worst: Seconds.
    """

    def __init__(self):
        self.worst = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._over.set()
        self._thread.join()

    def _watch(self):
        while not self._over.is_set():
            begin = time.monotonic()
            time.sleep(0.01)
            self.worst = max(self.worst, time.monotonic() - begin - 0.01)


class Media:
    """An endpoint and what it reports."""

    def __init__(self):
        self.endpoint = None
        self.notifications = []
        self.exceptions = []
        self._check = NotificationCheck(NOTIFICATIONS)
        self._changed = threading.Condition()
        self._closing = False
        set_log_level(3)
        self._thread = threading.Thread(target=self._drain, daemon=True)
        self._thread.start()

    def start(self, **options):
        """Start an endpoint without sound devices, for G.711 unless told otherwise."""
        options = {"auto_sound": False, "codecs": ["g711"]} | options
        self.endpoint = MediaEndpoint(**options)
        return self.endpoint

    def _drain(self):
        while not self._closing:
            queue.wait(0.1)
            queue.drain(self._handle)

    def _handle(self, name, sender, data):
        self._check.see(name, sender, data)
        if name == "SCEngineLog":
            print("log", data["level"], data["sender"], data["message"], flush=True)
            return
        with self._changed:
            if name == "SCEngineGotException":
                self.exceptions.append(data["traceback"])
            self.notifications.append((name, sender, data))
            self._changed.notify_all()

    def got(self, name, sender=None):
        """The data of the notifications of a name, and a sender, that have come."""
        with self._changed:
            return [
                data
                for known, origin, data in self.notifications
                if known == name and (sender is None or origin is sender)
            ]

    def forget_notifications(self):
        """Drop them, and with them the references to their senders."""
        with self._changed:
            self.notifications.clear()

    def wait_for(self, name, sender=None, count=1, timeout=5.0):
        """Wait for notifications; returns the data of all that have come."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while len(self.got(name, sender)) < count:
                left = deadline - time.monotonic()
                assert left > 0, (
                    f"{len(self.got(name, sender))} of {count} {name} came in {timeout} s"
                )
                self._changed.wait(left)
        return self.got(name, sender)

    def transport(self, address=LOOPBACK):
        """An `RTPTransport` in state INIT."""
        transport = RTPTransport(address)
        transport.set_INIT()
        return transport

    def pair(self, silence_detection=False, address=LOOPBACK):
        """Two audio transports that hear each other over loopback: who offered, who answered."""
        first = AudioTransport(self.transport(address), enable_silence_detection=silence_detection)
        offer = session(first.get_local_media(True), address=address)
        second = AudioTransport(self.transport(address), offer, 0, silence_detection)
        answer = session(second.get_local_media(False), address=address)
        first.start(offer, answer, 0)
        return first, second

    def connections(self):
        """The connections of the bridge but for the one that is always there."""
        tones = self.endpoint.bridge.dtmf_tones
        return [entry for entry in self.endpoint.bridge.connections if entry[0] is not tones]

    def close(self):
        """Stop the endpoint and the thread."""
        if self.endpoint is not None:
            self.endpoint.stop()
        self._closing = True
        self._thread.join(5)
        assert not self._thread.is_alive()

    def check(self):
        """Nothing went wrong where no test sees it."""
        assert not self.exceptions, self.exceptions[0]
        self._check.verify()
