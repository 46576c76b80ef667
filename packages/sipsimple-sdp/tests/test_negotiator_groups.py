"""`SDPNegotiator`: groups of streams and their names (RFC 5888, RFC 9143)."""

from __future__ import annotations

import pytest

from sipsimple.sdp import SDPNegotiationError, SDPNegotiator, SDPSession

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


def test_the_streams_of_a_bundle_have_the_transport_of_the_first() -> None:
    own = "a=rtcp-mux\na=ice-ufrag:{0}{0}{0}{0}\na=candidate:1 1 UDP 1 192.0.2.1 {1} typ host\n"
    local = BOTH + AUDIO + own.format("a", 5004)
    local += VIDEO + "c=IN IP4 192.0.2.9\na=sendonly\n" + own.format("v", 5006)
    answer = _answer(BOTH + AUDIO + "a=rtcp-mux\n" + VIDEO + "a=rtcp-mux\n", local)
    assert [section.port for section in answer.media] == [5004, 5004]
    audio, video = map(answer.effective, answer.media)
    assert (video.tagged is answer.media[0], video.port) == (True, audio.port)
    assert [str(line) for line in answer.media[1].attributes] == [
        "a=mid:v",
        "a=sendonly",
        "a=rtcp-mux",
    ]
    assert len(answer.media[0].attributes) == 4
    # Without the group each keeps its own.
    answer = _answer(BOTH + AUDIO + VIDEO, local.removeprefix(BOTH))
    assert [section.port for section in answer.media] == [5004, 5006]
    assert answer.media[1].ice_ufrag == "vvvv"


WAITING = "m=video 0 RTP/AVP 31\na=mid:v\na=bundle-only\n"


def test_a_stream_that_waits_for_its_group_is_answered_in_it() -> None:
    for offer, local in ((WAITING, VIDEO), (VIDEO, WAITING), (WAITING, WAITING)):
        answer = _answer(BOTH + AUDIO + offer, BOTH + AUDIO + local)
        assert _groups(answer) == ["BUNDLE a v"]
        assert [section.port for section in answer.media] == [5004, 5004]
        assert not answer.media[1].bundle_only
    # The first of a group has the transport, which this one has not.
    answer = _answer("a=group:BUNDLE v a\n" + WAITING + AUDIO, BOTH + AUDIO + VIDEO)
    assert _groups(answer) == ["BUNDLE a v"]
    assert [section.port for section in answer.media] == [5004, 5004]


def test_a_stream_that_waits_for_its_group_is_rejected_without_it() -> None:
    other = AUDIO.replace("RTP/AVP 0", "RTP/AVP 3")
    for offer, local in (
        # No group here, none there, and nobody in it who has a transport.
        (BOTH + AUDIO + WAITING, AUDIO + VIDEO),
        (AUDIO + WAITING, BOTH + AUDIO + VIDEO),
        (BOTH + AUDIO + VIDEO, AUDIO + WAITING),
        ("a=group:LS a v\n" + AUDIO + WAITING, "a=group:LS a v\n" + AUDIO + VIDEO),
    ):
        answer = _answer(offer, local)
        assert [section.port for section in answer.media] == [5004, 0]
        assert _groups(answer) in ([], ["LS a"])
    with pytest.raises(SDPNegotiationError):
        _answer(BOTH + other + WAITING, BOTH + AUDIO + VIDEO)


def test_a_stream_that_waits_for_its_group_is_checked_like_any_other() -> None:
    for line, reason in (
        ("m=video 0 RTP/AVP 96\na=bundle-only\n", "'96' has no rtpmap"),
        ("m=video 0 RTP/AVP\na=bundle-only\n", "must not be empty"),
    ):
        offer = SDPSession.parse(START + AUDIO + line)
        with pytest.raises(ValueError, match=reason):
            SDPNegotiator.with_local_offer(offer)


def test_its_payload_types_keep_their_codecs_for_the_session() -> None:
    def offer(codec: str) -> SDPSession:
        waiting = WAITING.replace("RTP/AVP 31", "RTP/AVP 96") + f"a=rtpmap:96 {codec}/90000\n"
        return SDPSession.parse(START + BOTH + AUDIO + waiting)

    negotiator = SDPNegotiator.with_local_offer(offer("VP8"))
    answer = offer("VP8")
    answer.media[1].port = answer.media[0].port
    negotiator.set_remote_answer(answer)
    negotiator.negotiate()
    with pytest.raises(ValueError, match="payload type 96 is vp8/90000/1"):
        negotiator.set_local_offer(offer("VP9"))


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
