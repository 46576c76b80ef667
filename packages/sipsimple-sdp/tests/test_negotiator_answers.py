"""The answer to a remote offer: codecs, payload types, directions, rejected streams."""

from __future__ import annotations

import pytest

from sipsimple.sdp import SDPAttribute, SDPNegotiationError, SDPSession

from .offers import AUDIO, CHAT, LOCAL, VIDEO, answered, local, session, streams, values


@pytest.mark.parametrize(
    ("prefer_remote", "multiple", "formats"),
    [
        (True, False, ["0", "101"]),
        (True, True, ["0", "8", "101"]),
        (False, False, ["8", "101"]),
        (False, True, ["8", "0", "101"]),
    ],
)
def test_codecs_in_common_come_in_the_order_that_is_preferred(
    prefer_remote: bool, multiple: bool, formats: list[str]
) -> None:
    negotiator = answered(
        session(AUDIO),
        local("audio"),
        prefer_remote_codec_order=prefer_remote,
        answer_with_multiple_codecs=multiple,
    )
    assert streams(negotiator.active_local)[0].formats == formats


def test_an_answer_takes_the_payload_types_of_the_offer() -> None:
    negotiator = answered(
        session(AUDIO + VIDEO), local("audio", "video"), answer_with_multiple_codecs=True
    )
    audio, video = streams(negotiator.active_local)
    assert values(audio, "rtpmap") == ["101 telephone-event/8000"]
    assert values(audio, "fmtp") == ["101 0-15"]
    assert video.formats == ["96", "97"]
    assert sorted(values(video, "rtpmap")) == ["96 VP8/90000", "97 H264/90000"]
    assert values(video, "fmtp") == ["97 packetization-mode=1"]
    assert sorted(values(video, "rtcp-fb")) == ["96 nack pli", "97 ccm fir"]


def test_payload_types_may_be_the_other_way_round() -> None:
    offer = session("""
        m=video 5006 RTP/AVP 111 110
        a=rtpmap:111 H264/90000
        a=rtpmap:110 VP8/90000
        a=rtcp-fb:* nack pli
        a=rtcp-fb:111 ccm fir
    """)
    negotiator = answered(offer, local("video"), answer_with_multiple_codecs=True)
    (video,) = streams(negotiator.active_local)
    assert video.formats == ["111", "110"]
    assert sorted(values(video, "rtpmap")) == ["110 VP8/90000", "111 H264/90000"]
    assert sorted(values(video, "rtcp-fb")) == ["110 nack pli", "111 ccm fir"]


def test_what_explained_a_format_that_is_gone_goes_too() -> None:
    negotiator = answered(session(VIDEO), local("video"))
    (video,) = streams(negotiator.active_local)
    assert video.formats == ["96"]
    assert values(video, "rtpmap") == ["96 VP8/90000"]
    assert values(video, "fmtp") == []
    assert values(video, "rtcp-fb") == ["96 nack pli"]


@pytest.mark.parametrize(
    ("offered", "capable", "expected"),
    [
        ("sendrecv", "sendrecv", "sendrecv"),
        ("sendonly", "sendrecv", "recvonly"),
        ("recvonly", "sendrecv", "sendonly"),
        ("inactive", "sendrecv", "inactive"),
        ("sendrecv", "sendonly", "sendonly"),
        ("sendonly", "sendonly", "inactive"),
        ("recvonly", "recvonly", "inactive"),
        ("sendonly", "recvonly", "recvonly"),
        ("recvonly", "inactive", "inactive"),
    ],
)
@pytest.mark.parametrize("level", ["session", "media"])
def test_the_direction_is_reversed_as_far_as_the_own_one_allows(
    offered: str, capable: str, expected: str, level: str
) -> None:
    offer, capability = session(AUDIO), local("audio")
    for description, direction in ((offer, offered), (capability, capable)):
        place = description if level == "session" else description.media[0]
        place.attributes.append(SDPAttribute(direction, ""))
    negotiator = answered(offer, capability)
    (audio,) = streams(negotiator.active_local)
    assert audio.get_direction() == expected


def test_the_direction_of_a_parsed_session_counts() -> None:
    offer = SDPSession.parse(bytes(session(AUDIO)).replace(b"\r\nm=", b"\r\na=sendonly\r\nm="))
    assert streams(answered(offer, local("audio")).active_local)[0].get_direction() == "recvonly"


def test_streams_without_a_match_are_rejected_in_their_place() -> None:
    negotiator = answered(session(VIDEO + AUDIO + CHAT), local("chat", "audio"))
    assert [(item.media, item.port) for item in streams(negotiator.active_local)] == [
        ("video", 0),
        ("audio", 6004),
        ("message", 7855),
    ]
    rejected = streams(negotiator.active_local)[0]
    assert (rejected.formats, rejected.attributes) == (["96", "97"], [])
    assert negotiator.active_local is not None
    negotiator.active_local.validate()


def test_port_0_rejects_a_stream_and_so_does_the_offer() -> None:
    capability = local("audio", "video")
    capability.media[1].port = 0
    negotiator = answered(session(AUDIO + VIDEO), capability)
    assert [item.port for item in streams(negotiator.active_local)] == [6004, 0]
    offer = session(VIDEO + AUDIO)
    offer.media[0].port = 0
    negotiator = answered(offer, local("video", "audio"))
    assert [item.port for item in streams(negotiator.active_local)] == [0, 6004]


def test_each_section_answers_one_stream() -> None:
    negotiator = answered(session(AUDIO + AUDIO), local("audio"))
    assert [item.port for item in streams(negotiator.active_local)] == [6004, 0]


def test_a_section_without_a_common_codec_leaves_the_stream_to_the_next() -> None:
    capability = session("m=audio 7000 RTP/AVP 18\n" + LOCAL["audio"])
    assert streams(answered(session(AUDIO), capability).active_local)[0].port == 6004


def test_everything_that_is_not_negotiated_stays() -> None:
    capability = local("audio")
    capability.info = "About everything"
    negotiator = answered(session(AUDIO), capability)
    assert negotiator.active_local is not None
    (audio,) = negotiator.active_local.media
    assert (negotiator.active_local.info, audio.info) == ("About everything", "The hall")
    assert values(audio, "ptime") == ["20"]
    assert negotiator.active_remote == session(AUDIO)


def test_transports_must_be_the_same_but_for_the_feedback_profile() -> None:
    offer = session(AUDIO)
    offer.media[0].transport = "RTP/AVPF"
    assert streams(answered(offer, local("audio")).active_local)[0].transport == "RTP/AVPF"
    for transport, description in (
        ("RTP/SAVP", session(AUDIO)),
        ("UDP/TLS/RTP/SAVPF", session(AUDIO)),
        ("TCP/TLS/MSRP", session(CHAT)),
    ):
        description.media[0].transport = transport
        with pytest.raises(SDPNegotiationError, match="PJMEDIA_SDPNEG_ENOMEDIA"):
            answered(description, local("audio", "chat"))


def test_formats_of_other_transports_are_names() -> None:
    line = "m=application 9 DTLS/SCTP 5000\na=fmtp:5000 x=1\na=rtpmap:5000 is/not/one"
    negotiator = answered(session(line), session(line))
    assert negotiator.active_local == session(line)


def test_telephone_event_alone_is_no_codec_in_common() -> None:
    offer = session("m=audio 5004 RTP/AVP 101\na=rtpmap:101 telephone-event/8000")
    with pytest.raises(SDPNegotiationError, match="NOANSCODEC"):
        answered(offer, session("m=audio 6004 RTP/AVP 0"))


@pytest.mark.parametrize("multiple", [False, True])
def test_repair_formats_are_never_the_codec(multiple: bool) -> None:
    lines = """
        m=video 5006 RTP/AVP 97 96 98
        a=rtpmap:97 rtx/90000
        a=fmtp:97 apt=96
        a=rtpmap:96 VP8/90000
        a=rtpmap:98 ulpfec/90000
    """
    negotiator = answered(session(lines), session(lines), answer_with_multiple_codecs=multiple)
    (video,) = streams(negotiator.active_local)
    assert (video.formats, values(video, "rtpmap")) == (["96"], ["96 VP8/90000"])


def test_redundant_text_is_answered_with_its_payload_types() -> None:
    offer = session("""
        m=text 11000 RTP/AVP 98 100
        a=rtpmap:98 t140/1000
        a=rtpmap:100 red/1000
        a=fmtp:100 98/98/98
    """)
    capability = session("""
        m=text 12000 RTP/AVP 96 97
        a=rtpmap:96 t140/1000
        a=rtpmap:97 red/1000
        a=fmtp:97 96/96/96
    """)
    (text,) = streams(answered(offer, capability).active_local)
    assert text.formats == ["98", "100"]
    assert values(text, "fmtp") == ["100 98/98/98"]
