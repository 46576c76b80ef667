from sipsimple.sdp.scanner cimport Span
from sipsimple.sdp.writer cimport Writer


cdef class SDPAttribute:
    cdef str _name
    cdef str _value

    cdef int write(self, Writer writer) except -1


cdef SDPAttribute read_attribute(const Span *value)
