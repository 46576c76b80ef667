"""Where registered users can be reached: the bindings of RFC 3261 section 10.3."""

from __future__ import annotations

import time
from dataclasses import dataclass

from testbed.sip import Message, parameter, uri_of

__all__ = ["Binding", "BindingError", "Locations"]

DEFAULT_SECONDS = 3600


class BindingError(Exception):
    """A REGISTER that cannot be done, with the status line to answer."""


@dataclass(frozen=True)
class Binding:
    """A contact of a user.

    Attributes:
        uri: Where requests go.
        until: When it expires, in seconds of the monotonic clock.
        call_id: The Call-ID of the REGISTER that made it.
        sequence: Its CSeq number.
    """

    uri: str
    until: float
    call_id: str
    sequence: int

    @property
    def seconds(self) -> int:
        """How long it will still be valid."""
        return max(0, round(self.until - time.monotonic()))


class Locations:
    """The bindings of all users, by their names."""

    def __init__(self) -> None:
        self._bindings: dict[str, dict[str, Binding]] = {}

    def of(self, user: str) -> list[Binding]:
        """The bindings of a user that have not expired, the newest last."""
        now = time.monotonic()
        bindings = self._bindings.get(user, {})
        for uri in [uri for uri, binding in bindings.items() if binding.until <= now]:
            del bindings[uri]
        return list(bindings.values())

    def register(self, user: str, request: Message) -> list[Binding]:
        """Do what a REGISTER asks for: all of it, or nothing.

        Returns:
            The bindings afterwards.

        Raises:
            BindingError: It asks for something that is not allowed.
        """
        contacts = request.all("Contact")
        default = _seconds(request.get("Expires"), DEFAULT_SECONDS)
        call_id, sequence = request["Call-ID"], int(request["CSeq"].split()[0])
        self.of(user)  # forgets what has expired
        after = dict(self._bindings.get(user, {}))
        if contacts == ["*"]:
            if request.get("Expires") != "0":
                raise BindingError("400 Contact * needs Expires 0")
            contacts = [f"<{uri}>;expires=0" for uri in after]
        for contact in contacts:
            uri = uri_of(contact)
            before = after.get(uri)
            if before and before.call_id == call_id and before.sequence >= sequence:
                raise BindingError("500 CSeq Out of Order")
            after.pop(uri, None)
            if seconds := _seconds(parameter(contact, "expires"), default):
                after[uri] = Binding(uri, time.monotonic() + seconds, call_id, sequence)
        self._bindings[user] = after
        return self.of(user)


def _seconds(text: str | None, default: int) -> int:
    return int(text) if text is not None and text.strip().isdigit() else default
