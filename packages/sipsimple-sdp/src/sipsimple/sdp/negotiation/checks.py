"""Which descriptions are taken for offers and answers."""

from __future__ import annotations

from sipsimple.sdp import pjmedia
from sipsimple.sdp.negotiation.payload_types import (
    FORMAT_LINES,
    first_field,
    is_dynamic,
    is_payload_type,
    is_rtp,
    is_rtpmap,
)
from sipsimple.sdp.negotiation.sections import is_offered
from sipsimple.sdp.session import SDPSession
from sipsimple.sdp.views.rtpmap import STATIC_PAYLOAD_TYPES

__all__ = ["KEPT_FREE", "check", "check_local"]

#: How many lines may be added to a section before pjmedia gets it: a direction, and an `rtpmap` for
#: each assigned payload type.
KEPT_FREE = 1 + len(STATIC_PAYLOAD_TYPES)

_LIMITS = pjmedia.limits()


def check(description: SDPSession, what: str) -> None:
    """Refuse a description that cannot be negotiated, whoever wrote it.

    Raises:
        ValueError: A stream has no format, no address or more lines than pjmedia takes, or
            there are more streams.
    """
    if len(description.media) > _LIMITS["media"]:
        raise ValueError(
            f"{what}: media: {len(description.media)} items, "
            f"but pjmedia takes at most {_LIMITS['media']}"
        )
    for index, section in enumerate(description.media):
        where = f"{what}: media[{index}]"
        for name, count, limit in (
            ("formats", len(section.formats), _LIMITS["formats"]),
            ("attributes", len(section.attributes), _LIMITS["attributes"] - KEPT_FREE),
        ):
            if count > limit:
                raise ValueError(
                    f"{where}.{name}: {count} items, but pjmedia takes at most {limit}"
                )
        if is_offered(section) and not section.formats:
            raise ValueError(f"{where}.formats: must not be empty unless the port is 0")
        if section.port and section.connection is None and description.connection is None:
            raise ValueError(f"{where}.connection: there is none, and none for the session")


def check_local(description: SDPSession, what: str) -> None:
    """Refuse what must not be sent, or would not be understood.

    Raises:
        ValueError: See `check()`; and a payload type is none, is not explained by one `rtpmap`, or
            has several `fmtp`.
    """
    check(description, what)
    for index, section in enumerate(description.media):
        if not (is_offered(section) and is_rtp(section)):
            continue
        where = f"{what}: media[{index}]"
        mapped = set()
        explained = set()
        for number, attribute in enumerate(section.attributes):
            if attribute.name not in FORMAT_LINES:
                continue
            payload_type = first_field(attribute)
            place = f"{where}.attributes[{number}]: {attribute.value!r}"
            if attribute.name == "rtpmap" and not is_rtpmap(attribute):
                raise ValueError(f"{place} is not of the form type name/rate")
            if payload_type[:1].isdecimal() and not is_payload_type(payload_type):
                raise ValueError(f"{place} is not about a payload type from 0 to 127")
            if attribute.name == "rtpmap":
                if payload_type in mapped:
                    raise ValueError(f"{place} is the second rtpmap of {payload_type}")
                mapped.add(payload_type)
            elif payload_type in explained:
                # RFC 8866 section 6.15.
                raise ValueError(f"{place} is the second fmtp of {payload_type}")
            else:
                explained.add(payload_type)
        for number, name in enumerate(section.formats):
            place = f"{where}.formats[{number}]: {name!r}"
            if not is_payload_type(name):
                raise ValueError(f"{place} is not a payload type from 0 to 127")
            if is_dynamic(name) and name not in mapped:
                raise ValueError(f"{place} has no rtpmap")
