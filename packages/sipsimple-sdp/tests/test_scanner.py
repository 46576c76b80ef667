"""A text that is already as it would be printed is kept, and taken apart where it is read."""

from __future__ import annotations

import itertools
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from sipsimple.sdp import SDPAttribute, SDPMedia, SDPParseError, SDPSession
from sipsimple.sdp.normal import normalize
from sipsimple.sdp.parser import is_canonical_text

from .descriptions import ALL, TWO_MEDIA
from .test_other_lines import BROADCAST

MINIMUM = b"v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\nt=0 0\r\n"
FIELDS = {
    SDPSession: [
        "address", "id", "version", "user", "net_type", "address_type", "name", "info",
        "connection", "start_time", "stop_time", "attributes", "bandwidth", "other_lines", "media",
    ],
    SDPMedia: [
        "media", "port", "transport", "port_count", "formats", "info", "connection",
        "attributes", "bandwidth", "other_lines",
    ],
}  # fmt: skip


@pytest.mark.parametrize("text", [*ALL.values(), BROADCAST, MINIMUM])
def test_what_the_classes_print_is_canonical(text: bytes) -> None:
    assert is_canonical_text(text)
    assert normalize(text.decode()).encode() == text


@pytest.mark.parametrize(
    "text",
    [
        b"",
        MINIMUM[:-2],
        MINIMUM + b"\r\n",
        MINIMUM.replace(b"\r\n", b"\n"),
        MINIMUM.replace(b"s=-\r\n", b""),
        MINIMUM.replace(b"t=0 0\r\n", b""),
        MINIMUM.replace(b"v=0", b"v=1"),
        MINIMUM.replace(b"o=- 1", b"o=- 01"),
        MINIMUM.replace(b"o=- 1", b"o=-  1"),
        MINIMUM.replace(b"o=- 1", b"o=-\t1"),
        MINIMUM.replace(b"o=- 1", b"o=- 18446744073709551616"),
        MINIMUM.replace(b"o=- 1", b"o=- x"),
        MINIMUM.replace(b"IP4 h", b"IP4 h "),
        MINIMUM.replace(b"t=0 0", b"t=0"),
        MINIMUM.replace(b"t=", b"r=1 1 0\r\nt="),
        MINIMUM.replace(b"s=-", b"s=-\rx"),
        MINIMUM.replace(b"s=-", b"s=-\nx"),
        MINIMUM + b"a=\r\n",
        MINIMUM + b"a=x:\r\n",
        MINIMUM + b"a=x \r\n",
        MINIMUM + b"a=x\0\r\n",
        MINIMUM + b"a=x\r\nb=AS:1\r\n",
        MINIMUM + b"c=IN IP4 h\r\n",
        MINIMUM.replace(b"t=", b"i=\r\nt="),
        MINIMUM.replace(b"t=", b"b=AS:4294967296\r\nt="),
        MINIMUM.replace(b"t=", b"b=:1\r\nt="),
        MINIMUM + b"m=audio 1/1 RTP/AVP 0\r\n",
        MINIMUM + b"m=audio 65536 RTP/AVP 0\r\n",
        MINIMUM + b"m=audio 1 RTP/AVP \r\n",
        MINIMUM + b"m=audio 1\r\n",
        MINIMUM + b"m=audio 1 RTP/AVP 0\r\nt=0 0\r\n",
        MINIMUM + b"m=audio 1 RTP/AVP 0\r\na=x\r\nc=IN IP4 h\r\n",
    ],
)
def test_what_they_would_print_in_another_way_is_not(text: bytes) -> None:
    assert not is_canonical_text(text)
    try:
        session = SDPSession.parse(text)
    except SDPParseError:
        return
    assert bytes(session) != text
    assert is_canonical_text(bytes(session))


def _is_what_is_printed(text: bytes) -> bool:
    """The same by the code that rewrites other texts."""
    try:
        return normalize(text.decode("utf-8", "surrogateescape")) == text.decode(
            "utf-8", "surrogateescape"
        )
    except SDPParseError:
        return False


@pytest.mark.parametrize(
    "character", [b"\r", b"\n", b"\0", b"\t", b" ", b":", b"\x01", b"\x1f", b"\xff"]
)
def test_any_character_at_any_place_of_a_line_is_seen(character: bytes) -> None:
    for length in range(40):
        for place in range(length + 1):
            value = b"x" * place + character + b"x" * (length - place)
            for line in (b"a=" + value, b"k=" + value, b"i=" + value + b"\r\nb=AS:1"):
                text = MINIMUM.replace(b"t=", b"i=1\r\nt=") + b"m=audio 1 x\r\n" + line + b"\r\n"
                assert is_canonical_text(text) is _is_what_is_printed(text), text
            if character not in b" \t:\x01\x1f\xff":
                continue
            session = SDPSession.parse(MINIMUM + b"a=x:" + value + b"\r\n")
            assert session.attributes[0].value.encode("utf-8", "surrogateescape") == value


@pytest.mark.parametrize("number", ["0", "9999999999999999999", "18446744073709551615"])
def test_numbers_of_64_bits_are_canonical(number: str) -> None:
    text = MINIMUM.replace(b"o=- 1", f"o=- {number}".encode())
    assert is_canonical_text(text)
    assert SDPSession.parse(text).id == int(number)


def test_reading_changes_nothing_of_what_is_printed() -> None:
    chance = random.Random(4566)
    for _ in range(300):
        text = chance.choice([*ALL.values(), BROADCAST])
        session = SDPSession.parse(text)
        for name in chance.sample(FIELDS[SDPSession], k=chance.randint(0, 3)):
            getattr(session, name)
        if chance.random() < 0.7:
            for media in session.media:
                for name in chance.sample(FIELDS[SDPMedia], k=chance.randint(0, 2)):
                    getattr(media, name)
        assert bytes(session) == text
        assert bytes(session.copy()) == text
        assert session == SDPSession.parse(text)


@pytest.mark.parametrize("name", FIELDS[SDPMedia])
def test_each_field_of_media_is_right_when_it_is_read_first(name: str) -> None:
    whole = SDPSession.parse(TWO_MEDIA)
    str(whole.media[0].attributes), whole.media[0].port
    value = getattr(SDPSession.parse(TWO_MEDIA).media[0], name)
    assert value == getattr(whole.media[0], name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("address", "x"), ("id", 5), ("version", 5), ("user", "x"), ("net_type", "x"),
        ("address_type", "IP6"), ("name", "x"), ("info", "x"), ("connection", None),
        ("start_time", 5), ("stop_time", 5), ("attributes", []), ("bandwidth", []),
        ("other_lines", []), ("media", []),
    ],
)  # fmt: skip
def test_an_assignment_before_anything_is_read_changes_that_alone(name: str, value: object) -> None:
    session = SDPSession.parse(BROADCAST)
    expected = {each: getattr(session.copy(), each) for each in FIELDS[SDPSession]}
    setattr(session, name, value)
    expected[name] = value
    assert {each: getattr(session, each) for each in FIELDS[SDPSession]} == expected
    assert SDPSession.parse(bytes(session)) == session


def test_changes_in_media_that_were_not_read_before_are_printed() -> None:
    session = SDPSession.parse(TWO_MEDIA)
    session.media[1].port = 7
    session.media[0].attributes.append(SDPAttribute("sendonly", ""))
    expected = TWO_MEDIA.replace(b"m=video 51372/2", b"m=video 7/2").replace(
        b"m=video", b"a=sendonly\r\nm=video"
    )
    assert bytes(session) == expected


def test_a_copy_of_what_was_not_read_is_independent() -> None:
    session = SDPSession.parse(TWO_MEDIA)
    other = session.copy()
    other.media[0].port = 1
    other.attributes.clear()
    assert bytes(session) == TWO_MEDIA
    assert bytes(other) != TWO_MEDIA


def test_threads_may_read_one_object_at_once() -> None:
    names = FIELDS[SDPSession]

    def read(session: SDPSession, offset: int) -> bytes:
        for name in itertools.islice(itertools.cycle(names), offset, offset + len(names)):
            getattr(session, name)
        for media in session.media:
            repr(media)
        return bytes(session)

    with ThreadPoolExecutor(4) as pool:
        for _ in range(200):
            session = SDPSession.parse(BROADCAST)
            printed = list(pool.map(read, [session] * 4, range(0, 16, 4)))
            assert printed == [BROADCAST] * 4
            lists = {id(session.attributes), id(session.media)}
            assert lists == {id(session.attributes), id(session.media)}
