from sipsimple.sdp.scanner cimport Span
from sipsimple.sdp.writer cimport Writer


cdef class SDPLine:
    cdef str _type
    cdef str _value
    # Whether it still says what the section was parsed from that made it.
    cdef bint _is_kept

    cdef int write(self, Writer writer) except -1


cdef SDPLine read_line(char kind, const Span *value)
