"""The exceptions that signaling adds to `SIPCoreError` and `PJSIPError`."""

from __future__ import annotations

from sipsimple.pjproject.errors import SIPCoreError

__all__ = ["InvalidURIError"]


class InvalidURIError(SIPCoreError, ValueError):
    """Text that is not a SIP or SIPS URI."""
