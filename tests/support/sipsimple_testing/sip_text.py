"""SIP messages as text, as much as a proxy that is not part of what is tested needs.

Deliberately no use of sipsimple: a mistake there must not hide behind the same one here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

COMPACT = {
    "v": "via",
    "f": "from",
    "t": "to",
    "i": "call-id",
    "m": "contact",
    "l": "content-length",
}


@dataclass
class Message:
    """A request or response, its headers in order.

    Attributes:
        start_line: The first line.
        headers: Names as they came, and values.
        body: What follows the empty line.
    """

    start_line: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    @classmethod
    def parse(cls, data: bytes) -> Message:
        """Take a datagram apart; ValueError where it is no SIP message."""
        head, _, body = data.partition(b"\r\n\r\n")
        start_line, *lines = re.sub(r"\r\n[ \t]+", " ", head.decode("utf-8")).split("\r\n")
        if "SIP/2.0" not in start_line:
            raise ValueError(f"not a SIP message: {start_line!r}")
        pairs = (line.partition(":") for line in lines)
        return cls(start_line, [(name.strip(), value.strip()) for name, _, value in pairs], body)

    def __bytes__(self) -> bytes:
        lines = [self.start_line, *(f"{name}: {value}" for name, value in self.headers)]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body

    @property
    def is_request(self) -> bool:
        """Whether it is a request."""
        return not self.start_line.startswith("SIP/2.0")

    @property
    def method(self) -> str:
        """Method of a request, or that of the CSeq of a response."""
        return self.first("cseq").split()[-1]

    def all(self, name: str) -> list[str]:
        """Values of a header, one item per element of a comma-separated list."""
        return [
            item.strip()
            for key, value in self.headers
            if _canonical(key) == name
            for item in re.split(r",(?=\s*(?:<|SIP/|\"))", value)
        ]

    def first(self, name: str) -> str:
        """First value of a header, or an empty text."""
        return next(iter(self.all(name)), "")

    def replace(self, name: str, values: list[str]) -> None:
        """Put values in the place of all headers of a name."""
        kept = [(key, value) for key, value in self.headers if _canonical(key) != name]
        self.headers = [(name.title(), value) for value in values] + kept


def _canonical(name: str) -> str:
    return COMPACT.get(name.lower(), name.lower())


def uri_of(value: str) -> str:
    """The URI of a From, To, Contact, Route or Record-Route value."""
    match = re.search(r"<([^>]*)>", value)
    return match[1] if match else value.split(";", maxsplit=1)[0].strip()


def address_of(uri: str) -> tuple[str, int]:
    """Host and port of a SIP URI; the port is 5060 where it names none."""
    match = re.match(r"sips?:(?:[^@]*@)?([^;:?>]+)(?::(\d+))?", uri)
    if not match:
        raise ValueError(f"not a SIP URI: {uri!r}")
    return match[1], int(match[2] or 5060)


def user_of(uri: str) -> str:
    """User part of a SIP URI."""
    match = re.match(r"sips?:([^@]*)@", uri)
    return match[1] if match else ""
