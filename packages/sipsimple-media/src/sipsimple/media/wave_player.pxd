from libc.stdint cimport int64_t, uint64_t
from libc.stdio cimport FILE

from sipsimple.pjproject.native cimport Anchor
from sipsimple.pjproject.pjlib cimport pj_int16_t, pj_pool_t, pj_status_t
from sipsimple.pjproject.pjmedia cimport pjmedia_port
from sipsimple.media.resources cimport BridgePort, Endpoint

cdef extern from "pjmedia/resample.h" nogil:
    ctypedef struct pjmedia_resample:
        pass

cdef struct WavePlayer:
    BridgePort port
    pjmedia_port native
    pj_pool_t *pool
    # Where a frame of the bridge has half a sample of the file: see `player_start()`.
    pjmedia_resample *resample
    pj_int16_t *block
    unsigned block_length
    # The Python object's, for the event at the end.
    Anchor *owner
    FILE *file
    int encoding
    unsigned channels
    unsigned sample_rate
    long data_offset
    uint64_t data_length
    # The clock thread's alone from here on, in samples of all channels and bytes.
    uint64_t data_left
    uint64_t pause_length
    uint64_t pause_left
    bint endless
    unsigned loops_left
    bint read_something
    bint at_end

cdef WavePlayer *player_alloc(Anchor *owner) noexcept nogil
cdef pj_status_t player_start(WavePlayer *player, Endpoint *endpoint, int level) noexcept nogil
