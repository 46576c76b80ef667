"""Publishes at a presence server: `publisher.py HOST PORT TRANSPORT PASSWORD EVENT TYPE BODY`.

It publishes for 2 s, until it has been refreshed twice or refused; then it says no where
it said yes, and publishes for a minute. On SIGINT it ends the core under it. It writes each state.
"""

from __future__ import annotations

import contextlib
import sys
import time

from sipsimple.core import PJSIPUA, SIPURI, Credentials, Publication, Route
from sipsimple.pjproject.events import queue

host, port, transport, password, event, kind, body = sys.argv[1:]
states: list[str] = []


def handle(name: str, sender: object, data: dict[str, object]) -> None:
    states.append(str(data["state"]))
    print(data["state"], data.get("code", ""), flush=True)


with PJSIPUA(local_ip="127.0.0.1") as ua:

    def run(published: int) -> bool:
        end = time.monotonic() + 20
        while states.count("published") < published and "unpublished" not in states:
            assert time.monotonic() < end, states
            ua.poll(0.1)
            queue.drain(handle)
        return "unpublished" not in states

    account = Credentials(SIPURI(host, user="alice", port=int(port)), password)
    publication = Publication(account, event, Route(host, int(port), transport), 2)
    publication.publish(*kind.split("/"), body)
    if run(3):
        publication.expires = 60
        publication.publish(*kind.split("/"), body.replace("yes", "no"))
        assert run(4), states
        print("READY", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                ua.poll(0.1)
    ua.begin_stop()
    while not ua.is_idle():
        ua.poll(0.1)
queue.drain(handle)
