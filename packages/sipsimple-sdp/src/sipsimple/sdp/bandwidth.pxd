cdef class SDPBandwidth:
    cdef str _modifier
    cdef object _value

    cdef str line(self)
