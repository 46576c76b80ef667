"""`RTCPFeedback`: which feedback about a format is understood (RFC 4585, RFC 5104)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from sipsimple.sdp.views.fields import check_line, check_token, exact_fields, split_first

__all__ = ["RTCPFeedback"]


@dataclass(frozen=True, slots=True)
class RTCPFeedback:
    """The value of an `rtcp-fb` attribute.

    Args:
        format: The payload type that it is about, a str; "*" for all of the section.
        type: The kind of feedback, a str: "nack", "ack", "ccm", "trr-int" and others.
        parameters: What of it, a str as it is written: "pli" of "nack", the milliseconds of
            "trr-int"; "" for the kind as such.

    Raises:
        TypeError: A value is not a str.
        ValueError: A value would not stay in its place in the line.

    >>> RTCPFeedback.parse("98 nack pli")
    RTCPFeedback(format='98', type='nack', parameters='pli')
    >>> str(RTCPFeedback("*", "nack"))
    '* nack'

    Source: RFC 4585 section 4.2, RFC 5104 section 7.1.
    """

    format: str
    type: str
    parameters: str = ""

    def __post_init__(self) -> None:
        exact_fields(self)
        check_token(self.format, "format")
        check_token(self.type, "type")
        text = check_line(self.parameters, "parameters").strip(" \t")
        object.__setattr__(self, "parameters", text)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the value of an `rtcp-fb` attribute.

        Args:
            text: What stands behind `a=rtcp-fb:`, a str.

        Raises:
            TypeError: The text is not a str.
            ValueError: A field is missing.
        """
        (format, kind), parameters = split_first(text, 2, "rtcp-fb", least=2)
        return cls(format, kind, parameters)

    def is_about(self, format: str) -> bool:
        """Whether it holds for a format of its section.

        Args:
            format: One of the formats of the `m=` line, a str.

        Raises:
            TypeError: It is not a str.
            ValueError: It is none of an `m=` line.

        >>> RTCPFeedback("*", "nack").is_about("98"), RTCPFeedback("97", "nack").is_about("98")
        (True, False)
        """
        name = check_token(format, "format")
        return self.format in ("*", name)

    def __str__(self) -> str:
        text = f"{self.format} {self.type}"
        return f"{text} {self.parameters}" if self.parameters else text
