"""The native half of `Invitation`: a struct that PJSIP's callbacks and Python share.

It owns one reference to PJSIP's session from its start to DISCONNECTED, and PJSIP's session
owns one to it for as long as callbacks may come. An incoming session may come and go before
its Python object is made: then only this struct knows of it.
"""

from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memset

from sipsimple.core.invitation_events cimport cause_clear, record_change
from sipsimple.core.invitation_message cimport add_headers, message_free, remove_headers
from sipsimple.core.invitation_states cimport (
    STATE_NULL,
    TRIGGER_END,
    TRIGGER_SEND_INVITE,
    state_after,
)
from sipsimple.pjproject.native cimport (
    anchor_alloc,
    anchor_lock,
    anchor_ref,
    anchor_unlock,
    anchor_unref,
    pthread_mutex_lock,
    pthread_mutex_t,
    pthread_mutex_unlock,
)
from sipsimple.pjproject.pjlib cimport (
    PJ_ENOMEM,
    PJ_SUCCESS,
    pj_list_init,
    pj_list_push_back,
    pj_pool_alloc,
    pj_pool_release,
    pj_str,
    pj_timer_heap_cancel,
)
from sipsimple.pjproject.pjsip cimport (
    PJSIP_INV_STATE_CONNECTING,
    PJSIP_MOD_PRIORITY_APPLICATION,
    PJSIP_RESPONSE_MSG,
    PJSIP_SC_SERVICE_UNAVAILABLE,
    pjsip_dialog,
    pjsip_dlg_dec_lock,
    pjsip_dlg_inc_lock,
    pjsip_endpt_get_timer_heap,
    pjsip_endpt_register_module,
    pjsip_hdr_clone,
    pjsip_inv_add_ref,
    pjsip_inv_dec_ref,
    pjsip_inv_end_session,
    pjsip_inv_send_msg,
    pjsip_inv_terminate,
    pjsip_module,
    pjsip_tx_data,
)

cdef extern from "<pthread.h>" nogil:
    """
    static pthread_mutex_t sipsimple_sessions_lock = PTHREAD_MUTEX_INITIALIZER;
    """
    pthread_mutex_t sipsimple_sessions_lock

# Its number is the place of our data in PJSIP's session.
cdef pjsip_module _module
cdef Session *_live = NULL
cdef detach_function _detach = NULL


cdef void session_set_detach_function(detach_function function) noexcept:
    global _detach
    _detach = function


cdef void _finalize(Anchor *anchor) noexcept nogil:
    cdef Session *session = <Session *> anchor
    free(session.call_id)
    message_free(&session.cancel)
    anchor_unref(&session.replaced.base if session.replaced != NULL else NULL)


cdef Session *session_new(bint outgoing) noexcept nogil:
    cdef Session *session = <Session *> anchor_alloc(sizeof(Session), &_finalize)
    if session != NULL:
        session.outgoing = outgoing
        session.state = STATE_NULL
    return session


cdef int session_state(Session *session) noexcept nogil:
    cdef int state
    anchor_lock(&session.base)
    state = session.state
    anchor_unlock(&session.base)
    return state


cdef Session *session_of(pjsip_inv_session *inv) noexcept nogil:
    return <Session *> inv.mod_data[_module.id]


cdef pj_status_t session_attach(Session *session, pjsip_inv_session *inv) noexcept nogil:
    """Bind a session to PJSIP's, which has just been created."""
    global _live
    cdef size_t length = inv.dlg.call_id.id.slen
    cdef char *call_id = <char *> malloc(length)
    if call_id == NULL:
        return PJ_ENOMEM
    memcpy(call_id, inv.dlg.call_id.id.ptr, length)
    pjsip_inv_add_ref(inv)
    inv.mod_data[_module.id] = anchor_ref(&session.base)
    anchor_lock(&session.base)
    free(session.call_id)
    session.call_id = call_id
    session.call_id_length = length
    session.inv = inv
    anchor_unlock(&session.base)
    pthread_mutex_lock(&sipsimple_sessions_lock)
    session.previous = NULL
    session.next = _live
    if _live != NULL:
        _live.previous = session
    _live = session
    pthread_mutex_unlock(&sipsimple_sessions_lock)
    return PJ_SUCCESS


cdef void glare_drop(Session *session) noexcept nogil:
    if session.glare.waiting:
        session.glare.waiting = False
        if pj_timer_heap_cancel(
            pjsip_endpt_get_timer_heap(session.glare.endpoint), &session.glare.timer
        ) > 0:
            anchor_unref(&session.base)
    if session.glare.pool != NULL:
        pj_pool_release(session.glare.pool)
    session.glare.pool = NULL
    session.glare.offer = NULL
    session.glare.headers = NULL


cdef void session_detach(Session *session) noexcept nogil:
    """Let go of PJSIP's session; there are no more callbacks for this one."""
    global _live
    cdef pjsip_inv_session *inv
    anchor_lock(&session.base)
    inv = session.inv
    session.inv = NULL
    anchor_unlock(&session.base)
    if inv == NULL:
        return
    pthread_mutex_lock(&sipsimple_sessions_lock)
    if session.previous != NULL:
        session.previous.next = session.next
    else:
        _live = session.next
    if session.next != NULL:
        session.next.previous = session.previous
    session.previous = session.next = NULL
    pthread_mutex_unlock(&sipsimple_sessions_lock)
    if _detach != NULL:
        _detach(session, inv)
    glare_drop(session)
    session.cancel_headers = NULL
    session.response_headers = NULL
    inv.mod_data[_module.id] = NULL
    pjsip_inv_dec_ref(inv)
    anchor_unref(&session.base)


cdef bint session_step(Session *session, int trigger, Cause *cause) noexcept nogil:
    cdef int previous
    cdef int following
    anchor_lock(&session.base)
    previous = session.state
    following = state_after(previous, trigger)
    if following >= 0:
        session.state = following
    anchor_unlock(&session.base)
    if following < 0:
        cause_clear(cause)
        return False
    record_change(&session.base, previous, following, cause)
    return True


cdef pj_status_t session_hang_up(
    Session *session, pjsip_inv_session *inv, int code, pjsip_hdr *headers
) noexcept nogil:
    cdef pjsip_tx_data *message = NULL
    cdef bint with_bye = inv.state >= PJSIP_INV_STATE_CONNECTING
    cdef pj_status_t status = pjsip_inv_end_session(inv, code, NULL, &message)
    if status != PJ_SUCCESS or message == NULL:
        return status
    session.hanging_up = with_bye
    if message.msg.type == PJSIP_RESPONSE_MSG:
        remove_headers(message, session.response_headers)
    add_headers(message, headers)
    return pjsip_inv_send_msg(inv, message)


cdef pjsip_hdr *session_keep(pjsip_inv_session *inv, const pjsip_hdr *headers) noexcept nogil:
    cdef pjsip_hdr *head
    cdef const pjsip_hdr *header
    if headers == NULL or headers.next == headers:
        return NULL
    head = <pjsip_hdr *> pj_pool_alloc(inv.pool, sizeof(pjsip_hdr))
    pj_list_init(head)
    header = headers.next
    while header != headers:
        pj_list_push_back(head, pjsip_hdr_clone(inv.pool, header))
        header = header.next
    return head


cdef pjsip_inv_session *session_enter(Session *session) noexcept nogil:
    cdef pjsip_inv_session *inv
    anchor_lock(&session.base)
    inv = session.inv
    if inv != NULL:
        # An atomic counter, so no lock of PJSIP's is waited for under ours.
        pjsip_inv_add_ref(inv)
    anchor_unlock(&session.base)
    if inv == NULL:
        return NULL
    pjsip_dlg_inc_lock(inv.dlg)
    if session.inv != inv:
        session_leave(inv)
        return NULL
    return inv


cdef void session_leave(pjsip_inv_session *inv) noexcept nogil:
    cdef pjsip_dialog *dialog = inv.dlg
    pjsip_inv_dec_ref(inv)
    # The dialog is destroyed here, if that was its last use.
    pjsip_dlg_dec_lock(dialog)


cdef void session_abort(Session *session) noexcept nogil:
    cdef Cause cause
    cdef pjsip_inv_session *inv = session_enter(session)
    if inv == NULL:
        return
    session.aborting = True
    # Ends in the callback for DISCONNECTED, as every session does ...
    pjsip_inv_terminate(inv, PJSIP_SC_SERVICE_UNAVAILABLE, True)
    if session.inv != NULL:
        # ... except one that was waiting for something and does not get it any more.
        memset(&cause, 0, sizeof(cause))
        if not session_step(session, TRIGGER_END, &cause):
            session_step(session, TRIGGER_SEND_INVITE, &cause)
            session_step(session, TRIGGER_END, &cause)
        session_detach(session)
    session_leave(inv)


cdef pj_status_t _on_stop() noexcept nogil:
    """The endpoint is being destroyed: nobody else is inside PJSIP any more."""
    cdef Session *session
    while True:
        pthread_mutex_lock(&sipsimple_sessions_lock)
        session = _live
        if session != NULL:
            anchor_ref(&session.base)
        pthread_mutex_unlock(&sipsimple_sessions_lock)
        if session == NULL:
            return PJ_SUCCESS
        session_abort(session)
        anchor_unref(&session.base)


cdef pj_status_t sessions_register(pjsip_endpoint *endpoint) noexcept nogil:
    memset(&_module, 0, sizeof(_module))
    _module.name = pj_str("mod-sipsimple-invitation")
    _module.id = -1
    _module.priority = PJSIP_MOD_PRIORITY_APPLICATION
    _module.stop = _on_stop
    return pjsip_endpt_register_module(endpoint, &_module)
