"""Which formats of an offer and of another section are the same H.264 (RFC 6184, RFC 3264).

pjmedia takes formats for the same if their `rtpmap` is the same. So names of codecs are marked
here before it looks, and are themselves again afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sipsimple.sdp.attribute import SDPAttribute
from sipsimple.sdp.media import SDPMedia
from sipsimple.sdp.negotiation.h264 import H264
from sipsimple.sdp.negotiation.payload_types import Formats, codecs, first_field
from sipsimple.sdp.views import FormatParameters

__all__ = ["adapt", "distinguish", "without_marks"]

_NAME: Final = "h264"
# Stands between the name of a codec and what tells it from others of the name.
_MARK: Final = "^"

Configurations = dict[str, tuple[str, H264]]
Test = Callable[[H264, H264, bool], bool]

# Of an offered format and another one, and whether they have the same payload type: the closest
# first, for what can be done here.
_CAPABILITY_TESTS: tuple[Test, ...] = (
    lambda offered, ours, _: offered.profile == ours.profile and offered.mode == ours.mode,
    lambda offered, ours, _: ours.can_be(offered),
)
# And for the answer that was received.
_ANSWER_TESTS: tuple[Test, ...] = (
    lambda offered, answer, is_same_type: is_same_type and answer.answers(offered),
    lambda offered, answer, _: offered.profile == answer.profile and offered.mode == answer.mode,
    lambda offered, answer, _: answer.can_be(offered) and offered.can_be(answer),
)


def distinguish(offered: SDPMedia, other: SDPMedia, *, is_answer: bool) -> None:
    """Let formats of H.264 have the same name only where they are the same.

    Args:
        offered: The section of the offer, prepared for pjmedia; its `rtpmap` lines change.
        other: What it is negotiated with, likewise.
        is_answer: Whether that is the answer that was received; else what can be done here.
    """
    first, second = _configurations(offered), _configurations(other)
    pairs: dict[str, str] = {}
    unused = dict(second)
    for test in _ANSWER_TESTS if is_answer else _CAPABILITY_TESTS:
        for name, (codec, configuration) in first.items():
            if name in pairs:
                continue
            for candidate, (its_codec, its_configuration) in unused.items():
                if codec == its_codec and test(configuration, its_configuration, name == candidate):
                    pairs[name] = candidate
                    del unused[candidate]
                    break
    _mark(offered, {name: f"offered-{name}" for name in first})
    taken = {candidate: f"offered-{name}" for name, candidate in pairs.items()}
    _mark(other, {name: taken.get(name, f"other-{name}") for name in second})


def _configurations(section: SDPMedia) -> Configurations:
    """The formats of a section that are H.264, each with its codec."""
    formats = Formats(section)
    return {
        name: (formats.codecs[name], H264.of(section.fmtp.get(name)))
        for name in formats.names
        if _is_h264(formats.codecs.get(name, ""))
    }


def _is_h264(codec: str) -> bool:
    # With a mark, or something that looks like one.
    return codec.partition("/")[0].partition(_MARK)[0].lower() == _NAME


def _split(value: str) -> tuple[str, str, str]:
    """An `rtpmap` in three: up to the name, the name, and the rest."""
    start, slash, rest = value.partition("/")
    name = start.replace("\t", " ").rpartition(" ")[2]
    return start[: len(start) - len(name)], name, slash + rest


def _mark(section: SDPMedia, marks: dict[str, str]) -> None:
    for index, item in enumerate(section.attributes):
        start, name, rest = _split(item.value)
        if item.name == "rtpmap" and _is_h264(name):
            mark = marks.get(first_field(item), "unused")
            section.attributes[index] = SDPAttribute("rtpmap", f"{start}{name}{_MARK}{mark}{rest}")


def without_marks(section: SDPMedia) -> None:
    """Take away again what `distinguish()` added, once for each line."""
    for index, item in enumerate(section.attributes):
        start, name, rest = _split(item.value)
        if item.name == "rtpmap" and _is_h264(name):
            name = name.rpartition(_MARK)[0]
            section.attributes[index] = SDPAttribute("rtpmap", f"{start}{name}{rest}")


def adapt(answer: SDPMedia, name: str, offered: SDPMedia, ours: FormatParameters | None) -> None:
    """Lower what an answer says of a format of H.264 to what was offered; others stay.

    The level is the lower one unless both sides allow that they differ, and the packetization
    mode that of the offer (RFC 6184 section 8.2.2).

    Args:
        answer: The section of the answer.
        name: The format in it, a str.
        offered: The section of the offer, where the format has the same name.
        ours: The parameters of the format in what can be done here.
    """
    theirs = offered.fmtp.get(name)
    if not _is_h264(codecs(offered).get(name, "")):
        return
    capability, offer = H264.of(ours), H264.of(theirs)
    changes: dict[str, str] = {}
    if capability.mode != offer.mode:
        changes["packetization-mode"] = offer.mode
    own = None if ours is None else ours.get("profile-level-id")
    if (
        own is not None
        and capability.level is not None
        and offer.level is not None
        and offer.level < capability.level
        and not (capability.may_differ and offer.may_differ)
    ):
        # Without any the offer means level 1.
        said = None if theirs is None else theirs.get("profile-level-id")
        changes["profile-level-id"] = own[:4] + "0a" if said is None else said
    for index, item in enumerate(answer.attributes):
        if changes and item.name == "fmtp" and first_field(item) == name:
            answer.attributes[index] = SDPAttribute("fmtp", _changed(item.value, changes))


def _changed(value: str, changes: dict[str, str]) -> str:
    """A value of `fmtp` with other values of parameters, and everything else as it is written."""
    parts = value.split(";")
    for index, part in enumerate(parts):
        name, equals, _ = part.partition("=")
        word = name.replace("\t", " ").strip(" ")
        if index == 0:
            # Before it stands the format.
            word = word.partition(" ")[2].lstrip(" ")
        if equals and word.lower() in changes:
            parts[index] = f"{name}={changes[word.lower()]}"
    return ";".join(parts)
