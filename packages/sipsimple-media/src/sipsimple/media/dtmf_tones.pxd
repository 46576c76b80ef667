from sipsimple.pjproject.native cimport Anchor
from sipsimple.media.resources cimport BridgeObject, Endpoint


cdef class DTMFTones(BridgeObject):
    pass


cdef DTMFTones create_tones(Endpoint *endpoint)
cdef void play_tone(Endpoint *endpoint, char digit) noexcept nogil
