"""The user agent under test, written with nothing but the public API: `agent.py MODE`.

Modes: `uas` accepts every call; `uac` places calls when told to on standard input
(`call PORT COUNT WINDOW`) and hangs up as soon as they are confirmed; `message` reads the
body of every MESSAGE; `latency` prints, for each call, the nanoseconds since the time in
the user part of the caller's URI, and rejects it; `busy` does so among calls of SIPp's,
which it accepts. Prints `ready PORT` when it listens; ends when its standard input does.
"""

from __future__ import annotations

import sys
import threading
import time
from abc import ABC, abstractmethod

from zope.interface import implementer

from sipsimple import (
    SIPURI,
    Credentials,
    Engine,
    Invitation,
    Route,
    SDPAttribute,
    SDPConnection,
    SDPMedia,
    SDPSession,
)
from sipsimple.notification import IObserver, Notification, NotificationCenter

HOST = "127.0.0.1"


def say(text: object) -> None:
    print(text, flush=True)


def _description() -> SDPSession:
    """One PCMU stream."""
    return SDPSession(
        HOST,
        name="bench",
        connection=SDPConnection(HOST),
        media=[
            SDPMedia(
                "audio",
                40000,
                "RTP/AVP",
                formats=["0", "101"],
                attributes=[
                    SDPAttribute("rtpmap", "0 PCMU/8000"),
                    SDPAttribute("rtpmap", "101 telephone-event/8000"),
                    SDPAttribute("fmtp", "101 0-15"),
                    SDPAttribute("sendrecv", ""),
                ],
            )
        ],
    )


#: Goes into each call, as pjsip-perf has one that it makes at its start.
DESCRIPTION = _description()


@implementer(IObserver)
class Observer(ABC):
    """Observes every notification, as an application that misses nothing does."""

    def handle_notification(self, notification: Notification) -> None:
        if notification.name == "SCInvitationChangedState":
            self.changed(notification.sender, notification.data.state, notification)
        elif notification.name == "SCEngineGotMessage":
            self.received(notification)
        elif notification.name == "SCEngineGotException":
            print(notification.data.traceback, file=sys.stderr, flush=True)

    @abstractmethod
    def changed(self, call: Invitation, state: str, notification: Notification) -> None:
        """A call has changed its state."""

    def received(self, notification: Notification) -> None:
        """A MESSAGE has come; only some subjects read it."""
        return


class Callee(Observer):
    def changed(self, call: Invitation, state: str, notification: Notification) -> None:
        if state == "INCOMING":
            call.set_offered_local_sdp(DESCRIPTION)
            call.accept_invite()


class Recipient(Observer):
    def __init__(self) -> None:
        self.octets = 0

    def changed(self, call: Invitation, state: str, notification: Notification) -> None:
        """There are no calls."""

    def received(self, notification: Notification) -> None:
        self.octets += len(notification.data.body)


class Stopwatch(Observer):
    def changed(self, call: Invitation, state: str, notification: Notification) -> None:
        if state == "INCOMING":
            now = time.monotonic_ns()
            say(now - int(call.caller_uri.user))
            call.disconnect(486)


class BusyStopwatch(Stopwatch):
    """The same among calls of SIPp's, which are accepted."""

    def changed(self, call: Invitation, state: str, notification: Notification) -> None:
        if state == "INCOMING" and call.caller_uri.user == "load":
            call.set_offered_local_sdp(DESCRIPTION)
            call.accept_invite()
        else:
            super().changed(call, state, notification)


class Caller(Observer):
    """Keeps a number of calls under way until a count is reached."""

    def __init__(self) -> None:
        self.remaining = self.outstanding = self.succeeded = self.failed = 0
        self.target = SIPURI(HOST, user="load")
        self.route = Route(HOST)
        self.credentials = Credentials(SIPURI(HOST, user="bench"))
        self.confirmed: set[Invitation] = set()
        self.calls: set[Invitation] = set()
        self.lock = threading.Lock()
        self.finished = threading.Event()

    def run(self, port: int, count: int, window: int) -> str:
        self.target = SIPURI(HOST, user="load", port=port)
        self.route = Route(HOST, port=port)
        self.remaining, self.succeeded, self.failed = count, 0, 0
        self.finished.clear()
        begin = time.monotonic()
        for _ in range(min(window, count)):
            self.place()
        if not self.finished.wait(count / 10 + 30):
            self.failed += len(self.calls)
        return f"{self.succeeded} {self.failed} {time.monotonic() - begin:.3f}"

    def place(self) -> None:
        with self.lock:
            if not self.remaining:
                return
            self.remaining -= 1
        call = Invitation(self.credentials, self.target, self.route)
        self.calls.add(call)
        call.set_offered_local_sdp(DESCRIPTION)
        call.send_invite()

    def changed(self, call: Invitation, state: str, notification: Notification) -> None:
        if state == "CONFIRMED":
            self.confirmed.add(call)
            call.disconnect()
        elif state == "DISCONNECTED":
            if call in self.confirmed:
                self.confirmed.remove(call)
                self.succeeded += 1
            else:
                self.failed += 1
            self.calls.discard(call)
            self.place()
            if not self.remaining and not self.calls:
                self.finished.set()


OBSERVERS = {
    "uas": Callee,
    "uac": Caller,
    "message": Recipient,
    "latency": Stopwatch,
    "busy": BusyStopwatch,
}


def serve(observer: Observer) -> None:
    """Run an Engine with this observer until standard input ends."""
    NotificationCenter().add_observer(observer)
    engine = Engine()
    # Logging is off on both sides: pjsip-perf's is at 3 and says nothing per call.
    engine.start(
        local_ip=HOST,
        local_udp_port=0,
        local_tcp_port=None,
        local_tls_port=None,
        log_level=0,
        **({"auto_sound": False} if "auto_sound" in engine.default_start_options else {}),
    )
    try:
        say(f"ready {engine.local_udp_port}")
        for line in sys.stdin:
            command, *arguments = line.split()
            if command == "call" and isinstance(observer, Caller):
                say(f"done {observer.run(*(int(argument) for argument in arguments))}")
    finally:
        engine.stop()


if __name__ == "__main__":
    serve(OBSERVERS[sys.argv[1]]())
