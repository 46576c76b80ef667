"""The timers of SIP transactions (RFC 3261 section 17), shortened for tests."""

from __future__ import annotations

import ctypes

from sipsimple.pjproject.loader import LIBRARY_FOLDER


def set_transaction_timers(t1: int, t2: int, t4: int, td: int) -> None:
    """Set T1, T2, T4 and timer D of this process, in milliseconds.

    Usually they are 500, 4,000, 5,000 and 32,000: then a transaction may last for 32 s.
    """
    pjsip = ctypes.CDLL(str(LIBRARY_FOLDER / "libpjsip.so.2"))
    pjsip.pjsip_tsx_set_timers(t1, t2, t4, td)
