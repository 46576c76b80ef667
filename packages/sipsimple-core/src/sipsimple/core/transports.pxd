"""C interface of the listening transports."""

from sipsimple.pjproject.pjsip cimport pjsip_endpoint, pjsip_tpfactory, pjsip_transport

cdef class Listener:
    cdef readonly str name      # "udp", "tcp" or "tls"
    cdef readonly str host      # what is published for it
    cdef readonly int port
    cdef readonly bint any_address
    # One of them; both NULL once it is closed, and with the endpoint.
    cdef pjsip_transport *transport     # of UDP
    cdef pjsip_tpfactory *factory       # of TCP and TLS

cdef Listener open_udp(pjsip_endpoint *endpoint, str ip, int port)
cdef Listener open_tcp(pjsip_endpoint *endpoint, str ip, int port)
# `options`: a TLSOptions.
cdef Listener open_tls(pjsip_endpoint *endpoint, str ip, int port, object options)
# These two only while the poller is paused.
cdef int move_tls(Listener listener, str ip, int port) except -1
cdef void close_listener(Listener listener) noexcept
# The address of the interface that packets leave by; 127.0.0.1 where there is no network.
cdef str outgoing_address()
# The same on the way to a host, for transports that listen on every interface; None where
# there is no way.
cdef str address_towards(str host, bint ipv6)
