"""Lines that have no field of their own: they are kept, and printed where the grammar has them."""

from __future__ import annotations

import pickle

import pytest

from sipsimple.sdp import SDPConnection, SDPLine, SDPMedia, SDPSession

BROADCAST = (
    b"v=0\r\n"
    b"o=jdoe 2890844526 2890842807 IN IP4 192.0.2.126\r\n"
    b"s=SDP seminar\r\n"
    b"i=A seminar on the session description protocol\r\n"
    b"u=http://www.example.com/seminars/sdp.pdf\r\n"
    b"e=j.doe@example.com (Jane Doe)\r\n"
    b"e=office@example.com\r\n"
    b"p=+1 617 555-6011\r\n"
    b"c=IN IP4 224.2.17.12/127\r\n"
    b"b=X-YZ:128\r\n"
    b"t=2873397496 2873404696\r\n"
    b"r=604800 3600 0 90000\r\n"
    b"r=1d 1h 0\r\n"
    b"t=2973397496 2973404696\r\n"
    b"r=7d 1h 0 25h\r\n"
    b"z=2882844526 -1h 2898848070 0\r\n"
    b"k=prompt\r\n"
    b"a=recvonly\r\n"
    b"m=audio 49170 RTP/AVP 0\r\n"
    b"i=The first layer\r\n"
    b"c=IN IP4 224.2.1.1/127\r\n"
    b"c=IN IP4 224.2.1.2/127\r\n"
    b"k=clear:secret\r\n"
    b"a=ptime:20\r\n"
)


def _lines(section: SDPSession | SDPMedia) -> list[str]:
    return [str(line) for line in section.other_lines]


def test_a_broadcast_comes_back_byte_for_byte_however_much_is_read() -> None:
    assert bytes(SDPSession.parse(BROADCAST)) == BROADCAST
    session = SDPSession.parse(BROADCAST)
    assert _lines(session) == [
        "u=http://www.example.com/seminars/sdp.pdf",
        "e=j.doe@example.com (Jane Doe)",
        "e=office@example.com",
        "p=+1 617 555-6011",
        "r=604800 3600 0 90000",
        "r=1d 1h 0",
        "t=2973397496 2973404696",
        "r=7d 1h 0 25h",
        "z=2882844526 -1h 2898848070 0",
        "k=prompt",
    ]
    (audio,) = session.media
    assert _lines(audio) == ["c=IN IP4 224.2.1.2/127", "k=clear:secret"]
    assert audio.connection == SDPConnection("224.2.1.1/127")
    assert (session.start_time, session.stop_time) == (2873397496, 2873404696)
    assert bytes(session) == BROADCAST
    assert bytes(session.copy()) == bytes(pickle.loads(pickle.dumps(session))) == BROADCAST


def test_they_take_part_in_comparison() -> None:
    session = SDPSession.parse(BROADCAST)
    assert session == SDPSession.parse(BROADCAST)
    session.other_lines.pop()
    assert session != SDPSession.parse(BROADCAST)


def test_lines_out_of_place_are_put_where_the_grammar_has_them() -> None:
    lines = BROADCAST.decode().splitlines()
    # From the u= line on backwards: what was in front of the media section is in it now.
    text = "\n".join([*lines[:4], lines[10], *lines[17:], *lines[4:10], *lines[11:17]])
    session = SDPSession.parse(text)
    assert session.media[0].other_lines[-1] == SDPLine("k", "prompt")
    assert {line.type for line in session.other_lines} == {"u", "e", "p", "t", "r", "z"}
    assert SDPSession.parse(bytes(session)) == session
    again = bytes(session)
    assert again.index(b"u=") < again.index(b"e=") < again.index(b"p=") < again.index(b"t=")


def test_they_may_be_given_in_any_order() -> None:
    lines = [SDPLine("k", "prompt"), SDPLine("u", "http://example.com/")]
    session = SDPSession("192.0.2.1", id=1, version=1, other_lines=lines)
    assert str(session) == (
        "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns= \r\nu=http://example.com/\r\nt=0 0\r\nk=prompt\r\n"
    )
    assert SDPSession.parse(str(session)) == session


def test_a_line_of_an_unknown_type_is_kept_before_the_attributes() -> None:
    text = "v=0\no=- 1 1 IN IP4 h\ns=-\nt=0 0\na=x\ny=0100002000\nm=video 1 RTP/AVP 96\nf=v/2/6\n"
    session = SDPSession.parse(text)
    assert (_lines(session), _lines(session.media[0])) == (["y=0100002000"], ["f=v/2/6"])
    assert str(session).splitlines() == [
        "v=0", "o=- 1 1 IN IP4 h", "s=-", "t=0 0", "y=0100002000", "a=x",
        "m=video 1 RTP/AVP 96", "f=v/2/6",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["u", "e", "p", "t", "r", "z"])
def test_a_media_section_refuses_those_of_a_session(kind: str) -> None:
    media = SDPMedia("audio", 1, "RTP/AVP")
    with pytest.raises(ValueError, match=rf"^other_lines\[1\]: {kind}= has no place in SDPMedia"):
        media.other_lines = [SDPLine("k", "prompt"), SDPLine(kind, "1 1")]
    assert media.other_lines == []
    session = SDPSession("192.0.2.1", media=[media])
    media.other_lines.append(SDPLine(kind, "1 1"))
    with pytest.raises(ValueError, match=rf"^media\[0\]\.other_lines\[0\]: {kind}= has no place"):
        str(session)


def test_a_list_with_something_foreign_is_refused() -> None:
    session = SDPSession("192.0.2.1")
    with pytest.raises(TypeError, match=r"^other_lines\[0\]: must be SDPLine, not str"):
        session.other_lines = ["k=prompt"]  # type: ignore[list-item]
    session.other_lines.append("k=prompt")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^other_lines\[0\]: must be SDPLine, not str"):
        bytes(session)
    session.other_lines.clear()
    session.media = [SDPMedia("audio", 1, "RTP/AVP")]
    session.media[0].attributes.append(5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^media\[0\]\.attributes\[0\]: must be SDPAttribute"):
        bytes(session)


@pytest.mark.parametrize("kind", ["v", "o", "s"])
def test_a_second_line_of_what_there_is_one_of_is_refused(kind: str) -> None:
    first = next(line for line in BROADCAST.split(b"\r\n") if line.startswith(kind.encode()))
    with pytest.raises(ValueError, match=f"^line 25: there is a second {kind}= line"):
        SDPSession.parse(BROADCAST + first + b"\r\n")


def test_repeat_times_and_zones_stay_with_their_time() -> None:
    times = (
        b"t=2873397496 2873404696\r\nr=604800 3600 0\r\nz=2882844526 -1h\r\n"
        b"t=2973397496 2973404696\r\nr=7d 1h 0 25h\r\nz=2982844526 -1h\r\n"
    )
    text = b"v=0\r\no=- 1 1 IN IP4 192.0.2.126\r\ns=-\r\nc=IN IP4 192.0.2.126\r\n" + times
    session = SDPSession.parse(text, strict=True)
    assert [line.type for line in session.other_lines] == ["r", "z", "t", "r", "z"]
    assert bytes(session) == text
    late = SDPSession.parse(text.replace(times, b"z=1 1h\r\nr=1 1 0\r\nt=0 0\r\n"))
    assert bytes(late).endswith(b"t=0 0\r\nz=1 1h\r\nr=1 1 0\r\n")
    assert SDPSession.parse(bytes(late)) == late
