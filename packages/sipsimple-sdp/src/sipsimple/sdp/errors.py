"""The exceptions of the SDP package."""

from __future__ import annotations

__all__ = ["SDPParseError"]


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
