from sipsimple.sdp.scanner cimport Span
from sipsimple.sdp.writer cimport Writer


cdef class SDPBandwidth:
    cdef str _modifier
    cdef unsigned int _value
    # Whether it still says what the section was parsed from that made it.
    cdef bint _is_kept

    cdef int write(self, Writer writer) except -1


cdef SDPBandwidth read_bandwidth(const Span *value)
