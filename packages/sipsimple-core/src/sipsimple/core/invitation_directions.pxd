"""C interface of the directions that the application gave to the streams of a session."""

from sipsimple.pjproject.pjlib cimport pj_pool_t
from sipsimple.pjproject.pjmedia_sdp cimport PJMEDIA_MAX_SDP_MEDIA, pjmedia_sdp_session

cdef struct Directions:
    unsigned count
    # Places in the table of names, by stream.
    signed char[PJMEDIA_MAX_SDP_MEDIA] of_stream

cdef void read_directions(Directions *directions, const pjmedia_sdp_session *sdp) noexcept nogil
cdef void write_directions(
    const Directions *directions, pjmedia_sdp_session *sdp, pj_pool_t *pool
) noexcept nogil
