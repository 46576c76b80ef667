"""A user agent that takes MESSAGE requests, for the tests of this package."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from core_registrar import REALM, Registrar, Request


@dataclass
class MessageAgent(Registrar):
    """Answers MESSAGE in a thread of its own, with what a `Registrar` can do besides.

    Attributes:
        refuses_tcp: Whether connections are refused: nobody listens.
        proxies: How many proxies in front of it challenge first, each for a realm of its own.
        realms: Whether each challenge is for a new realm.
    """

    refuses_tcp: bool = False
    proxies: int = 0
    realms: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.refuses_tcp:
            self._selector.unregister(self._listener)
            self._listener.close()
            # Bound and not listening: nobody else can take its number, and answer.
            self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            self._listener.bind(("127.0.0.1", self.port))

    def _grant(self, request: Request) -> tuple[str, list[str]]:
        return "200 OK", ["X-Mark: a", "Subject: Grüße"]

    def _decide(self, request: Request) -> tuple[str, list[str]]:
        # The credentials for the proxies before stand in the request too.
        if len(self.requests) <= self.proxies:
            number = len(self.requests)
            challenge = f'Digest realm="proxy{number}", nonce="n{number}"'
            return "407 Proxy", [f"Proxy-Authenticate: {challenge}"]
        return super()._decide(request)

    def _challenge(self) -> list[str]:
        headers = super()._challenge()
        if self.realms:
            new = f'"{REALM}{len(self.requests)}"'
            headers = [header.replace(f'"{REALM}"', new) for header in headers]
        return headers

    @property
    def numbers(self) -> list[int]:
        """The CSeq of every request, in order."""
        return [int(request.headers["cseq"].split()[0]) for request in self.requests]
