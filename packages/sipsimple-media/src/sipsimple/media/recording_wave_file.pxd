from sipsimple.media.resources cimport BridgeObject


cdef class RecordingWaveFile(BridgeObject):
    cdef str _file_name
    cdef bint _automatic_routing
    cdef bint started
    cdef bint stopped
    # The RoutingPolicy that knows it.
    cdef object policy
    cdef object bridge
