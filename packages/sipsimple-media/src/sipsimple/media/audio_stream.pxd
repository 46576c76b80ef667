from sipsimple.pjproject.native cimport Anchor
from sipsimple.pjproject.pjlib cimport pj_pool_t, pj_status_t
from sipsimple.pjproject.pjmedia cimport pjmedia_rtcp_stat, pjmedia_stream, pjmedia_stream_info
from sipsimple.media.resources cimport BridgePort, Endpoint
from sipsimple.media.rtp_socket cimport RTPSocket

cdef struct AudioStream:
    BridgePort port
    # The Python object's, for events.
    Anchor *owner
    RTPSocket *rtp
    pjmedia_stream *stream
    # Under the lock of the anchor: as it was when the stream ended.
    bint ended
    pjmedia_rtcp_stat last

cdef AudioStream *stream_alloc(Anchor *owner) noexcept nogil
cdef pj_status_t stream_start(
    AudioStream *stream, Endpoint *endpoint, RTPSocket *rtp, const pjmedia_stream_info *info,
    pj_pool_t *pool,
) noexcept nogil
cdef void stream_statistics(AudioStream *stream, pjmedia_rtcp_stat *statistics) noexcept nogil
