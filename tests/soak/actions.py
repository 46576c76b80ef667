"""What the threads do: every method, in every state that chance brings about."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable
from random import Random
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
from soak.objects import TRANSIENT, Held, Objects
from soak.server import PASSWORD, USERS

#: What a method may raise.
TYPED = (SIPCoreError, ValueError, TypeError)
EVENTS = ("presence", "message-summary", "presence.winfo", "conference")


def _settled(held: Held) -> bool:
    return held.subject.state not in TRANSIENT


def _heard(held: Held) -> bool:
    return held.heard > 0


def _ended(held: Held) -> bool:
    return held.state == "DISCONNECTED"


class Actions:
    """What one thread does, chosen by chance.

    Args:
        engine: The Engine, running or stopped.
        objects: What all threads share.
        server: Port of the server.
        seed: Of the choices.

    Attributes:
        done: How often which action was done without an exception.
        raised: How often which action raised what.
    """

    def __init__(self, engine: Engine, objects: Objects, server: int, seed: str) -> None:
        self.engine = engine
        self.objects = objects
        self.server = server
        self.own_port = engine.local_udp_port or 0
        self.chance = Random(seed)
        self.used: Held | None = None
        self.done: Counter[str] = Counter()
        self.raised: Counter[str] = Counter()

    def act(self) -> None:
        """Do something."""
        (action,) = self.chance.choices(_NAMES, _WEIGHTS)
        self.do(action)

    def do(self, action: str) -> None:
        """Do one of `ACTIONS`, and look at what it raises."""
        try:
            ACTIONS[action][1](self)
        except TYPED as error:
            self.raised[f"{action}: {type(error).__name__}: {_blurred(str(error))}"] += 1
        except BaseException as error:
            self.objects.violations.append(f"{action}: {error!r}")
        else:
            self.done[action] += 1
        if self.used is not None and self.used.dropped:
            # Another thread has ended it meanwhile, and this one may have begun it again.
            self.used.end()
        self.used = None

    # ---- objects at a server

    def _credentials(self) -> Credentials:
        user = SIPURI(HOST, user=self.chance.choice(USERS), port=self.server)
        return Credentials(user, self.chance.choice([PASSWORD, PASSWORD, PASSWORD, "wrong", None]))

    def _new(self, subject: Any) -> Held:
        self.used = self.objects.add(subject, self.chance)
        return self.used

    def _begun(self, held: Held) -> None:
        self.objects.expect(held, "notification", _heard)
        self.objects.expect(held, "end of the transaction", _settled)

    def _some(self, kind: str) -> Held | None:
        self.used = self.objects.choose(kind, self.chance)
        return self.used

    def new_registration(self) -> None:
        registration = Registration(self._credentials(), Route(HOST, self.server))
        held = self._new(registration)
        registration.register()
        self._begun(held)

    def register(self) -> None:
        if held := self._some("Registration"):
            held.subject.register()
            self.objects.expect(held, "end of REGISTER", _settled)

    def unregister(self) -> None:
        if held := self._some("Registration"):
            held.subject.unregister()
            self.objects.expect(held, "end of REGISTER", _settled)

    def set_expires(self) -> None:
        if held := self._some(self.chance.choice(["Registration", "Publication"])):
            held.subject.expires = self.chance.choice([1, 2, 10, 300, 3600, -1, "x"])

    def new_publication(self) -> None:
        publication = Publication(
            self._credentials(), self.chance.choice(EVENTS), Route(HOST, self.server)
        )
        held = self._new(publication)
        publication.publish(*PIDF)
        self._begun(held)

    def publish(self) -> None:
        if held := self._some("Publication"):
            held.subject.publish(*PIDF)
            self.objects.expect(held, "end of PUBLISH", _settled)

    def unpublish(self) -> None:
        if held := self._some("Publication"):
            held.subject.unpublish()
            self.objects.expect(held, "end of PUBLISH", _settled)

    def new_subscription(self) -> None:
        to_uri = SIPURI(HOST, user=self.chance.choice(USERS), port=self.server)
        event = self.chance.choice(EVENTS)
        route, expires = Route(HOST, self.server), self.chance.choice([0, 5, 300])
        subscription = Subscription(self._credentials(), to_uri, event, route, expires)
        held = self._new(subscription)
        subscription.subscribe()
        self._begun(held)

    def subscribe(self) -> None:
        if held := self._some("Subscription"):
            held.subject.subscribe()
            self.objects.expect(held, "end of SUBSCRIBE", _settled)

    def unsubscribe(self) -> None:
        if held := self._some("Subscription"):
            held.subject.unsubscribe()
            self.objects.expect(held, "TERMINATED", lambda held: held.state == "TERMINATED")

    # ---- calls

    def new_call(self) -> None:
        # Mostly to this Engine itself; the callees of the server do not answer.
        port = self.own_port if self.chance.random() < 0.8 else self.server
        user = self.chance.choice(USERS)
        callee = SIPURI(HOST, user=user, port=port)
        call = Invitation(Credentials(SIPURI(HOST, user="soak")), callee, Route(HOST, port))
        held = self._new(call)
        call.set_offered_local_sdp(description())
        call.send_invite({"Subject": user} if self.chance.random() < 0.3 else None)
        self.objects.expect(held, "notification", _heard)

    def ring(self) -> None:
        if held := self._some("Invitation"):
            held.subject.respond_to_invite_provisionally(self.chance.choice([180, 183, 199, 200]))

    def accept(self) -> None:
        if held := self._some("Invitation"):
            if held.subject.state in {"INCOMING", "EARLY"}:
                formats = ("0",) if self.chance.random() < 0.9 else ("8",)
                held.subject.set_offered_local_sdp(description(5002, formats))
            held.subject.accept_invite()
            self.objects.expect(held, "ACK", _settled)

    def disconnect(self) -> None:
        if held := self._some("Invitation"):
            held.subject.disconnect(self.chance.choice([486, 600, 404, 200]))
            self.objects.expect(held, "DISCONNECTED", _ended)

    def reinvite(self) -> None:
        if held := self._some("Invitation"):
            held.subject.set_offered_local_sdp(description(self.chance.randrange(1024, 60000)))
            held.subject.send_reinvite()
            self.objects.expect(held, "answer to the re-INVITE", _settled)

    def answer_reinvite(self) -> None:
        if held := self._some("Invitation"):
            code = self.chance.choice([180, 200, 200, 488])
            if code == 200:
                held.subject.set_offered_local_sdp(description(5004))
            held.subject.respond_to_reinvite(code)

    def _request(self, method: str) -> None:
        if held := self._some("Invitation"):
            getattr(held.subject, method)("text", "plain", self.chance.choice([b"", b"x", "y"]))
            held.requests += 1
            number = held.requests
            self.objects.expect(
                held, f"answer to {method}", lambda held: held.responses >= number or _ended(held)
            )

    def info(self) -> None:
        self._request("send_info")

    def message(self) -> None:
        self._request("send_message")

    def transfer(self) -> None:
        if held := self._some("Invitation"):
            before = held.transferring
            held.subject.transfer(SIPURI(HOST, user=self.chance.choice(USERS), port=self.server))
            # Not its end: of that the other side tells, when it likes to.
            self.objects.expect(
                held, "answer to REFER", lambda held: held.transferring > before or _ended(held)
            )

    def answer_transfer(self) -> None:
        if held := self._some("Invitation"):
            subject = held.subject
            self.chance.choice(
                (
                    subject.accept_transfer,
                    subject.reject_transfer,
                    lambda: subject.report_transfer(self.chance.choice([100, 180, 200, 486])),
                )
            )()

    # ---- outside of all

    def page(self) -> None:
        """A MESSAGE of its own."""
        port = self.own_port if self.chance.random() < 0.5 else self.server
        to_uri = SIPURI(HOST, user=self.chance.choice(USERS), port=port)
        body = self.chance.choice([b"", b"x", "y", b"z" * 2000])
        self.objects.expect_response()
        try:
            send_message(self._credentials(), to_uri, "text", "plain", body, Route(HOST, port))
        except BaseException:
            self.objects.expect_no_response()
            raise

    # ---- all

    def read(self) -> None:
        """Every attribute, and what `get_` methods return."""
        held = self._some(self.chance.choice(KINDS))
        subject = held.subject if held else self.engine
        for name in dir(subject):
            if not name.startswith("_"):
                value = getattr(subject, name)
                if name.startswith("get_"):
                    value = value()
                if not callable(value):
                    repr(value)

    def wrong(self) -> None:
        """Arguments that nobody should give; what is right with them is no harm."""
        held = self._some(self.chance.choice(KINDS))
        if held is None:
            return
        methods = [name for name in dir(held.subject) if not name.startswith("_")]
        bad = [None, 7, -1, "a\r\nb", b"\x00", [], {"": 3}, 10**20, {"X": "a\nb"}, "\udcff"]
        arguments = [self.chance.choice(bad) for _ in range(self.chance.randrange(1, 5))]
        method = getattr(held.subject, self.chance.choice(methods))
        if callable(method):
            method(*arguments)

    def ask_engine(self) -> None:
        engine, chance = self.engine, self.chance
        chance.choice(
            (
                lambda: engine.parse_sip_uri("sip:alice@example.com;transport=tcp"),
                lambda: engine.parse_sip_uri("sip:@@"),
                lambda: setattr(engine, "trace_sip", chance.random() < 0.2),
                lambda: setattr(engine, "user_agent", f"soak {chance.randrange(9)}"),
                lambda: setattr(engine, "log_level", chance.choice([0, 0, 1, 3, 9])),
                lambda: engine.add_event(f"x-{chance.randrange(20)}", ["text/plain"]),
                lambda: engine.events,
            )
        )()

    def drop(self) -> None:
        self.objects.drop(self.chance.choice(KINDS), self.chance)

    def collect(self) -> None:
        gc.collect()


#: Their classes, by name.
KINDS = ("Registration", "Publication", "Subscription", "Invitation")

#: How often each is chosen, and what it is.
ACTIONS: dict[str, tuple[int, Callable[[Actions], None]]] = {
    "new registration": (4, Actions.new_registration),
    "register": (4, Actions.register),
    "unregister": (4, Actions.unregister),
    "set expires": (2, Actions.set_expires),
    "new publication": (4, Actions.new_publication),
    "publish": (4, Actions.publish),
    "unpublish": (4, Actions.unpublish),
    "new subscription": (4, Actions.new_subscription),
    "subscribe": (2, Actions.subscribe),
    "unsubscribe": (4, Actions.unsubscribe),
    "new call": (8, Actions.new_call),
    "ring": (6, Actions.ring),
    "accept": (12, Actions.accept),
    "disconnect": (6, Actions.disconnect),
    "re-INVITE": (6, Actions.reinvite),
    "answer re-INVITE": (10, Actions.answer_reinvite),
    "INFO": (5, Actions.info),
    "MESSAGE": (5, Actions.message),
    "transfer": (3, Actions.transfer),
    "answer transfer": (5, Actions.answer_transfer),
    "page": (5, Actions.page),
    "read": (6, Actions.read),
    "wrong arguments": (6, Actions.wrong),
    "ask the Engine": (3, Actions.ask_engine),
    "drop": (3, Actions.drop),
    "collect": (1, Actions.collect),
}
_NAMES = list(ACTIONS)
_WEIGHTS = [weight for weight, _ in ACTIONS.values()]


@implementer(IObserver)
class Callee:
    """Holds the calls that come in, and answers some of them in the Engine's thread.

    Args:
        objects: What all threads share.
        seed: Of its choices.
    """

    def __init__(self, objects: Objects, seed: str) -> None:
        self._objects = objects
        self._chance = Random(seed)
        NotificationCenter().add_observer(self, name="SCInvitationChangedState")

    def handle_notification(self, notification: Notification) -> None:
        call, state = notification.sender, notification.data.state
        chance = self._chance.random()
        try:
            if state == "INCOMING":
                self._objects.add(call, self._chance).state = call.state
                if chance < 0.4:
                    call.set_offered_local_sdp(description(5002))
                    call.accept_invite()
                elif chance < 0.5:
                    call.disconnect(603)
            elif state == "REINVITED" and chance < 0.5:
                call.set_offered_local_sdp(description(5004))
                call.respond_to_reinvite(200)
        except TYPED:
            pass  # a thread was faster


def _blurred(text: str) -> str:
    """A message without what is different each time."""
    text = "".join("#" if character.isdigit() else character for character in text)
    while "##" in text:
        text = text.replace("##", "#")
    return text[:90]
