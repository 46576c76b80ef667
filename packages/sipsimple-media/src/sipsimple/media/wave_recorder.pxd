from libc.stdint cimport uint32_t
from libc.stdio cimport FILE

from sipsimple.pjproject.native cimport Anchor
from sipsimple.pjproject.pjlib cimport pj_pool_t, pj_status_t
from sipsimple.pjproject.pjmedia cimport pjmedia_port
from sipsimple.media.resources cimport BridgePort, Endpoint

cdef struct WaveRecorder:
    BridgePort port
    pjmedia_port native
    pj_pool_t *pool
    # These are under the lock of the anchor.
    FILE *file
    uint32_t sample_rate
    uint32_t data_length
    uint32_t unsaved
    bint paused
    int error

cdef WaveRecorder *recorder_alloc() noexcept nogil
cdef int recorder_open(WaveRecorder *recorder, const char *path) noexcept nogil
cdef pj_status_t recorder_start(WaveRecorder *recorder, Endpoint *endpoint) noexcept nogil
cdef void recorder_pause(WaveRecorder *recorder, bint paused) noexcept nogil
cdef bint recorder_is_paused(WaveRecorder *recorder) noexcept nogil
cdef int recorder_error(WaveRecorder *recorder) noexcept nogil
