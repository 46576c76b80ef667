"""The exceptions of the SIP core."""

from __future__ import annotations

__all__ = ["PJSIPError", "SIPCoreError"]


class SIPCoreError(Exception):
    """A call that the state of an object does not allow, or a failure of the core.

    Args:
        message: What was wrong, and with what.
    """

    # Written out for `inspect.signature()`, which Exception does not have before Python 3.13.
    def __init__(self, message: str = "") -> None:
        super().__init__(message)


class PJSIPError(SIPCoreError):
    """A PJSIP function returned an error.

    Args:
        what: What was being done, as a phrase ("could not bind UDP port 5060").
        status: The `pj_status_t` that PJSIP returned.

    Attributes:
        status: The error number, an int.

    Source: `pj_strerror()` gives the second half of the message.
    """

    def __init__(self, what: str, status: int) -> None:
        from sipsimple.pjproject.runtime import strerror

        super().__init__(f"{what}: {strerror(status)}")
        self.what = what
        self.status = status

    def __reduce__(self) -> tuple[type[PJSIPError], tuple[str, int]]:
        return type(self), (self.what, self.status)
