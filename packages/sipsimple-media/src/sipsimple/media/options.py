"""Checks of what applications pass in: each names the value that is wrong, and says why."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable

__all__ = [
    "DEFAULT_OPTIONS",
    "DIRECTIONS",
    "check_bool",
    "check_codec_names",
    "check_direction",
    "check_file_name",
    "check_int",
    "check_pause_time",
    "check_port_range",
    "check_sample_rate",
    "check_text_or_none",
]

#: The names that the `codecs` option takes.
CODEC_NAMES = ("speex", "g711", "ilbc", "gsm", "g722", "opus", "l16")

#: RFC 8866 section 6.7.
DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")

#: The start options of the audio layer.
DEFAULT_OPTIONS: dict[str, object] = {
    "auto_sound": True,
    "ec_tail_length": 50,
    "sample_rate": 32,
    "playback_dtmf": True,
    "rtp_port_range": (40000, 40100),
    "codecs": ["speex", "g711", "ilbc", "gsm", "g722"],
}

# pjmedia's echo cancellers take up to half a second.
MAX_TAIL_LENGTH = 500


def check_bool(value: object, what: str) -> bool:
    """A bool, as it is."""
    if not isinstance(value, bool):
        raise TypeError(f"{what}: must be bool, not {type(value).__name__}")
    return value


def check_int(value: object, what: str, low: int, high: int) -> int:
    """An int from `low` to `high`."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{what}: must be int, not {type(value).__name__}")
    if not low <= value <= high:
        raise ValueError(f"{what}: {value} is not from {low} to {high}")
    return value


def check_text_or_none(value: object, what: str) -> str | None:
    """A str without NUL, or None."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(f"{what}: must be str or None, not {type(value).__name__}")
    if "\0" in value:
        raise ValueError(f"{what}: {value!r} contains a NUL character")
    return value


def check_file_name(value: object, what: str) -> str:
    """The name of a file as a str, of a str or a path object such as `pathlib.Path`."""
    name = os.fspath(value) if isinstance(value, os.PathLike) else value
    if not isinstance(name, str):
        raise TypeError(f"{what}: must be str or os.PathLike[str], not {type(value).__name__}")
    if not name or "\0" in name:
        raise ValueError(f"{what}: {name!r} cannot be the name of a file")
    return name


def check_direction(value: object, what: str = "direction") -> str:
    """One of `DIRECTIONS`."""
    if not isinstance(value, str):
        raise TypeError(f"{what}: must be str, not {type(value).__name__}")
    if value not in DIRECTIONS:
        raise ValueError(f"{what}: {value!r} is none of {', '.join(DIRECTIONS)}")
    return value


def check_pause_time(value: object) -> float:
    """A number of seconds."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"pause_time: must be int or float, not {type(value).__name__}")
    if not (math.isfinite(value) and 0 <= value <= 86400):
        raise ValueError(f"pause_time: {value} is not from 0 to 86400 seconds")
    return float(value)


def check_sample_rate(value: object) -> int:
    """A sample rate of the bridge in kHz: 8, 16 or 32."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"sample_rate: must be int, not {type(value).__name__}")
    if value not in (8, 16, 32):
        raise ValueError(f"sample_rate: {value} is none of 8, 16, 32 (kHz)")
    return value


def check_tail_length(value: object, what: str) -> int:
    """The tail length of the echo canceller in milliseconds; 0 is off."""
    return check_int(value, what, 0, MAX_TAIL_LENGTH)


def check_port_range(value: object) -> tuple[int, int]:
    """A range of UDP ports (first, last) that holds an even port and the odd one behind it."""
    if not isinstance(value, tuple | list):
        raise TypeError(f"rtp_port_range: must be a tuple of two int, not {type(value).__name__}")
    if len(value) != 2:
        raise ValueError(f"rtp_port_range: {value!r} is not a tuple of two int")
    first = check_int(value[0], "rtp_port_range[0]", 1, 65535)
    last = check_int(value[1], "rtp_port_range[1]", 1, 65535)
    if first + first % 2 + 1 > last:
        raise ValueError(
            f"rtp_port_range: {(first, last)} has no even port with the odd one behind it"
        )
    return first, last


def check_codec_names(value: object) -> list[str]:
    """Names of codecs, each once, the preferred one first."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise TypeError(f"codecs: must be a list of str, not {type(value).__name__}")
    names = list(value)
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"codecs: must be a list of str, but has {name!r}")
        if name not in CODEC_NAMES:
            raise ValueError(f"codecs: {name!r} is none of {', '.join(CODEC_NAMES)}")
        if names.count(name) > 1:
            raise ValueError(f"codecs: {name!r} is in it more than once")
    if not names:
        raise ValueError("codecs: the list is empty")
    return names
