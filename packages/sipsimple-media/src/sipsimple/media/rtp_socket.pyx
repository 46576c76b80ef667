"""The pair of UDP sockets of an RTP transport, and who uses it."""

from sipsimple.pjproject.native cimport (
    Anchor,
    anchor_alloc,
    anchor_lock,
    anchor_ref,
    anchor_unlock,
    anchor_unref,
)
from sipsimple.pjproject.pjlib cimport (
    PJ_ETOOMANY,
    PJ_SUCCESS,
    pj_grp_lock_acquire,
    pj_grp_lock_release,
    pj_grp_lock_t,
    pj_pool_t,
    pj_sock_close,
    pj_sockaddr,
    pj_status_t,
    pj_str_t,
)
from sipsimple.pjproject.pjmedia cimport (
    pjmedia_sock_info,
    pjmedia_transport,
    pjmedia_transport_close,
    pjmedia_transport_get_info,
    pjmedia_transport_info,
    pjmedia_transport_info_init,
    pjmedia_transport_media_start,
    pjmedia_transport_media_stop,
    pjmedia_transport_udp_attach,
    pjmedia_transport_udp_create3,
)
from sipsimple.pjproject.pjmedia_sdp cimport pjmedia_sdp_session
from sipsimple.media.resources cimport (
    BELOW_BRIDGE,
    Resource,
    resource_dispose,
    resource_finalize,
    resource_is_attached,
)

cdef extern from "<fcntl.h>" nogil:
    enum:
        F_DUPFD_CLOEXEC
    int fcntl(int descriptor, int command, ...)


cdef void _finalize(Anchor *anchor) noexcept nogil:
    resource_finalize(<Resource *> anchor)


cdef void _close(Resource *resource) noexcept nogil:
    """Close the sockets, or leave it to the last stream on them.

    pjmedia detaches a stream by way of its transport, which must be there for that.
    """
    cdef RTPSocket *rtp = <RTPSocket *> resource
    cdef pjmedia_transport *transport = NULL
    anchor_lock(&resource.base)
    rtp.closing = True
    if rtp.users == 0:
        transport = rtp.transport
        rtp.transport = NULL
    anchor_unlock(&resource.base)
    if transport != NULL:
        pjmedia_transport_close(transport)


cdef RTPSocket *rtp_alloc() noexcept nogil:
    """An RTP transport without sockets as yet. NULL when memory is out."""
    cdef RTPSocket *rtp = <RTPSocket *> anchor_alloc(sizeof(RTPSocket), &_finalize)
    if rtp != NULL:
        rtp.resource.rank = BELOW_BRIDGE
        rtp.resource.close = &_close
        rtp.resource.base.dispose = resource_dispose
    return rtp


cdef pj_status_t rtp_open(
    RTPSocket *rtp, int family, const pj_str_t *address, int port
) noexcept nogil:
    """Open a port and the next one. The caller has entered the endpoint."""
    cdef pjmedia_transport *transport = NULL
    cdef pj_status_t status = pjmedia_transport_udp_create3(
        rtp.resource.endpoint.endpt, family, NULL, address, port, 0, &transport
    )
    if status == PJ_SUCCESS:
        anchor_lock(&rtp.resource.base)
        rtp.transport = transport
        anchor_unlock(&rtp.resource.base)
    return status


cdef pj_status_t rtp_start(
    RTPSocket *rtp,
    pj_pool_t *pool,
    const pjmedia_sdp_session *local,
    const pjmedia_sdp_session *remote,
    unsigned index,
) noexcept nogil:
    """Begin to receive. The caller has entered the endpoint.

    pjmedia begins to read before it notes that it has (pjproject 2.17). Where the peer is faster
    with its first packet than we are, the thread that reads could find it not noted, and would
    read this one and never again. Under the lock of the sockets it waits.
    """
    cdef pj_grp_lock_t *lock = rtp.transport.grp_lock
    cdef pj_status_t status
    pj_grp_lock_acquire(lock)
    status = pjmedia_transport_media_start(rtp.transport, pool, local, remote, index)
    pj_grp_lock_release(lock)
    return status


cdef pj_status_t rtp_reset(RTPSocket *rtp) noexcept nogil:
    """Forget the media session, keeping the ports. The caller has entered the endpoint.

    pjmedia would go on giving the address of the former peer as the one that it receives
    from, so that the transport is replaced by a new one on the same sockets.
    """
    cdef pjmedia_transport *transport = NULL
    cdef pjmedia_transport *previous = rtp.transport
    cdef pjmedia_transport_info info
    cdef pjmedia_sock_info sockets
    cdef pj_status_t status
    pjmedia_transport_media_stop(previous)
    pjmedia_transport_info_init(&info)
    status = pjmedia_transport_get_info(previous, &info)
    if status != PJ_SUCCESS:
        return status
    sockets = info.sock_info
    sockets.rtp_sock = fcntl(<int> info.sock_info.rtp_sock, F_DUPFD_CLOEXEC, 0)
    sockets.rtcp_sock = fcntl(<int> info.sock_info.rtcp_sock, F_DUPFD_CLOEXEC, 0)
    if <int> sockets.rtp_sock < 0 or <int> sockets.rtcp_sock < 0:
        status = PJ_ETOOMANY
        if <int> sockets.rtp_sock >= 0:
            pj_sock_close(sockets.rtp_sock)
    else:
        # Where it fails, it has closed both.
        status = pjmedia_transport_udp_attach(
            rtp.resource.endpoint.endpt, NULL, &sockets, 0, &transport
        )
    if status != PJ_SUCCESS:
        return status
    anchor_lock(&rtp.resource.base)
    rtp.transport = transport
    anchor_unlock(&rtp.resource.base)
    pjmedia_transport_close(previous)
    return PJ_SUCCESS


cdef bint rtp_hold(RTPSocket *rtp) noexcept nogil:
    """Keep the sockets open for a stream; False where they are closed or in use."""
    cdef bint held
    anchor_lock(&rtp.resource.base)
    held = rtp.transport != NULL and not rtp.closing and rtp.users == 0
    if held:
        rtp.users += 1
        anchor_ref(&rtp.resource.base)
    anchor_unlock(&rtp.resource.base)
    return held


cdef void rtp_release(RTPSocket *rtp) noexcept nogil:
    """Undo `rtp_hold()`."""
    cdef pjmedia_transport *transport = NULL
    anchor_lock(&rtp.resource.base)
    rtp.users -= 1
    if rtp.closing and rtp.users == 0:
        transport = rtp.transport
        rtp.transport = NULL
    anchor_unlock(&rtp.resource.base)
    if transport != NULL:
        pjmedia_transport_close(transport)
    anchor_unref(&rtp.resource.base)


cdef RTPState rtp_state(RTPSocket *rtp) noexcept nogil:
    cdef RTPState state
    if not resource_is_attached(&rtp.resource):
        return INVALID_STATE
    anchor_lock(&rtp.resource.base)
    state = rtp.state
    anchor_unlock(&rtp.resource.base)
    return state


cdef int rtp_users(RTPSocket *rtp) noexcept nogil:
    cdef int users
    anchor_lock(&rtp.resource.base)
    users = rtp.users
    anchor_unlock(&rtp.resource.base)
    return users


cdef void rtp_set_state(RTPSocket *rtp, RTPState state) noexcept nogil:
    anchor_lock(&rtp.resource.base)
    rtp.state = state
    anchor_unlock(&rtp.resource.base)


cdef bint rtp_info(
    RTPSocket *rtp, pjmedia_sock_info *local, pj_sockaddr *received
) noexcept nogil:
    """Local addresses, and where RTP comes from; False where there are no sockets.

    The caller has entered the endpoint and holds the lock of the Python object.
    """
    cdef pjmedia_transport_info info
    if rtp.transport == NULL:
        return False
    pjmedia_transport_info_init(&info)
    if pjmedia_transport_get_info(rtp.transport, &info) != PJ_SUCCESS:
        return False
    local[0] = info.sock_info
    received[0] = info.src_rtp_name
    return True
