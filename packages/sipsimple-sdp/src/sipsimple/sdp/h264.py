"""When two formats are the same H.264: what their parameters say of it (RFC 6184)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

from sipsimple.sdp.attribute import SDPAttribute
from sipsimple.sdp.media import SDPMedia
from sipsimple.sdp.payload_types import Formats, codecs, first_field
from sipsimple.sdp.views import FormatParameters

__all__ = ["H264", "adapt", "distinguish", "without_marks"]

_NAME: Final = "h264"
# Stands between the name of a codec and what tells it from others of the name.
_MARK: Final = "^"

#: The profiles that are told by profile_idc and the bits of profile-iop (RFC 6184 table 5); "x"
#: may be either. The last one is that of H.264 itself.
_PROFILES: Final = (
    ("constrained baseline", 0x42, "x1xx0000"),
    ("constrained baseline", 0x4D, "1xxx0000"),
    ("constrained baseline", 0x58, "11xx0000"),
    ("baseline", 0x42, "x0xx0000"),
    ("baseline", 0x58, "10xx0000"),
    ("main", 0x4D, "0x0x0000"),
    ("extended", 0x58, "00xx0000"),
    ("high", 0x64, "00000000"),
    ("high 10", 0x6E, "00000000"),
    ("high 4:2:2", 0x7A, "00000000"),
    ("high 4:4:4", 0xF4, "00000000"),
    ("high 10 intra", 0x6E, "00010000"),
    ("high 4:2:2 intra", 0x7A, "00010000"),
    ("high 4:4:4 intra", 0xF4, "00010000"),
    ("cavlc 4:4:4 intra", 0x2C, "00010000"),
    ("constrained high", 0x64, "00001100"),
)


@dataclass(frozen=True, slots=True)
class H264:
    """What the parameters of a format say of its configuration.

    Args:
        profile: The name of the profile; the bytes as they are written where they name none;
            `None` if nothing is said.
        level: For comparison only: ten times the level, 10.5 for 1b; `None` if nothing is said.
        mode: The packetization mode, "0" to "2"; "0" if nothing is said.
        is_mode_said: Whether there is a packetization mode.
        may_differ: Whether each side may have a level of its own.

    >>> H264.of(FormatParameters("97", "profile-level-id=42e01f;packetization-mode=1"))
    H264(profile='constrained baseline', level=31, mode='1', is_mode_said=True, may_differ=False)

    Source: RFC 6184 sections 8.1 and 8.2.2.
    """

    profile: str | None
    level: float | None
    mode: str
    is_mode_said: bool
    may_differ: bool

    @classmethod
    def of(cls, parameters: FormatParameters | None) -> Self:
        """Read the parameters of a format; `None` for one that has none."""
        said = parameters if parameters is not None else FormatParameters("-")
        text = said.get("profile-level-id")
        return cls(
            None if text is None else _profile(text),
            None if text is None else _level(text),
            said.get("packetization-mode", "0"),
            "packetization-mode" in said,
            said.get("level-asymmetry-allowed") == "1",
        )

    def can_be(self, offered: H264) -> bool:
        """Whether somebody with this configuration can use an offered one.

        Profile and packetization mode must be the same on both sides (section 8.2.2). Who can
        fragment (mode 1) can do without. Nothing said of the profile means baseline, but those
        who say nothing mean the constrained one, which all have.
        """
        if self.mode != offered.mode and (self.mode, offered.mode) != ("1", "0"):
            return False
        if self.profile is None or offered.profile is None:
            return (self.profile or offered.profile) in (None, "baseline", "constrained baseline")
        return self.profile == offered.profile

    def answers(self, offered: H264) -> bool:
        """Whether an answer with this is to an offer of that, under the same payload type.

        What an answer leaves out is as it was offered.
        """
        if self.is_mode_said and self.mode != offered.mode:
            return False
        return self.profile is None or offered.profile is None or self.profile == offered.profile


def _profile(text: str) -> str:
    if re.fullmatch(r"[0-9A-Fa-f]{6}", text) is None:
        return text.lower()
    number, bits = int(text[:2], 16), f"{int(text[2:4], 16):08b}"
    for name, profile, pattern in _PROFILES:
        matches = (wanted in ("x", bit) for wanted, bit in zip(pattern, bits, strict=True))
        if profile == number and all(matches):
            return name
    return text[:4].lower()


def _level(text: str) -> float | None:
    if re.fullmatch(r"[0-9A-Fa-f]{6}", text) is None:
        return None
    profile, constraints, level = bytes.fromhex(text)
    # Level 1b, which older profiles write as 1.1 with a bit.
    if level == 9 or (level == 11 and constraints & 0x10 and profile in (0x42, 0x4D, 0x58)):
        return 10.5
    return level


# ---- in a negotiation

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
    if (
        theirs is not None
        and capability.level is not None
        and offer.level is not None
        and offer.level < capability.level
        and not (capability.may_differ and offer.may_differ)
    ):
        changes["profile-level-id"] = theirs["profile-level-id"]
    for index, item in enumerate(answer.attributes):
        if changes and item.name == "fmtp" and first_field(item) == name:
            answer.attributes[index] = SDPAttribute("fmtp", _changed(item.value, changes))


def _changed(value: str, changes: dict[str, str]) -> str:
    """A value of `fmtp` with other values of parameters, and everything else as it is written."""
    parts = value.split(";")
    for index, part in enumerate(parts):
        name, equals, _ = part.partition("=")
        # Before the first one stands the format.
        words = name.split()
        if equals and words and words[-1].lower() in changes:
            parts[index] = f"{name}={changes[words[-1].lower()]}"
    return ";".join(parts)
