"""`RTPMap`: which codec a payload type stands for (RFC 8866 section 6.6, RFC 3551)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Self

from sipsimple.sdp.views.fields import (
    check_number,
    check_token,
    exact_fields,
    parse_number,
    shown,
    split,
)

__all__ = ["HIGHEST_PAYLOAD_TYPE", "STATIC_PAYLOAD_TYPES", "RTPMap"]

# RFC 3550 section 5.1 gives the payload type seven bits.
HIGHEST_PAYLOAD_TYPE: Final = 127
_HIGHEST_CLOCK_RATE: Final = 2**32 - 1


@dataclass(frozen=True, slots=True)
class RTPMap:
    """The value of an `rtpmap` attribute.

    Args:
        payload_type: The RTP payload type, an int from 0 to 127.
        encoding_name: The name of the codec, a str such as "opus"; case does not matter.
        clock_rate: The rate of the RTP timestamps in Hz, an int.
        encoding_parameters: What follows the clock rate, a str, or `None`: for audio the number
            of channels.

    Raises:
        TypeError: A value is of the wrong type.
        ValueError: A value is out of range, or would not stay in its place in the line.

    >>> RTPMap.parse("111 opus/48000/2")
    RTPMap(payload_type=111, encoding_name='opus', clock_rate=48000, encoding_parameters='2')
    >>> str(RTPMap(0, "PCMU", 8000))
    '0 PCMU/8000'

    Source: RFC 8866 section 6.6.
    """

    payload_type: int
    encoding_name: str
    clock_rate: int
    encoding_parameters: str | None = None

    def __post_init__(self) -> None:
        exact_fields(self)
        check_number(self.payload_type, "payload_type", 0, HIGHEST_PAYLOAD_TYPE)
        if "/" in check_token(self.encoding_name, "encoding_name"):
            raise ValueError(f"encoding_name: {shown(self.encoding_name)} contains a slash")
        check_number(self.clock_rate, "clock_rate", 1, _HIGHEST_CLOCK_RATE)
        if self.encoding_parameters is not None:
            check_token(self.encoding_parameters, "encoding_parameters")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the value of an `rtpmap` attribute.

        Args:
            text: What stands behind `a=rtpmap:`, a str.

        Raises:
            TypeError: The text is not a str.
            ValueError: A field is missing or wrong; tells which, and its value.
        """
        fields = split(text)
        if len(fields) != 2:
            raise ValueError(f"rtpmap: {shown(text)} has {len(fields)} fields instead of 2")
        name, slash, rest = fields[1].partition("/")
        if not slash:
            raise ValueError(f"clock_rate: missing in {shown(text)}")
        rate, _, parameters = rest.partition("/")
        return cls(
            parse_number(fields[0], "payload_type", 0, HIGHEST_PAYLOAD_TYPE),
            name,
            parse_number(rate, "clock_rate", 1, _HIGHEST_CLOCK_RATE),
            parameters or None,
        )

    @property
    def channels(self) -> int:
        """The number of audio channels, an int; 1 if the line does not say (RFC 8866 6.6).

        >>> RTPMap(10, "L16", 44100, "2").channels, RTPMap(11, "L16", 44100).channels
        (2, 1)
        """
        text = self.encoding_parameters or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1

    def matches(self, other: RTPMap) -> bool:
        """Whether both are the same codec, under whatever payload types.

        The case of the name does not matter (RFC 4855 section 3), and one channel that is
        written equals one that is not. Format parameters are not looked at.

        >>> RTPMap(96, "OPUS", 48000, "2").matches(RTPMap(111, "opus", 48000, "2"))
        True
        """
        return (
            self.encoding_name.lower() == other.encoding_name.lower()
            and self.clock_rate == other.clock_rate
            and self.channels == other.channels
        )

    def __str__(self) -> str:
        text = f"{self.payload_type} {self.encoding_name}/{self.clock_rate}"
        return f"{text}/{self.encoding_parameters}" if self.encoding_parameters else text


#: What the payload types below 96 mean where no `rtpmap` says it (RFC 3551 section 6).
STATIC_PAYLOAD_TYPES: Final[Mapping[int, RTPMap]] = MappingProxyType(
    {
        payload_type: RTPMap(payload_type, *codec)
        for payload_type, codec in (
            (0, ("PCMU", 8000)),
            (3, ("GSM", 8000)),
            (4, ("G723", 8000)),
            (5, ("DVI4", 8000)),
            (6, ("DVI4", 16000)),
            (7, ("LPC", 8000)),
            (8, ("PCMA", 8000)),
            # Its samples come at 16 kHz, but its clock is counted at 8 kHz (RFC 3551 4.5.2).
            (9, ("G722", 8000)),
            (10, ("L16", 44100, "2")),
            (11, ("L16", 44100)),
            (12, ("QCELP", 8000)),
            (13, ("CN", 8000)),
            (14, ("MPA", 90000)),
            (15, ("G728", 8000)),
            (16, ("DVI4", 11025)),
            (17, ("DVI4", 22050)),
            (18, ("G729", 8000)),
            (25, ("CelB", 90000)),
            (26, ("JPEG", 90000)),
            (28, ("nv", 90000)),
            (31, ("H261", 90000)),
            (32, ("MPV", 90000)),
            (33, ("MP2T", 90000)),
            (34, ("H263", 90000)),
        )
    }
)
