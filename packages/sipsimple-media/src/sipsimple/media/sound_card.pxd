from sipsimple.pjproject.pjlib cimport pj_pool_t
from sipsimple.pjproject.pjmedia cimport pjmedia_master_port, pjmedia_port, pjmedia_snd_port
from sipsimple.media.resources cimport Endpoint


cdef class SoundCard:
    cdef Endpoint *endpoint
    cdef pjmedia_port *null_port
    cdef pjmedia_master_port *clock
    cdef bint clock_runs
    cdef pjmedia_snd_port *device
    cdef pj_pool_t *device_pool
    cdef bint subsystem_runs

    cdef int start(self, Endpoint *endpoint) except -1
    cdef int start_subsystem(self) except -1
    cdef list devices(self, bint playback)
    cdef int find(self, object name, bint playback) except -3
    cdef int open(self, int playback, int recording, int tail_length) except -1
    cdef int open_null(self) except -1
    cdef int close(self) except -1
    cdef int stop(self) except -1
