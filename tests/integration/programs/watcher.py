"""Subscribes at a presence server: `watcher.py HOST PORT TRANSPORT PASSWORD EVENT`.

It is bob who watches alice, or himself for who watches him. Each notification becomes one JSON on
a line. On SIGINT it ends the core under the subscription.
"""

from __future__ import annotations

import contextlib
import json
import sys

from sipsimple.core import PJSIPUA, SIPURI, Credentials, Route, Subscription
from sipsimple.pjproject.events import queue

host, port, transport, password, event = sys.argv[1:]
states: list[str] = []


def handle(name: str, sender: object, data: dict[str, object]) -> None:
    if "state" in data:
        states.append(str(data["state"]))
    kept = {key: data[key] for key in ("state", "code", "reason") if key in data}
    if isinstance(body := data.get("body"), bytes):
        kept["body"] = body.decode()
    print(json.dumps({"name": name, **kept}), flush=True)


with PJSIPUA(local_ip="127.0.0.1") as ua:
    account = Credentials(SIPURI(host, user="bob", port=int(port)), password)
    whom = SIPURI(host, user="bob" if event.endswith(".winfo") else "alice", port=int(port))
    subscription = Subscription(account, whom, event, Route(host, int(port), transport), 60)
    subscription.subscribe()
    with contextlib.suppress(KeyboardInterrupt):
        while "TERMINATED" not in states:
            ua.poll(0.1)
            queue.drain(handle)
    ua.begin_stop()
    while not ua.is_idle():
        ua.poll(0.1)
queue.drain(handle)
