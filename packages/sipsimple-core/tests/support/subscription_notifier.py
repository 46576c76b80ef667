"""A notifier on a bare UDP socket, which does exactly what a test says."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from core_driver import Driver, Peer
from invitation_phone import Message, parse
from transaction_timers import set_transaction_timers

from sipsimple.core import SIPURI, Credentials, Route, Subscription

ALICE = SIPURI("example.com", user="alice", display="Alice")
BOB = SIPURI("example.com", user="bob")
PIDF = "application/pidf+xml"


def shorten_timers() -> None:
    """T1 of 10 ms: what takes 32 s takes 640 ms. To be called before the UA starts."""
    set_transaction_timers(10, 100, 100, 640)


class Notifier(Peer):
    """The other side of one subscription.

    Attributes:
        seen: What has been received and was not asked for.
        tag: Its To tag.
    """

    def __init__(self, driver: Driver, tag: str = "notifier") -> None:
        super().__init__(driver)
        self.seen: list[Message] = []
        self._known: set[str] = set()
        self.tag = tag
        self.call_id = self.subscriber = self.target = ""
        self.cseq = 0

    def subscription(self, event: str = "presence", **arguments: Any) -> Subscription:
        """A subscription that comes here."""
        credentials = Credentials(ALICE, arguments.pop("password", None), token="token")
        route = Route("127.0.0.1", self.port)
        return Subscription(credentials, BOB, event, route, **arguments)

    def _look(self, what: str) -> Message | None:
        while (data := self.receive()) is not None:
            message = parse(data)
            # Retransmissions are of no interest.
            if message.text not in self._known:
                self._known.add(message.text)
                self.seen.append(message)
        for message in self.seen:
            if message.what == what:
                self.seen.remove(message)
                return message
        return None

    def forget(self) -> None:
        """What has been received, for a test that measures memory."""
        self.seen.clear()
        self._known.clear()

    def expect(self, what: str, seconds: float = 5.0) -> Message:
        """Await a request ("SUBSCRIBE") or a response ("200 NOTIFY")."""
        message: Message = self.driver.until(lambda: self._look(what), seconds)
        return message

    def expect_subscribe(self, seconds: float = 5.0) -> Message:
        """Await a SUBSCRIBE, and take the dialog from it."""
        request = self.expect("SUBSCRIBE", seconds)
        self.call_id = request.headers["call-id"]
        self.subscriber = request.headers["from"]
        self.target = request.uri("contact")
        return request

    def answer(
        self, request: Message, code: int, reason: str = "X", tag: str | None = None, **headers: str
    ) -> None:
        """Answer a SUBSCRIBE; with 2xx there is a Contact and, unless given, Expires."""
        to = request.headers["to"]
        if "tag=" not in to:
            to += f";tag={self.tag if tag is None else tag}"
        lines = [f"SIP/2.0 {code} {reason}"]
        lines += [f"Via: {via}" for via in request.all("Via")]
        lines += [f"From: {request.headers['from']}", f"To: {to}"]
        lines += [f"{name}: {request.headers[name.lower()]}" for name in ("Call-ID", "CSeq")]
        if code < 300:
            headers = {
                "Contact": f"<sip:bob@127.0.0.1:{self.port}>",
                "Expires": request.headers["expires"],
                **headers,
            }
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.send("\r\n".join([*lines, "Content-Length: 0", "", ""]).encode())

    def notify(
        self,
        state: str | None = "active;expires=300",
        body: str = "",
        kind: str = PIDF,
        tag: str | None = None,
        **headers: str | None,
    ) -> None:
        """Send a NOTIFY; headers of None are left out."""
        self.cseq += 1
        # PJSIP tells transactions apart by it alone, without where they come from.
        branch = f"z9hG4bK-{self.port}-{tag}-{self.cseq}"
        fields: dict[str, str | None] = {
            "Via": f"SIP/2.0/UDP 127.0.0.1:{self.port};rport;branch={branch}",
            "From": f"<sip:bob@example.com>;tag={self.tag if tag is None else tag}",
            "To": self.subscriber,
            "Call-ID": self.call_id,
            "CSeq": f"{self.cseq} NOTIFY",
            "Contact": f"<sip:bob@127.0.0.1:{self.port}>",
            "Max-Forwards": "70",
            "Event": "presence",
            "Subscription-State": state,
        }
        if body:
            fields["Content-Type"] = kind
        fields.update({name.replace("_", "-"): value for name, value in headers.items()})
        lines = [f"NOTIFY {self.target} SIP/2.0"]
        lines += [f"{name}: {value}" for name, value in fields.items() if value is not None]
        lines += [f"Content-Length: {len(body.encode())}", "", body]
        self.send("\r\n".join(lines).encode())

    def notified(self, *arguments: Any, code: int = 200, **keywords: Any) -> Message:
        """Send a NOTIFY and await its answer."""
        self.notify(*arguments, **keywords)
        return self.expect(f"{code} NOTIFY")

    def accept(self, subscription: Subscription, code: int = 200) -> Message:
        """Let a new subscription become ACTIVE; its SUBSCRIBE."""
        subscription.subscribe()
        request = self.expect_subscribe()
        self.answer(request, code)
        self.driver.until(lambda: subscription.state == "ACCEPTED")
        self.notified()
        assert subscription.state == "ACTIVE"
        return request


def changes(driver: Driver) -> list[dict[str, Any]]:
    """The state notifications so far, without times, and forget all."""
    data = [
        {name: value for name, value in each.data.items() if name != "timestamp"}
        for each in driver.notifications
        if each.name == "SCSubscriptionChangedState"
    ]
    driver.notifications.clear()
    return data


def states(driver: Driver) -> list[str]:
    """The states of `changes()`."""
    return [each["state"] for each in changes(driver)]


def bodies(driver: Driver) -> list[SimpleNamespace]:
    """The NOTIFYs with bodies so far."""
    return [
        SimpleNamespace(**each.data)
        for each in driver.notifications
        if each.name == "SCSubscriptionGotNotify"
    ]


def ended(driver: Driver, subscription: Subscription, seconds: float = 5.0) -> dict[str, Any]:
    """Await TERMINATED; its data, without the time."""
    driver.until(lambda: subscription.state == "TERMINATED", seconds)
    driver.drain()
    last = changes(driver)[-1]
    assert last.pop("state") == "TERMINATED"
    return last
