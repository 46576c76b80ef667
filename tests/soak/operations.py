"""What is done again and again in the search for leaks: each begins, ends, and is gone."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections import Counter, deque
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
    send_message,
)
from sipsimple.notification import IObserver, Notification, NotificationCenter
from soak.common import HOST, PIDF, description
from soak.server import PASSWORD

#: More than are on their way at once.
RECIPIENTS = 64


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
        self._author = Credentials(SIPURI(HOST, user="author"))
        self._live: dict[Any, bool] = {}
        self._sessions: list[Invitation] = []
        # Those of them in which nothing is on its way.
        self._free: deque[Invitation] = deque()
        self._numbers = itertools.count()
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
        self._sessions = [self._call(lasting=True) for _ in range(count)]
        self._free = deque(self._sessions)

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
        self._free.clear()

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

    def _request(self) -> None:
        session = self._free.popleft()
        send = session.send_info if next(self._numbers) % 2 else session.send_message
        self._within(session, lambda: send("text", "plain", b"Hello"))

    def _transfer(self) -> None:
        session = self._free.popleft()
        self._within(session, lambda: session.transfer(SIPURI(HOST, user="elsewhere")))

    def _within(self, session: Invitation, begin: Callable[[], object]) -> None:
        try:
            begin()
        except SIPCoreError as error:
            self._free.append(session)
            self._end(False, str(error))

    def _message(self) -> None:
        # Not to this Engine itself: what it receives it knows again for 32 s, on purpose. And the
        # one before to the same URI has been answered.
        user = f"reader-{next(self._numbers) % RECIPIENTS}"
        to_uri = SIPURI(HOST, user=user, port=self._server)
        try:
            send_message(self._author, to_uri, "text", "plain", b"Hello", self._route)
        except SIPCoreError as error:
            self._end(False, f"message: {error}")

    # ---- how it goes on

    def handle_notification(self, notification: Notification) -> None:
        name, sender, data = notification.name, notification.sender, notification.data
        repr((sender, data))  # makes what is made when it is read
        if name == "SCEngineGotException":
            self.exceptions.append(data.traceback)
        elif name == "SCInvitationChangedState":
            self._on_call(sender, data)
        elif name in _RESPONSES:
            if sender in self._live:
                self._free.append(sender)
            self._end(data.code == 200, f"{name}: {data.code}")
        elif name == "SCInvitationGotTransfer":
            sender.accept_transfer()
            sender.report_transfer(200)
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

_RESPONSES = {
    "SCEngineGotMessageResponse",
    "SCInvitationGotInfoResponse",
    "SCInvitationGotMessageResponse",
    "SCInvitationTransferDidEnd",
    "SCInvitationTransferDidFail",
}

#: What there is to do.
KINDS: dict[str, Callable[[Operations], object]] = {
    "calls": Operations._call,
    "registrations": Operations._registration,
    "subscriptions": Operations._subscription,
    "publications": Operations._publication,
    "messages": Operations._message,
    "requests": Operations._request,
    "transfers": Operations._transfer,
}

#: Of these, what takes place within sessions that stay.
WITHIN_SESSIONS = ("requests", "transfers")

__all__ = ["KINDS", "WITHIN_SESSIONS", "Operations"]
