"""Making an input small that shows something."""

from __future__ import annotations

import time
from collections.abc import Callable


def minimize(data: bytes, shows: Callable[[bytes], bool], seconds: float) -> bytes:
    """Leave out lines, then bytes, as long as what is left shows the same.

    Args:
        data: An input that shows it.
        shows: Whether another one does.
        seconds: For how long to try.
    """
    deadline = time.monotonic() + seconds
    data = _leave_out(data.splitlines(keepends=True), shows, deadline)
    return _leave_out([bytes([byte]) for byte in data], shows, deadline)


def _leave_out(parts: list[bytes], shows: Callable[[bytes], bool], deadline: float) -> bytes:
    size = max(1, len(parts) // 2)
    while True:
        begin = 0
        while begin < len(parts):
            if time.monotonic() > deadline:
                return b"".join(parts)
            fewer = parts[:begin] + parts[begin + size :]
            if shows(b"".join(fewer)):
                parts = fewer
            else:
                begin += size
        if size == 1:
            return b"".join(parts)
        size //= 2
