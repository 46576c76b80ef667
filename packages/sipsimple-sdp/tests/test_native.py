"""The way to pjmedia's structs and back, which calls use, through pjmedia's own functions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from sipsimple.sdp import SDPAttribute, SDPBandwidth, SDPMedia, SDPParseError, SDPSession, pjmedia

from .descriptions import ALL, CHAT_AND_FAX, DESK_PHONE, TWO_MEDIA

LIMITS = pjmedia.limits()


def _without(text: bytes, *starts: bytes) -> bytes:
    lines = text.split(b"\r\n")
    return b"\r\n".join(line for line in lines if not line.startswith(starts))


def _media_info_dropped(text: bytes) -> bytes:
    head, mark, tail = text.partition(b"\r\nm=")
    return head + mark + _without(tail, b"i=")


@pytest.mark.parametrize("text", ALL.values(), ids=ALL.keys())
def test_pjmedia_prints_what_we_print_but_for_the_info_of_media(text: bytes) -> None:
    session = SDPSession.parse(text)
    assert pjmedia.print_by_pjmedia(session) == _media_info_dropped(text)


@pytest.mark.parametrize("text", ALL.values(), ids=ALL.keys())
def test_our_parser_and_that_of_pjmedia_agree(text: bytes) -> None:
    # What pjmedia is known to drop is left out: i= lines, and the TTL of multicast addresses.
    text = _without(text, b"i=").replace(b"/127/3", b"")
    assert pjmedia.parse_by_pjmedia(text) == SDPSession.parse(text)


def test_pjmedia_applies_the_direction_of_a_session_and_so_do_we() -> None:
    text = _without(DESK_PHONE, b"a=sendrecv").replace(b"t=0 0\r\n", b"t=0 0\r\na=sendonly\r\n")
    session = SDPSession.parse(text)
    assert pjmedia.parse_by_pjmedia(text).media[0].get_direction() == "sendonly"
    printed = pjmedia.print_by_pjmedia(session)
    assert printed == text + b"a=sendonly\r\n"


def test_the_direction_of_a_session_does_not_override_that_of_media() -> None:
    session = SDPSession.parse(DESK_PHONE)
    session.attributes.append(SDPAttribute("inactive", ""))
    assert pjmedia.print_by_pjmedia(session).count(b"a=inactive") == 1


def test_the_info_of_a_session_reaches_pjmedia() -> None:
    session = SDPSession.parse(TWO_MEDIA)
    assert b"\r\ns=Weekly meeting\r\ni=The one on budgets\r\nc=" in pjmedia.print_by_pjmedia(
        session
    )


@pytest.mark.parametrize(
    ("kind", "item"),
    [
        ("attributes", SDPAttribute("x", "1")),
        ("bandwidth", SDPBandwidth("AS", 1)),
        ("media", SDPMedia("audio", 0, "RTP/AVP", formats=["0"])),
    ],
)
def test_as_much_as_pjmedia_holds_is_taken_and_no_more(kind: str, item: object) -> None:
    session = SDPSession.parse(DESK_PHONE)
    items = [item] * LIMITS[kind]
    setattr(session, kind, items)
    session.validate()
    assert pjmedia.parse_by_pjmedia(pjmedia.print_by_pjmedia(session)) == session
    getattr(session, kind).append(item)
    with pytest.raises(ValueError, match=rf"^{kind}: {LIMITS[kind] + 1} items, but pjmedia takes"):
        session.validate()


@pytest.mark.parametrize(
    ("kind", "item"),
    [
        ("attributes", SDPAttribute("x", "1")),
        ("bandwidth", SDPBandwidth("AS", 1)),
        ("formats", "0"),
    ],
)
def test_the_limits_hold_for_media_too(kind: str, item: object) -> None:
    session = SDPSession.parse(CHAT_AND_FAX)
    setattr(session.media[1], kind, [item] * LIMITS[kind])
    assert pjmedia.parse_by_pjmedia(pjmedia.print_by_pjmedia(session)) == session
    getattr(session.media[1], kind).append(item)
    with pytest.raises(ValueError, match=rf"^media\[1\]\.{kind}: {LIMITS[kind] + 1} items"):
        session.validate()


def test_an_inherited_direction_counts_against_the_limit() -> None:
    session = SDPSession.parse(DESK_PHONE)
    session.attributes = [SDPAttribute("sendonly", "")]
    session.media[0].attributes = [SDPAttribute("x", "1")] * LIMITS["attributes"]
    with pytest.raises(ValueError, match=r"^media\[0\]\.attributes: "):
        session.validate()


def test_long_texts_reach_pjmedia_whole() -> None:
    session = SDPSession.parse(DESK_PHONE)
    session.media[0].attributes.append(SDPAttribute("long", "x" * 1_000_000))
    assert pjmedia.print_by_pjmedia(session) == bytes(session)


def test_text_cut_at_any_byte_does_not_crash_pjmedia() -> None:
    reasons = []
    for end in range(len(DESK_PHONE) + 1):
        try:
            pjmedia.parse_by_pjmedia(DESK_PHONE[:end])
        except SDPParseError as error:
            reasons.append(str(error))
    assert 0 < len(reasons) < len(DESK_PHONE)
    assert all("PJMEDIA" in reason for reason in reasons)


def test_nothing_foreign_is_taken() -> None:
    for function in (pjmedia.print_by_pjmedia, lambda value: pjmedia.validate(value, True)):
        with pytest.raises(TypeError, match="must be SDPSession, not str"):
            function("v=0")  # type: ignore[arg-type]


def test_threads_that_pjlib_does_not_know_can_use_it() -> None:
    with ThreadPoolExecutor(8) as pool:
        texts = list(
            pool.map(
                lambda _: pjmedia.print_by_pjmedia(pjmedia.parse_by_pjmedia(DESK_PHONE)),
                range(2000),
            )
        )
    assert set(texts) == {DESK_PHONE}
