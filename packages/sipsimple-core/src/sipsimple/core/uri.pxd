"""C interface of `SIPURI`."""

from sipsimple.pjproject.pjsip cimport pjsip_uri

cdef class SIPURI:
    cdef str _host
    cdef str _user
    cdef str _password
    cdef str _display
    cdef int _port
    cdef bint _secure
    cdef dict _parameters
    cdef dict _headers

    # The addr-spec alone, as it stands in a request line or within angle brackets.
    cdef bytes addr_spec(self)
    # The name-addr: display name, if any, and the addr-spec in angle brackets.
    cdef bytes name_addr(self)

# `uri` may be a pjsip_name_addr or any URI; never raises for what came from the network.
# None for a URI that is neither sip nor sips.
cdef SIPURI uri_from_native(const pjsip_uri *uri)
# Raises ValueError for text that is not a SIP or SIPS URI.
cdef SIPURI uri_from_text(object text)
