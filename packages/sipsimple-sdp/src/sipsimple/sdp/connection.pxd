from sipsimple.sdp.scanner cimport Span
from sipsimple.sdp.writer cimport Writer


cdef class SDPConnection:
    cdef str _address
    cdef str _net_type
    cdef str _address_type
    # Whether it still says what the section was parsed from that made it.
    cdef bint _is_kept

    cdef int write(self, Writer writer) except -1


cdef SDPConnection read_connection(const Span *value)
