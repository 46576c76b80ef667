"""The exceptions that signaling adds to `SIPCoreError` and `PJSIPError`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sipsimple.pjproject.errors import SIPCoreError

if TYPE_CHECKING:
    from sipsimple.core.uri import SIPURI

__all__ = ["InvalidURIError", "MessagePendingError"]


class InvalidURIError(SIPCoreError, ValueError):
    """Text that is not a SIP or SIPS URI."""


class MessagePendingError(SIPCoreError):
    """A MESSAGE to the same URI has not been answered yet: this one was not sent.

    Args:
        uri: That URI.

    Attributes:
        uri: That URI, a `SIPURI`.
    """

    def __init__(self, uri: SIPURI) -> None:
        super().__init__(f"{uri}: the MESSAGE before this one has not been answered yet")
        self.uri = uri

    def __reduce__(self) -> tuple[type[MessagePendingError], tuple[SIPURI]]:
        return type(self), (self.uri,)
