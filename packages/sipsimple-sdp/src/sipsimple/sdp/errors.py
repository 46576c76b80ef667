"""The exceptions of the SDP package, and how values appear in their messages."""

from __future__ import annotations

from sipsimple.pjproject.errors import PJSIPError

__all__ = ["SDPNegotiationError", "SDPParseError", "shown"]

_LONGEST = 60
_MOST_BITS = 200


def shown(value: object) -> str:
    """How a value appears in an error: its repr, cut to a length that can be read."""
    if isinstance(value, int) and int.bit_length(value) > _MOST_BITS:
        # Python refuses to print very long ones.
        return "a longer number"
    if isinstance(value, str) and len(value) > _LONGEST:
        value = value[: _LONGEST - 3] + "..."
    return repr(value)


class SDPNegotiationError(PJSIPError):
    """An offer and its answer leave nothing to agree on.

    Args:
        what: What was being done, and to which stream.
        status: The `pj_status_t` of pjmedia's negotiator.

    Attributes:
        status: The error number, an int.
    """


class SDPParseError(ValueError):
    """Text that is not a session description.

    Args:
        reason: What is wrong, and with what value.
        line: Number of the line in the text, from 1; 0 when it is about the text as a whole.

    Attributes:
        reason: As given.
        line: As given.
    """

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(f"line {line}: {reason}" if line else reason)
        self.reason = reason
        self.line = line

    def __reduce__(self) -> tuple[type[SDPParseError], tuple[str, int]]:
        return type(self), (self.reason, self.line)
