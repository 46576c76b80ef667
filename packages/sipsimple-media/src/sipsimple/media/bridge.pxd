from sipsimple.media.dtmf_tones cimport DTMFTones
from sipsimple.media.resources cimport BridgeObject, Endpoint


cdef class SoundDevice(BridgeObject):
    pass


cdef class Bridge:
    cdef Endpoint *endpoint
    cdef object lock
    # source -> sink -> level in percent; neither is kept alive.
    cdef object table
    cdef SoundDevice _sound_device
    cdef DTMFTones _dtmf_tones

    cdef int apply(
        self, BridgeObject source, BridgeObject sink, int level, bint adjust
    ) except -1
    cdef int activate(self, BridgeObject subject) except -1
    cdef int forget(self, BridgeObject subject) except -1


cdef Bridge create_bridge(Endpoint *endpoint)
