"""What an application may do that nobody meant it to: nothing crashes, nothing is lost silently."""

from __future__ import annotations

import copy
import gc
import pickle
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from sipsimple.sdp import (
    SDPAttribute,
    SDPBandwidth,
    SDPConnection,
    SDPLine,
    SDPMedia,
    SDPNegotiator,
    SDPSession,
)
from sipsimple.sdp.section import SDPSection

from .descriptions import BROWSER, TWO_MEDIA

CLASSES = [SDPSession, SDPMedia, SDPAttribute, SDPConnection, SDPBandwidth, SDPLine]


# ---- subclasses


class Session(SDPSession):
    note = "of the class"


class Media(SDPMedia):
    __slots__ = ("note",)
    note: str


class Attribute(SDPAttribute):
    note = "of the class"


class Connection(SDPConnection):
    note = "of the class"


class Bandwidth(SDPBandwidth):
    __slots__ = ("note",)
    note: str


class Line(SDPLine):
    note = "of the class"


COPIES: list[Callable[[object], object]] = [
    lambda one: one.copy(),  # type: ignore[attr-defined]
    copy.copy,
    copy.deepcopy,
    lambda one: pickle.loads(pickle.dumps(one)),
    lambda one: pickle.loads(pickle.dumps(one, protocol=2)),
]


@pytest.mark.parametrize("duplicate", COPIES)
@pytest.mark.parametrize(
    "one",
    [
        Session("192.0.2.1", 1, 1),
        Session.parse(TWO_MEDIA),
        Media("audio", 1, "RTP/AVP"),
        Attribute("rtpmap", "0 PCMU/8000"),
        Connection("192.0.2.1"),
        Bandwidth("AS", 64),
        Line("u", "http://example.com/"),
    ],
)
def test_copies_of_a_subclass_are_of_it_and_have_what_it_added(
    one: Session | Media, duplicate: Callable[[object], object]
) -> None:
    one.note = "of the object"
    other = duplicate(one)
    assert type(other) is type(one)
    assert other == one
    assert other.note == "of the object"  # type: ignore[attr-defined]
    other.note = "changed"  # type: ignore[attr-defined]
    assert one.note == "of the object"


def test_items_of_subclasses_are_printed_and_stay_what_they_are_in_copies() -> None:
    session = Session(
        "192.0.2.1",
        attributes=[Attribute("x", "y")],
        media=[Media("audio", 1, "RTP/AVP")],
        connection=Connection("192.0.2.1"),
    )
    for other in (session.copy(), pickle.loads(pickle.dumps(session))):
        assert bytes(other) == bytes(session)
        assert type(other.attributes[0]) is Attribute
        assert type(other.media[0]) is Media
        assert type(other.connection) is Connection


def test_a_subclass_may_compute_what_it_says_without_a_say_in_the_text() -> None:
    class Loud(SDPAttribute):
        @property
        def value(self) -> str:  # type: ignore[override]
            return "x\r\na=injected"

        def __str__(self) -> str:
            return "a=injected"

        def copy(self) -> SDPAttribute:
            return 5  # type: ignore[return-value]

    media = SDPMedia("audio", 1, "RTP/AVP", attributes=[Loud("x", "y")])
    assert str(media) == "m=audio 1 RTP/AVP\r\na=x:y\r\n"
    with pytest.raises(TypeError, match=r"^attributes\[0\]: must be SDPAttribute, not int"):
        bytes(media.copy())


# ---- half-made objects


@pytest.mark.parametrize("kind", CLASSES)
def test_an_object_whose_init_was_skipped_is_harmless(kind: type[SDPMedia]) -> None:
    one = kind.__new__(kind)
    assert one == one.copy()
    assert one.copy() == one
    repr(one)
    str(one)
    for name in kind.__match_args__:
        getattr(one, name)
    one.__reduce__()


@pytest.mark.parametrize("kind", [SDPSession, SDPMedia])
def test_a_section_whose_init_was_skipped_can_be_looked_at(kind: type[SDPMedia]) -> None:
    one = kind.__new__(kind)
    assert (one.attributes, one.bandwidth, one.other_lines) == ([], [], [])
    assert one.direction == "sendrecv"
    assert one.setup is None
    session = one if isinstance(one, SDPSession) else SDPSession("h", media=[one])
    with pytest.raises(ValueError):  # noqa: PT011
        session.validate()
    with pytest.raises(ValueError):  # noqa: PT011
        SDPSession.parse(bytes(session))


@pytest.mark.parametrize("kind", CLASSES)
def test_an_init_that_failed_changes_nothing(kind: type[SDPAttribute]) -> None:
    one = {
        SDPSession: lambda: SDPSession.parse(TWO_MEDIA),
        SDPMedia: lambda: SDPSession.parse(TWO_MEDIA).media[0],
        SDPAttribute: lambda: SDPSession.parse(TWO_MEDIA).media[0].attributes[0],
        SDPConnection: lambda: SDPSession.parse(TWO_MEDIA).connection,
        SDPBandwidth: lambda: SDPSession.parse(TWO_MEDIA).bandwidth[0],
        SDPLine: lambda: SDPLine("u", "x"),
    }[kind]()  # type: ignore[index]
    before = str(one)
    for arguments in ((), (None,), (None, None), (5, "x"), ("",), ("\n", "\n")):
        with pytest.raises((TypeError, ValueError)):
            one.__init__(*arguments)
        assert str(one) == before


def test_what_sections_have_in_common_is_not_made_alone() -> None:
    with pytest.raises(TypeError, match="make an SDPSession or SDPMedia"):
        SDPSection()
    with pytest.raises(TypeError):
        pickle.dumps(SDPSection.__new__(SDPSection))
    assert not [name for name in dir(SDPMedia) if "cython" in name]


# ---- recursion


def test_lists_that_hold_themselves_end_with_an_error() -> None:
    session, other = SDPSession.parse(TWO_MEDIA), SDPSession.parse(TWO_MEDIA)
    for one in (session, other):
        one.media.append(one)  # type: ignore[arg-type]
        one.attributes.append(one.attributes)  # type: ignore[arg-type]
    assert "[...]" in repr(session)
    with pytest.raises(RecursionError):
        assert session == other
    for use in (bytes, SDPSession.copy, SDPSession.validate, SDPNegotiator.with_local_offer):
        with pytest.raises((TypeError, AttributeError)):
            use(session)  # type: ignore[operator]
    assert session.direction == "sendrecv"
    assert session.effective(session.media[0]).tagged is None


# ---- keys


@pytest.mark.parametrize(
    "use",
    [
        lambda: SDPAttribute("crypto", "1 X inline:SECRET\r\n"),
        lambda: SDPAttribute("ice-pwd", "SECRET\ud800"),
        lambda: setattr(SDPAttribute("key-mgmt", "mikey x"), "value", "mikey SECRET\0"),
        lambda: SDPLine("k", "clear:SECRET\n"),
        lambda: setattr(SDPLine("k", "prompt"), "value", "clear:SECRET\n"),
    ],
)
def test_no_key_is_in_an_error(use: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"^value: \.\.\. ") as caught:
        use()
    assert "SECRET" not in str(caught.value)


# ---- lifetime


def test_sessions_and_media_can_be_referred_to_weakly() -> None:
    session = SDPSession.parse(BROWSER)
    media = session.media[0]
    references = weakref.ref(session), weakref.ref(media)
    assert [reference() for reference in references] == [session, media]
    gone: list[object] = []
    weakref.finalize(media, gone.append, "media")
    del session, media
    gc.collect()
    assert [reference() for reference in references] == [None, None]
    assert gone == ["media"]


def test_parts_outlive_the_session_and_the_text_that_they_came_from() -> None:
    text = bytearray(TWO_MEDIA)
    session = SDPSession.parse(text)
    media, attribute = session.media[1], session.media[0].attributes[1]
    text[:] = b"x" * len(text)
    del session
    gc.collect()
    _ = [bytes(10_000) for _ in range(100)]
    assert str(attribute) == "a=rtpmap:97 iLBC/8000"
    assert (attribute.name, attribute.value) == ("rtpmap", "97 iLBC/8000")
    assert media.port_count == 2
    assert media.direction == "recvonly"
    assert str(media).endswith("a=recvonly\r\n")


# ---- threads


def test_a_session_that_nobody_has_read_can_be_read_first_by_many_threads() -> None:
    for _ in range(200):
        session = SDPSession.parse(BROWSER)
        barrier = threading.Barrier(4)

        def read(
            _: int, session: SDPSession = session, barrier: threading.Barrier = barrier
        ) -> tuple[list[int], str]:
            barrier.wait(10)
            found = [id(one) for media in session.media for one in media.attributes]
            return found, session.media[0].attributes[0].value

        with ThreadPoolExecutor(4) as pool:
            first, *others = list(pool.map(read, range(4)))
        assert all(other == first for other in others)
        assert bytes(session) == BROWSER
