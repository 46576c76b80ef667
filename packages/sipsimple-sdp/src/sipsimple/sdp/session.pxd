from sipsimple.sdp.scanner cimport Cursor, Span
from sipsimple.sdp.section cimport SDPSection


cdef class SDPSession(SDPSection):
    cdef str _address
    cdef unsigned long long _id
    cdef unsigned long long _version
    cdef str _user
    cdef str _net_type
    cdef str _address_type
    cdef str _name
    cdef unsigned long long _start_time
    cdef unsigned long long _stop_time
    # None while the media sections are in the text only.
    cdef list _media

    cdef bint _take_origin(self, Cursor line) except -1
    cdef bint _take_time(self, Cursor line) except -1
    cdef list read_media_sections(self)
    cdef bint keeps_media(self) except -1
    cdef tuple own_sections(self)
    cdef int adopt(self, tuple indexes) except -1
