from sipsimple.sdp.section cimport SDPSection


cdef class SDPMedia(SDPSection):
    cdef str _media
    cdef int _port
    cdef int _port_count
    cdef str _transport
    cdef list _formats
    # The direction that a parsed session gives to all its media; it applies where the section
    # has none.
    cdef str _session_direction


cdef SDPMedia read_media(bytes text, size_t begin, size_t end, str session_direction)
