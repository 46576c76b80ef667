from sipsimple.sdp.section cimport SDPSection


cdef class SDPMedia(SDPSection):
    cdef str _media
    cdef int _port
    cdef int _port_count
    cdef str _transport
    cdef list _formats
    # What the list held when it was read.
    cdef tuple _formats_read
    # The attributes of the session that this section was parsed from, the list itself. Their
    # direction applies where the section has none.
    cdef list _session_attributes
    # The direction in their place, of a copy without its session.
    cdef str _session_direction

    cdef str session_direction(self)


cdef SDPMedia read_media(
    bytes text, size_t begin, size_t fields_end, size_t end, list session_attributes
)
