from sipsimple.media.resources cimport BridgeObject


cdef class WaveFile(BridgeObject):
    cdef str _file_name
    cdef bint _automatic_routing
