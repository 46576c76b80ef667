"""The other side, in a process of its own: registrar, event state compositor, notifier, callee.

`python -m soak.server` writes its UDP port and serves until its standard input ends. How it
treats a request says the user that it is for: see `USERS`. It keeps nothing of what it has
answered, so that it is as fast at the end as it was at the beginning.
"""

from __future__ import annotations

import hashlib
import itertools
import socket
import sys
import threading
from typing import TypeAlias

from testbed.digest import Authenticator, Verdict
from testbed.sip import Message, parameter, uri_of

Address: TypeAlias = tuple[str, int]

HOST = "127.0.0.1"
#: Who there is. "open" gets what it wants without, "digest" with the password "secret".
USERS = (
    *("open", "digest", "refused", "unavailable", "brief", "silent"),
    *("ended", "early", "pending", "busy", "ringing"),
)
PASSWORD = "secret"
#: Seconds at least that "brief" has to ask for.
MINIMUM = 500
STATUS = {"refused": "403 Forbidden", "unavailable": "503 Service Unavailable"}


class Server:
    """Answers datagrams, one after the other."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self._socket.bind((HOST, 0))
        self.port: int = self._socket.getsockname()[1]
        self._digest = Authenticator("soak", {"digest": PASSWORD}, nonce_seconds=30)
        # One for all dialogs: it has to rise in each of them, nothing else.
        self._numbers = itertools.count(1)

    def serve(self) -> None:
        while True:
            data, source = self._socket.recvfrom(65535)
            try:
                message = Message.parse(data)
            except ValueError:
                continue
            if message.is_request and message.method != "ACK":
                self._request(message, source)

    def _request(self, request: Message, source: Address) -> None:
        method = request.method
        uri = request["To"] if method in {"REGISTER", "PUBLISH"} else request.uri
        user = uri_of(uri).partition("sip:")[2].partition("@")[0]
        if user == "silent":
            return
        if user in STATUS:
            self._answer(request, source, STATUS[user])
        elif method in {"REGISTER", "PUBLISH", "SUBSCRIBE"} and user == "digest":
            verdict = self._digest.judge(request.get("Authorization"), method, user)
            if verdict is Verdict.RIGHT:
                self._grant(request, source, user)
            elif verdict is Verdict.WRONG:
                self._answer(request, source, "403 Forbidden")
            else:
                texts = self._digest.challenges(stale=verdict is Verdict.STALE)
                headers = [("WWW-Authenticate", text) for text in texts]
                self._answer(request, source, "401 Unauthorized", *headers)
        elif method in {"REGISTER", "PUBLISH", "SUBSCRIBE"}:
            self._grant(request, source, user)
        elif method == "INVITE" and "tag=" not in request["To"]:
            self._called(request, source, user)
        elif method == "CANCEL":
            self._answer(request, source, "200 OK")
            request.replace_first("CSeq", request["CSeq"].replace("CANCEL", "INVITE"))
            self._answer(request, source, "487 Request Terminated")
        else:
            self._answer(request, source, "200 OK")

    def _called(self, request: Message, source: Address, user: str) -> None:
        contact = ("Contact", f"<sip:{user}@{HOST}:{self.port}>")
        if user == "ringing":
            self._answer(request, source, "180 Ringing", contact)
        else:
            self._answer(request, source, "486 Busy Here")

    def _grant(self, request: Message, source: Address, user: str) -> None:
        method = request.method
        expires = int(request.get("Expires") or 300)
        if user == "brief" and 0 < expires < MINIMUM:
            self._answer(request, source, "423 Too Brief", ("Min-Expires", str(MINIMUM)))
            return
        granted = ("Expires", str(expires))
        if method == "REGISTER":
            contacts = [("Contact", f"{request['Contact']};expires={expires}")] if expires else []
            self._answer(request, source, "200 OK", *contacts, granted)
        elif method == "PUBLISH":
            tag = ("SIP-ETag", f"tag{next(self._numbers)}")
            self._answer(request, source, "200 OK", tag, granted)
        else:
            contact = ("Contact", f"<sip:{user}@{HOST}:{self.port}>")
            state = f"active;expires={expires}" if expires else "terminated;reason=timeout"
            if user == "ended":
                state = "terminated;reason=deactivated;retry-after=10"
            elif user == "pending" and expires:
                state = f"pending;expires={expires}"
            if user == "early":
                self._notify(request, source, state)
            self._answer(request, source, "200 OK", contact, granted)
            if user != "early":
                self._notify(request, source, state)

    def _notify(self, request: Message, source: Address, state: str) -> None:
        number = next(self._numbers)
        message = Message(f"NOTIFY {uri_of(request['Contact'])} SIP/2.0", body=b"<presence/>")
        message.headers = [
            ("Via", f"SIP/2.0/UDP {HOST}:{self.port};rport;branch=z9hG4bK-soak-{number}"),
            ("From", self._to(request)),
            ("To", request["From"]),
            ("Call-ID", request["Call-ID"]),
            ("CSeq", f"{number} NOTIFY"),
            ("Contact", f"<{request.uri}>"),
            ("Max-Forwards", "70"),
            ("Event", request["Event"]),
            ("Subscription-State", state),
            ("Content-Type", "application/pidf+xml"),
        ]
        self._socket.sendto(message.render(), source)

    def _answer(
        self, request: Message, source: Address, status: str, *headers: tuple[str, str]
    ) -> None:
        response = Message(f"SIP/2.0 {status}")
        kept = {"via", "from", "call-id", "cseq"}
        response.headers = [each for each in request.headers if each[0].lower() in kept]
        response.headers += [("To", self._to(request)), *headers]
        self._socket.sendto(response.render(), source)

    @staticmethod
    def _to(request: Message) -> str:
        if parameter(request["To"], "tag") is not None:
            return request["To"]
        tag = hashlib.sha256(request["Call-ID"].encode(errors="surrogateescape")).hexdigest()[:12]
        return f"{request['To']};tag={tag}"


def main() -> None:
    server = Server()
    threading.Thread(target=server.serve, daemon=True).start()
    print(server.port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
