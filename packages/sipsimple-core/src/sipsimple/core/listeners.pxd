"""C interface of the set of listening transports."""

from sipsimple.pjproject.pjsip cimport pjsip_endpoint

cdef class Listeners:
    cdef pjsip_endpoint *endpoint
    cdef str ip
    cdef object changing        # a lock
    # "udp", "tcp", "tls" -> Listener; what is missing is disabled.
    cdef dict by_name
    cdef object tls_options     # a TLSOptions
    cdef object _open(self, str name, int port, object tls_options)
    cdef int _put(self, str name, object listener) except -1
    cdef int open_all(self, dict ports) except -1
    cdef int change_port(self, str name, object port) except -1
    cdef int change_tls(self, dict changes) except -1
    cdef int _restart_tls(self, object options) except -1

# Endpoint and address; the TLSOptions.
cdef Listeners make_listeners(pjsip_endpoint *endpoint, str ip, object tls_options)
