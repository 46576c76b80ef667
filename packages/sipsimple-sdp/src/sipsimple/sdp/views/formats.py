"""The mappings of `rtpmap` and `fmtp`, and what a section's formats mean by them."""

from __future__ import annotations

from collections.abc import Iterable

from sipsimple.sdp.views.attributes import convert
from sipsimple.sdp.views.fmtp import FormatParameters
from sipsimple.sdp.views.mapping import AttributeMapping
from sipsimple.sdp.views.rtpmap import HIGHEST_PAYLOAD_TYPE, STATIC_PAYLOAD_TYPES, RTPMap

__all__ = ["FormatParametersMapping", "RTPMapMapping"]


class RTPMapMapping(AttributeMapping[int, RTPMap]):
    """The `rtpmap` attributes, by payload type.

    Args:
        owner: Whose attributes they are, an `SDPMedia`.
    """

    __slots__ = ()
    _name = "rtpmap"
    _kind = RTPMap

    def select(self, formats: Iterable[str]) -> tuple[RTPMap, ...]:
        """The codecs of formats, with the static payload types (RFC 3551 section 6).

        Args:
            formats: The formats of the `m=` line, an iterable of str.

        Returns:
            A tuple of `RTPMap`, in the order of the formats that are known.

        Raises:
            ValueError: The line of a format cannot be parsed.
        """
        lines = self._lines()
        known: dict[int, RTPMap] = {}
        codecs: list[RTPMap] = []
        for text in formats:
            payload_type = _payload_type(text)
            if payload_type is None:
                continue
            if payload_type not in known:
                if payload_type in lines:
                    known[payload_type] = convert(lines[payload_type], RTPMap.parse)
                elif payload_type in STATIC_PAYLOAD_TYPES:
                    known[payload_type] = STATIC_PAYLOAD_TYPES[payload_type]
                else:
                    continue
            codecs.append(known[payload_type])
        return tuple(codecs)

    def _read_key(self, value: str) -> int | None:
        return _payload_type(_first_field(value))

    def _key_of(self, value: RTPMap) -> int:
        return value.payload_type


class FormatParametersMapping(AttributeMapping[str, FormatParameters]):
    """The `fmtp` attributes, by format.

    Args:
        owner: Whose attributes they are, an `SDPMedia`.
    """

    __slots__ = ()
    _name = "fmtp"
    _kind = FormatParameters

    def _read_key(self, value: str) -> str | None:
        return _first_field(value) or None

    def _key_of(self, value: FormatParameters) -> str:
        return value.format


def _first_field(value: str) -> str:
    return value.replace("\t", " ").lstrip(" ").partition(" ")[0]


def _payload_type(text: str) -> int | None:
    if not (text.isascii() and text.isdigit()) or len(text) > 3:
        return None
    number = int(text)
    return number if number <= HIGHEST_PAYLOAD_TYPE else None
