from sipsimple.sdp.connection cimport SDPConnection


cdef class SDPMedia:
    cdef str _media
    cdef object _port
    cdef str _transport
    cdef object _port_count
    cdef list _formats
    cdef str _info
    cdef SDPConnection _connection
    cdef list _attributes
    cdef list _bandwidth
    # Set by the parser: the session-level direction that applies where the section has none.
    cdef str _session_direction

    cdef int add_lines(self, list lines, str where) except -1


cdef str find_direction(list attributes)
