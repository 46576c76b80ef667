from __future__ import annotations

import pickle
import random
import time

import pytest

from sipsimple.sdp import SDPAttribute, SDPBandwidth, SDPConnection, SDPParseError, SDPSession
from sipsimple.sdp.parser import is_canonical_text

from .descriptions import ALL, DESK_PHONE, TWO_MEDIA

MINIMUM = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n"


@pytest.mark.parametrize("text", ALL.values(), ids=ALL.keys())
def test_text_comes_back_byte_for_byte(text: bytes) -> None:
    session = SDPSession.parse(text)
    assert bytes(session) == text
    assert str(session) == text.decode()
    assert SDPSession.parse(text.decode()) == session
    assert SDPSession.parse(bytes(session)) == session


def test_every_field_is_read() -> None:
    session = SDPSession.parse(TWO_MEDIA)
    assert session.user == "alice"
    assert (session.id, session.version) == (2890844526, 2890844527)
    assert (session.net_type, session.address_type) == ("IN", "IP4")
    assert session.address == "host.atlanta.example.com"
    assert session.name == "Weekly meeting"
    assert session.info == "The one on budgets"
    assert session.connection == SDPConnection("192.0.2.101")
    assert session.bandwidth == [SDPBandwidth("AS", 384)]
    assert (session.start_time, session.stop_time) == (3034423619, 3042462419)
    assert session.attributes == [SDPAttribute("group", "LS 1 2")]
    audio, video = session.media
    assert (audio.media, audio.port, audio.port_count) == ("audio", 49172, 1)
    assert (audio.transport, audio.formats) == ("RTP/AVP", ["0", "97", "101"])
    assert (audio.info, audio.connection) == ("Alice's voice", None)
    assert audio.bandwidth == [SDPBandwidth("TIAS", 64000), SDPBandwidth("RS", 800)]
    assert audio.attributes[1] == SDPAttribute("rtpmap", "97 iLBC/8000")
    assert (video.port, video.port_count) == (51372, 2)
    assert video.connection == SDPConnection("224.2.1.1/127/3")
    assert (audio.get_direction(), video.get_direction()) == ("sendrecv", "recvonly")


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_lines_may_end_in_any_way(end: str) -> None:
    assert SDPSession.parse(DESK_PHONE.decode().replace("\r\n", end)) == SDPSession.parse(
        DESK_PHONE
    )


def test_the_last_line_needs_no_end_and_empty_lines_do_no_harm() -> None:
    assert SDPSession.parse(DESK_PHONE.rstrip()) == SDPSession.parse(DESK_PHONE)
    assert SDPSession.parse(b"\r\n" + DESK_PHONE + b"\r\n\r\n") == SDPSession.parse(DESK_PHONE)


def test_missing_name_and_time_get_the_defaults() -> None:
    session = SDPSession.parse("v=0\no=- 1 1 IN IP4 192.0.2.1\n")
    assert (session.name, session.start_time, session.stop_time) == (" ", 0, 0)


def test_more_white_space_than_the_grammar_has_is_accepted() -> None:
    session = SDPSession.parse(
        "v=0 \no=-  1 1 IN\tIP4 192.0.2.1 \ns=-\nc=IN IP4  192.0.2.1 \nt=0 0 \n"
        "m=audio 5004  RTP/AVP 0 8 \na=sendonly \nb=AS:64 \n"
    )
    assert session.address == "192.0.2.1"
    assert session.connection == SDPConnection("192.0.2.1")
    assert session.media[0].formats == ["0", "8"]
    assert session.media[0].get_direction() == "sendonly"
    assert session.media[0].bandwidth == [SDPBandwidth("AS", 64)]


def test_white_space_that_may_mean_something_is_kept() -> None:
    session = SDPSession.parse(MINIMUM.replace("s=-", "s= x ") + "i= y \r\na=z: 1 \r\n")
    assert (session.name, session.info) == (" x ", " y ")
    assert session.attributes == [SDPAttribute("z", " 1 ")]
    assert SDPSession.parse(bytes(session)) == session


def test_a_direction_of_the_session_is_that_of_media_without_one() -> None:
    text = MINIMUM + "a=inactive\r\nm=audio 1 RTP/AVP 0\r\nm=video 2 RTP/AVP 31\r\na=sendrecv\r\n"
    session = SDPSession.parse(text)
    assert [media.get_direction() for media in session.media] == ["inactive", "sendrecv"]
    assert bytes(session) == text.encode()


def test_bytes_that_are_not_utf8_come_back_unchanged() -> None:
    text = MINIMUM.encode().replace(b"s=-", b"s=caf\xe9 \xff\xfe")
    session = SDPSession.parse(text)
    assert session.name == "caf\udce9 \udcff\udcfe"
    assert bytes(session) == text
    assert session.copy() == session == pickle.loads(pickle.dumps(session))


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 0, "there is no o= line"),
        ("v=0\r\n", 0, "there is no o= line"),
        ("v=1\r\n", 1, "version '1' is not 0"),
        ("v=0\r\nxyz\r\n", 2, "'xyz' is not of the form type=value"),
        ("v=0\r\n\r\n\r\nx\r\n", 4, "'x' is not of the form"),
        ("v=0\r\nO=- 1 1 IN IP4 h\r\n", 2, "'O' is not the type of a line"),
        ("o=- 1 1 IN IP4\r\n", 1, "o= has 5 fields instead of 6"),
        ("o=- x 1 IN IP4 h\r\n", 1, "session id 'x' is not a number"),
        ("o=- 1 -1 IN IP4 h\r\n", 1, "session version '-1' is not a number"),
        ("o=- 18446744073709551616 1 IN IP4 h\r\n", 1, "session id '18446744073709551616'"),
        ("o=- ٣ 1 IN IP4 h\r\n", 1, "session id '٣' is not a number"),
        (MINIMUM + "t=0\r\n", 5, "t= has 1 fields instead of 2"),
        (MINIMUM + "c=IN IP4\r\n", 5, "c= has 2 fields instead of 3"),
        (MINIMUM + "b=AS\r\n", 5, "b= is not of the form modifier:value: 'AS'"),
        (MINIMUM + "b=AS:many\r\n", 5, "bandwidth 'many' is not a number"),
        (MINIMUM + "a=\r\n", 5, "a= has no name"),
        (MINIMUM + "a=:x\r\n", 5, "a= has no name: ':x'"),
        (MINIMUM + "m=audio 1\r\n", 5, "m= has 2 fields instead of 3 or more"),
        (MINIMUM + "m=audio 65536 RTP/AVP 0\r\n", 5, "port '65536' is not a number from 0 to"),
        (MINIMUM + "m=audio 1/0 RTP/AVP 0\r\n", 5, "port count is 0"),
        (MINIMUM + "m=audio 1/ RTP/AVP 0\r\n", 5, "port count '' is not a number"),
        (MINIMUM + "a=x\0y\r\n", 5, "contains NUL"),
        (MINIMUM + "a=\ud800\r\n", 5, "cannot be encoded as UTF-8"),
    ],
)
def test_an_error_tells_line_and_reason(text: str, line: int, reason: str) -> None:
    with pytest.raises(SDPParseError) as caught:
        SDPSession.parse(text)
    assert caught.value.line == line
    assert caught.value.reason.startswith(reason) or reason in caught.value.reason
    assert isinstance(caught.value, ValueError)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize("value", [None, 5, ["v=0"]])
def test_other_than_text_is_a_type_error(value: object) -> None:
    with pytest.raises(TypeError, match=r"^text: must be bytes or str, not "):
        SDPSession.parse(value)  # type: ignore[arg-type]


def test_buffers_are_taken_like_bytes() -> None:
    expected = SDPSession.parse(DESK_PHONE)
    assert SDPSession.parse(bytearray(DESK_PHONE)) == expected
    assert SDPSession.parse(memoryview(DESK_PHONE)) == expected


def test_a_subclass_parses_to_itself() -> None:
    class Description(SDPSession):
        pass

    assert type(Description.parse(DESK_PHONE)) is Description


def _stable_or_refused(text: bytes) -> bool:
    """Whether it parses; what does prints to something that parses to an equal object."""
    try:
        session = SDPSession.parse(text)
    except SDPParseError:
        return False
    assert SDPSession.parse(bytes(session)) == session
    assert pickle.loads(pickle.dumps(session)) == session
    assert is_canonical_text(bytes(session))
    return True


@pytest.mark.parametrize("text", ALL.values(), ids=ALL.keys())
def test_text_cut_at_any_byte_is_refused_or_stable(text: bytes) -> None:
    outcomes = [_stable_or_refused(text[:end]) for end in range(len(text) + 1)]
    assert outcomes[0] is False
    assert outcomes[-1] is True


def test_text_with_random_changes_is_refused_or_stable() -> None:
    chance = random.Random(8866)
    taken = 0
    for _ in range(3000):
        text = bytearray(chance.choice(list(ALL.values())))
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(text))
            match chance.randrange(3):
                case 0:
                    text[place] = chance.randrange(256)
                case 1:
                    del text[place : place + chance.randint(1, 30)]
                case _:
                    text[place:place] = bytes(chance.choices(b"\r\n\0 :=/\xff9am", k=5))
        taken += _stable_or_refused(bytes(text))
    assert 0 < taken < 3000


def test_there_is_no_limit_on_lengths_and_counts() -> None:
    lines = [MINIMUM, "a=long:" + "x" * 65536 + "\r\n"]
    lines += [f"a=number:{index}\r\n" for index in range(10_000)]
    lines.append("m=audio 1 RTP/AVP " + " ".join(map(str, range(1000))) + "\r\n")
    lines += ["m=video 2 RTP/AVP 31\r\n"] * 1000
    text = "".join(lines)
    session = SDPSession.parse(text)
    assert len(session.attributes) == 10_001
    assert len(session.media) == 1001
    assert len(session.media[0].formats) == 1000
    assert str(session) == text


def test_huge_and_hostile_texts_take_no_quadratic_time() -> None:
    start = time.monotonic()
    for line in ("o=- " + "9" * 2_000_000, "m=" + "a " * 1_000_000, "\n" * 1_000_000 + "x"):
        with pytest.raises(SDPParseError):
            SDPSession.parse(MINIMUM + line)
    assert time.monotonic() - start < 10
