"""`SDPNegotiator`: groups of streams and their names (RFC 5888, RFC 9143)."""

from __future__ import annotations

from sipsimple.sdp import SDPNegotiator, SDPSession

START = "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\n"
AUDIO = "m=audio 5004 RTP/AVP 0\na=mid:a\n"
VIDEO = "m=video 5006 RTP/AVP 31\na=mid:v\n"
BOTH = "a=group:BUNDLE a v\n"


def _answer(offer: str, local: str) -> SDPSession:
    negotiator = SDPNegotiator.with_remote_offer(
        SDPSession.parse(START + offer), SDPSession.parse(START + local)
    )
    negotiator.negotiate()
    assert negotiator.active_local is not None
    return negotiator.active_local


def _groups(session: SDPSession) -> list[str]:
    return [line.value for line in session.attributes if line.name == "group"]


def test_a_rejected_stream_leaves_its_group() -> None:
    other = VIDEO.replace("RTP/AVP 31", "RTP/AVP 34")
    assert _groups(_answer(BOTH + AUDIO + VIDEO, BOTH + AUDIO + other)) == ["BUNDLE a"]
    assert _groups(_answer(BOTH + AUDIO + VIDEO, BOTH + AUDIO + VIDEO)) == ["BUNDLE a v"]


def test_a_group_that_was_not_offered_is_not_answered() -> None:
    assert _groups(_answer(AUDIO.replace("a=mid:a\n", ""), "a=group:BUNDLE a\n" + AUDIO)) == []
    assert _groups(_answer("a=group:LS a v\n" + AUDIO + VIDEO, BOTH + AUDIO + VIDEO)) == []


def test_streams_have_the_names_and_the_order_of_the_offer() -> None:
    offer = "a=group:BUNDLE 1 0\n" + AUDIO.replace(":a", ":0") + VIDEO.replace(":v", ":1")
    answer = _answer(offer, BOTH + VIDEO + AUDIO)
    assert _groups(answer) == ["BUNDLE 1 0"]
    assert [section.mid for section in answer.media] == ["0", "1"]
    # Who does not know groups here answers none, by the names of the offer all the same.
    answer = _answer(offer, VIDEO.replace("a=mid:v\n", "") + AUDIO)
    assert _groups(answer) == []
    assert [section.mid for section in answer.media] == ["0", "1"]


def test_lines_that_are_no_groups_stay_as_they_are() -> None:
    offer = "a=group:\na=group:BUNDLE a\n" + AUDIO
    answer = _answer(offer, "a=group\na=group:BUNDLE a\n" + AUDIO)
    assert _groups(answer) == ["", "BUNDLE a"]


def test_a_stream_that_waits_for_its_group_is_offered() -> None:
    waiting = "m=video 0 RTP/AVP 31\na=mid:v\na=bundle-only\n"
    negotiator = SDPNegotiator.with_local_offer(SDPSession.parse(START + BOTH + AUDIO + waiting))
    negotiator.set_remote_answer(
        SDPSession.parse(START + BOTH + AUDIO + VIDEO.replace("5006", "5004"))
    )
    negotiator.negotiate()
    local, remote = negotiator.active_local, negotiator.active_remote
    assert local is not None
    assert remote is not None
    assert str(local.media[1]) == waiting.replace("\n", "\r\n")
    assert local.effective(local.media[1]).port == 5004
    assert remote.media[1].port == 5004
    assert remote.media[1].formats == ["31"]
