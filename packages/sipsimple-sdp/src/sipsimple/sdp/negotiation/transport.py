"""What an answer says of its transport, which follows the offer: roles, keys and RTCP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sipsimple.sdp.attribute import SDPAttribute
from sipsimple.sdp.media import SDPMedia
from sipsimple.sdp.sdp_neg import failed
from sipsimple.sdp.session import SDPSession
from sipsimple.sdp.views import Crypto
from sipsimple.sdp.views.attributes import has
from sipsimple.sdp.views.bundle import Bundles
from sipsimple.sdp.views.dtls import SetupRole

__all__ = ["OfferedTransports"]

# RFC 5761 section 5.1.1, RFC 5506 section 5, RFC 8285 section 6.
_ONLY_IF_OFFERED: Final = frozenset({"rtcp-mux", "rtcp-rsize", "extmap-allow-mixed"})
# RFC 9143 section 6, RFC 8858 section 3.
_NEVER: Final = frozenset({"bundle-only", "rtcp-mux-only"})

# RFC 4145 section 4.1; "active" where either would do, as RFC 5763 section 5 recommends.
_ANSWERS: Final[dict[SetupRole, tuple[SetupRole, ...]]] = {
    "active": ("passive", "holdconn"),
    "passive": ("active", "holdconn"),
    "actpass": ("active", "passive", "holdconn"),
    "holdconn": ("holdconn",),
}


class OfferedTransports:
    """What an offer says of the transports of its streams.

    Args:
        offer: The offer; not changed.
    """

    def __init__(self, offer: SDPSession) -> None:
        self._offer = offer
        self._bundles = Bundles(offer)

    def follow(self, offered: SDPMedia, local: SDPSession, answered: SDPMedia, what: str) -> None:
        """Let a section of an answer say what can be said to one of the offer.

        Args:
            offered: The section of the offer.
            local: What can be done here.
            answered: The section of the answer; changed.
            what: What failed, for the error.

        Raises:
            SDPNegotiationError: The stream must be encrypted, and no suite is in common.
        """
        speakers = self._speakers(offered)
        said = {item.name for speaker in speakers for item in speaker.attributes}
        unsaid = _NEVER | (_ONLY_IF_OFFERED - said)
        answered.attributes = [item for item in answered.attributes if item.name not in unsaid]
        _follow_setup(speakers, local, answered)
        _follow_keys(offered, answered, what)

    def follow_session(self, answer: SDPSession) -> None:
        """The same for what an answer says for all of its sections.

        Args:
            answer: The answer, whose sections follow already; changed.
        """
        unsaid = _ONLY_IF_OFFERED - {item.name for item in self._offer.attributes}
        answer.attributes = [
            item
            for item in answer.attributes
            if item.name not in unsaid
            # Each section has said which of both it is.
            and not (item.name == "setup" and item.value.strip().lower() == "actpass")
        ]

    def _speakers(self, offered: SDPMedia) -> list[SDPSession | SDPMedia]:
        """What may say something of the transport of a section, the first of them first."""
        try:
            tagged = self._bundles.tagged(offered)
        except ValueError:
            tagged = None
        return [offered, self._offer] if tagged is None else [tagged, offered, self._offer]


def _setup(speakers: list[SDPSession | SDPMedia]) -> SetupRole | None:
    for speaker in speakers:
        try:
            role = speaker.setup
        except ValueError:
            continue
        if role is not None:
            return role
    return None


def _follow_setup(
    speakers: list[SDPSession | SDPMedia], local: SDPSession, answered: SDPMedia
) -> None:
    ours = _setup([answered, local])
    if ours is None:
        return
    # Who says nothing opens the connection (RFC 4145 section 4).
    answers = _ANSWERS[_setup(speakers) or "active"]
    if ours not in answers:
        answered.setup = answers[0]


def _follow_keys(offered: SDPMedia, answered: SDPMedia, what: str) -> None:
    """Leave one key, under the tag of the suite that was offered first (RFC 4568 section 5.1.2)."""
    if not has(answered, "crypto"):
        return
    own = {item.suite.upper(): item for item in reversed(list(_keys(answered)))}
    line = None
    for theirs in _keys(offered):
        ours = own.get(theirs.suite.upper())
        if ours is not None:
            key = Crypto(theirs.tag, ours.suite, ours.key_params, ours.session_params)
            line = SDPAttribute("crypto", str(key))
            break
    if line is None and "SAVP" in answered.transport.upper():
        raise failed(what)
    kept = []
    for item in answered.attributes:
        if item.name != "crypto":
            kept.append(item)
        elif line is not None:
            kept.append(line)
            line = None
    answered.attributes = kept


def _keys(section: SDPMedia) -> Iterator[Crypto]:
    for item in section.attributes:
        if item.name == "crypto":
            try:
                yield Crypto.parse(item.value)
            except ValueError:
                continue
