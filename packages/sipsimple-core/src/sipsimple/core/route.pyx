"""`Route`: the first host that a request is sent to."""

from sipsimple.core.hosts cimport checked_host

_TRANSPORTS = ("udp", "tcp", "tls")


cdef int _checked_port(object value) except -1:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"port: must be int, not {type(value).__name__}")
    if not 0 < value <= 65535:
        raise ValueError(f"port: {value} is not between 1 and 65535")
    return value


cdef str _checked_transport(object value):
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(f"transport: must be str or None, not {type(value).__name__}")
    if value.lower() not in _TRANSPORTS:
        raise ValueError(f"transport: {value!r} is none of udp, tcp and tls")
    return value.lower()


cdef class Route:
    """Route(host, port=5060, transport=None)
--

    The outbound proxy of a request, and the transport to it.

    A request with a route carries it in a Route header and goes there without DNS
    look-ups of its own target. Routes compare by content and cannot be hashed.

    Args:
        host: IP address or host name.
        port: 1 to 65535.
        transport: `"udp"`, `"tcp"` or `"tls"`, in any case of letters; None means UDP.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: The host, port or transport cannot be one.

    Source: RFC 3261 sections 8.1.2 (pre-existing route set) and 20.34.
    """

    __match_args__ = ("host", "port", "transport")
    __hash__ = None

    def __init__(self, host, port=5060, transport=None):
        cdef str new_host = checked_host(host)
        cdef int new_port = _checked_port(port)
        cdef str new_transport = _checked_transport(transport)
        self._host = new_host
        self._port = new_port
        self._transport = new_transport

    @property
    def host(self):
        """IP address or host name, without brackets."""
        return self._host

    @host.setter
    def host(self, value):
        self._host = checked_host(value)

    @property
    def port(self):
        """Port."""
        return self._port

    @port.setter
    def port(self, value):
        self._port = _checked_port(value)

    @property
    def transport(self):
        """`"udp"`, `"tcp"`, `"tls"`, or None for UDP."""
        return self._transport

    @transport.setter
    def transport(self, value):
        self._transport = _checked_transport(value)

    cdef str transport_name(self):
        return self._transport or "udp"

    def copy(self):
        """A copy of this route."""
        return type(self)(self._host, self._port, self._transport)

    __copy__ = copy

    def __deepcopy__(self, memo):
        return self.copy()

    def __reduce__(self):
        return type(self), (self._host, self._port, self._transport)

    def __repr__(self):
        return (
            f"{type(self).__name__}({self._host!r}, port={self._port}, "
            f"transport={self._transport!r})"
        )

    def __eq__(self, other):
        if not isinstance(other, Route):
            return NotImplemented
        cdef Route second = other
        return (
            self._host.lower() == second._host.lower()
            and self._port == second._port
            and self.transport_name() == second.transport_name()
        )


cdef Route own_route(object route):
    if route is None:
        return None
    if not isinstance(route, Route):
        raise TypeError(f"route: must be Route or None, not {type(route).__name__}")
    return (<Route> route).copy()
