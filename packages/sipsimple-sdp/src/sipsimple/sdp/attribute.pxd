from sipsimple.sdp.scanner cimport Span
from sipsimple.sdp.writer cimport Writer


cdef class SDPAttribute:
    # None while they are in the text only.
    cdef str _name
    cdef str _value
    # The canonical text that the attribute was parsed from, and what stands behind the "a=".
    cdef bytes _text
    cdef Span _span
    # Where its name ends there.
    cdef const char *_name_end
    # Whether that is still what it says; the text stays, for others may be reading it.
    cdef bint _is_kept

    cdef int assign(self, str name, str value) except -1
    cdef str read_name(self)
    cdef str read_value(self)
    cdef int write(self, Writer writer) except -1


cdef SDPAttribute new_attribute(str name, str value)
cdef SDPAttribute read_attribute(bytes text, const Span *value)

cdef frozenset DIRECTIONS

# The direction that an attribute gives, or None (RFC 8866 section 6.7).
cdef str direction_of(SDPAttribute attribute)
