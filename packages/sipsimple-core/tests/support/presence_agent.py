"""A small presence agent (RFC 3903's event state compositor) for the tests of this package."""

from __future__ import annotations

from dataclasses import dataclass, field

from core_registrar import Registrar, Request


@dataclass
class PresenceAgent(Registrar):
    """Answers PUBLISH in a thread of its own, with what a `Registrar` can do besides.

    Attributes:
        published: What is published, by entity-tag.
        tags: Every entity-tag that it has given, in order.
    """

    published: dict[str, bytes] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)

    def _grant(self, request: Request) -> tuple[str, list[str]]:
        body, old = request.body, request.headers.get("sip-if-match")
        if old is not None:
            if old not in self.published:
                return "412 Conditional Request Failed", []
            body = self.published.pop(old)
            body = request.body or body
        elif not body:
            return "400 Nothing to publish", []
        tag = f"tag{len(self.tags) + 1}"
        self.tags.append(tag)
        if request.expires > 0:
            self.published[tag] = body
        granted = request.expires if self.grant is None else self.grant
        return "200 OK", [f"SIP-ETag: {tag}", f"Expires: {min(granted, request.expires)}"]

    @property
    def conditions(self) -> list[str | None]:
        """The SIP-If-Match of every request, in order."""
        return [request.headers.get("sip-if-match") for request in self.requests]

    @property
    def bodies(self) -> list[bytes]:
        """The body of every request, in order."""
        return [request.body for request in self.requests]
