"""The notifications of this package, as a table: those of calls are in a file of their own."""

from __future__ import annotations

from sipsimple.core.invitation_notifications import INVITATION_NOTIFICATIONS
from sipsimple.core.nat import NAT_TYPES
from sipsimple.core.publication_states import STATES as PUBLICATION_STATES
from sipsimple.core.registration_states import STATES as REGISTRATION_STATES
from sipsimple.core.uri import SIPURI
from sipsimple.pjproject.notifications import DataAttribute, NotificationKind, Where

__all__ = ["NOTIFICATIONS"]

_NOT_SIP = "it is neither sip nor sips"

#: What has brought a registration, publication or subscription into a state.
_CAUSE = (
    DataAttribute(
        "code",
        int,
        "the status code of the response that caused it; one of this side's where none came",
        absent="neither a response nor the want of one caused it",
    ),
    DataAttribute("reason", str, "the text that goes with the code", where=Where("code")),
)

_ENGINE = (
    NotificationKind(
        "SCEngineSIPTrace",
        "Engine",
        "a SIP message on the wire, while `trace_sip` is True",
        (
            DataAttribute("received", bool, "whether it came; otherwise it left"),
            DataAttribute(
                "source_ip", str, "where it is from; of one that left, what is listened on"
            ),
            DataAttribute("source_port", int, "the port that belongs to it"),
            DataAttribute(
                "destination_ip", str, "where it goes; of one that came, what is listened on"
            ),
            DataAttribute("destination_port", int, "the port that belongs to it"),
            DataAttribute("transport", str, "what carried it", values=("UDP", "TCP", "TLS")),
            DataAttribute("data", bytes, "the message, byte for byte"),
        ),
    ),
    NotificationKind(
        "SCEngineTLSVerificationFailed",
        "Engine",
        "a TLS server was refused, while `tls_verify_server` is True, because of its "
        "certificate; what was to be sent there fails with 503",
        (
            DataAttribute("host", str, "whom the certificate should have been for"),
            DataAttribute("address", str, "the IP address that was connected to"),
            DataAttribute("port", int, "the port that was connected to"),
            DataAttribute("reasons", list[str], "what is wrong with the certificate"),
        ),
    ),
    NotificationKind(
        "SCEngineGotMessage",
        "Engine",
        "a MESSAGE came outside of any call, and was answered with 200 (RFC 3428)",
        (
            DataAttribute("to_uri", SIPURI, "the URI of its To header", none=_NOT_SIP),
            DataAttribute("from_uri", SIPURI, "the URI of its From header", none=_NOT_SIP),
            DataAttribute("request_uri", SIPURI, "its request URI", none=_NOT_SIP),
            DataAttribute(
                "content_type",
                str,
                "the part of its Content-Type before the slash",
                none="it has neither Content-Type nor body",
            ),
            DataAttribute(
                "content_subtype",
                str,
                "the part of its Content-Type behind the slash",
                none="it has neither Content-Type nor body",
            ),
            DataAttribute("body", bytes, "its body, which may be empty"),
            DataAttribute("headers", dict[str, object], "its headers"),
        ),
    ),
    NotificationKind(
        "SCEngineGotMessageResponse",
        "Engine",
        "the final response to a MESSAGE of `send_message()` came, or there will be none; once "
        "for each",
        (
            DataAttribute("to_uri", SIPURI, "whom it was to; as it was given"),
            DataAttribute(
                "code",
                int,
                "the status code of the response; 408 where none came in time, 503 where the "
                "request could not be sent, 502 where the host has no address, 487 where the "
                "Engine stopped before",
            ),
            DataAttribute("reason", str, "the text that goes with the code"),
            DataAttribute(
                "headers", dict[str, object], "those of the response; empty where there is none"
            ),
            DataAttribute(
                "body",
                bytes,
                "that of the response",
                none="there is no response, or it has no body",
            ),
        ),
    ),
    NotificationKind(
        "SCEngineDetectedNATType",
        "Engine",
        "the detection that `detect_nat_type()` began has ended; once for each",
        (
            DataAttribute("succeeded", bool, "whether the type of NAT is known"),
            DataAttribute(
                "nat_type",
                str,
                'what there is between this host and the server (RFC 3489 section 5); "Open" '
                'stands for nothing, "Blocked" for a way that no answer comes back over UDP',
                values=NAT_TYPES,
                where=Where("succeeded", (True,)),
            ),
            DataAttribute("error", str, "why not", where=Where("succeeded", (False,))),
        ),
    ),
)

_REGISTRATION = (
    NotificationKind(
        "SCRegistrationChangedState",
        "Registration",
        "its state changed",
        (
            DataAttribute("state", str, "the new state", values=REGISTRATION_STATES),
            *_CAUSE,
            DataAttribute(
                "contact_uri",
                str,
                "the URI that is registered",
                where=Where("state", ("registered",)),
            ),
            DataAttribute(
                "expires",
                int,
                "for how long the registrar has granted it",
                "seconds",
                where=Where("state", ("registered",)),
            ),
            DataAttribute(
                "contact_uri_list",
                list[tuple[str, int]],
                "all contacts of the account, each a URI and for how long it is registered",
                "seconds",
                where=Where("state", ("registered",)),
            ),
        ),
    ),
)

_SUBSCRIPTION = (
    NotificationKind(
        "SCSubscriptionChangedState",
        "Subscription",
        "its state changed",
        (
            DataAttribute(
                "state",
                str,
                'the new state: "SENT", "ACCEPTED", "PENDING", "ACTIVE" or "TERMINATED", or what '
                "the Subscription-State of a NOTIFY says that is none of them",
            ),
            *_CAUSE,
            DataAttribute(
                "termination_reason",
                str,
                'the `reason` of the NOTIFY\'s Subscription-State: "deactivated", "probation", '
                '"rejected", "timeout", "giveup", "noresource", "invariant" or another '
                "(RFC 6665 section 4.1.3)",
                where=Where("state", ("TERMINATED",)),
                none="no NOTIFY has ended it, or it gave no reason",
            ),
            DataAttribute(
                "retry_after",
                int,
                "how long to wait before the next try: of that header, or of the response",
                "seconds",
                where=Where("state", ("TERMINATED",)),
                none="neither says so",
            ),
        ),
    ),
    NotificationKind(
        "SCSubscriptionGotNotify",
        "Subscription",
        "a NOTIFY with a body came; the state that it leads to is told after it",
        (
            DataAttribute("content_type", str, "the part of its Content-Type before the slash"),
            DataAttribute("content_subtype", str, "the part of its Content-Type behind the slash"),
            DataAttribute("body", bytes, "its body"),
            DataAttribute("headers", dict[str, object], "its headers"),
        ),
    ),
)

_PUBLICATION = (
    NotificationKind(
        "SCPublicationChangedState",
        "Publication",
        "its state changed",
        (
            DataAttribute("state", str, "the new state", values=PUBLICATION_STATES),
            *_CAUSE,
            DataAttribute(
                "expires",
                int,
                "for how long the server has granted it",
                "seconds",
                where=Where("state", ("published",)),
            ),
            DataAttribute(
                "etag",
                str,
                "the entity-tag (RFC 3903 section 4.1)",
                where=Where("state", ("published",)),
                none="the server gave none",
            ),
        ),
    ),
)

NOTIFICATIONS = (
    *_ENGINE,
    *_REGISTRATION,
    *_SUBSCRIPTION,
    *_PUBLICATION,
    *INVITATION_NOTIFICATIONS,
)
