"""The notifications of this package, as a table."""

from __future__ import annotations

from sipsimple.pjproject.notifications import DataAttribute, NotificationKind

__all__ = ["NOTIFICATIONS"]

NOTIFICATIONS = (
    NotificationKind(
        "SCRTPTransportDidInitialize",
        "RTPTransport",
        "`set_INIT()` has opened its sockets, or reset it",
    ),
    NotificationKind(
        "SCRTPTransportDidFail",
        "RTPTransport",
        "no ICE candidate could be had from the STUN server after `set_INIT()`",
        (DataAttribute("reason", str, "why"),),
        unavailable="there is no ICE yet, and `use_ice` raises",
    ),
    NotificationKind(
        "SCAudioTransportGotDTMF",
        "AudioTransport",
        "the remote party sent a digit (RFC 4733)",
        (DataAttribute("digit", str, "the digit", values=tuple("0123456789*#ABCD")),),
    ),
    NotificationKind(
        "SCWaveFileDidEnd",
        "WaveFile",
        "it was played as often as asked for, was stopped with `stop()`, or cannot be played on; "
        "`start()` may be called again",
    ),
)
