"""Offer/answer (RFC 3264) between two descriptions, stream by stream.

Which stream answers which is decided here, and everything is kept here that pjmedia's structs
have no place for; formats, payload types and directions are negotiated by pjmedia.
"""

from __future__ import annotations

from collections.abc import Iterable

from sipsimple.sdp import pjmedia
from sipsimple.sdp.aliases import Aliases
from sipsimple.sdp.answer_groups import follow_groups
from sipsimple.sdp.attribute import SDPAttribute
from sipsimple.sdp.connection import SDPConnection
from sipsimple.sdp.errors import SDPNegotiationError
from sipsimple.sdp.h264_formats import adapt, distinguish, without_marks
from sipsimple.sdp.media import SDPMedia
from sipsimple.sdp.payload_types import (
    FORMAT_LINES,
    Formats,
    first_field,
    has_safe_red,
    is_dynamic,
    is_payload_type,
    is_rtp,
    is_rtpmap,
    without_feedback,
)
from sipsimple.sdp.sdp_neg import answer_stream, conclude_stream, failed, transport_differs
from sipsimple.sdp.session import SDPSession

__all__ = ["answer", "check", "check_local", "conclude", "rejected"]

_DIRECTIONS = frozenset({"sendrecv", "sendonly", "recvonly", "inactive"})
# RFC 2198, RFC 4588, RFC 5109, RFC 8627 and its drafts.
_REPAIR = frozenset({"red", "rtx", "ulpfec", "parityfec", "flexfec", "flexfec-03"})
_LIMITS = pjmedia.limits()


# ---- what is taken


def check(description: SDPSession, what: str) -> None:
    """Refuse a description that cannot be negotiated, whoever wrote it.

    Raises:
        ValueError: A stream has no format, no address or more lines than pjmedia takes, or
            there are more streams.
    """
    if len(description.media) > _LIMITS["media"]:
        raise ValueError(
            f"{what}: media: {len(description.media)} items, "
            f"but pjmedia takes at most {_LIMITS['media']}"
        )
    for index, section in enumerate(description.media):
        where = f"{what}: media[{index}]"
        for name, count, limit in (
            ("formats", len(section.formats), _LIMITS["formats"]),
            # One is kept free for the direction.
            ("attributes", len(section.attributes), _LIMITS["attributes"] - 1),
        ):
            if count > limit:
                raise ValueError(
                    f"{where}.{name}: {count} items, but pjmedia takes at most {limit}"
                )
        if section.port and not section.formats:
            raise ValueError(f"{where}.formats: must not be empty unless the port is 0")
        if section.port and section.connection is None and description.connection is None:
            raise ValueError(f"{where}.connection: there is none, and none for the session")


def check_local(description: SDPSession, what: str) -> None:
    """Refuse what must not be sent, or would not be understood.

    Raises:
        ValueError: See `check()`; and a payload type is none, is not explained by one `rtpmap`, or
            has several `fmtp`.
    """
    check(description, what)
    for index, section in enumerate(description.media):
        if not section.port or not is_rtp(section):
            continue
        where = f"{what}: media[{index}]"
        mapped = set()
        explained = set()
        for number, attribute in enumerate(section.attributes):
            if attribute.name not in FORMAT_LINES:
                continue
            payload_type = first_field(attribute)
            place = f"{where}.attributes[{number}]: {attribute.value!r}"
            if attribute.name == "rtpmap" and not is_rtpmap(attribute):
                raise ValueError(f"{place} is not of the form type name/rate")
            if payload_type[:1].isdecimal() and not is_payload_type(payload_type):
                raise ValueError(f"{place} is not about a payload type from 0 to 127")
            if attribute.name == "rtpmap":
                if payload_type in mapped:
                    raise ValueError(f"{place} is the second rtpmap of {payload_type}")
                mapped.add(payload_type)
            elif payload_type in explained:
                # RFC 8866 section 6.15.
                raise ValueError(f"{place} is the second fmtp of {payload_type}")
            else:
                explained.add(payload_type)
        for number, name in enumerate(section.formats):
            place = f"{where}.formats[{number}]: {name!r}"
            if not is_payload_type(name):
                raise ValueError(f"{place} is not a payload type from 0 to 127")
            if is_dynamic(name) and name not in mapped:
                raise ValueError(f"{place} has no rtpmap")


# ---- what pjmedia gets


def _prepared(description: SDPSession, section: SDPMedia, aliases: Aliases) -> SDPMedia:
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


def _choose(section: SDPMedia, names: Iterable[str]) -> None:
    """Leave only some of the formats, and what explains them."""
    chosen = frozenset(names)
    section.formats = [name for name in section.formats if name in chosen]
    section.attributes = [
        item
        for item in section.attributes
        if item.name not in FORMAT_LINES or first_field(item) in chosen
    ]


def _without_repair(section: SDPMedia, red: bool) -> None:
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
        elif codec in _REPAIR:
            continue
        kept.append(name)
    _choose(section, kept)


def _restored(section: SDPMedia, negotiated: SDPMedia, aliases: Aliases) -> SDPMedia:
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
    return result


# ---- streams


def _is_offered(section: SDPMedia) -> bool:
    """Whether a section offers a stream: port 0 may wait for a group (RFC 9143 section 6)."""
    return section.port != 0 or section.bundle_only


def rejected(section: SDPMedia, description: SDPSession) -> SDPMedia:
    """A section that stands for a stream that is not there (RFC 3264 section 6).

    Args:
        section: The one whose place it takes.
        description: What it is going to be part of.
    """
    connection = None
    if description.connection is None:
        connection = (section.connection or SDPConnection("0.0.0.0")).copy()
    return SDPMedia(
        section.media, 0, section.transport, formats=section.formats, connection=connection
    )


def _deactivated(section: SDPMedia) -> SDPMedia:
    result = section.copy()
    result.port = 0
    result.attributes = []
    return result


def _profile(section: SDPMedia) -> str:
    """The transport, the same with and without feedback (RFC 4585, RFC 5124)."""
    transport = section.transport.upper()
    return transport.removesuffix("F") if transport.endswith("AVPF") else transport


def _answer_stream(
    offer: SDPSession,
    offered: SDPMedia,
    local: SDPSession,
    capability: SDPMedia,
    prefer_remote_codec_order: bool,
    answer_with_multiple_codecs: bool,
    what: str,
) -> SDPMedia:
    aliases = Aliases(offered, capability)
    theirs = _prepared(offer, offered, aliases)
    ours = _prepared(local, capability, aliases)
    red = has_safe_red(ours)
    _without_repair(ours, red)
    _without_repair(theirs, red)
    distinguish(theirs, ours, is_answer=False)
    if answer_with_multiple_codecs:
        pairs = Formats(theirs).pairs(Formats(ours))
        _choose(theirs, [name for name, _ in pairs])
        _choose(ours, [name for _, name in pairs])
    if not theirs.formats or not ours.formats:
        raise failed(what)
    negotiated = answer_stream(
        theirs, ours, prefer_remote_codec_order, answer_with_multiple_codecs, what
    )
    result = _restored(capability, negotiated, aliases)
    result.transport = offered.transport
    if is_rtp(offered):
        numbers: dict[str, str | None] = dict.fromkeys(capability.formats)
        remote = Formats(theirs)
        remote.names = negotiated.formats
        for pair in remote.pairs(Formats(ours)):
            theirs_name, ours_name = map(aliases.name, pair)
            numbers[ours_name] = theirs_name
            adapt(result, theirs_name, offered, capability.fmtp.get(ours_name))
        result.attributes = without_feedback(result.attributes, numbers)
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
    unused = list(local.media)
    sections = []
    failure: Exception = failed("could not answer the offer")
    for index, offered in enumerate(offer.media):
        section = None
        for capability in unused if offered.port else ():
            if capability.media != offered.media or _profile(capability) != _profile(offered):
                continue
            try:
                if capability.port:
                    section = _answer_stream(
                        offer,
                        offered,
                        local,
                        capability,
                        prefer_remote_codec_order,
                        answer_with_multiple_codecs,
                        f"could not answer media[{index}] of the offer",
                    )
            except SDPNegotiationError as error:
                failure = error
                continue
            unused = [item for item in unused if item is not capability]
            break
        sections.append(section or rejected(offered, result))
    result.media = sections
    if not any(section.port for section in sections):
        raise failure
    follow_groups(offer, result)
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
    _choose(ours, chosen)
    if not ours.formats or not theirs.formats:
        raise failed(what)
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
        if _is_offered(offered) and answered.port:
            if _profile(offered) != _profile(answered):
                raise transport_differs(what)
            aliases = Aliases(offered, answered)
            try:
                mine, its = _conclude_stream(
                    _prepared(offer, offered, aliases), _prepared(answer, answered, aliases), what
                )
            except SDPNegotiationError as error:
                failure = error
            else:
                ours.append(_followed(offered, mine, aliases))
                theirs.append(_followed(answered, its, aliases))
                continue
        ours.append(_deactivated(offered))
        theirs.append(_deactivated(answered) if answered.port else answered)
    if not any(section.port for section in ours):
        raise failure
    local.media, remote.media = ours, theirs
    return local, remote


def _followed(section: SDPMedia, negotiated: SDPMedia, aliases: Aliases) -> SDPMedia:
    result = _restored(section, negotiated, aliases)
    if is_rtp(section):
        gone = {name: None for name in section.formats if name not in result.formats}
        result.attributes = without_feedback(result.attributes, dict(gone))
    return result
