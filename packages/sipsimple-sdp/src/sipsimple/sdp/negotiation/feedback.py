"""The feedback of an answer (`rtcp-fb`), and what else is said of payload types.

pjmedia leaves these lines as they are when it removes or renumbers formats.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sipsimple.sdp.attribute import SDPAttribute
from sipsimple.sdp.media import SDPMedia
from sipsimple.sdp.negotiation.payload_types import first_field, renumbered
from sipsimple.sdp.views import RTCPFeedback

__all__ = ["follow_formats", "offered_feedback"]

# They begin with a payload type or "*": RFC 4585 section 4.2, RFC 6236 section 3.1.1.
_LINES = frozenset({"rtcp-fb", "imageattr"})


def follow_formats(
    attributes: Iterable[SDPAttribute], formats: Mapping[str, str | None]
) -> list[SDPAttribute]:
    """Let the lines about payload types follow them.

    Args:
        attributes: Those of a section.
        formats: For each former payload type its new one, or `None` where it has gone.
    """
    kept = []
    for attribute in attributes:
        item = attribute
        if item.name in _LINES:
            payload_type = first_field(item)
            new = formats.get(payload_type, payload_type)
            if new is None:
                continue
            if new != payload_type:
                item = renumbered(item, new)
        kept.append(item)
    return kept


def offered_feedback(section: SDPMedia, offered: SDPMedia) -> list[SDPAttribute]:
    """The lines of an answer, with no more feedback than was offered (RFC 4585 section 4.2).

    Of what holds for all formats here and for some of them there, a line for each of those is
    left. Lines about formats that the section has not, and that cannot be parsed, go.

    Args:
        section: The section of the answer.
        offered: The one of the offer, in which a format has the same name or none.
    """
    offers = {(item.format, _kind(item)) for item in map(_read, offered.attributes) if item}
    known = frozenset(offered.formats)
    kept: list[SDPAttribute] = []
    for attribute in section.attributes:
        item = _read(attribute)
        if item is None:
            if attribute.name != "rtcp-fb":
                kept.append(attribute)
            continue
        if item.format not in ("*", *section.formats):
            continue
        kind = _kind(item)
        if ("*", kind) in offers or (item.format, kind) in offers:
            kept.append(attribute)
        elif item.format == "*":
            kept += [
                SDPAttribute("rtcp-fb", str(RTCPFeedback(name, item.type, item.parameters)))
                for name in section.formats
                if (name, kind) in offers
            ]
        elif item.format not in known and any(its == kind for _, its in offers):
            # A payload type of the answer's own, for one of the formats that were offered.
            kept.append(attribute)
    return kept


def _read(attribute: SDPAttribute) -> RTCPFeedback | None:
    if attribute.name != "rtcp-fb":
        return None
    try:
        return RTCPFeedback.parse(attribute.value)
    except ValueError:
        return None


def _kind(item: RTCPFeedback) -> tuple[str, ...]:
    """What must be the same on both sides: the values behind it may differ."""
    name = item.type.lower()
    if name == "trr-int":
        return (name,)
    return (name, item.parameters.lower().replace("\t", " ").partition(" ")[0])
