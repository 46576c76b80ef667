"""The header extensions of an answer (`extmap`), which follow those of the offer (RFC 8285)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from sipsimple.sdp.attribute import SDPAttribute
from sipsimple.sdp.media import SDPMedia
from sipsimple.sdp.negotiation.payload_types import is_rtp
from sipsimple.sdp.session import SDPSession
from sipsimple.sdp.views import ExtMap
from sipsimple.sdp.views.direction import Direction

__all__ = ["follow_extensions"]

# A header of one byte has room for those up to 14; 15 ends it (section 4.2).
_IDS: Final = (*range(1, 15), *range(16, 256))

_SENDS_AND_RECEIVES: Final[dict[Direction | None, tuple[bool, bool]]] = {
    None: (True, True),
    "sendrecv": (True, True),
    "sendonly": (True, False),
    "recvonly": (False, True),
    "inactive": (False, False),
}
_DIRECTIONS: Final[dict[tuple[bool, bool], Direction]] = {
    pair: direction for direction, pair in _SENDS_AND_RECEIVES.items() if direction is not None
}


def follow_extensions(offer: SDPSession, answer: SDPSession) -> None:
    """Leave the extensions of an answer that were offered, by the identifiers of the offer.

    Those of the session are said in each section then, since each stream may have others. What
    was offered above the identifiers that packets have room for gets a free one, the same in all
    sections (section 6). Lines that cannot be parsed offer nothing and answer nothing.

    Args:
        offer: The offer.
        answer: The answer, its sections in the order of the offer; changed.
    """
    for_all_offered, for_all = _extensions(offer), _extensions(answer)
    sections = [_extensions(section) for section in offer.media]
    used = {item.id for items in (for_all_offered, *sections) for item in items}
    free = (number for number in _IDS if number not in used)
    chosen: dict[str, int] = {}
    for section, items in zip(answer.media, sections, strict=True):
        if section.port and is_rtp(section):
            ours = [*for_all, *_extensions(section)]
            agreed = _agree([*for_all_offered, *items], ours, free, chosen)
            _write(section, agreed)
    answer.attributes = [item for item in answer.attributes if item.name != "extmap"]


def _extensions(owner: SDPSession | SDPMedia) -> list[ExtMap]:
    found = []
    for item in owner.attributes:
        if item.name == "extmap":
            try:
                found.append(ExtMap.parse(item.value))
            except ValueError:
                continue
    return found


def _agree(
    offered: list[ExtMap], ours: list[ExtMap], free: Iterator[int], chosen: dict[str, int]
) -> list[ExtMap]:
    result = []
    # Where the same is offered twice, once with an identifier that can be used, that one counts.
    remaining = sorted(offered, key=lambda item: item.id not in _IDS)
    for own in ours:
        theirs = next((item for item in remaining if item.uri == own.uri), None)
        if theirs is None:
            continue
        remaining = [item for item in remaining if item.uri != own.uri]
        number = theirs.id if theirs.id in _IDS else chosen.get(own.uri) or next(free, None)
        if number is None:
            continue
        if number != theirs.id:
            chosen[own.uri] = number
        direction = _answered(theirs.direction, own.direction)
        result.append(replace(own, id=number, direction=direction))
    return result


def _answered(offered: Direction | None, own: Direction | None) -> Direction | None:
    """The reverse of an offered direction, as far as the own one allows."""
    if offered in (None, "sendrecv"):
        return own
    their_send, their_receive = _SENDS_AND_RECEIVES[offered]
    send, receive = _SENDS_AND_RECEIVES[own]
    return _DIRECTIONS[send and their_receive, receive and their_send]


def _write(section: SDPMedia, extensions: list[ExtMap]) -> None:
    """Put them in the place of the first of those that are there."""
    lines = [SDPAttribute("extmap", str(item)) for item in extensions]
    names = [item.name for item in section.attributes]
    place = names.index("extmap") if "extmap" in names else len(names)
    kept = [item for item in section.attributes if item.name != "extmap"]
    section.attributes = [*kept[:place], *lines, *kept[place:]]
