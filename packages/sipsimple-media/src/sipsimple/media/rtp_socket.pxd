from sipsimple.pjproject.pjlib cimport pj_pool_t, pj_sockaddr, pj_status_t, pj_str_t
from sipsimple.pjproject.pjmedia cimport pjmedia_sock_info, pjmedia_transport
from sipsimple.pjproject.pjmedia_sdp cimport pjmedia_sdp_session
from sipsimple.media.resources cimport Endpoint, Resource

cdef enum RTPState:
    NULL_STATE
    INIT_STATE
    LOCAL_STATE
    ESTABLISHED_STATE
    INVALID_STATE

cdef struct RTPSocket:
    Resource resource
    pjmedia_transport *transport
    # These three are under the lock of the anchor.
    RTPState state
    # Streams on it: it is not closed under them.
    int users
    bint closing

cdef RTPSocket *rtp_alloc() noexcept nogil
cdef pj_status_t rtp_open(
    RTPSocket *rtp, int family, const pj_str_t *address, int port
) noexcept nogil
cdef pj_status_t rtp_start(
    RTPSocket *rtp,
    pj_pool_t *pool,
    const pjmedia_sdp_session *local,
    const pjmedia_sdp_session *remote,
    unsigned index,
) noexcept nogil
cdef pj_status_t rtp_reset(RTPSocket *rtp) noexcept nogil
cdef bint rtp_hold(RTPSocket *rtp) noexcept nogil
cdef void rtp_release(RTPSocket *rtp) noexcept nogil
cdef RTPState rtp_state(RTPSocket *rtp) noexcept nogil
cdef int rtp_users(RTPSocket *rtp) noexcept nogil
cdef void rtp_set_state(RTPSocket *rtp, RTPState state) noexcept nogil
cdef bint rtp_info(
    RTPSocket *rtp, pjmedia_sock_info *local, pj_sockaddr *received
) noexcept nogil
