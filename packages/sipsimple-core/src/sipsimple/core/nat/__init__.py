"""Which kind of NAT this host is behind, as a STUN server sees it (RFC 3489 section 10.1).

`stun_message` has the packets, `stun_exchange` sends them until they are answered, `classification`
decides what to ask and what the answers mean, `detector` runs that in threads.

PJNATH has such a detection too (`pj_stun_detect_nat_type2()`). It takes the port of another socket
for its own, so that it finds a NAT everywhere, and cannot be ended before its time when the stack
stops (pjproject 2.17). The names of the types are those of PJNATH.
"""

from typing import Final

__all__ = ["NAT_TYPES"]

#: What a detection can find (RFC 3489 section 5): "Open" where there is no NAT, "Blocked" where no
#: answer comes back over UDP, "Symmetric UDP" where there is a firewall that lets answers through.
NAT_TYPES: Final = (
    "Open",
    "Blocked",
    "Symmetric UDP",
    "Full Cone",
    "Restricted",
    "Port Restricted",
    "Symmetric",
)
