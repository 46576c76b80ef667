"""Offer/answer (RFC 3264) between two descriptions, stream by stream.

Which stream answers which is decided here, and everything is kept here that pjmedia's structs
have no place for; formats, payload types and directions are negotiated by pjmedia.
"""

from __future__ import annotations

from sipsimple.sdp.errors import SDPNegotiationError
from sipsimple.sdp.media import SDPMedia
from sipsimple.sdp.negotiation.aliases import Aliases
from sipsimple.sdp.negotiation.comfort_noise import ComfortNoise
from sipsimple.sdp.negotiation.extensions import follow_extensions
from sipsimple.sdp.negotiation.feedback import follow_formats, offered_feedback
from sipsimple.sdp.negotiation.groups import follow_groups
from sipsimple.sdp.negotiation.h264_formats import adapt, distinguish
from sipsimple.sdp.negotiation.payload_types import Formats, has_safe_red, is_rtp
from sipsimple.sdp.negotiation.preparation import choose, prepared, restored, without_repair
from sipsimple.sdp.negotiation.sections import deactivated, is_offered, profile, rejected
from sipsimple.sdp.negotiation.transport import OfferedTransports
from sipsimple.sdp.sdp_neg import (
    answer_stream,
    conclude_stream,
    failed,
    no_codec,
    transport_differs,
)
from sipsimple.sdp.session import SDPSession

__all__ = ["answer", "conclude"]

# Stands for the port that a stream will get from its group (RFC 9143), as in RFC 8840 4.1.1.
_NO_PORT = 9


def _answer_stream(
    offer: SDPSession,
    offered: SDPMedia,
    local: SDPSession,
    capability: SDPMedia,
    transports: OfferedTransports,
    prefer_remote_codec_order: bool,
    answer_with_multiple_codecs: bool,
    what: str,
) -> SDPMedia:
    aliases = Aliases(offered, capability)
    theirs = prepared(offer, offered, aliases)
    ours = prepared(local, capability, aliases)
    red = has_safe_red(ours)
    without_repair(ours, red)
    without_repair(theirs, red)
    comfort_noise = ComfortNoise(theirs, ours)
    distinguish(theirs, ours, is_answer=False)
    if answer_with_multiple_codecs:
        pairs = Formats(theirs).pairs(Formats(ours))
        choose(theirs, [name for name, _ in pairs])
        choose(ours, [name for _, name in pairs])
    if not theirs.formats or not ours.formats:
        raise failed(what)
    negotiated = answer_stream(
        theirs, ours, prefer_remote_codec_order, answer_with_multiple_codecs, what
    )
    comfort_noise.put_back(negotiated)
    result = restored(capability, negotiated, aliases)
    result.transport = offered.transport
    if is_rtp(offered):
        numbers: dict[str, str | None] = dict.fromkeys(capability.formats)
        remote = Formats(theirs)
        remote.names = negotiated.formats
        for pair in remote.pairs(Formats(ours)):
            theirs_name, ours_name = map(aliases.name, pair)
            numbers[ours_name] = theirs_name
            adapt(result, theirs_name, offered, capability.fmtp.get(ours_name))
        result.attributes = follow_formats(result.attributes, numbers)
        result.attributes = offered_feedback(result, offered)
    transports.follow(offered, local, result, what)
    result.port = result.port or _NO_PORT
    return result


def answer(
    offer: SDPSession,
    local: SDPSession,
    *,
    prefer_remote_codec_order: bool,
    answer_with_multiple_codecs: bool,
) -> SDPSession:
    """Answer a remote offer with what can be done here.

    Raises:
        SDPNegotiationError: No stream is left.
    """
    result = local.copy()
    transports = OfferedTransports(offer)
    unused = list(local.media)
    sections = []
    waiting = []
    failure: Exception = failed("could not answer the offer")
    for index, offered in enumerate(offer.media):
        section = None
        must_be_bundled = offered.port == 0
        for capability in unused if is_offered(offered) else ():
            if capability.media != offered.media or profile(capability) != profile(offered):
                continue
            try:
                if is_offered(capability):
                    section = _answer_stream(
                        offer,
                        offered,
                        local,
                        capability,
                        transports,
                        prefer_remote_codec_order,
                        answer_with_multiple_codecs,
                        f"could not answer media[{index}] of the offer",
                    )
            except SDPNegotiationError as error:
                failure = error
                continue
            unused = [item for item in unused if item is not capability]
            must_be_bundled = must_be_bundled or capability.port == 0
            break
        sections.append(section or rejected(offered, result))
        waiting.append(must_be_bundled)
    result.media = sections
    follow_groups(offer, result, waiting)
    if not any(section.port for section in result.media):
        raise failure
    follow_extensions(offer, result)
    transports.follow_session(result)
    return result


def _aligned(offer: SDPSession, answer: SDPSession) -> list[SDPMedia]:
    """A section of the answer for each of the offer.

    Some leave the streams out that they do not take; the order stays.
    """
    given = iter(answer.media)
    section = next(given, None)
    result = []
    for offered in offer.media:
        if section is not None and section.media == offered.media:
            result.append(section)
            section = next(given, None)
        else:
            result.append(rejected(offered, answer))
    return result


def _conclude_stream(ours: SDPMedia, theirs: SDPMedia, what: str) -> tuple[SDPMedia, SDPMedia]:
    """As pjmedia does it, but that the same payload type goes before the same codec."""
    distinguish(ours, theirs, is_answer=True)
    formats, others = Formats(ours), Formats(theirs)
    chosen = []
    for name in others.names:
        same = [item for item in formats.names if others.matches(name, formats, item)]
        chosen += [name] if name in same else same
    choose(ours, chosen)
    if not ours.formats or not theirs.formats:
        raise failed(what)
    if any(map(formats.is_codec, formats.names)) and not any(
        formats.is_codec(name) for name in ours.formats
    ):
        raise no_codec(what)
    return conclude_stream(ours, theirs, what)


def conclude(offer: SDPSession, answer: SDPSession) -> tuple[SDPSession, SDPSession]:
    """What a local offer and its answer come to: the local and the remote description.

    Raises:
        SDPNegotiationError: No stream is left, or one is answered over another transport.
    """
    local, remote = offer.copy(), answer.copy()
    failure: Exception = failed("could not take the answer")
    ours, theirs = [], []
    pairs = zip(local.media, _aligned(local, remote), strict=True)
    for index, (offered, answered) in enumerate(pairs):
        what = f"could not take media[{index}] of the answer"
        if is_offered(offered) and answered.port:
            if profile(offered) != profile(answered):
                raise transport_differs(what)
            aliases = Aliases(offered, answered)
            try:
                mine, its = _conclude_stream(
                    prepared(offer, offered, aliases), prepared(answer, answered, aliases), what
                )
            except SDPNegotiationError as error:
                failure = error
            else:
                ours.append(_followed(offered, mine, aliases))
                followed = _followed(answered, its, aliases)
                if is_rtp(answered):
                    followed.attributes = offered_feedback(followed, offered)
                theirs.append(followed)
                continue
        ours.append(deactivated(offered))
        theirs.append(deactivated(answered) if answered.port else answered)
    if not any(section.port for section in ours):
        raise failure
    local.media, remote.media = ours, theirs
    return local, remote


def _followed(section: SDPMedia, negotiated: SDPMedia, aliases: Aliases) -> SDPMedia:
    result = restored(section, negotiated, aliases)
    if is_rtp(section):
        gone = {name: None for name in section.formats if name not in result.formats}
        result.attributes = follow_formats(result.attributes, gone)
    return result
