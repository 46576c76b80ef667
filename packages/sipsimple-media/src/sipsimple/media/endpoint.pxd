from sipsimple.media.resources cimport Endpoint
from sipsimple.media.sound_card cimport SoundCard


cdef class MediaEndpoint:
    cdef Endpoint *endpoint
    cdef SoundCard card
    cdef object lock
    cdef object _bridge
    cdef object _policy
    cdef int _sample_rate
    cdef int _ec_tail_length
    cdef tuple _rtp_port_range
    cdef list _codecs
    cdef bint _playback_dtmf
    cdef bint codecs_registered

    cdef int build(self) except -1
    cdef int tear_down(self) except -1
    cdef int open_sound(self) except -1
    cdef int set_native_playback(self) except -1


cdef MediaEndpoint running_endpoint()
