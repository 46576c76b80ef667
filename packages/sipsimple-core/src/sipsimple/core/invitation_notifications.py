"""The notifications of `Invitation`, as a table."""

from __future__ import annotations

from sipsimple.core.invitation_states import STATES
from sipsimple.core.uri import SIPURI
from sipsimple.pjproject.notifications import DataAttribute, NotificationKind, Where
from sipsimple.sdp import SDPSession

__all__ = ["INVITATION_NOTIFICATIONS"]

_REQUEST = (
    DataAttribute("request_uri", SIPURI, "its request URI", none="it is neither sip nor sips"),
    DataAttribute(
        "content_type",
        str,
        "the part of its Content-Type before the slash",
        none="it has no Content-Type",
    ),
    DataAttribute(
        "content_subtype",
        str,
        "the part of its Content-Type behind the slash",
        none="it has no Content-Type",
    ),
    DataAttribute("headers", dict[str, object], "its headers"),
    DataAttribute("body", bytes, "its body", none="it has none"),
)

_RESPONSE = (
    DataAttribute("code", int, "the status code; one of this side's where no response came"),
    DataAttribute("reason", str, "the text that goes with the code"),
    DataAttribute("headers", dict[str, object], "those of the response; empty where there is none"),
    DataAttribute(
        "body", bytes, "that of the response", none="there is no response, or it has no body"
    ),
)

_OF_THE_REFER = (
    DataAttribute("code", int, "the status code of the answer to the REFER"),
    DataAttribute("reason", str, "the text that goes with the code"),
)

_OF_THE_NEW_CALL = (
    DataAttribute("code", int, "the status code of how the new call goes"),
    DataAttribute("reason", str, "the text that goes with the code, which may be empty"),
)

INVITATION_NOTIFICATIONS = (
    NotificationKind(
        "SCInvitationChangedState",
        "Invitation",
        "its state changed, or another response of the same kind came; for an incoming call the "
        "first one says `INCOMING`. `EARLY` begins with the first response from 101 to 199: 100 "
        "comes from the next hop and tells nothing of the callee (RFC 3261 section 17.1.1)",
        (
            DataAttribute("prev_state", str, "the state before", values=STATES),
            DataAttribute("state", str, "the new state", values=STATES),
            DataAttribute(
                "method",
                str,
                "the method of the request that caused it",
                absent="no request of the other side caused it",
            ),
            DataAttribute(
                "request_uri",
                SIPURI,
                "the request URI of that request",
                where=Where("method"),
                none="it is neither sip nor sips",
            ),
            DataAttribute(
                "code",
                int,
                "the status code of the response or error that caused it",
                absent="neither a response nor an error caused it",
            ),
            DataAttribute("reason", str, "the text that goes with the code", where=Where("code")),
            DataAttribute(
                "headers",
                dict[str, object],
                "those of the request or response",
                absent="no message of the other side caused it",
            ),
            DataAttribute(
                "body",
                bytes,
                "that of the request or response",
                where=Where("headers"),
                none="it has none",
            ),
        ),
    ),
    NotificationKind(
        "SCInvitationGotSDPUpdate",
        "Invitation",
        "offer and answer were negotiated (RFC 3264)",
        (
            DataAttribute("succeeded", bool, "whether they fit together"),
            DataAttribute(
                "local_sdp",
                SDPSession,
                "the description of this side that holds from now on",
                where=Where("succeeded", (True,)),
            ),
            DataAttribute(
                "remote_sdp",
                SDPSession,
                "the description of the other side that holds from now on",
                where=Where("succeeded", (True,)),
            ),
            DataAttribute("error", str, "why they do not", where=Where("succeeded", (False,))),
        ),
    ),
    NotificationKind(
        "SCInvitationGotInfo",
        "Invitation",
        "an INFO came within the session, and was answered with 200 (RFC 6086)",
        _REQUEST,
    ),
    NotificationKind(
        "SCInvitationGotMessage",
        "Invitation",
        "a MESSAGE came within the session, and was answered with 200 (RFC 3428)",
        _REQUEST,
    ),
    NotificationKind(
        "SCInvitationGotInfoResponse",
        "Invitation",
        "the final response to an INFO of `send_info()` came, or none did; not after "
        "`DISCONNECTED`",
        _RESPONSE,
    ),
    NotificationKind(
        "SCInvitationGotMessageResponse",
        "Invitation",
        "the final response to a MESSAGE of `send_message()` came, or none did; not after "
        "`DISCONNECTED`",
        _RESPONSE,
    ),
    NotificationKind(
        "SCInvitationTransferDidStart",
        "Invitation",
        "the other side accepted `transfer()`, or began to report",
        _OF_THE_REFER,
    ),
    NotificationKind(
        "SCInvitationTransferGotNotify",
        "Invitation",
        "the other side reported how its new call goes (RFC 3515)",
        _OF_THE_NEW_CALL,
    ),
    NotificationKind(
        "SCInvitationTransferDidEnd",
        "Invitation",
        "the new call was answered; or no reports come, and `code` is that of the answer to the "
        "REFER (RFC 4488)",
        _OF_THE_NEW_CALL,
    ),
    NotificationKind(
        "SCInvitationTransferDidFail",
        "Invitation",
        "the other side refused `transfer()`, its new call failed, or the session ended first "
        "(481)",
        _OF_THE_NEW_CALL,
    ),
    NotificationKind(
        "SCInvitationGotTransfer",
        "Invitation",
        "the other side asks for a transfer, and waits for `accept_transfer()` or "
        "`reject_transfer()` (RFC 3515)",
        (
            DataAttribute(
                "refer_to",
                SIPURI,
                "whom to call with an `Invitation`; its `headers` hold what the call replaces",
                none="no call can be made to it",
            ),
            DataAttribute("referred_by", str, "who asks (RFC 3892)", none="it does not say"),
            DataAttribute("headers", dict[str, object], "those of the REFER"),
        ),
    ),
)
