"""`ExtMap`: which header extension of RTP an identifier stands for (RFC 8285)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from sipsimple.sdp.views.direction import DIRECTIONS, Direction
from sipsimple.sdp.views.fields import (
    check_line,
    check_number,
    check_token,
    exact_fields,
    parse_number,
    shown,
    split_first,
)

__all__ = ["ExtMap"]

# Those above 255 are for an offer with more extensions than identifiers (section 6); the grammar
# of section 8 ends at five digits.
_HIGHEST_ID: Final = 99999


@dataclass(frozen=True, slots=True)
class ExtMap:
    """The value of an `extmap` attribute.

    Args:
        id: The identifier in the packets, an int: from 1 to 14 in a header of one byte, to 255 in
            one of two; from 4096 to 4351 to offer more than there is room for. All that the
            grammar has is taken, 0 to 99999.
        uri: What the extension is, a str.
        direction: Who sends it, a str: "sendrecv", "sendonly", "recvonly" or "inactive"; `None`
            if it follows the direction of the media.
        attributes: What the extension is told beyond that, a str as it is written; may be "".

    Raises:
        TypeError: A value is of the wrong type.
        ValueError: A value is out of range, or would not stay in its place in the line.

    >>> level = ExtMap.parse("1/sendonly urn:ietf:params:rtp-hdrext:ssrc-audio-level vad=on")
    >>> level.id, level.direction, level.attributes
    (1, 'sendonly', 'vad=on')
    >>> str(ExtMap(4, "urn:ietf:params:rtp-hdrext:sdes:mid"))
    '4 urn:ietf:params:rtp-hdrext:sdes:mid'

    Source: RFC 8285 sections 5 to 8.
    """

    id: int
    uri: str
    direction: Direction | None = None
    attributes: str = ""

    def __post_init__(self) -> None:
        exact_fields(self)
        check_number(self.id, "id", 0, _HIGHEST_ID)
        check_token(self.uri, "uri")
        if (
            self.direction is not None
            and check_token(self.direction, "direction") not in DIRECTIONS
        ):
            raise ValueError(
                f"direction: {shown(self.direction)} is none of {', '.join(DIRECTIONS)}"
            )
        text = check_line(self.attributes, "attributes").strip(" \t")
        object.__setattr__(self, "attributes", text)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the value of an `extmap` attribute.

        Args:
            text: What stands behind `a=extmap:`, a str.

        Raises:
            TypeError: The text is not a str.
            ValueError: A field is missing or wrong; tells which, and its value.
        """
        # White space between extension attributes stays as it is.
        (which, uri), attributes = split_first(text, 2, "extmap", least=2)
        number, slash, word = which.partition("/")
        direction = next((name for name in DIRECTIONS if name == word), None)
        if slash and direction is None:
            raise ValueError(f"direction: {shown(word)} is none of {', '.join(DIRECTIONS)}")
        return cls(parse_number(number, "id", 0, _HIGHEST_ID), uri, direction, attributes)

    def __str__(self) -> str:
        number = str(self.id) if self.direction is None else f"{self.id}/{self.direction}"
        text = f"{number} {self.uri}"
        return f"{text} {self.attributes}" if self.attributes else text
