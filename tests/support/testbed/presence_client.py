"""A user of a presence server who speaks to it in plain text, so that what it says is its own."""

from __future__ import annotations

import hashlib
import re
import socket
import ssl

from testbed.kamailio import Kamailio
from testbed.sip import Message

__all__ = ["PresenceClient"]


class PresenceClient:
    """A user who publishes and subscribes, and answers NOTIFY with 200.

    Args:
        user: Its name; the password is "secret".
        kamailio: The server.
        transport: "udp", "tcp" or "tls".
    """

    def __init__(self, user: str, kamailio: Kamailio, transport: str = "udp") -> None:
        self.user, self.transport = user, transport
        hop = kamailio.hop(transport)
        self.server = f"{hop['host']}:{hop['port']}"
        address = (str(hop["host"]), int(hop["port"]))
        if transport == "udp":
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.socket.connect(address)
        else:
            self.socket = socket.create_connection(address)
        if transport == "tls":
            context = ssl.create_default_context(cafile=str(kamailio.certificate))
            self.socket = context.wrap_socket(self.socket, server_hostname=address[0])
        self.socket.settimeout(5)
        self.sequence = 0
        self.data = b""
        self.notified: list[Message] = []
        self.seen: set[str] = set()

    def request(
        self, method: str, event: str, headers: dict[str, str], body: str = "", of: str = "alice"
    ) -> Message:
        """Send a request with credentials and wait for its response."""
        host, port = self.socket.getsockname()[:2]
        uri = f"sip:{of}@{self.server}"
        answer: Message | None = None
        # Without credentials, then with them.
        while answer is None or (answer.code == 401 and "Authorization" not in headers):
            if answer is not None:
                headers = {**headers, "Authorization": self._credentials(method, uri, answer)}
            self.sequence += 1
            branch = f"z9hG4bK{self.user}{port}{self.sequence}"
            message = Message(
                f"{method} {uri} SIP/2.0",
                [
                    ("Via", f"SIP/2.0/{self.transport.upper()} {host}:{port};branch={branch}"),
                    ("From", f"<sip:{self.user}@{self.server}>;tag={self.user}{port}"),
                    ("To", f"<{uri}>"),
                    ("Call-ID", f"{event}-{self.user}-{port}"),
                    ("CSeq", f"{self.sequence} {method}"),
                    ("Contact", f"<sip:{self.user}@{host}:{port};transport={self.transport}>"),
                    ("Max-Forwards", "70"),
                    ("Event", event),
                    *headers.items(),
                ],
                body.encode(),
            )
            self.socket.sendall(message.render())
            while not (answer := self._receive()).code or answer["CSeq"] != message["CSeq"]:
                self.notified.append(answer)
        return answer

    def notification(self) -> Message:
        """The next NOTIFY; what is sent again is left out."""
        while True:
            message = self.notified.pop(0) if self.notified else self._receive()
            # Each subscription has a tag of the server's, and counts by itself.
            number = f"{message['From']} {message['CSeq']}"
            if number not in self.seen:
                self.seen.add(number)
                return message

    def state(self, event: str, accept: str, of: str = "alice") -> bytes:
        """What the server tells of a user's state, without a subscription that lasts."""
        answer = self.request("SUBSCRIBE", event, {"Expires": "0", "Accept": accept}, of=of)
        assert answer.code in {200, 202}, answer.start
        return self.notification().body

    def _receive(self) -> Message:
        while True:
            head, separator, rest = self.data.partition(b"\r\n\r\n")
            length = re.search(rb"(?im)^Content-Length: *(\d+)", head)
            size = int(length[1]) if length else 0
            if separator and len(rest) >= size:
                self.data = rest[size:]
                message = Message.parse(head + separator + rest[:size])
                break
            data = self.socket.recv(65535)
            assert data, "the connection was closed"
            self.data += data
        if message.is_request:
            kept = {"via", "from", "to", "call-id", "cseq"}
            headers = [pair for pair in message.headers if pair[0].lower() in kept]
            self.socket.sendall(Message("SIP/2.0 200 OK", headers).render())
        return message

    def _credentials(self, method: str, uri: str, challenge: Message) -> str:
        fields = dict(re.findall(r'(\w+)="([^"]*)"', challenge["WWW-Authenticate"]))
        parts = (f"{self.user}:{fields['realm']}:secret", f"{method}:{uri}")
        first, second = (hashlib.md5(part.encode()).hexdigest() for part in parts)
        nonce = f"{fields['nonce']}:00000001:here:auth"
        response = hashlib.md5(f"{first}:{nonce}:{second}".encode()).hexdigest()
        return (
            f'Digest username="{self.user}", realm="{fields["realm"]}", uri="{uri}", '
            f'nonce="{fields["nonce"]}", response="{response}", '
            'qop=auth, nc=00000001, cnonce="here"'
        )
