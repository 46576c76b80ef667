"""`SDPNegotiator`: feedback that is answered (RFC 4585), and what follows payload types."""

from __future__ import annotations

import pytest

from .offers import answered, concluded, session, streams, values


def video(number: int, *lines: str, codec: str = "VP8") -> str:
    """A section with one codec and lines of it."""
    return "\n".join(
        [f"m=video 5006 RTP/AVPF {number}", f"a=rtpmap:{number} {codec}/90000", *lines]
    )


def feedback(offer: str, ours: str) -> list[str]:
    (section,) = streams(answered(session(offer), session(ours)).active_local)
    return values(section, "rtcp-fb")


@pytest.mark.parametrize(
    ("offered", "ours", "answer"),
    [
        ([], ["97 nack", "* ccm fir"], []),
        (["96 nack"], ["97 nack", "97 nack pli", "97 ccm fir"], ["96 nack"]),
        (["96 NACK PLI"], ["97 nack pli"], ["96 nack pli"]),
        (["* nack"], ["97 nack"], ["96 nack"]),
        (["* nack"], ["* nack"], ["* nack"]),
        (["96 nack", "96 nack pli"], ["* nack pli", "* ccm fir"], ["96 nack pli"]),
        # Values may differ, not what they are about.
        (["96 trr-int 100"], ["97 trr-int 500"], ["96 trr-int 500"]),
        (["96 ccm tmmbr smaxpr=120"], ["97 ccm tmmbr smaxpr=60"], ["96 ccm tmmbr smaxpr=60"]),
        (["96 ack rpsi"], ["97 ack app"], []),
        (["96 nack", "96"], ["97 nack", "97"], ["96 nack"]),
        # A format that nobody has.
        (["96 nack", "99 ccm fir"], ["97 nack", "98 nack"], ["96 nack"]),
    ],
)
def test_no_more_is_answered_than_was_offered(
    offered: list[str], ours: list[str], answer: list[str]
) -> None:
    offer = video(96, *(f"a=rtcp-fb:{line}" for line in offered))
    assert feedback(offer, video(97, *(f"a=rtcp-fb:{line}" for line in ours))) == answer


def test_what_an_answer_adds_does_not_count() -> None:
    offer = video(96, "a=rtcp-fb:96 nack", "a=rtcp-fb:* ccm fir")
    for number in (96, 97):
        answer = video(number, f"a=rtcp-fb:{number} nack", f"a=rtcp-fb:{number} nack pli")
        negotiator = concluded(session(offer), session(answer))
        (local,) = streams(negotiator.active_local)
        (remote,) = streams(negotiator.active_remote)
        assert values(local, "rtcp-fb") == ["96 nack", "* ccm fir"]
        assert values(remote, "rtcp-fb") == [f"{number} nack"]


def test_sizes_of_pictures_follow_their_payload_type() -> None:
    ours = video(97, "a=imageattr:97 recv [x=320,y=240]", "a=imageattr:* send [x=640,y=480]")
    (section,) = streams(answered(session(video(96)), session(ours)).active_local)
    assert values(section, "imageattr") == ["96 recv [x=320,y=240]", "* send [x=640,y=480]"]
