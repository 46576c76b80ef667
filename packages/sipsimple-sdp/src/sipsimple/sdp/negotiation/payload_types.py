"""The formats of a media section: which codec a payload type stands for (RFC 3551, RFC 8866)."""

from __future__ import annotations

import re

from sipsimple.sdp.attribute import SDPAttribute
from sipsimple.sdp.media import SDPMedia
from sipsimple.sdp.views.rtpmap import STATIC_PAYLOAD_TYPES

#: The lowest payload type whose codec an `rtpmap` names: those below are assigned, or nearly all
#: of them (RFC 3551 section 6). Without a reason it is one from 96 on (section 3).
DYNAMIC = 35
#: pjmedia knows a codec by its `rtpmap` from this one on, and by its number below.
BY_NAME = 96
HIGHEST = 127
#: The names of attributes that explain a format and begin with it.
FORMAT_LINES = frozenset({"rtpmap", "fmtp"})
#: Codecs that only repair others: RFC 2198, RFC 4588, RFC 5109, RFC 8627 and its drafts.
REPAIR = frozenset({"red", "rtx", "ulpfec", "parityfec", "flexfec", "flexfec-03"})
#: And those that only stand beside one: RFC 3389, RFC 4733.
_BESIDE = frozenset({"cn", "telephone-event"})

_PAYLOAD_TYPES = {str(number): number for number in range(128)}

# What pjmedia reads in full; RFC 8866 section 6.6, with any white space.
_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`{|}~-]+"
_RTPMAP = re.compile(rf"(0|[1-9][0-9]{{0,2}})[ \t]+({_TOKEN})/([0-9]{{1,9}})(?:/({_TOKEN}))?[ \t]*")
# More than seven levels, and pjmedia cuts them off with a NUL.
RED_PARAMETERS = re.compile(r"[0-9]+ +[0-9]{1,3}(/[0-9]{1,3}){0,6}")


def is_rtp(section: SDPMedia) -> bool:
    """Whether the formats of a section are payload types."""
    return "RTP/" in section.transport.upper()


def is_payload_type(text: str) -> bool:
    """Whether text is a payload type as everyone writes it, without leading zeros."""
    return text in _PAYLOAD_TYPES


def is_dynamic(text: str) -> bool:
    """Whether a payload type needs an `rtpmap`."""
    return _PAYLOAD_TYPES.get(text, 0) >= DYNAMIC


def first_field(attribute: SDPAttribute) -> str:
    """The payload type that an `rtpmap`, `fmtp` or `rtcp-fb` is about."""
    return attribute.value.replace("\t", " ").lstrip(" ").partition(" ")[0]


def codecs(section: SDPMedia) -> dict[str, str]:
    """The codec of each payload type with an `rtpmap`, as `"opus/48000/2"`, in lower case."""
    found: dict[str, str] = {}
    for attribute in section.attributes:
        if attribute.name != "rtpmap":
            continue
        match = _RTPMAP.fullmatch(attribute.value)
        if match is not None:
            payload_type, name, clock_rate, channels = match.groups()
            found.setdefault(payload_type, f"{name}/{int(clock_rate)}/{channels or '1'}".lower())
    return found


def static_codec(name: str) -> str | None:
    """The codec that a payload type is assigned to (RFC 3551 section 6), as `codecs()` has it."""
    found = STATIC_PAYLOAD_TYPES.get(int(name)) if is_payload_type(name) else None
    if found is None:
        return None
    return f"{found.encoding_name}/{found.clock_rate}/{found.channels}".lower()


def is_rtpmap(attribute: SDPAttribute) -> bool:
    """Whether an `rtpmap` says all that it should."""
    return _RTPMAP.fullmatch(attribute.value) is not None


def renumbered(attribute: SDPAttribute, name: str) -> SDPAttribute:
    """The same about another payload type."""
    rest = attribute.value.lstrip(" \t")[len(first_field(attribute)) :]
    return SDPAttribute(attribute.name, name + rest)


def redundancy(section: SDPMedia) -> set[str]:
    """The payload types that repeat others (RFC 2198)."""
    known = codecs(section)
    return {name for name in known if known[name].startswith("red/")}


def has_safe_red(section: SDPMedia) -> bool:
    """Whether pjmedia can answer with the redundancy (RFC 2198, RFC 4103) of a section.

    It looks for the `rtpmap` of every format then and does not notice that one is missing.
    """
    known, red = codecs(section), redundancy(section)
    return all(name in known for name in section.formats) and not any(
        item.name == "fmtp"
        and first_field(item) in red
        and RED_PARAMETERS.fullmatch(item.value) is None
        for item in section.attributes
    )


class Formats:
    """What the formats of a section can be matched by.

    Args:
        section: An `SDPMedia`; not changed.
    """

    def __init__(self, section: SDPMedia) -> None:
        self.names = list(dict.fromkeys(section.formats))
        self.codecs = codecs(section)
        self._keys: dict[str, frozenset[str]] = {}

    def keys(self, name: str) -> frozenset[str]:
        """All that a format may have in common with its match, as pjmedia compares them."""
        keys = self._keys.get(name)
        if keys is None:
            number = () if is_dynamic(name) else (name,)
            codec = (self.codecs[name],) if name in self.codecs else ()
            keys = self._keys[name] = frozenset((*number, *codec))
        return keys

    def matches(self, name: str, others: Formats, other: str) -> bool:
        """Whether a format and one of another section are the same codec."""
        return not self.keys(name).isdisjoint(others.keys(other))

    def codec(self, name: str) -> str:
        """The codec of a format, as `"opus/48000/2"`; "" if nothing says it."""
        return self.codecs.get(name) or static_codec(name) or ""

    def is_codec(self, name: str) -> bool:
        """Whether a format carries the media itself, and not what stands beside or repairs it."""
        kind = self.codec(name).partition("/")[0]
        return kind not in _BESIDE and kind not in REPAIR

    def is_usable(self, name: str) -> bool:
        """Whether it is a payload type that says what it stands for.

        A static one goes by its number; as `telephone-event` or redundancy it would go by its
        `rtpmap` as well.
        """
        codec = self.codecs.get(name, "")
        if is_dynamic(name):
            return bool(codec)
        return is_payload_type(name) and not codec.startswith(("telephone-event/", "red/"))

    def pairs(self, others: Formats) -> list[tuple[str, str]]:
        """One format of the others for each of these, each codec once, in this order.

        No format here matches two of the pairs, so whoever matches these alone gets the same
        pairs: what pjmedia makes of a codec that is listed twice is undefined.
        """
        found: list[tuple[str, str]] = []
        for name in self.names:
            if len(found) == len(others.names):
                break
            if any(self.matches(name, others, used) for _, used in found):
                continue
            for other in others.names:
                if any(self.matches(used, others, other) for used, _ in found):
                    continue
                if self.matches(name, others, other):
                    found.append((name, other))
                    break
        return found
