"""Host names and IP addresses, as applications write them (RFC 3261 section 25.1)."""

import ipaddress
import re

_HOSTNAME = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?")


cdef bint _is_ipv6(str host):
    try:
        # Without a zone: RFC 3261 has no place for one.
        return ipaddress.IPv6Address(host).scope_id is None
    except ValueError:
        return False


cdef str checked_host(object value):
    if not isinstance(value, str):
        raise TypeError(f"host: must be str, not {type(value).__name__}")
    cdef str host = value
    if host[:1] == "[" and host[-1:] == "]":
        host = host[1:-1]
    if ":" in host:
        if _is_ipv6(host):
            return host
    elif _HOSTNAME.fullmatch(host):
        return host
    raise ValueError(f"host: {value!r} is neither a host name nor an IP address")
