"""What is done again and again in the search for leaks: each begins, ends, and is gone."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

from zope.interface import implementer

from sipsimple import (
    SIPURI,
    Credentials,
    Engine,
    Invitation,
    Publication,
    Registration,
    Route,
    SIPCoreError,
    Subscription,
)
from sipsimple.notification import IObserver, Notification, NotificationCenter
from soak.common import HOST, PIDF, description
from soak.server import PASSWORD


@implementer(IObserver)
class Operations:
    """Begins operations, and takes each of them on to its end.

    Args:
        engine: The Engine, which also calls itself: one process is both ends of each call.
        server: Port of the server.

    Attributes:
        done: How many operations have ended.
        outcomes: How they ended where that is not as they should.
        changed: Is notified when one has.
        exceptions: Tracebacks of exceptions in the Engine's thread.
    """

    def __init__(self, engine: Engine, server: int) -> None:
        self._engine = engine
        self._route = Route(HOST, server)
        self._server = server
        self._live: dict[Any, bool] = {}
        self._sessions: list[Invitation] = []
        self._next_session = 0
        self.done = 0
        self.outcomes: Counter[str] = Counter()
        self.changed = threading.Condition()
        self.exceptions: list[str] = []
        center = NotificationCenter()
        center.add_observer(self)
        center.add_observer(self, name="SCEngineGotException")

    @property
    def live(self) -> int:
        """How many objects are on their way."""
        return len(self._live)

    def begin(self, kind: str) -> None:
        """Begin one: "calls", "registrations" and so on, as `KINDS` has them."""
        KINDS[kind](self)

    def open_sessions(self, count: int) -> None:
        """Sessions that stay, for requests within them."""
        for _ in range(count):
            self._sessions.append(self._call(lasting=True))

    def idle(self) -> Registration:
        """One that does nothing."""
        return Registration(Credentials(SIPURI(HOST, user="idle")), self._route)

    def opened(self) -> bool:
        """Whether all of those sessions are established, or will not be."""
        return all(session.state in {"CONFIRMED", "DISCONNECTED"} for session in self._sessions)

    def close_sessions(self) -> None:
        for session in self._sessions:
            # On a machine without time for it, one may have ended for want of an answer.
            with contextlib.suppress(SIPCoreError):
                session.disconnect()
        self._sessions.clear()

    # ---- what there is

    def _call(self, *, lasting: bool = False) -> Invitation:
        port = self._engine.local_udp_port
        credentials = Credentials(SIPURI(HOST, user="caller"))
        call = Invitation(credentials, SIPURI(HOST, user="callee", port=port), Route(HOST, port))
        call.set_offered_local_sdp(description())
        self._live[call] = lasting
        call.send_invite()
        return call

    def _registration(self) -> None:
        user = SIPURI(HOST, user="digest", port=self._server)
        registration = Registration(Credentials(user, PASSWORD), self._route)
        self._live[registration] = False
        registration.register()

    def _subscription(self) -> None:
        credentials = Credentials(SIPURI(HOST, user="watcher"))
        to_uri = SIPURI(HOST, user="open", port=self._server)
        subscription = Subscription(credentials, to_uri, "presence", self._route)
        self._live[subscription] = False
        subscription.subscribe()

    def _publication(self) -> None:
        user = SIPURI(HOST, user="digest", port=self._server)
        publication = Publication(Credentials(user, PASSWORD), "presence", self._route)
        self._live[publication] = False
        publication.publish(*PIDF)

    def _message(self) -> None:
        self._next_session += 1
        session = self._sessions[self._next_session % len(self._sessions)]
        send = session.send_info if self._next_session % 2 else session.send_message
        try:
            send("text", "plain", b"Hello")
        except SIPCoreError as error:
            self._end(False, f"message: {error}")

    # ---- how it goes on

    def handle_notification(self, notification: Notification) -> None:
        name, sender, data = notification.name, notification.sender, notification.data
        if name == "SCEngineGotException":
            self.exceptions.append(data.traceback)
        elif name == "SCInvitationChangedState":
            self._on_call(sender, data)
        elif name in {"SCInvitationGotInfoResponse", "SCInvitationGotMessageResponse"}:
            self._end(data.code == 200, f"{name}: {data.code}")
        elif name in _STEPS:
            self._step(sender, data, *_STEPS[name])

    def _on_call(self, call: Invitation, data: Any) -> None:
        if data.state == "INCOMING":
            self._live[call] = False
            call.set_offered_local_sdp(description(5002))
            call.accept_invite()
        elif data.state == "CONFIRMED" and call.is_outgoing and not self._live[call]:
            call.disconnect()
        elif data.state == "DISCONNECTED":
            lasting = self._live.pop(call)
            if call.is_outgoing and not lasting:
                well = data.prev_state == "DISCONNECTING"
                self._end(well, f"call: {getattr(data, 'code', '')} in {data.prev_state}")

    def _step(self, sender: Any, data: Any, up: str, down: str, method: str) -> None:
        if data.state == up and not self._live[sender]:
            self._live[sender] = True
            getattr(sender, method)()
        elif data.state == down:
            been_up = self._live.pop(sender)
            self._end(been_up, f"{type(sender).__name__}: {getattr(data, 'code', '')}")

    def _end(self, well: bool, outcome: str) -> None:
        with self.changed:
            if not well:
                self.outcomes[outcome] += 1
            self.done += 1
            self.changed.notify_all()


_STEPS = {
    "SCRegistrationChangedState": ("registered", "unregistered", "unregister"),
    "SCPublicationChangedState": ("published", "unpublished", "unpublish"),
    "SCSubscriptionChangedState": ("ACTIVE", "TERMINATED", "unsubscribe"),
}

#: What there is to do. MESSAGE outside of dialogs belongs here as well.
KINDS: dict[str, Callable[[Operations], object]] = {
    "calls": Operations._call,
    "registrations": Operations._registration,
    "subscriptions": Operations._subscription,
    "publications": Operations._publication,
    "messages": Operations._message,
}

__all__ = ["KINDS", "Operations"]
