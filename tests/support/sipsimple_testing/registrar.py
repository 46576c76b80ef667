"""A registrar with digest authentication, and a record-routing proxy, over UDP on loopback.

Small, and for tests and demonstrations only: it keeps no transactions (a stateless proxy,
RFC 3261 section 16.11), so it relies on the endpoints to retransmit.
"""

from __future__ import annotations

import hashlib
import os
import re
import socket
import threading
import time
from types import TracebackType

from sipsimple_testing.sip_text import Message, address_of, uri_of, user_of

REALM = "sipsimple.invalid"


class Registrar:
    """Serves in a thread of its own between `start()` and `stop()`.

    Args:
        accounts: Passwords by user name.
        address: The IPv4 address to listen on.

    Attributes:
        address, port: Where it listens.
        bindings: Registered contacts by user name: (Contact URI, time of expiry).
        seen: (request line or status line, source port) of every message, in order.
    """

    def __init__(self, accounts: dict[str, str], address: str = "127.0.0.1") -> None:
        self.accounts = accounts
        self.bindings: dict[str, tuple[str, float]] = {}
        self.seen: list[tuple[str, int]] = []
        self._nonce = os.urandom(8).hex()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 0))
        self._socket.settimeout(0.1)
        self.address, self.port = self._socket.getsockname()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="registrar", daemon=True)

    def start(self) -> Registrar:
        """Begin to serve; the socket takes requests from then on."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving and close the socket."""
        self._stopping.set()
        self._thread.join(timeout=5)
        self._socket.close()

    def __enter__(self) -> Registrar:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _serve(self) -> None:
        while not self._stopping.is_set():
            try:
                data, source = self._socket.recvfrom(65535)
            except TimeoutError:
                continue
            except ConnectionRefusedError:
                continue  # an ICMP error for something sent to an endpoint that has ended
            try:
                message = Message.parse(data)
            except (ValueError, UnicodeDecodeError):
                continue
            self.seen.append((message.start_line, source[1]))
            if not message.is_request:
                self._forward_response(message)
            elif message.method == "REGISTER":
                self._register(message, source)
            else:
                self._forward_request(message, source)

    # ---- registrar

    def _register(self, request: Message, source: tuple[str, int]) -> None:
        user = user_of(uri_of(request.first("to")))
        if user not in self.accounts:
            self._respond(request, source, "404 Not Found")
        elif not self._is_authorized(request, user):
            challenge = f'Digest realm="{REALM}", nonce="{self._nonce}", algorithm=MD5, qop="auth"'
            self._respond(request, source, "401 Unauthorized", ("WWW-Authenticate", challenge))
        else:
            contact = request.first("contact")
            match = re.search(r";\s*expires=(\d+)", contact) or re.match(
                r"(\d+)", request.first("expires") or "3600"
            )
            expires = int(match[1]) if match else 3600
            if expires == 0:
                self.bindings.pop(user, None)
                self._respond(request, source, "200 OK")
            else:
                self.bindings[user] = (uri_of(contact), time.monotonic() + expires)
                bound = f"<{uri_of(contact)}>;expires={expires}"
                self._respond(request, source, "200 OK", ("Contact", bound))

    def _is_authorized(self, request: Message, user: str) -> bool:
        value = request.first("authorization")
        given = {
            name: text.strip('"') for name, text in re.findall(r'(\w+)=("[^"]*"|[^,\s]+)', value)
        }
        if given.get("username") != user or given.get("nonce") != self._nonce:
            return False
        secret = _md5(f"{user}:{REALM}:{self.accounts[user]}")
        what = _md5(f"{request.method}:{given.get('uri', '')}")
        middle = ":".join(given.get(name, "") for name in ("nonce", "nc", "cnonce", "qop"))
        return given.get("response") == _md5(f"{secret}:{middle}:{what}")

    def _respond(
        self,
        request: Message,
        source: tuple[str, int],
        status: str,
        *headers: tuple[str, str],
    ) -> None:
        kept = [
            (name, _with_tag(value) if name.lower() in ("to", "t") else value)
            for name, value in request.headers
            if name.lower() in ("via", "v", "from", "f", "to", "t", "call-id", "i", "cseq")
        ]
        response = Message(f"SIP/2.0 {status}", [*kept, *headers, ("Content-Length", "0")])
        self._socket.sendto(bytes(response), source)

    # ---- proxy

    def _forward_request(self, request: Message, source: tuple[str, int]) -> None:
        hops = int(request.first("max-forwards") or 70)
        if hops == 0:
            self._respond(request, source, "483 Too Many Hops")
            return
        routes = request.all("route")
        if routes and address_of(uri_of(routes[0])) == (self.address, self.port):
            routes.pop(0)
        method, target, _ = request.start_line.split(" ")
        if routes:
            destination = address_of(uri_of(routes[0]))
        elif user_of(target) in self.accounts and "tag=" not in request.first("to"):
            contact, expiry = self.bindings.get(user_of(target), ("", 0.0))
            if expiry < time.monotonic():
                if method != "ACK":
                    self._respond(request, source, "480 Temporarily Unavailable")
                return
            target, destination = contact, address_of(contact)
        else:
            destination = address_of(target)
            if destination == (self.address, self.port):
                if method != "ACK":
                    self._respond(request, source, "404 Not Found")
                return
        request.start_line = f"{method} {target} SIP/2.0"
        request.replace("route", routes)
        request.replace("max-forwards", [str(hops - 1)])
        if method == "INVITE":
            own = f"<sip:{self.address}:{self.port};lr>"
            request.replace("record-route", [own, *request.all("record-route")])
        # The branch of a stateless proxy repeats for retransmissions, CANCEL and ACK.
        branch = _md5(request.first("via") + target)[:16]
        via = f"SIP/2.0/UDP {self.address}:{self.port};branch=z9hG4bK{branch}"
        vias = request.all("via")
        vias[0] += f";received={source[0]}"
        if ";rport" in vias[0]:
            vias[0] = re.sub(r";rport(=\d*)?", f";rport={source[1]}", vias[0])
        request.replace("via", [via, *vias])
        self._socket.sendto(bytes(request), destination)

    def _forward_response(self, response: Message) -> None:
        vias = response.all("via")[1:]
        if not vias:
            return
        response.replace("via", vias)
        host = re.match(r"SIP/2.0/UDP ([^;:\s]+)(?::(\d+))?", vias[0])
        if not host:
            return
        received = re.search(r";received=([^;]+)", vias[0])
        rport = re.search(r";rport=(\d+)", vias[0])
        port = int(rport[1]) if rport else int(host[2] or 5060)
        self._socket.sendto(bytes(response), (received[1] if received else host[1], port))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _with_tag(value: str) -> str:
    return value if "tag=" in value else f"{value};tag={os.urandom(4).hex()}"
