"""Subscribes once and writes what comes of it: `subscriber.py HOST PORT`, one JSON per line."""

from __future__ import annotations

import json
import sys
import threading

from zope.interface import implementer

from sipsimple import SIPURI, Credentials, Engine, Route, Subscription
from sipsimple.notification import IObserver, Notification, NotificationCenter


@implementer(IObserver)
class Writer:
    def __init__(self) -> None:
        self.ended = threading.Event()

    def handle_notification(self, notification: Notification) -> None:
        data = {**vars(notification.data), "name": notification.name}
        del data["timestamp"]
        data.pop("headers", None)
        if "body" in data:
            data["body"] = data["body"].decode()
        print(json.dumps(data), flush=True)
        if data.get("state") == "TERMINATED":
            self.ended.set()


def main() -> None:
    host, port = sys.argv[1], int(sys.argv[2])
    writer = Writer()
    engine = Engine()
    engine.start(local_ip=host, local_tcp_port=None, local_tls_port=None, auto_sound=False)
    credentials = Credentials(SIPURI(host, user="alice"), "secret")
    to_uri = SIPURI(host, user="bob")
    subscription = Subscription(credentials, to_uri, "presence", Route(host, port), 60)
    NotificationCenter().add_observer(writer, sender=subscription)
    subscription.subscribe()
    try:
        writer.ended.wait(30)
    finally:
        engine.stop()


main()
