from sipsimple.sdp.connection cimport SDPConnection
from sipsimple.sdp.scanner cimport Span
from sipsimple.sdp.writer cimport Writer


cdef class SDPSection:
    cdef object __weakref__
    # The canonical text that the section was parsed from, and its place in it; None for one that
    # was not. Nothing is taken out before it is asked for.
    cdef bytes _text
    cdef size_t _begin
    cdef size_t _fields_end
    cdef size_t _end
    # Whether the fields, which is all but the attributes, are still in the text only.
    cdef bint _is_unread
    # Whether a field has been assigned since.
    cdef bint _is_assigned

    cdef str _info
    cdef SDPConnection _connection
    cdef list _bandwidth
    cdef list _other_lines
    # What the two held when they were read; None for nothing.
    cdef tuple _bandwidth_read
    cdef tuple _other_lines_read
    # None while they are in the text only.
    cdef list _attributes

    cdef int set_text(self, bytes text, size_t begin, size_t fields_end, size_t end) except -1
    cdef int read_fields(self) except -1
    cdef int begin_assignment(self) except -1
    cdef list read_attributes(self)
    cdef int attributes_replaced(self, list old, list new) except -1
    cdef int check_places(self, list lines) except -1
    cdef list ordered_lines(self)
    cdef int write(self, Writer writer) except -1
    cdef int write_shared_fields(self, Writer writer) except -1
    cdef int write_other_lines(self, Writer writer, int first, int last) except -1
    cdef int copy_to(self, SDPSection result) except -1
    cdef bint equals(self, SDPSection right) except -1

    # Whether the text still says what they do.
    cdef bint keeps_fields(self) except -1
    cdef bint keeps_attributes(self) except -1
    cdef bint keeps_everything(self) except -1

    # What differs between a session and a media section.
    cdef bint take_own_line(self, char kind, const Span *value) except -1
    cdef int place_of(self, char kind) noexcept
    cdef bint keeps_own_fields(self) except -1
    cdef int write_fields(self, Writer writer) except -1


# Whether a list has just the items that it had when it was read.
cdef bint has_items(list now, tuple before) except -1

# The first direction among attributes, or None (RFC 8866 section 6.7).
cdef str find_direction(list attributes)
