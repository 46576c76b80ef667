"""Glare: two re-INVITEs that cross each other (RFC 3261 section 14.1).

Each side answers the other's with 491 (Request Pending) and tries its own once more after a
random time, which is longer for the side that began the dialog. So one of them comes first. The
application is told of the 491 and, when the time has come, of the new attempt; it may call
`send_reinvite()` itself before that. A re-INVITE by which PJSIP refreshes the session (RFC 4028)
is tried again in the same way, unless one of the application's waits, which does as well.
"""

from sipsimple.core.invitation_session cimport (
    glare_drop,
    session_enter,
    session_leave,
    session_state,
)
from sipsimple.core.invitation_states cimport STATE_CONFIRMED, STATE_REINVITED, STATE_REINVITING
from sipsimple.pjproject.native cimport anchor_ref, anchor_unref
from sipsimple.pjproject.pjlib cimport (
    PJ_SUCCESS,
    pj_list_init,
    pj_list_push_back,
    pj_pool_alloc,
    pj_pool_t,
    pj_rand,
    pj_time_val,
    pj_timer_entry,
    pj_timer_entry_init,
    pj_timer_heap_t,
)
from sipsimple.pjproject.pjmedia_sdp cimport (
    pjmedia_sdp_neg_get_active_local,
    pjmedia_sdp_session,
    pjmedia_sdp_session_clone,
)
from sipsimple.pjproject.pjsip cimport (
    PJSIP_SC_REQUEST_PENDING,
    pjsip_endpt_schedule_timer,
    pjsip_hdr_clone,
    pjsip_inv_session,
)
from sipsimple.pjproject.runtime cimport create_pool

cdef enum:
    POOL_BYTES = 16384
    # All in units of 10 ms, as the RFC wants it.
    UNIT = 10
    OWNER_LEAST = 210
    OWNER_SPAN = 190
    OTHER_SPAN = 200

cdef resend_function _resend = NULL


cdef void glare_set_resend_function(resend_function function) noexcept:
    global _resend
    _resend = function


cdef void glare_keep(
    Session *session, const pjmedia_sdp_session *offer, const pjsip_hdr *headers
) noexcept nogil:
    cdef pj_pool_t *pool = create_pool("invitation-glare", POOL_BYTES, POOL_BYTES)
    cdef pjmedia_sdp_session *kept = NULL
    cdef pjsip_hdr *kept_headers = NULL
    cdef const pjsip_hdr *header
    if pool != NULL:
        # Before the last one is dropped: it may be what is being sent again.
        kept = pjmedia_sdp_session_clone(pool, offer)
        kept_headers = <pjsip_hdr *> pj_pool_alloc(pool, sizeof(pjsip_hdr))
        pj_list_init(kept_headers)
        header = headers.next if headers != NULL else NULL
        while header != headers:
            pj_list_push_back(kept_headers, pjsip_hdr_clone(pool, header))
            header = header.next
    glare_drop(session)
    session.glare.pool = pool
    session.glare.offer = kept
    session.glare.headers = kept_headers


cdef void glare_finish(Session *session, int code) noexcept nogil:
    cdef const pjmedia_sdp_session *local = NULL
    if session.glare.waiting:
        # This was a refresh.
        return
    if (
        code == PJSIP_SC_REQUEST_PENDING
        and session.glare.pool == NULL
        and pjmedia_sdp_neg_get_active_local(session.inv.neg, &local) == PJ_SUCCESS
    ):
        glare_keep(session, local, NULL)
    if code == PJSIP_SC_REQUEST_PENDING and session.glare.pool != NULL:
        _start_timer(session)
    else:
        glare_drop(session)


cdef void _start_timer(Session *session) noexcept nogil:
    cdef pj_time_val delay
    cdef long milliseconds = UNIT * (
        OWNER_LEAST + pj_rand() % (OWNER_SPAN + 1)
        if session.outgoing
        else pj_rand() % (OTHER_SPAN + 1)
    )
    delay.sec = milliseconds // 1000
    delay.msec = milliseconds % 1000
    session.glare.endpoint = session.inv.dlg.endpt
    pj_timer_entry_init(&session.glare.timer, 0, session, _on_timer)
    anchor_ref(&session.base)
    session.glare.waiting = pjsip_endpt_schedule_timer(
        session.glare.endpoint, &session.glare.timer, &delay
    ) == PJ_SUCCESS
    if not session.glare.waiting:
        anchor_unref(&session.base)


cdef void _on_timer(pj_timer_heap_t *heap, pj_timer_entry *entry) noexcept nogil:
    cdef Session *session = <Session *> entry.user_data
    cdef pjsip_inv_session *inv = session_enter(session)
    cdef int state
    if inv != NULL:
        if session.glare.waiting:
            session.glare.waiting = False
            state = session_state(session)
            if (
                state == STATE_REINVITED or state == STATE_REINVITING or inv.invite_tsx != NULL
            ):
                # The other side was first, or a refresh, and has no answer yet, or has not
                # acknowledged it.
                _start_timer(session)
            elif state != STATE_CONFIRMED or _resend(
                session, session.glare.offer, session.glare.headers
            ) != PJ_SUCCESS:
                glare_drop(session)
        session_leave(inv)
    anchor_unref(&session.base)
