"""`SDPNegotiator`: payload types that an `rtpmap` binds below 96."""

from __future__ import annotations

import pytest

from sipsimple.sdp import SDPNegotiationError, SDPNegotiator, SDPSession

START = "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\n"
BASELINE = "profile-level-id=42e01f;packetization-mode=1"
HIGH = "profile-level-id=64001f;packetization-mode=1"


def _video(number: int, codec: str, parameters: str = "") -> SDPSession:
    text = f"m=video 5006 RTP/AVP {number}\na=rtpmap:{number} {codec}/90000\n"
    return SDPSession.parse(
        START + text + (f"a=fmtp:{number} {parameters}\n" if parameters else "")
    )


@pytest.mark.parametrize("answer_with_multiple_codecs", [False, True])
@pytest.mark.parametrize("number", [35, 39, 63, 95])
def test_codecs_go_by_their_names(number: int, answer_with_multiple_codecs: bool) -> None:
    def answer(offer: SDPSession, local: SDPSession) -> SDPSession:
        negotiator = SDPNegotiator.with_remote_offer(
            offer, local, answer_with_multiple_codecs=answer_with_multiple_codecs
        )
        negotiator.negotiate()
        assert negotiator.active_local is not None
        return negotiator.active_local

    with pytest.raises(SDPNegotiationError):
        answer(_video(number, "AV1"), _video(number, "VP9"))
    with pytest.raises(SDPNegotiationError):
        answer(_video(number, "H264", HIGH), _video(number, "H264", BASELINE))
    for offered, own in ((number, 97), (97, number), (number, number), (number, number + 1)):
        if own == 96:
            continue
        section = answer(_video(offered, "H264", BASELINE), _video(own, "H264", BASELINE)).media[0]
        assert section.formats == [str(offered)]
        assert [str(line) for line in section.attributes] == [
            f"a=rtpmap:{offered} H264/90000",
            f"a=fmtp:{offered} {BASELINE}",
        ]


def test_answers_go_by_the_names_too() -> None:
    negotiator = SDPNegotiator.with_local_offer(_video(39, "H264", HIGH))
    negotiator.set_remote_answer(_video(39, "H264", BASELINE))
    with pytest.raises(SDPNegotiationError):
        negotiator.negotiate()
    text = "m=audio 5004 RTP/AVPF 40 0\na=rtpmap:40 opus/48000/2\na=rtcp-fb:40 nack\n"
    negotiator = SDPNegotiator.with_local_offer(SDPSession.parse(START + text))
    negotiator.set_remote_answer(
        SDPSession.parse(START + "m=audio 5008 RTP/AVPF 40\na=rtpmap:40 opus/48000/2\n")
    )
    negotiator.negotiate()
    assert negotiator.active_local is not None
    section = negotiator.active_local.media[0]
    assert section.formats == ["40"]
    lines = [str(line) for line in section.attributes]
    assert lines == ["a=rtpmap:40 opus/48000/2", "a=rtcp-fb:40 nack"]


def test_redundancy_repeats_what_it_names() -> None:
    def text(red: int, plain: int) -> SDPSession:
        return SDPSession.parse(
            f"{START}m=text 5004 RTP/AVP {red} {plain}\na=rtpmap:{plain} t140/1000\n"
            f"a=rtpmap:{red} red/1000\na=fmtp:{red} {plain}/{plain}/{plain}\n"
        )

    negotiator = SDPNegotiator.with_remote_offer(
        text(41, 40),
        text(99, 98),
        answer_with_multiple_codecs=True,
    )
    negotiator.negotiate()
    assert negotiator.active_local is not None
    section = negotiator.active_local.media[0]
    assert sorted(section.formats) == ["40", "41"]
    assert "a=fmtp:41 40/40/40" in [str(line) for line in section.attributes]


def test_parameters_that_look_like_payload_types_stay_as_they_are() -> None:
    # 127 and 126 are what pjmedia gets for 39 and 40.
    text = (
        "m=audio 5004 RTP/AVP 39 40\na=rtpmap:39 opus/48000/2\na=fmtp:39\t40\t\n"
        "a=rtpmap:40 telephone-event/8000\na=fmtp:40 127\n"
    )
    offer = SDPSession.parse(START + text)
    negotiator = SDPNegotiator.with_remote_offer(offer, offer, answer_with_multiple_codecs=True)
    negotiator.negotiate()
    assert negotiator.active_local is not None
    lines = [line.value for line in negotiator.active_local.media[0].attributes]
    assert "39\t40\t" in lines
    assert "40 127" in lines


def test_a_number_keeps_its_codec_for_the_session() -> None:
    negotiator = SDPNegotiator.with_local_offer(_video(40, "VP8"))
    negotiator.set_remote_answer(_video(40, "VP8"))
    negotiator.negotiate()
    with pytest.raises(ValueError, match="payload type 40 is vp8/90000/1"):
        negotiator.set_local_offer(_video(40, "VP9"))


def test_more_than_there_are_numbers_for_are_left_out() -> None:
    low = [str(number) for number in range(35, 70)]
    high = [str(number) for number in range(96, 128)]
    maps = "".join(f"a=rtpmap:{name} x{name}/8000\n" for name in low + high)
    text = f"m=audio 5004 RTP/AVP {' '.join(low)} 96\n{maps}"
    offer = SDPSession.parse(START + text)
    negotiator = SDPNegotiator.with_remote_offer(offer, offer)
    negotiator.negotiate()
    assert negotiator.active_local is not None
    assert negotiator.active_local.media[0].formats == ["96"]


def test_one_without_an_rtpmap_is_not_offered() -> None:
    with pytest.raises(ValueError, match="'40' has no rtpmap"):
        SDPNegotiator.with_local_offer(SDPSession.parse(START + "m=audio 5004 RTP/AVP 40\n"))


def test_two_fmtp_lines_of_one_format_are_refused() -> None:
    text = "m=audio 5004 RTP/AVP 96\na=rtpmap:96 opus/48000/2\na=fmtp:96 a=1\na=fmtp:96 b=1\n"
    with pytest.raises(ValueError, match="the second fmtp of 96"):
        SDPNegotiator.with_local_offer(SDPSession.parse(START + text))
