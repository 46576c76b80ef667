"""A phone on a bare UDP socket, for calls in which it does exactly what a test says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sipsimple.core import SIPURI, Credentials, Invitation, Route
from sipsimple.pjproject.native import live_objects
from sipsimple.sdp import SDPAttribute, SDPConnection, SDPMedia, SDPSession

if TYPE_CHECKING:
    from core_driver import Driver

from core_driver import Peer


@dataclass
class Message:
    """A message, taken apart without PJSIP.

    Attributes:
        line: Its first line.
        headers: By lower-case name; of several the first.
        body: What follows the headers.
        text: All of it.
    """

    line: str
    headers: dict[str, str]
    body: str
    text: str

    @property
    def what(self) -> str:
        """The method of a request, or the code of a response and the method of its request."""
        if self.line.startswith("SIP/2.0"):
            return f"{self.line.split(' ')[1]} {self.headers['cseq'].split(' ')[1]}"
        return self.line.split(" ")[0]

    @property
    def code(self) -> int:
        return int(self.line.split(" ")[1])

    def uri(self, header: str) -> str:
        found = re.search(r"<([^>]*)>", self.headers[header])
        assert found is not None
        return found[1]

    def all(self, header: str) -> list[str]:
        return re.findall(rf"(?im)^{header}: *(.*?)\r?$", self.text.partition("\r\n\r\n")[0])


def parse(data: bytes) -> Message:
    text = data.decode()
    head, _, body = text.partition("\r\n\r\n")
    line, *fields = head.split("\r\n")
    headers: dict[str, str] = {}
    for field in fields:
        name, _, value = field.partition(":")
        headers.setdefault(name.strip().lower(), value.strip())
    return Message(line, headers, body, text)


def sdp_text(port: int = 4000, version: int = 1, codec: str = "0 PCMU/8000") -> str:
    """A description with one audio stream."""
    number = codec.partition(" ")[0]
    lines = [
        "v=0",
        f"o=- 1 {version} IN IP4 127.0.0.1",
        "s=-",
        "c=IN IP4 127.0.0.1",
        "t=0 0",
        f"m=audio {port} RTP/AVP {number}",
        f"a=rtpmap:{codec}",
    ]
    return "\r\n".join([*lines, ""])


def sdp(port: int = 5000, codec: str = "0 PCMU/8000") -> SDPSession:
    """The same as an object."""
    number = codec.partition(" ")[0]
    return SDPSession(
        "127.0.0.1",
        connection=SDPConnection("127.0.0.1"),
        media=[
            SDPMedia(
                "audio",
                port,
                "RTP/AVP",
                formats=[number],
                attributes=[SDPAttribute("rtpmap", codec)],
            )
        ],
    )


class Phone(Peer):
    """A user agent that is one party of a call with the stack.

    Attributes:
        seen: What has been received and was not asked for.
    """

    def __init__(self, driver: Driver) -> None:
        super().__init__(driver)
        self.seen: list[Message] = []
        self.call_id = f"call-of-{self.port}"
        self.cseq = 1
        self.branch = ""
        self.local = '"Peer" <sip:peer@example.com>;tag=peer'
        self.remote = "<sip:token@127.0.0.1>"
        self.target = f"sip:token@127.0.0.1:{driver.ua.local_udp_port}"
        self._answered: set[str] = set()

    @property
    def contact(self) -> str:
        return f"<sip:peer@127.0.0.1:{self.port}>"

    # ---- receiving

    def _look(self, what: str) -> Message | None:
        while (data := self.receive()) is not None:
            message = parse(data)
            if message.what.startswith("100 ") or message.text in self._answered:
                # Not of interest, or a retransmission of what has been taken.
                continue
            self.seen.append(message)
        for message in self.seen:
            if message.what == what:
                self.seen.remove(message)
                self._answered.add(message.text)
                return message
        return None

    def expect(self, what: str, seconds: float = 5.0) -> Message:
        """Await a request ("BYE") or a response ("200 INVITE")."""
        message: Message = self.driver.until(lambda: self._look(what), seconds)
        if message.line.startswith("SIP/2.0") and "tag=" in message.headers["to"]:
            self.remote = message.headers["to"]
            if "contact" in message.headers:
                self.target = message.uri("contact")
        return message

    def sends_nothing(self, what: str, seconds: float = 0.3) -> None:
        """Assert that this does not come."""
        self.driver.run(seconds)
        assert self._look(what) is None

    # ---- as the caller, and within the dialog

    def say(
        self, method: str, body: str = "", *, cseq: int | None = None, branch: str = "", **more: str
    ) -> None:
        """Send a request of the call."""
        if not branch:
            self.count += 1
            branch = f"z9hG4bK-{self.port}-{self.count}"
        if method == "INVITE":
            self.branch = branch
        fields = {
            "Via": f"SIP/2.0/UDP 127.0.0.1:{self.port};rport;branch={branch}",
            "From": self.local,
            "To": self.remote,
            "Call-ID": self.call_id,
            "CSeq": f"{self.cseq if cseq is None else cseq} {method}",
            "Max-Forwards": "70",
            "Contact": self.contact,
        }
        if body:
            fields["Content-Type"] = "application/sdp"
        fields |= {name.replace("_", "-"): value for name, value in more.items()}
        fields["Content-Length"] = str(len(body))
        lines = [f"{method} {self.target} SIP/2.0", *(f"{name}: {fields[name]}" for name in fields)]
        self.send("\r\n".join([*lines, "", body]).encode())

    def invite(self, body: str | None = None, **more: str) -> None:
        self.say("INVITE", sdp_text() if body is None else body, **more)

    def ack(self, body: str = "") -> None:
        """Acknowledge a 2xx."""
        self.say("ACK", body)

    def ack_rejection(self) -> None:
        """Acknowledge another final response, in the INVITE's transaction."""
        self.say("ACK", branch=self.branch)

    def cancel(self) -> None:
        self.say("CANCEL", branch=self.branch)

    def next(self, method: str, body: str = "", **more: str) -> None:
        """Send the next request of the dialog."""
        self.cseq += 1
        self.say(method, body, **more)

    # ---- as the callee

    def answer(
        self,
        request: Message,
        code: int,
        reason: str = "Reason",
        body: str = "",
        tag: str = "peer",
        **more: str,
    ) -> None:
        """Send a response."""
        to = request.headers["to"]
        if "tag=" not in to and code > 100 and tag:
            to += f";tag={tag}"
        # From here on this side's requests are those of the callee.
        self.local, self.remote = to, request.headers["from"]
        self.call_id = request.headers["call-id"]
        if "contact" in request.headers:
            self.target = request.uri("contact")
        fields = [
            f"SIP/2.0 {code} {reason}",
            *(f"Via: {value}" for value in request.all("Via")),
            f"From: {request.headers['from']}",
            f"To: {to}",
            f"Call-ID: {request.headers['call-id']}",
            f"CSeq: {request.headers['cseq']}",
            f"Contact: {self.contact}",
            *(f"{name.replace('_', '-')}: {value}" for name, value in more.items()),
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        self.send("\r\n".join([*fields, "", body]).encode())


# ---- the stack's side


def changes(driver: Driver) -> list[tuple[str, str]]:
    """The changes of state that have been reported, and forgotten with everything else."""
    driver.drain()
    result = [
        (notification.data["prev_state"], notification.data["state"])
        for notification in driver.notifications
        if notification.name == "SCInvitationChangedState"
    ]
    driver.notifications.clear()
    return result


def reported(driver: Driver, state: str) -> dict[str, Any]:
    """Await the report of a state; its data."""

    def find() -> dict[str, Any] | None:
        for notification in driver.notifications:
            if (
                notification.name == "SCInvitationChangedState"
                and notification.data["state"] == state
            ):
                data: dict[str, Any] = notification.data
                return data
        return None

    found: dict[str, Any] = driver.until(find)
    return found


def updates(driver: Driver) -> list[dict[str, Any]]:
    """The data of the `SCInvitationGotSDPUpdate` that have come."""
    return [
        notification.data
        for notification in driver.notifications
        if notification.name == "SCInvitationGotSDPUpdate"
    ]


def outgoing(phone: Phone, password: str | None = None) -> Invitation:
    """A session to the phone, with an SDP set."""
    invitation = Invitation(
        Credentials(SIPURI("example.com", user="alice", display="Alice"), password, "token"),
        SIPURI("example.com", user="peer"),
        Route("127.0.0.1", phone.port),
    )
    invitation.set_offered_local_sdp(sdp())
    return invitation


def called(phone: Phone) -> tuple[Invitation, Message]:
    """An outgoing session of which the phone has the INVITE."""
    invitation = outgoing(phone)
    invitation.send_invite()
    return invitation, phone.expect("INVITE")


def received(phone: Phone, body: str | None = None, **headers: str) -> Invitation:
    """An incoming session from the phone."""
    before = {id(known) for known in live_objects(Invitation)}
    phone.invite(body, **headers)
    invitation: Invitation = phone.driver.until(
        lambda: next((new for new in live_objects(Invitation) if id(new) not in before), None)
    )
    return invitation


def confirmed_outgoing(phone: Phone) -> Invitation:
    invitation, invite = called(phone)
    phone.answer(invite, 200, "OK", sdp_text())
    phone.expect("ACK")
    reported(phone.driver, "CONFIRMED")
    return invitation


def confirmed_incoming(phone: Phone) -> Invitation:
    invitation = received(phone)
    invitation.set_offered_local_sdp(sdp())
    invitation.accept_invite()
    phone.expect("200 INVITE")
    phone.ack()
    reported(phone.driver, "CONFIRMED")
    return invitation
