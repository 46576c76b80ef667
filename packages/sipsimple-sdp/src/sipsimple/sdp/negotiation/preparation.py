"""What pjmedia gets of a section, and what is made of its answer."""

from __future__ import annotations

from collections.abc import Iterable

from sipsimple.sdp.attribute import SDPAttribute
from sipsimple.sdp.media import SDPMedia
from sipsimple.sdp.negotiation.aliases import Aliases
from sipsimple.sdp.negotiation.h264_formats import without_marks
from sipsimple.sdp.negotiation.payload_types import (
    FORMAT_LINES,
    REPAIR,
    Formats,
    codecs,
    first_field,
    is_dynamic,
    is_rtp,
    is_rtpmap,
)
from sipsimple.sdp.session import SDPSession

__all__ = ["choose", "prepared", "restored", "without_repair"]

_DIRECTIONS = frozenset({"sendrecv", "sendonly", "recvonly", "inactive"})


def prepared(description: SDPSession, section: SDPMedia, aliases: Aliases) -> SDPMedia:
    """A section reduced to what pjmedia negotiates, without what it is not safe with."""
    attributes = list(section.attributes)
    if not any(item.name in _DIRECTIONS for item in attributes):
        # pjmedia looks for the direction in the section alone.
        inherited = [item.name for item in description.attributes if item.name in _DIRECTIONS]
        direction = inherited[0] if inherited else section.get_direction()
        if inherited or direction != "sendrecv":
            attributes.append(SDPAttribute(direction, ""))
    if is_rtp(section):
        names = Formats(section)
        formats = [name for name in names.names if names.is_usable(name) and aliases.has(name)]
        attributes = [item for item in attributes if item.name != "rtpmap" or is_rtpmap(item)]
    else:
        # Names, even where they are numbers, and whatever is said of them: no payload types.
        formats = [f"={name}" for name in dict.fromkeys(section.formats)]
        attributes = [
            SDPAttribute(f"={item.name}", item.value) if item.name in FORMAT_LINES else item
            for item in attributes
        ]
    result = SDPMedia(section.media, 1, "RTP/AVP", formats=formats, attributes=attributes)
    if is_rtp(section):
        aliases.put(result)
    return result


def choose(section: SDPMedia, names: Iterable[str]) -> None:
    """Leave only some of the formats, and what explains them."""
    chosen = frozenset(names)
    section.formats = [name for name in section.formats if name in chosen]
    section.attributes = [
        item
        for item in section.attributes
        if item.name not in FORMAT_LINES or first_field(item) in chosen
    ]


def without_repair(section: SDPMedia, red: bool) -> None:
    """Leave out the formats that only repair others, which pjmedia takes for codecs.

    Args:
        section: A prepared one.
        red: Whether the first redundancy format may stay, which pjmedia knows.
    """
    formats = Formats(section)
    kept = []
    for name in section.formats:
        codec = formats.codecs.get(name, "").partition("/")[0]
        if codec == "red" and red:
            red = False
        elif codec in REPAIR:
            continue
        kept.append(name)
    choose(section, kept)


def restored(section: SDPMedia, negotiated: SDPMedia, aliases: Aliases) -> SDPMedia:
    """A section with what was negotiated, and everything else as it was."""
    result = section.copy()
    result.formats = negotiated.formats
    result.attributes = negotiated.attributes
    if not is_rtp(section):
        result.formats = [name[1:] for name in result.formats]
        for item in result.attributes:
            item.name = item.name.removeprefix("=")
    else:
        without_marks(result)
        aliases.take_away(result)
        known = codecs(section)
        # What the aliases of assigned payload types had to say is known again.
        result.attributes = [
            item
            for item in result.attributes
            if item.name != "rtpmap" or is_dynamic(first_field(item)) or first_field(item) in known
        ]
    return result
