"""Descriptions of both sides of a session, for tests of the negotiator."""

from __future__ import annotations

from sipsimple.sdp import SDPMedia, SDPNegotiator, SDPSession


def session(streams: str, address: str = "192.0.2.1", number: int = 1) -> SDPSession:
    """A description with the media sections of a text."""
    return SDPSession.parse(
        f"v=0\no=- {number} {number} IN IP4 {address}\ns=-\nc=IN IP4 {address}\nt=0 0\n"
        + "\n".join(line.strip() for line in streams.strip().splitlines())
    )


AUDIO = """
    m=audio 5004 RTP/AVP 0 8 9 101
    a=rtpmap:101 telephone-event/8000
    a=fmtp:101 0-15
"""
VIDEO = """
    m=video 5006 RTP/AVP 96 97
    a=rtpmap:96 VP8/90000
    a=rtcp-fb:96 nack pli
    a=rtpmap:97 H264/90000
    a=fmtp:97 packetization-mode=1
    a=rtcp-fb:97 ccm fir
"""
CHAT = """
    m=message 2855 TCP/MSRP *
    a=path:msrp://192.0.2.1:2855/s1;tcp
"""

LOCAL = {
    "audio": """
        m=audio 6004 RTP/AVP 8 0 120
        i=The hall
        a=rtpmap:120 telephone-event/8000
        a=fmtp:120 0-15
        a=ptime:20
    """,
    "video": """
        m=video 6006 RTP/AVP 110 111
        a=rtpmap:110 H264/90000
        a=fmtp:110 packetization-mode=1
        a=rtcp-fb:110 ccm fir
        a=rtpmap:111 VP8/90000
        a=rtcp-fb:111 nack pli
    """,
    "chat": """
        m=message 7855 TCP/MSRP *
        a=path:msrp://192.0.2.2:7855/s2;tcp
    """,
}


def local(*names: str) -> SDPSession:
    """What can be done here, one section for each name."""
    return session("".join(LOCAL[name] for name in names), "192.0.2.2", 7)


def answered(offer: SDPSession, answer: SDPSession, **options: bool) -> SDPNegotiator:
    """A negotiator that answered a remote offer."""
    negotiator = SDPNegotiator.with_remote_offer(offer, answer, **options)
    negotiator.negotiate()
    return negotiator


def concluded(offer: SDPSession, answer: SDPSession) -> SDPNegotiator:
    """A negotiator that took the answer to a local offer."""
    negotiator = SDPNegotiator.with_local_offer(offer)
    negotiator.set_remote_answer(answer)
    negotiator.negotiate()
    return negotiator


def streams(description: SDPSession | None) -> list[SDPMedia]:
    """The media sections of what must be there."""
    assert description is not None
    return description.media


def values(section: SDPMedia, name: str) -> list[str]:
    """The values of the attributes of a name."""
    return [item.value for item in section.attributes if item.name == name]
