"""A small registrar for the tests of this package: UDP and TCP, digest, any misbehaviour."""

from __future__ import annotations

import errno
import hashlib
import re
import secrets
import selectors
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

REALM = "test"


@dataclass
class Request:
    """A request, as received.

    Attributes:
        method: Its method.
        uri: Its Request-URI.
        headers: Its headers by lower-case name; of several the first.
        transport: "udp" or "tcp".
        body: Its body.
    """

    method: str
    uri: str
    headers: dict[str, str]
    transport: str
    body: bytes = b""

    @property
    def expires(self) -> int:
        return int(self.headers.get("expires", "-1"))


def parse(data: bytes, transport: str) -> Request:
    head, _, body = data.partition(b"\r\n\r\n")
    line, *fields = head.decode(errors="surrogateescape").split("\r\n")
    method, uri, _ = line.split(" ")
    headers: dict[str, str] = {}
    for text in fields:
        name, _, value = text.partition(":")
        headers.setdefault(name.strip().lower(), value.strip())
    return Request(method, uri, headers, transport, body)


# By IANA's names (RFC 8760 section 2.1).
HASHES = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}


def digest(algorithm: str, *parts: str) -> str:
    """Parts joined by colons, hashed."""
    return hashlib.new(HASHES[algorithm], ":".join(parts).encode()).hexdigest()


@dataclass
class Registrar:
    """Answers REGISTER in a thread of its own.

    Attributes:
        password: Challenge for it, or None to let everybody in.
        challenges: What it challenges with, one header each, apart from realm and nonce.
        fresh_nonces: Whether each challenge has a nonce of its own.
        stale: How many times right credentials are refused as stale.
        minimum: Answer 423 to what asks for less seconds.
        too_brief: Answer 423 to every further request for a binding: gets what was asked for,
            returns a Min-Expires, or None to leave it out.
        grant: Seconds to grant, None for what is asked.
        answer: Decides alone, when set: gets the request and how often one has come,
            returns a status line ("404 Not Found"), or "" for no answer.
        other_bindings: Further Contact values to list.
        delay: Seconds to let pass before each answer.
        requests: Everything that has come.
    """

    password: str | None = None
    challenges: list[str] = field(default_factory=lambda: ['qop="auth"'])
    fresh_nonces: bool = False
    stale: int = 0
    minimum: int = 0
    too_brief: Callable[[int], int | None] | None = None
    grant: int | None = None
    answer: Callable[[Request, int], str | None] | None = None
    other_bindings: list[str] = field(default_factory=list)
    delay: float = 0.0
    requests: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._nonces = [secrets.token_hex(8)]
        self._stopped = threading.Event()
        self._selector = selectors.DefaultSelector()
        self._listener, self._udp, self.port = _listen()
        self._selector.register(self._udp, selectors.EVENT_READ, self._read_udp)
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._thread = threading.Thread(target=self._serve, name="registrar", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stopped.set()
        self._thread.join(5)
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        self._listener.close()  # it may not be among them
        self._selector.close()

    @property
    def expiries(self) -> list[int]:
        """The Expires of every request, in order."""
        return [request.expires for request in self.requests]

    def _serve(self) -> None:
        while not self._stopped.is_set():
            for key, _ in self._selector.select(0.05):
                key.data()

    def _read_udp(self) -> None:
        data, address = self._udp.recvfrom(65535)
        if answer := self._answer(data, "udp"):
            self._udp.sendto(answer, address)

    def _accept(self) -> None:
        connection, _ = self._listener.accept()
        self._selector.register(
            connection, selectors.EVENT_READ, lambda: self._read_tcp(connection)
        )

    def _read_tcp(self, connection: socket.socket) -> None:
        data = connection.recv(65535)
        if not data:
            self._selector.unregister(connection)
            connection.close()
        elif data.strip() and (answer := self._answer(data, "tcp")):
            connection.sendall(answer)

    def _answer(self, data: bytes, transport: str) -> bytes:
        request = parse(data, transport)
        self.requests.append(request)
        self._stopped.wait(self.delay)
        status, extra = self._decide(request)
        if not status:
            return b""
        kept = ("via", "from", "call-id", "cseq")
        lines = [
            f"SIP/2.0 {status}",
            *(f"{name}: {request.headers[name]}" for name in kept),
            f"To: {request.headers['to']};tag=registrar",
            *extra,
            "Content-Length: 0",
        ]
        return "\r\n".join([*lines, "", ""]).encode(errors="surrogateescape")

    def _grant(self, request: Request) -> tuple[str, list[str]]:
        """What becomes of a request that nothing speaks against: status, further headers."""
        if request.expires == 0:
            return "200 OK", []
        granted = request.expires if self.grant is None else self.grant
        bindings = [f"{request.headers['contact']};expires={granted}", *self.other_bindings]
        return "200 OK", [f"Contact: {binding}" for binding in bindings]

    def _decide(self, request: Request) -> tuple[str, list[str]]:
        if self.answer is not None:
            status = self.answer(request, len(self.requests))
            if status is not None:
                return status, self._challenge() if status.startswith("401") else []
        if self.password is not None and not self._authorized(request):
            return "401 Unauthorized", self._challenge()
        if self.password is not None and self.stale > 0:
            self.stale -= 1
            self._nonces = [secrets.token_hex(8)]
            return "401 Unauthorized", [f"{text}, stale=true" for text in self._challenge()]
        if 0 < request.expires < self.minimum:
            return "423 Interval Too Brief", [f"Min-Expires: {self.minimum}"]
        if self.too_brief is not None and len(self.requests) > 1 and request.expires:
            least = self.too_brief(request.expires)
            return "423 Interval Too Brief", [] if least is None else [f"Min-Expires: {least}"]
        return self._grant(request)

    def _challenge(self) -> list[str]:
        headers = []
        for challenge in self.challenges:
            if self.fresh_nonces:
                self._nonces.append(secrets.token_hex(8))
            text = f'WWW-Authenticate: Digest realm="{REALM}", nonce="{self._nonces[-1]}"'
            headers.append(f"{text}, {challenge}" if challenge else text)
        return headers

    def _authorized(self, request: Request) -> bool:
        given = credentials_of(request)
        if given.get("nonce") not in self._nonces or self.password is None:
            return False
        algorithm = given.get("algorithm", "MD5")
        nonce = [given["nonce"]]
        if "qop" in given:
            nonce += [given["nc"], given["cnonce"], given["qop"]]
        expected = digest(
            algorithm,
            digest(algorithm, given["username"], REALM, self.password),
            *nonce,
            digest(algorithm, request.method, given["uri"]),
        )
        return expected == given["response"]


def credentials_of(request: Request) -> dict[str, str]:
    """The parameters of its Authorization header; empty where it has none."""
    text = request.headers.get("authorization", "")
    return dict(re.findall(r'(\w+)="?([^",]*)"?', text))


def _listen() -> tuple[socket.socket, socket.socket, int]:
    """Listen over TCP and UDP at one port that is free for both."""
    while True:
        listener = socket.create_server(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            udp.bind(("127.0.0.1", port))
        except OSError as error:
            listener.close()
            udp.close()
            if error.errno != errno.EADDRINUSE:
                raise
        else:
            return listener, udp, port
