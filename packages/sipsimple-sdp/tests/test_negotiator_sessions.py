"""What a session goes through: answers to local offers, hold, streams that come and go."""

from __future__ import annotations

import pytest

from sipsimple.sdp import SDPAttribute, SDPNegotiationError, SDPNegotiator, SDPSession

from .offers import AUDIO, CHAT, VIDEO, answered, concluded, local, session, streams, values


def _directed(description: SDPSession, direction: str) -> SDPSession:
    for section in description.media:
        section.attributes = [
            item
            for item in section.attributes
            if item.name not in {"sendrecv", "sendonly", "recvonly", "inactive"}
        ]
        section.attributes.append(SDPAttribute(direction, ""))
    return description


def _active(negotiator: SDPNegotiator) -> SDPSession:
    assert negotiator.active_local is not None
    return negotiator.active_local


# ---- a local offer and its answer


def test_an_offer_is_reduced_to_what_the_answer_takes_in_its_order() -> None:
    answer = session("m=audio 5004 RTP/AVP 0 8\nm=video 0 RTP/AVP 110", "192.0.2.9")
    negotiator = concluded(local("audio", "video"), answer)
    audio, video = streams(negotiator.active_local)
    assert (audio.formats, values(audio, "rtpmap"), audio.info) == (["0", "8"], [], "The hall")
    assert (video.port, video.attributes) == (0, [])
    assert negotiator.active_remote == answer


def test_the_answer_may_use_other_payload_types() -> None:
    answer = session("m=video 5006 RTP/AVP 97 126\na=rtpmap:97 VP8/90000\na=rtpmap:126 X/90000")
    negotiator = concluded(local("video"), answer)
    (ours,), (theirs,) = streams(negotiator.active_local), streams(negotiator.active_remote)
    assert (ours.formats, values(ours, "rtcp-fb")) == (["111"], ["111 nack pli"])
    assert (theirs.formats, values(theirs, "rtpmap")) == (["97"], ["97 VP8/90000"])


def test_of_a_codec_that_is_offered_twice_the_payload_type_decides() -> None:
    offer = session("""
        m=video 5006 RTP/AVP 102 104
        a=rtpmap:102 H264/90000
        a=fmtp:102 packetization-mode=1
        a=rtpmap:104 H264/90000
        a=fmtp:104 packetization-mode=0
    """)
    negotiator = concluded(offer, session("m=video 1 RTP/AVP 104\na=rtpmap:104 H264/90000"))
    (video,) = streams(negotiator.active_local)
    assert (video.formats, values(video, "fmtp")) == (["104"], ["104 packetization-mode=0"])


def test_streams_that_the_answer_leaves_out_are_rejected() -> None:
    for given, ports in ((AUDIO, [6004, 0, 0]), (VIDEO, [0, 6006, 0]), (CHAT, [0, 0, 7855])):
        negotiator = concluded(local("audio", "video", "chat"), session(given))
        assert [item.port for item in streams(negotiator.active_local)] == ports
        assert [bool(item.port) for item in streams(negotiator.active_remote)] == [
            bool(port) for port in ports
        ]


def test_streams_that_were_not_offered_are_left_out() -> None:
    negotiator = concluded(local("audio"), session(AUDIO + VIDEO))
    assert [item.media for item in streams(negotiator.active_remote)] == ["audio"]


def test_a_stream_without_a_common_codec_is_rejected_on_both_sides() -> None:
    negotiator = concluded(local("audio", "chat"), session("m=audio 1 RTP/AVP 18\n" + CHAT))
    assert [item.port for item in streams(negotiator.active_local)] == [0, 7855]
    assert [item.port for item in streams(negotiator.active_remote)] == [0, 2855]


def test_an_answer_over_another_transport_is_refused() -> None:
    answer = session(AUDIO)
    answer.media[0].transport = "RTP/SAVP"
    with pytest.raises(SDPNegotiationError, match=r"media\[0\] of the answer: .*EINVANSTP"):
        concluded(local("audio"), answer)


# ---- hold and resume (RFC 3264 section 8.4)


@pytest.mark.parametrize(("direction", "answer"), [("sendonly", "recvonly"), ("inactive",) * 2])
def test_the_remote_party_holds_and_resumes(direction: str, answer: str) -> None:
    negotiator = answered(session(AUDIO + VIDEO), local("audio", "video"))
    for offered, expected in ((direction, answer), ("sendrecv", "sendrecv")):
        negotiator.set_remote_offer(_directed(session(AUDIO + VIDEO), offered))
        negotiator.set_local_answer(local("audio", "video"))
        negotiator.negotiate()
        sections = streams(negotiator.active_local)
        assert [item.get_direction() for item in sections] == [expected] * 2
    assert _active(negotiator).version == 9


def test_hold_by_address_zero_reaches_the_application() -> None:
    negotiator = answered(session(AUDIO), local("audio"))
    negotiator.set_remote_offer(session(AUDIO, "0.0.0.0"))
    negotiator.set_local_answer(local("audio"))
    negotiator.negotiate()
    assert negotiator.active_remote is not None and negotiator.active_remote.connection is not None
    assert negotiator.active_remote.connection.address == "0.0.0.0"
    assert streams(negotiator.active_local)[0].get_direction() == "sendrecv"


def test_holding_and_resuming_by_an_own_offer() -> None:
    negotiator = answered(session(AUDIO), local("audio"))
    for ours, theirs in (("sendonly", "recvonly"), ("inactive", "inactive"), ("sendrecv",) * 2):
        negotiator.set_local_offer(_directed(_active(negotiator), ours))
        negotiator.set_remote_answer(_directed(session(AUDIO), theirs))
        negotiator.negotiate()
        assert streams(negotiator.active_local)[0].get_direction() == ours
        assert streams(negotiator.active_remote)[0].get_direction() == theirs


def test_an_answer_can_refuse_a_direction() -> None:
    negotiator = concluded(local("audio"), _directed(session(AUDIO), "sendonly"))
    assert streams(negotiator.active_local)[0].get_direction() == "recvonly"


# ---- streams that come and go (RFC 3264 sections 8.1 and 8.2)


def test_a_stream_is_added_removed_and_its_place_used_again() -> None:
    negotiator = concluded(local("audio"), session(AUDIO))
    offer = _active(negotiator)
    offer.media += local("video").media
    negotiator.set_local_offer(offer)
    negotiator.set_remote_answer(session(AUDIO + VIDEO))
    negotiator.negotiate()
    assert [item.port for item in streams(negotiator.active_local)] == [6004, 6006]

    offer = _active(negotiator)
    offer.media[1].port = 0
    negotiator.set_local_offer(offer)
    negotiator.set_remote_answer(session(AUDIO + "m=video 0 RTP/AVP 96"))
    negotiator.negotiate()
    assert [item.port for item in streams(negotiator.active_local)] == [6004, 0]

    offer = _active(negotiator)
    offer.media[1] = local("chat").media[0]
    negotiator.set_local_offer(offer)
    negotiator.set_remote_answer(session(AUDIO + CHAT))
    negotiator.negotiate()
    assert [(item.media, item.port) for item in streams(negotiator.active_local)] == [
        ("audio", 6004),
        ("message", 7855),
    ]
    assert _active(negotiator).version == 10


def test_streams_that_a_new_offer_leaves_out_at_the_end_keep_their_place() -> None:
    negotiator = concluded(local("audio", "video"), session(AUDIO + VIDEO))
    negotiator.set_local_offer(local("audio"))
    assert [(item.media, item.port) for item in streams(negotiator.offer)] == [
        ("audio", 6004),
        ("video", 0),
    ]


def test_the_remote_party_adds_and_removes_streams() -> None:
    negotiator = answered(session(AUDIO), local("audio"))
    for offered, ports in (
        (AUDIO + VIDEO, [6004, 6006]),
        (AUDIO + "m=video 0 RTP/AVP 96", [6004, 0]),
        (AUDIO + CHAT, [6004, 7855]),
    ):
        negotiator.set_remote_offer(session(offered))
        negotiator.set_local_answer(local("audio", "video", "chat"))
        negotiator.negotiate()
        assert [item.port for item in streams(negotiator.active_local)] == ports


# ---- payload types through the session (RFC 3264 section 8.3.2)


def test_a_payload_type_is_not_given_to_another_codec_by_an_own_offer() -> None:
    negotiator = concluded(local("video"), session(VIDEO))
    offer = session("m=video 6006 RTP/AVP 110\na=rtpmap:110 AV1/90000")
    with pytest.raises(
        ValueError,
        match=r"^offer: media\[0\]: payload type 110 is h264/90000/1 .* cannot become av1/90000/1",
    ):
        negotiator.set_local_offer(offer)
    assert negotiator.state == "DONE"
    offer.media[0].formats = ["112"]
    offer.media[0].attributes[0].value = "112 AV1/90000"
    negotiator.set_local_offer(offer)
    assert negotiator.state == "LOCAL_OFFER"


def test_a_stream_that_takes_the_place_of_another_has_payload_types_of_its_own() -> None:
    negotiator = concluded(local("audio", "video"), session(AUDIO + "m=video 0 RTP/AVP 96"))
    offer = _active(negotiator)
    offer.media[1] = session("m=video 6 RTP/AVP 110\na=rtpmap:110 AV1/90000").media[0]
    negotiator.set_local_offer(offer)
    assert negotiator.state == "LOCAL_OFFER"


def test_the_remote_party_may_change_its_payload_types_and_the_answer_follows() -> None:
    negotiator = answered(session(VIDEO), local("video"))
    negotiator.set_remote_offer(session("m=video 5006 RTP/AVP 97\na=rtpmap:97 VP8/90000"))
    negotiator.set_local_answer(local("video"))
    negotiator.negotiate()
    assert values(streams(negotiator.active_local)[0], "rtpmap") == ["97 VP8/90000"]
