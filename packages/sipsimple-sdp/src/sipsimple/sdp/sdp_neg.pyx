"""pjmedia's negotiator (`sdp_neg`) for one stream, made for one exchange and dropped after it.

It is not kept between exchanges: it holds pointers into the codec manager, which goes when the
media of an Engine stop, and what it keeps of the past grows in its pools. What a session has to
remember is in `SDPNegotiator`.

It gets one stream at a time, prepared by `sipsimple.sdp.negotiation`: it reads and writes
outside its arrays when descriptions repeat formats, map payload types above 127 or list more
streams than fit (pjproject 2.17).
"""

from sipsimple.pjproject.native cimport (
    pthread_mutex_lock,
    pthread_mutex_t,
    pthread_mutex_unlock,
)
from sipsimple.pjproject.pjlib cimport (
    PJ_SUCCESS,
    pj_pool_release,
    pj_pool_t,
    pj_pool_zalloc,
    pj_status_t,
    pj_str,
)
from sipsimple.pjproject.pjmedia_sdp cimport (
    PJMEDIA_SDPNEG_EINVANSTP,
    PJMEDIA_SDPNEG_ENOMEDIA,
    PJMEDIA_SDPNEG_NOANSCODEC,
    pjmedia_sdp_conn,
    pjmedia_sdp_neg,
    pjmedia_sdp_neg_create_w_local_offer,
    pjmedia_sdp_neg_create_w_remote_offer,
    pjmedia_sdp_neg_get_active_local,
    pjmedia_sdp_neg_get_active_remote,
    pjmedia_sdp_neg_negotiate,
    pjmedia_sdp_neg_set_answer_multiple_codecs,
    pjmedia_sdp_neg_set_prefer_remote_codec_order,
    pjmedia_sdp_neg_set_remote_answer,
    pjmedia_sdp_session,
)
from sipsimple.pjproject.runtime cimport create_pool, ensure_thread
from sipsimple.sdp.native cimport media_from_native, media_to_native

from sipsimple.sdp.errors import SDPNegotiationError

cdef extern from "<pthread.h>" nogil:
    """
    static pthread_mutex_t sipsimple_codecs_lock = PTHREAD_MUTEX_INITIALIZER;
    """
    pthread_mutex_t sipsimple_codecs_lock


cdef void lock_codecs() noexcept nogil:
    """Wait for negotiations that run, and let none begin. Take no other lock inside."""
    pthread_mutex_lock(&sipsimple_codecs_lock)


cdef void unlock_codecs() noexcept nogil:
    pthread_mutex_unlock(&sipsimple_codecs_lock)


cdef pj_pool_t *_new_pool() except NULL:
    cdef pj_pool_t *pool
    with nogil:
        ensure_thread()
        pool = create_pool(b"sdp_neg", 65536, 65536)
    if pool == NULL:
        raise MemoryError
    return pool


cdef pjmedia_sdp_session *_session(object section, pj_pool_t *pool) except NULL:
    """A session with one stream, which has all that pjmedia wants of one."""
    cdef pjmedia_sdp_session *session
    cdef pjmedia_sdp_conn *connection
    session = <pjmedia_sdp_session *> pj_pool_zalloc(pool, sizeof(pjmedia_sdp_session))
    connection = <pjmedia_sdp_conn *> pj_pool_zalloc(pool, sizeof(pjmedia_sdp_conn))
    if session == NULL or connection == NULL:
        raise MemoryError
    connection.net_type = session.origin.net_type = pj_str(b"IN")
    connection.addr_type = session.origin.addr_type = pj_str(b"IP4")
    connection.addr = session.origin.addr = pj_str(b"0.0.0.0")
    session.origin.user = session.name = pj_str(b"-")
    session.conn = connection
    session.media[0] = media_to_native(section, pool)
    session.media_count = 1
    return session


cdef pj_status_t _answer(
    pj_pool_t *pool,
    const pjmedia_sdp_session *capability,
    const pjmedia_sdp_session *offer,
    bint prefer_remote_codec_order,
    bint answer_with_multiple_codecs,
    const pjmedia_sdp_session **local,
) noexcept nogil:
    cdef pjmedia_sdp_neg *negotiator = NULL
    cdef pj_status_t status
    status = pjmedia_sdp_neg_create_w_remote_offer(pool, capability, offer, &negotiator)
    if status != PJ_SUCCESS:
        return status
    pjmedia_sdp_neg_set_prefer_remote_codec_order(negotiator, prefer_remote_codec_order)
    pjmedia_sdp_neg_set_answer_multiple_codecs(negotiator, answer_with_multiple_codecs)
    status = pjmedia_sdp_neg_negotiate(pool, negotiator, False)
    if status != PJ_SUCCESS:
        return status
    return pjmedia_sdp_neg_get_active_local(negotiator, local)


def answer_stream(
    offer, capability, bint prefer_remote_codec_order, bint answer_with_multiple_codecs, what
):
    """Answer one offered stream with what can be done here; both an `SDPMedia` without faults.

    Raises:
        SDPNegotiationError: They have no format in common.

    Source: `pjmedia_sdp_neg_create_w_remote_offer()`, `pjmedia_sdp_neg_negotiate()`.
    """
    cdef pj_pool_t *pool = _new_pool()
    cdef pjmedia_sdp_session *remote
    cdef pjmedia_sdp_session *local
    cdef const pjmedia_sdp_session *answer = NULL
    cdef pj_status_t status
    try:
        remote = _session(offer, pool)
        local = _session(capability, pool)
        with nogil:
            lock_codecs()
            status = _answer(
                pool,
                local,
                remote,
                prefer_remote_codec_order,
                answer_with_multiple_codecs,
                &answer,
            )
            unlock_codecs()
        # With telephone-event alone, which the other side has not, pjmedia succeeds.
        if status == PJ_SUCCESS and answer.media[0].desc.fmt_count == 0:
            status = PJMEDIA_SDPNEG_NOANSCODEC
        if status != PJ_SUCCESS:
            raise SDPNegotiationError(what, status)
        return media_from_native(answer.media[0])
    finally:
        with nogil:
            pj_pool_release(pool)


cdef pj_status_t _conclude(
    pj_pool_t *pool,
    const pjmedia_sdp_session *offer,
    const pjmedia_sdp_session *answer,
    const pjmedia_sdp_session **local,
    const pjmedia_sdp_session **remote,
) noexcept nogil:
    cdef pjmedia_sdp_neg *negotiator = NULL
    cdef pj_status_t status
    status = pjmedia_sdp_neg_create_w_local_offer(pool, offer, &negotiator)
    if status == PJ_SUCCESS:
        status = pjmedia_sdp_neg_set_remote_answer(pool, negotiator, answer)
    if status == PJ_SUCCESS:
        status = pjmedia_sdp_neg_negotiate(pool, negotiator, False)
    if status == PJ_SUCCESS:
        status = pjmedia_sdp_neg_get_active_local(negotiator, local)
    if status == PJ_SUCCESS:
        status = pjmedia_sdp_neg_get_active_remote(negotiator, remote)
    return status


def conclude_stream(offer, answer, what):
    """What a stream that was offered, and its answer, come to: both reduced to what they share.

    Raises:
        SDPNegotiationError: They have no format in common.

    Source: `pjmedia_sdp_neg_create_w_local_offer()`, `pjmedia_sdp_neg_negotiate()`.
    """
    cdef pj_pool_t *pool = _new_pool()
    cdef pjmedia_sdp_session *offered
    cdef pjmedia_sdp_session *answered
    cdef const pjmedia_sdp_session *local = NULL
    cdef const pjmedia_sdp_session *remote = NULL
    cdef pj_status_t status
    try:
        offered = _session(offer, pool)
        answered = _session(answer, pool)
        with nogil:
            lock_codecs()
            status = _conclude(pool, offered, answered, &local, &remote)
            unlock_codecs()
        if status != PJ_SUCCESS:
            raise SDPNegotiationError(what, status)
        return media_from_native(local.media[0]), media_from_native(remote.media[0])
    finally:
        with nogil:
            pj_pool_release(pool)


def failed(what):
    """The error of an exchange that leaves no stream."""
    return SDPNegotiationError(what, PJMEDIA_SDPNEG_ENOMEDIA)


def transport_differs(what):
    """The error of an answer over another transport than was offered."""
    return SDPNegotiationError(what, PJMEDIA_SDPNEG_EINVANSTP)


def no_codec(what):
    """The error of a stream that is left with formats that are no codecs."""
    return SDPNegotiationError(what, PJMEDIA_SDPNEG_NOANSCODEC)
