"""The `group` and `mid` lines of an answer, which follow those of the offer (RFC 5888)."""

from __future__ import annotations

from sipsimple.sdp.attribute import SDPAttribute
from sipsimple.sdp.media import SDPMedia
from sipsimple.sdp.session import SDPSession
from sipsimple.sdp.views import Group

__all__ = ["follow_groups"]


def follow_groups(offer: SDPSession, answer: SDPSession) -> None:
    """Let the streams of an answer have the names of the offer, and group them as it does.

    A group stays if it was offered and can be done here, with the streams in it that both sides
    have there and that are not rejected, in the order of the offer. Lines that cannot be parsed
    stay as they are, and offer nothing.

    Args:
        offer: The offer.
        answer: The answer, its sections in the order of the offer, with the names and groups that
            they have here; changed.
    """
    # What the streams were called here, by what they are called there.
    names: dict[str, str | None] = {}
    for offered, section in zip(offer.media, answer.media, strict=True):
        theirs = _mid(offered)
        if section.port and theirs is not None:
            names[theirs] = _mid(section)
            section.mid = theirs
    offered_groups = _groups(offer)
    kept = []
    for line in answer.attributes:
        ours = _group(line)
        if ours is None:
            kept.append(line)
            continue
        for group in offered_groups:
            mids = [mid for mid in group.mids if names.get(mid) in ours.mids]
            if group.semantics.upper() == ours.semantics.upper() and mids:
                kept.append(SDPAttribute("group", str(Group(group.semantics, tuple(mids)))))
                offered_groups.remove(group)
                break
    answer.attributes = kept


def _mid(section: SDPMedia) -> str | None:
    try:
        return section.mid
    except ValueError:
        return None


def _group(line: SDPAttribute) -> Group | None:
    if line.name != "group":
        return None
    try:
        return Group.parse(line.value)
    except ValueError:
        return None


def _groups(session: SDPSession) -> list[Group]:
    return [group for group in map(_group, session.attributes) if group is not None]
