"""`H264`: what the parameters of a format say of its configuration (RFC 6184)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

from sipsimple.sdp.views import FormatParameters

__all__ = ["H264"]

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

# Where nothing is said of it (section 8.1).
_LEVEL_1: Final = 10


@dataclass(frozen=True, slots=True)
class H264:
    """What the parameters of a format say of its configuration.

    Args:
        profile: The name of the profile; the bytes as they are written where they name none;
            `None` if nothing is said.
        level: For comparison only: ten times the level, 10.5 for 1b, 10 if nothing is said; `None`
            if what is said is none.
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
            _LEVEL_1 if text is None else _level(text),
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
