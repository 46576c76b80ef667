cdef class SDPAttribute:
    cdef str _name
    cdef str _value

    cdef str line(self)
