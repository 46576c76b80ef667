"""Detects the type of NAT: python nat_type.py LOCAL_IP SERVER PORT; prints what was notified."""

from __future__ import annotations

import json
import queue
import sys

from zope.interface import implementer

from sipsimple import Engine
from sipsimple.notification import IObserver, Notification, NotificationCenter

SECONDS = 60


@implementer(IObserver)
class Results:
    def __init__(self) -> None:
        self.found: queue.Queue[Notification] = queue.Queue()

    def handle_notification(self, notification: Notification) -> None:
        self.found.put(notification)


def main(local_ip: str, server: str, port: str) -> None:
    results = Results()
    NotificationCenter().add_observer(results, name="SCEngineDetectedNATType")
    engine = Engine()
    engine.start(local_ip=local_ip, auto_sound=False)
    try:
        engine.detect_nat_type(server, int(port))
        data = results.found.get(timeout=SECONDS).data
    finally:
        engine.stop()
    told = {name: value for name, value in vars(data).items() if name != "timestamp"}
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
