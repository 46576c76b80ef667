"""SIP messages as text (RFC 3261 section 7): as much as a small proxy needs.

Not the SIP stack that is tested: what tests it should not be made of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Self

__all__ = ["Message", "parameter", "split_values", "uri_of", "with_parameter"]

# RFC 3261 section 7.3.3.
_COMPACT = {
    "i": "Call-ID",
    "m": "Contact",
    "e": "Content-Encoding",
    "l": "Content-Length",
    "c": "Content-Type",
    "f": "From",
    "s": "Subject",
    "k": "Supported",
    "t": "To",
    "v": "Via",
}


@dataclass
class Message:
    """A request or a response.

    Attributes:
        start: The start line.
        headers: (name, value) pairs in their order. Of Via, Route, Record-Route and Contact
            each value is a pair of its own.
        body: What follows.
    """

    start: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a datagram.

        Raises:
            ValueError: It is no SIP message.
        """
        head, separator, body = data.partition(b"\r\n\r\n")
        if not separator:
            raise ValueError("no empty line behind the headers")
        text = re.sub(r"\r\n[ \t]+", " ", head.decode(errors="surrogateescape"))
        start, *lines = text.split("\r\n")
        if not re.fullmatch(r"SIP/2\.0 \d{3} .*|[A-Z]+ \S+ SIP/2\.0", start):
            raise ValueError(f"start line {start!r}")
        message = cls(start, body=body)
        for line in lines:
            name, colon, value = line.partition(":")
            if not colon:
                raise ValueError(f"header line {line!r}")
            name = name.strip()
            name = _COMPACT.get(name.lower(), name)
            listed = name.lower() in {"via", "route", "record-route", "contact"}
            values = split_values(value) if listed else [value.strip()]
            message.headers += [(name, each) for each in values]
        for needed in ("Via", "From", "To", "Call-ID", "CSeq"):
            if message.get(needed) is None:
                raise ValueError(f"no {needed} header")
        return message

    def render(self) -> bytes:
        """The datagram, with the right Content-Length."""
        lines = [self.start]
        lines += [
            f"{name}: {value}" for name, value in self.headers if name.lower() != "content-length"
        ]
        lines += [f"Content-Length: {len(self.body)}", "", ""]
        return "\r\n".join(lines).encode(errors="surrogateescape") + self.body

    @property
    def is_request(self) -> bool:
        """Whether it is no response."""
        return not self.start.startswith("SIP/2.0 ")

    @property
    def method(self) -> str:
        """The method, of a response the one it responds to."""
        return self["CSeq"].split()[-1]

    @property
    def uri(self) -> str:
        """The Request-URI."""
        return self.start.split(" ")[1]

    @property
    def code(self) -> int:
        """The code of a response, 0 for a request."""
        return 0 if self.is_request else int(self.start.split(" ")[1])

    def get(self, name: str) -> str | None:
        """The first header of a name."""
        return next(iter(self.all(name)), None)

    def all(self, name: str) -> list[str]:
        """All values of a header."""
        return [value for other, value in self.headers if other.lower() == name.lower()]

    def __getitem__(self, name: str) -> str:
        value = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    def remove_first(self, name: str) -> None:
        """Take out the first header of a name."""
        for index, (other, _) in enumerate(self.headers):
            if other.lower() == name.lower():
                del self.headers[index]
                return

    def replace_first(self, name: str, value: str) -> None:
        """Set the first header of a name; where there is none, add one."""
        for index, (other, _) in enumerate(self.headers):
            if other.lower() == name.lower():
                self.headers[index] = (other, value)
                return
        self.headers.append((name, value))

    def insert(self, name: str, value: str) -> None:
        """Add a header above all others."""
        self.headers.insert(0, (name, value))


def split_values(text: str) -> list[str]:
    """The values of a header that are separated by commas (RFC 3261 section 7.3.1)."""
    values = re.findall(r'(?:"(?:\\.|[^"\\])*"|<[^>]*>|[^,"<])+', text)
    return [value.strip() for value in values if value.strip()]


def uri_of(value: str) -> str:
    """The URI in a From, To, Contact or Route."""
    match = re.search(r"<([^>]*)>", value)
    return match[1] if match else value.split(";", maxsplit=1)[0].strip()


def parameter(value: str, name: str) -> str | None:
    """A parameter of a header, "" where it has no value; None where there is none."""
    outside = re.sub(r'"(?:\\.|[^"\\])*"|<[^>]*>', "", value)
    match = re.search(rf";\s*{name}(?:\s*=\s*([^;\s]+))?\s*(?:;|$)", outside, re.IGNORECASE)
    return None if match is None else match[1] or ""


def with_parameter(value: str, name: str, new: str) -> str:
    """A header with a parameter set."""
    without = re.sub(rf";\s*{name}(\s*=\s*[^;\s]+)?(?=;|$)", "", value, flags=re.IGNORECASE)
    return f"{without};{name}={new}"
