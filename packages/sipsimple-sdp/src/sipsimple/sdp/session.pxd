from sipsimple.sdp.connection cimport SDPConnection


cdef class SDPSession:
    cdef str _address
    cdef object _id
    cdef object _version
    cdef str _user
    cdef str _net_type
    cdef str _address_type
    cdef str _name
    cdef str _info
    cdef SDPConnection _connection
    cdef object _start_time
    cdef object _stop_time
    cdef list _attributes
    cdef list _media
    cdef list _bandwidth
