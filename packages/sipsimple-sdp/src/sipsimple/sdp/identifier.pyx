"""Numbers for the `o=` line that no other session of this process gets."""

import threading
import time

# Seconds from 1900 (NTP, RFC 5905) to 1970 (Unix).
cdef long long NTP_OFFSET = 2208988800

cdef long long _last = 0
_lock = threading.Lock()


cdef object new_identifier():
    """A new number for session id or version: the NTP time now, or one more than the last.

    The number is an NTP timestamp with 16 bits for the fraction of the second, 48 bits
    in all: RFC 8866 section 5.2 recommends NTP format, but all 64 bits of it set the sign
    bit of a signed 64-bit number, which peers are known to read them into (RFC 8829
    section 5.2.1 asks for less than 2^63 for that reason).
    """
    global _last
    cdef long long now = NTP_OFFSET * 65536 + <long long> (time.time_ns() * 65536 // 1_000_000_000)
    with _lock:
        _last = now if now > _last else _last + 1
        return _last
