cdef class SDPConnection:
    cdef str _address
    cdef str _net_type
    cdef str _address_type

    cdef str line(self)
