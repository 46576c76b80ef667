"""Payload types below 96 that pjmedia would know by their numbers, although names decide.

Those that an `rtpmap` binds, as those who use up the others do (RFC 3551), and assigned ones where
the other side has the same codec by its name alone. They get numbers from 96 on before it looks,
the same in both descriptions, and their own again afterwards.
"""

from __future__ import annotations

from sipsimple.sdp.attribute import SDPAttribute
from sipsimple.sdp.media import SDPMedia
from sipsimple.sdp.negotiation.payload_types import (
    BY_NAME,
    FORMAT_LINES,
    HIGHEST,
    RED_PARAMETERS,
    codecs,
    first_field,
    is_dynamic,
    is_rtp,
    redundancy,
    renumbered,
    static_codec,
)
from sipsimple.sdp.views.rtpmap import STATIC_PAYLOAD_TYPES

__all__ = ["Aliases"]


class Aliases:
    """Which number stands for which, in two sections that are negotiated.

    Args:
        first: One of them; not changed.
        second: The other one, likewise.
    """

    def __init__(self, first: SDPMedia, second: SDPMedia) -> None:
        rtp = [section for section in (first, second) if is_rtp(section)]
        names = {name: None for section in rtp for name in section.formats}
        used = set(names) | {
            first_field(item)
            for section in rtp
            for item in section.attributes
            if item.name in FORMAT_LINES
        }
        low = [name for name in names if needs_alias(name)]
        if len(rtp) == 2:
            low += _named_elsewhere(first, second) + _named_elsewhere(second, first)
        free = [str(number) for number in range(HIGHEST, BY_NAME - 1, -1)]
        self._numbers = dict(zip(low, [name for name in free if name not in used], strict=False))
        self._names = {alias: name for name, alias in self._numbers.items()}

    def has(self, name: str) -> bool:
        """Whether a payload type needs none, or got one: there may be more than numbers."""
        return not needs_alias(name) or name in self._numbers

    def name(self, alias: str) -> str:
        """The payload type that a number stands for."""
        return self._names.get(alias, alias)

    def put(self, section: SDPMedia) -> None:
        """Give the payload types of a section their aliases."""
        known = codecs(section)
        lines = []
        for name in section.formats:
            if name in self._numbers and name not in known:
                # An assigned one; others are not usable without an `rtpmap`.
                lines.append(SDPAttribute("rtpmap", str(STATIC_PAYLOAD_TYPES[int(name)])))
        section.attributes += lines
        _rename(section, self._numbers)

    def take_away(self, section: SDPMedia) -> None:
        """Give them their own numbers again."""
        _rename(section, self._names)


def needs_alias(name: str) -> bool:
    """Whether a payload type would be known by its number although an `rtpmap` binds it."""
    return is_dynamic(name) and int(name) < BY_NAME


def _named_elsewhere(section: SDPMedia, other: SDPMedia) -> list[str]:
    """The assigned payload types of a section whose codec another one has under a name alone."""
    own, theirs = codecs(section), codecs(other)
    names = {theirs[name] for name in other.formats if is_dynamic(name) and name in theirs}
    found = []
    for name in dict.fromkeys(section.formats):
        codec = static_codec(name)
        if codec in names and own.get(name, codec) == codec and name not in other.formats:
            found.append(name)
    return found


def _rename(section: SDPMedia, names: dict[str, str]) -> None:
    if not names:
        return
    red = redundancy(section)
    section.formats = [names.get(name, name) for name in section.formats]
    section.attributes = [
        _renamed(item, names, red) if item.name in FORMAT_LINES else item
        for item in section.attributes
    ]


def _renamed(item: SDPAttribute, names: dict[str, str], red: set[str]) -> SDPAttribute:
    name = first_field(item)
    result = renumbered(item, names[name]) if name in names else item
    if item.name == "fmtp" and name in red and RED_PARAMETERS.fullmatch(item.value):
        # The payload types that are repeated (RFC 2198 section 5).
        own, _, others = result.value.partition(" ")
        repeated = [names.get(other, other) for other in others.strip().split("/")]
        result = SDPAttribute("fmtp", f"{own} {'/'.join(repeated)}")
    return result
