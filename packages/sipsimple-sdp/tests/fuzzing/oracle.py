"""What must hold for any bytes at all."""

from __future__ import annotations

import contextlib
import pickle
import re
from collections.abc import Callable, Iterable, Mapping

from sipsimple.sdp import SDPNegotiationError, SDPNegotiator, SDPParseError, SDPSession
from sipsimple.sdp.grammar import check
from sipsimple.sdp.pjmedia import parse_by_pjmedia, print_by_pjmedia

_OURS = SDPSession.parse(
    "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\n"
    "m=audio 5004 RTP/AVP 0 8 96 101\na=rtpmap:96 opus/48000/2\na=rtpmap:101 telephone-event/8000\n"
    "m=video 5006 RTP/AVP 97 98\na=rtpmap:97 H264/90000\na=rtpmap:98 H264/90000\n"
    "a=fmtp:97 profile-level-id=42e01f;packetization-mode=1\nm=message 2855 TCP/MSRP *\n"
)
#: Quoted values and numbers differ from input to input; what is left names the kind of outcome.
_VALUES = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[0-9]+|0x[0-9a-f]+")


def examine(data: bytes, *, quickly: bool = False) -> str:
    """Put an input through everything that reads and writes descriptions.

    Args:
        data: Any bytes.
        quickly: Whether only to parse and print, where that is in order.

    Returns:
        Which kind of outcome it was, the same for inputs of the same kind.

    Raises:
        AssertionError: A promise is broken.
        Exception: Whatever else came out: only `ValueError` is for wrong input, and
            `SDPNegotiationError` for what cannot be agreed on.
    """
    try:
        session = SDPSession.parse(data)
    except SDPParseError as error:
        if not quickly:
            _examine_error(error, data)
            _examine_text(data)
        return _kind(error)
    printed = bytes(session)
    again = SDPSession.parse(printed)
    assert again == session, "what is printed does not parse to an equal description"
    assert bytes(again) == printed, "what is printed does not print to itself"
    if quickly:
        return f"parsed {_features(session)}"
    _examine_session(session, printed, data)
    strict, pjmedia = _examine_text(data)
    if not strict:
        check(printed.decode("utf-8", "surrogateescape"))
    native, agreed = _examine_native(session), _examine_negotiation(session)
    return "|".join(("parsed", _features(session), strict, pjmedia, native, agreed))


def _examine_text(data: bytes) -> tuple[str, str]:
    """Why strict reading and pjmedia refuse it; "" where they do not."""
    text = data.decode("utf-8", "surrogateescape")
    return (
        _refusal(lambda: check(text)),
        _refusal(lambda: _examine_native(parse_by_pjmedia(data))),
    )


def _examine_session(session: SDPSession, printed: bytes, data: bytes) -> None:
    assert SDPSession.parse(str(session)) == session, "str and bytes differ"
    # This one has been printed before anything of it was read.
    second = SDPSession.parse(data)
    read_everything(second)
    assert bytes(second) == printed, "reading changes what is printed"
    assert second == session, "reading changes what is equal"
    copied = session.copy()
    assert copied == session and bytes(copied) == printed, "the copy differs"
    assert (session != copied) is False
    pickled = pickle.loads(pickle.dumps(session))
    assert pickled == session and bytes(pickled) == printed, "the pickle differs"
    repr(session)
    _examine_changes(second)


def _examine_changes(session: SDPSession) -> None:
    """What is printed from the text is as if it had all been printed anew."""
    for section in (session, *session.media[:3]):
        section.attributes.reverse()
        _examine_printing(session)
        section.info = "changed"
        for attribute in section.attributes[1::2]:
            attribute.value = "changed"
        _examine_printing(session)


def _examine_printing(session: SDPSession) -> None:
    anew = pickle.loads(pickle.dumps(session))
    assert bytes(session) == bytes(session.copy()) == bytes(anew), "a change is not printed"
    assert SDPSession.parse(bytes(session)) == session, "a change does not come back"


def _examine_error(error: SDPParseError, data: bytes) -> None:
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert 0 <= error.line <= data.count(b"\n") + data.count(b"\r") + 1


def read_everything(session: SDPSession) -> None:
    """Read every attribute of a description and of what it holds."""
    effective = [session.effective(media) for media in session.media]
    for item in (session, *session.media, *effective):
        for name in dir(type(item)):
            if not name.startswith("_") and not callable(getattr(type(item), name)):
                # What an attribute's value does not allow to be read is told as a ValueError.
                with contextlib.suppress(ValueError):
                    _read(getattr(item, name))
    for item in (session, *session.media):
        for attribute in item.attributes:
            assert attribute.name
            repr(attribute.value)
        for bandwidth in item.bandwidth:
            assert bandwidth.modifier
            assert bandwidth.value >= 0
        if item.connection is not None:
            assert item.connection.address
    for media in session.media:
        assert media.get_direction() in ("sendrecv", "sendonly", "recvonly", "inactive")


def _read(value: object) -> None:
    repr(value)
    if isinstance(value, Iterable) and not isinstance(value, str):
        for item in value:
            str(item)
            repr(value[item] if isinstance(value, Mapping) else item)


def _examine_native(session: SDPSession) -> str:
    """What calls do with a description; it may be refused, but in order."""

    def round_trip() -> None:
        # pjmedia changes what it reads: it moves attributes from the session to its media.
        parse_by_pjmedia(print_by_pjmedia(parse_by_pjmedia(print_by_pjmedia(session))))

    return " ".join(
        (
            _refusal(lambda: session.validate(True)),
            _refusal(lambda: session.validate(False)),
            _refusal(round_trip),
        )
    )


def _examine_negotiation(session: SDPSession) -> str:
    """Offer and answer with a description of ours; both sides have a section for each stream."""
    session = session.copy()
    before = bytes(session)

    def received(offer: SDPSession, answer: SDPSession) -> None:
        negotiator = SDPNegotiator.with_remote_offer(offer, answer)
        negotiator.negotiate()
        _examine_agreement(negotiator, offer)

    def sent(offer: SDPSession, answer: SDPSession) -> None:
        negotiator = SDPNegotiator.with_local_offer(offer)
        negotiator.set_remote_answer(answer)
        negotiator.negotiate()
        _examine_agreement(negotiator, offer)

    outcomes = []
    for other in (_OURS, session):
        for negotiate in (received, sent):
            outcomes.append(_refusal(lambda: negotiate(session, other)))  # noqa: B023
            outcomes.append(_refusal(lambda: negotiate(other, session)))  # noqa: B023
    assert bytes(session) == before, "negotiating changes what was given"
    return " ".join(outcomes)


def _examine_agreement(negotiator: SDPNegotiator, offer: SDPSession) -> None:
    local, remote = negotiator.active_local, negotiator.active_remote
    assert local is not None and remote is not None
    assert len(local.media) == len(remote.media) == len(offer.media)
    assert SDPSession.parse(bytes(local)) == local
    assert SDPSession.parse(bytes(remote)) == remote
    for description in (local, remote):
        names = [one.value for media in description.media for one in media.attributes]
        assert not any("^offered-" in name or "^other-" in name for name in names), "a mark stays"


def _refusal(function: Callable[[], object]) -> str:
    try:
        function()
    except (ValueError, SDPNegotiationError) as error:
        return _kind(error)
    return ""


def _kind(error: Exception) -> str:
    return _VALUES.sub("~", str(error))


def _features(session: SDPSession) -> str:
    """Roughly how much of what there is; the pool shall not grow with every number."""
    counts = (
        len(session.media),
        len(session.attributes),
        max((len(media.attributes) for media in session.media), default=0),
        max((len(media.formats) for media in session.media), default=0),
    )
    return " ".join(str(count.bit_length()) for count in counts)
