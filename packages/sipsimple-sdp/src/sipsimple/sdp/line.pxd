from sipsimple.sdp.scanner cimport Span
from sipsimple.sdp.writer cimport Writer


cdef class SDPLine:
    cdef str _type
    cdef str _value

    cdef int write(self, Writer writer) except -1


cdef SDPLine read_line(char kind, const Span *value)
