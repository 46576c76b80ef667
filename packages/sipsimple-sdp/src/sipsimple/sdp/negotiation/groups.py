"""The groups of an answer and the names in them, which follow the offer (RFC 5888, RFC 9143)."""

from __future__ import annotations

from typing import Final

from sipsimple.sdp.attribute import SDPAttribute
from sipsimple.sdp.media import SDPMedia
from sipsimple.sdp.negotiation.sections import rejected
from sipsimple.sdp.session import SDPSession
from sipsimple.sdp.views import Group

__all__ = ["follow_groups"]

# What holds for the one transport of a bundle: the categories IDENTICAL and TRANSPORT of RFC 8859.
_OF_THE_TRANSPORT: Final = frozenset(
    {
        "candidate",
        "connection",
        "crypto",
        "end-of-candidates",
        "fingerprint",
        "ice-mismatch",
        "ice-options",
        "ice-pacing",
        "ice-pwd",
        "ice-ufrag",
        "remote-candidates",
        "rtcp",
        "rtcp-mux",
        "rtcp-rsize",
        "setup",
        "tls-id",
    }
)


def follow_groups(offer: SDPSession, answer: SDPSession, waiting: list[bool]) -> None:
    """Let the streams of an answer have the names of the offer, and group them as it does.

    A group stays if it was offered and can be done here, with the streams in it that both sides
    have there and that are not rejected, in the order of the offer. Lines that cannot be parsed
    stay as they are, and offer nothing.

    The streams of a `BUNDLE` share the transport of the first of them. One that waits for such a
    group on either side is rejected without one.

    Args:
        offer: The offer.
        answer: The answer, its sections in the order of the offer, with the names and groups that
            they have here; changed.
        waiting: For each section of the answer whether it may be used in its group alone.
    """
    names = _Names(offer, answer)
    bundles = [
        group
        for group in _agreed(offer, answer, names, waiting)
        if group is not None and _is_bundle(group)
    ]
    bundled = {mid for group in bundles for mid in group.mids}
    for index, must_be_bundled in enumerate(waiting):
        if must_be_bundled and answer.media[index].port and names.theirs[index] not in bundled:
            answer.media[index] = rejected(offer.media[index], answer)
            names.remove(index)
    groups = iter(_agreed(offer, answer, names, waiting))
    kept = []
    for line in answer.attributes:
        if _group(line) is None:
            kept.append(line)
        elif (group := next(groups)) is not None:
            kept.append(SDPAttribute("group", str(group)))
    answer.attributes = kept
    names.take(answer)
    for group in bundles:
        _share_transport([names.section(answer, mid) for mid in group.mids])


class _Names:
    """What the streams that are answered are called, there and here.

    Args:
        offer: The offer.
        answer: The answer, with the names that its sections have here.
    """

    def __init__(self, offer: SDPSession, answer: SDPSession) -> None:
        pairs = list(zip(offer.media, answer.media, strict=True))
        #: For each section its name in the offer; `None` for one without, or without a stream.
        self.theirs = [_mid(offered) if section.port else None for offered, section in pairs]
        #: The name here by that one.
        self.ours = {
            name: _mid(section)
            for name, (_, section) in zip(self.theirs, pairs, strict=True)
            if name is not None
        }

    def remove(self, index: int) -> None:
        """Forget a section that is rejected."""
        name = self.theirs[index]
        self.theirs[index] = None
        if name is not None and name not in self.theirs:
            del self.ours[name]

    def take(self, answer: SDPSession) -> None:
        """Give the sections of the answer the names of the offer."""
        for name, section in zip(self.theirs, answer.media, strict=True):
            if name is not None:
                section.mid = name

    def index(self, name: str) -> int:
        return self.theirs.index(name)

    def section(self, answer: SDPSession, name: str) -> SDPMedia:
        return answer.media[self.index(name)]


def _agreed(
    offer: SDPSession, answer: SDPSession, names: _Names, waiting: list[bool]
) -> list[Group | None]:
    """For each group of the answer what is left of it, by the names of the offer."""
    offered_groups = _groups(offer)
    result: list[Group | None] = []
    for ours in _groups(answer):
        found = None
        for group in offered_groups:
            mids = [mid for mid in group.mids if mid in names.ours and names.ours[mid] in ours.mids]
            if group.semantics.upper() == ours.semantics.upper() and mids:
                offered_groups.remove(group)
                found = _led(Group(group.semantics, tuple(mids)), names, waiting)
                break
        result.append(found)
    return result


def _led(group: Group, names: _Names, waiting: list[bool]) -> Group | None:
    """A bundle with a stream in front that has a transport; `None` if there is none."""
    if not _is_bundle(group):
        return group
    leader = next((mid for mid in group.mids if not waiting[names.index(mid)]), None)
    if leader is None:
        return None
    return Group(group.semantics, (leader, *(mid for mid in group.mids if mid != leader)))


def _share_transport(sections: list[SDPMedia]) -> None:
    """Give the streams of a bundle the transport of the first one (RFC 9143 section 7.3)."""
    tagged, *others = sections
    for section in others:
        section.port = tagged.port
        section.connection = None if tagged.connection is None else tagged.connection.copy()
        section.attributes = [
            item
            for item in section.attributes
            if item.name not in _OF_THE_TRANSPORT or item in tagged.attributes
        ]


def _is_bundle(group: Group) -> bool:
    return group.semantics.upper() == "BUNDLE"


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
