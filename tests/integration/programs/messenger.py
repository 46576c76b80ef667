"""Sends or takes messages, and writes what comes of it, one JSON on each line.

`messenger.py send URI COUNT SIZE T1` sends so many to it, each when the last was answered, with
T1 of so many milliseconds. `messenger.py take COUNT` writes its ports, and what it took when
so many have come and a moment has passed.
"""

from __future__ import annotations

import collections
import ctypes
import json
import sys
import threading

from zope.interface import implementer

from sipsimple import SIPURI, Credentials, Engine, send_message
from sipsimple.notification import IObserver, Notification, NotificationCenter
from sipsimple.pjproject.loader import LIBRARY_FOLDER

HOST = "127.0.0.1"


@implementer(IObserver)
class Observer:
    def __init__(self) -> None:
        self.told = collections.deque[Notification]()
        self.came = threading.Semaphore(0)

    def handle_notification(self, notification: Notification) -> None:
        if notification.name.startswith("SCEngineGot"):
            self.told.append(notification)
            self.came.release()


def send(observer: Observer, uri: SIPURI, count: int, size: int) -> None:
    credentials = Credentials(SIPURI(HOST, user="alice"), "secret")
    for number in range(count):
        send_message(credentials, uri, "text", "plain", f"{number:{size}}")
        assert observer.came.acquire(timeout=30)
        data = observer.told.popleft().data
        assert data.to_uri == uri
        print(json.dumps({"code": data.code, "reason": data.reason}), flush=True)


def take(observer: Observer, count: int) -> None:
    engine = Engine()
    print(json.dumps([engine.local_udp_port, engine.local_tcp_port]), flush=True)
    for _ in range(count):
        assert observer.came.acquire(timeout=30), f"{len(observer.told)} have come"
    observer.came.acquire(timeout=0.5)  # there should be no more
    print(json.dumps([str(notification.data.body, "utf-8") for notification in observer.told]))


def main() -> None:
    what, *arguments = sys.argv[1:]
    if what == "send":
        timers = [factor * int(arguments[3]) for factor in (1, 8, 10, 64)]
        ctypes.CDLL(str(LIBRARY_FOLDER / "libpjsip.so.2")).pjsip_tsx_set_timers(*timers)
    observer = Observer()
    NotificationCenter().add_observer(observer)
    engine = Engine()
    engine.start(local_ip=HOST, local_tls_port=None, auto_sound=False)
    try:
        if what == "send":
            send(observer, SIPURI.parse(arguments[0]), int(arguments[1]), int(arguments[2]))
        else:
            take(observer, int(arguments[0]))
    finally:
        engine.stop()
    assert not [item for item in observer.told if item.name == "SCEngineGotException"]


main()
