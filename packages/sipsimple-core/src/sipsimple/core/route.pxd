"""C interface of `Route`."""

cdef class Route:
    cdef str _host
    cdef int _port
    cdef str _transport

    # "udp", "tcp" or "tls", also where the attribute is None
    cdef str transport_name(self)

# The copy that an object keeps of what it was given; TypeError unless it is a Route or None.
cdef Route own_route(object route)
