"""Steps for SIPp as the other side of a call that is transferred, or asks for a transfer."""

from __future__ import annotations

from testbed.sipp_notifier import Step, answer, expect, notify

__all__ = ["ASKED", "CALLED", "HANGS_UP", "WE_HANG_UP", "refer", "report"]

_SDP = (
    "v=0\no=- 1 1 IN IP4 [local_ip]\ns=-\nc=IN IP4 [local_ip]\nt=0 0\n"
    "m=audio 40000 RTP/AVP 0\na=rtpmap:0 PCMU/8000\n"
)

#: The call is answered.
CALLED: tuple[Step, ...] = (
    expect("INVITE"),
    answer(200, Content_Type="application/sdp").replace("\n\n\n", f"\n\n{_SDP}"),
    '<recv request="ACK" timeout="10000"/>',
)
#: And the REFER is there.
ASKED: tuple[Step, ...] = (*CALLED, expect("REFER"))
#: We hang up.
WE_HANG_UP: tuple[Step, ...] = (expect("BYE"), answer(200))
#: It hangs up.
HANGS_UP: tuple[Step, ...] = (notify("active").replace("NOTIFY", "BYE"), expect(200))


def report(
    line: str, state: str = "active;expires=60", kind: str = "message/sipfrag;version=2.0"
) -> Step:
    """A NOTIFY that tells how the new call goes (RFC 3515 section 2.4.5)."""
    return notify(state, line, kind).replace("Event: presence", "Event: refer")


def refer(refer_to: str) -> Step:
    """A REFER with these headers, which may be none."""
    request = notify("active").replace("NOTIFY", "REFER")
    request = request.replace("Subscription-State: active\n", "")
    return request.replace("Event: presence\n", f"{refer_to}\n" if refer_to else "")
