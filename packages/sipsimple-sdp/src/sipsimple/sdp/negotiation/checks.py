"""Which descriptions are taken for offers and answers."""

from __future__ import annotations

from sipsimple.sdp import pjmedia
from sipsimple.sdp.attribute import SDPAttribute
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
_MOST_FORMATS = _LIMITS["formats"]
_MOST_ATTRIBUTES = _LIMITS["attributes"] - KEPT_FREE


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
        formats, attributes = len(section.formats), len(section.attributes)
        if formats > _MOST_FORMATS:
            wrong = f"formats: {formats} items, but pjmedia takes at most {_MOST_FORMATS}"
        elif attributes > _MOST_ATTRIBUTES:
            wrong = f"attributes: {attributes} items, but pjmedia takes at most {_MOST_ATTRIBUTES}"
        elif not formats and is_offered(section):
            wrong = "formats: must not be empty unless the port is 0"
        elif section.port and section.connection is None and description.connection is None:
            wrong = "connection: there is none, and none for the session"
        else:
            continue
        raise ValueError(f"{what}: media[{index}].{wrong}")


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
        mapped: set[str] = set()
        explained: set[str] = set()
        for number, attribute in enumerate(section.attributes):
            if attribute.name in FORMAT_LINES:
                wrong = _wrong_line(attribute, mapped, explained)
                if wrong:
                    place = f"{what}: media[{index}].attributes[{number}]: {attribute.value!r}"
                    raise ValueError(f"{place} {wrong}")
        for number, name in enumerate(section.formats):
            if not is_payload_type(name):
                wrong = "is not a payload type from 0 to 127"
            elif is_dynamic(name) and name not in mapped:
                wrong = "has no rtpmap"
            else:
                continue
            raise ValueError(f"{what}: media[{index}].formats[{number}]: {name!r} {wrong}")


def _wrong_line(attribute: SDPAttribute, mapped: set[str], explained: set[str]) -> str:
    """What is wrong with an `rtpmap` or `fmtp`, else an empty text.

    Args:
        attribute: The line.
        mapped: The payload types of `rtpmap` lines before it; gets that of this one.
        explained: The same for `fmtp`.
    """
    payload_type = first_field(attribute)
    is_map = attribute.name == "rtpmap"
    if is_map and not is_rtpmap(attribute):
        return "is not of the form type name/rate"
    if payload_type[:1].isdecimal() and not is_payload_type(payload_type):
        return "is not about a payload type from 0 to 127"
    seen = mapped if is_map else explained
    if payload_type in seen:
        # RFC 8866 section 6.15.
        return f"is the second {attribute.name} of {payload_type}"
    seen.add(payload_type)
    return ""
