"""Comfort noise (RFC 3389), which pjmedia takes for a codec."""

from __future__ import annotations

from sipsimple.sdp.attribute import SDPAttribute
from sipsimple.sdp.media import SDPMedia
from sipsimple.sdp.negotiation.payload_types import Formats, is_dynamic
from sipsimple.sdp.negotiation.preparation import choose

__all__ = ["ComfortNoise"]


class ComfortNoise:
    """The comfort noise that two sections have in common; it is taken out of both.

    Args:
        theirs: The section of the offer, prepared for pjmedia; changed.
        ours: What it is answered with, likewise.
    """

    def __init__(self, theirs: SDPMedia, ours: SDPMedia) -> None:
        offered, known = _take_out(theirs), _take_out(ours)
        self._names = {rate: name for rate, name in offered.items() if rate in known}

    def put_back(self, answer: SDPMedia) -> None:
        """Add it to an answer, for the clock rates that its codecs have (section 4)."""
        formats = Formats(answer)
        rates = {_clock_rate(formats.codec(name)) for name in answer.formats}
        for rate, name in self._names.items():
            if rate not in rates:
                continue
            answer.formats = [*answer.formats, name]
            if is_dynamic(name):
                answer.attributes.append(SDPAttribute("rtpmap", f"{name} CN/{rate}"))


def _take_out(section: SDPMedia) -> dict[str, str]:
    """The payload types of comfort noise that were in a section, by their clock rates."""
    formats = Formats(section)
    found: dict[str, str] = {}
    for name in section.formats:
        if formats.codec(name).startswith("cn/"):
            found.setdefault(_clock_rate(formats.codec(name)), name)
    if found:
        choose(
            section,
            [name for name in section.formats if not formats.codec(name).startswith("cn/")],
        )
    return found


def _clock_rate(codec: str) -> str:
    return codec.split("/")[1] if "/" in codec else ""
