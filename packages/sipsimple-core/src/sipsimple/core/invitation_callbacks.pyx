"""PJSIP's callbacks for INVITE sessions.

All of them run under the dialog's lock and without the GIL; they move the session's state on
and record what happened.
"""

from libc.string cimport memset

from sipsimple.core.invitation_directions cimport write_directions
from sipsimple.core.invitation_events cimport (
    Cause,
    cause_set_error,
    record_negotiated,
    record_not_negotiated,
)
from sipsimple.core.invitation_failover cimport invitation_failover_register
from sipsimple.core.invitation_glare cimport glare_finish
from sipsimple.core.invitation_message cimport message_copy, message_free
from sipsimple.core.invitation_replaces cimport replaces_accepted, replaces_register
from sipsimple.core.invitation_requests cimport requests_register
from sipsimple.core.invitation_session cimport (
    Session,
    session_detach,
    session_hang_up,
    session_of,
    session_state,
    session_step,
    sessions_register,
)
from sipsimple.core.invitation_states cimport (
    STATE_CALLING,
    STATE_CONFIRMED,
    STATE_DISCONNECTING,
    STATE_EARLY,
    STATE_INCOMING,
    STATE_NULL,
    STATE_REINVITED,
    STATE_REINVITING,
    TRIGGER_CONFIRM,
    TRIGGER_END,
    TRIGGER_FINISH_REINVITE,
    TRIGGER_RECEIVE_PROVISIONAL,
    TRIGGER_RECEIVE_REINVITE,
    TRIGGER_RECEIVE_SUCCESS,
    TRIGGER_SEND_INVITE,
    TRIGGER_SEND_PROVISIONAL,
    TRIGGER_SEND_REINVITE,
    TRIGGER_SEND_SUCCESS,
)
from sipsimple.core.reliable_responses cimport reliable_is_repeated
from sipsimple.core.ua cimport register_endpoint_hook
from sipsimple.pjproject.pjlib cimport PJ_EINVALIDOP, PJ_SUCCESS, pj_status_t
from sipsimple.pjproject.pjmedia_sdp cimport (
    PJMEDIA_SDP_NEG_STATE_REMOTE_OFFER,
    pjmedia_sdp_neg_cancel_offer,
    pjmedia_sdp_neg_get_active_local,
    pjmedia_sdp_neg_get_active_remote,
    pjmedia_sdp_neg_get_state,
    pjmedia_sdp_session,
    pjmedia_sdp_session_clone,
)
from sipsimple.pjproject.pjsip cimport (
    PJSIP_BYE_METHOD,
    PJSIP_CANCEL_METHOD,
    PJSIP_EVENT_RX_MSG,
    PJSIP_EVENT_TSX_STATE,
    PJSIP_EVENT_TX_MSG,
    PJSIP_INVITE_METHOD,
    PJSIP_INV_STATE_CALLING,
    PJSIP_INV_STATE_CONFIRMED,
    PJSIP_INV_STATE_CONNECTING,
    PJSIP_INV_STATE_DISCONNECTED,
    PJSIP_INV_STATE_EARLY,
    PJSIP_ROLE_UAC,
    PJSIP_ROLE_UAS,
    PJSIP_SC_CALL_TSX_DOES_NOT_EXIST,
    PJSIP_SC_NOT_ACCEPTABLE_HERE,
    PJSIP_SC_REQUEST_TERMINATED,
    PJSIP_SC_REQUEST_TIMEOUT,
    PJSIP_SC_TRYING,
    PJSIP_TSX_STATE_CALLING,
    PJSIP_TSX_STATE_COMPLETED,
    PJSIP_TSX_STATE_CONFIRMED,
    PJSIP_TSX_STATE_PROCEEDING,
    PJSIP_TSX_STATE_TRYING,
    pjsip_endpoint,
    pjsip_event,
    pjsip_inv_answer,
    pjsip_inv_callback,
    pjsip_inv_initial_answer,
    pjsip_inv_on_rx_offer_cb_param,
    pjsip_inv_send_msg,
    pjsip_inv_session,
    pjsip_inv_set_sdp_answer,
    pjsip_inv_usage_init,
    pjsip_rx_data,
    pjsip_transaction,
    pjsip_tx_data,
)

# ---- why

cdef void _explain(Cause *cause, Session *session, const pjsip_event *event) noexcept nogil:
    """Find out what an event is due to: a message, an error, or an act of our own."""
    cdef const pjsip_transaction *transaction
    memset(cause, 0, sizeof(cause[0]))
    if event == NULL:
        return
    if event.type == PJSIP_EVENT_RX_MSG:
        message_copy(&cause.message, event.body.rx_msg.rdata)
    elif event.type == PJSIP_EVENT_TSX_STATE:
        transaction = event.body.tsx_state.tsx
        if event.body.tsx_state.type == PJSIP_EVENT_RX_MSG:
            message_copy(&cause.message, event.body.tsx_state.src.rdata)
        elif session.cancel.data != NULL:
            # What PJSIP reports is the 487 that it has answered by itself.
            cause.message = session.cancel
            memset(&session.cancel, 0, sizeof(session.cancel))
        elif event.body.tsx_state.type != PJSIP_EVENT_TX_MSG:
            cause_set_error(cause, transaction.status_code, &transaction.status_text)


cdef bint _step(Session *session, int trigger, const pjsip_event *event) noexcept nogil:
    cdef Cause cause
    _explain(&cause, session, event)
    return session_step(session, trigger, &cause)


# ---- PJSIP's states

cdef void _confirmed(
    Session *session, pjsip_inv_session *inv, const pjsip_event *event
) noexcept nogil:
    if session.hanging_up:
        # disconnect() came before the ACK; PJSIP sends the BYE after it.
        return
    if session_state(session) == STATE_DISCONNECTING:
        # The 2xx crossed our CANCEL: it has got its ACK, and now a BYE (RFC 3261 9.1).
        session_hang_up(session, inv, PJSIP_SC_REQUEST_TERMINATED, NULL)
    elif not session.negotiated:
        session_hang_up(session, inv, PJSIP_SC_NOT_ACCEPTABLE_HERE, NULL)
    else:
        _step(session, TRIGGER_CONFIRM, event)


cdef void _answer_reinvite(pjsip_inv_session *inv, int code) noexcept nogil:
    cdef pjsip_tx_data *response = NULL
    if inv.invite_tsx != NULL and inv.invite_tsx.role == PJSIP_ROLE_UAS:
        if pjsip_inv_answer(inv, code, NULL, NULL, &response) == PJ_SUCCESS:
            pjsip_inv_send_msg(inv, response)


cdef bint _timed_out(const pjsip_inv_session *inv, const pjsip_event *event) noexcept nogil:
    """Whether this is the answer to a BYE of PJSIP's own, for want of a refresh (RFC 4028)."""
    return (
        inv.cause == PJSIP_SC_REQUEST_TIMEOUT
        and event != NULL
        and event.type == PJSIP_EVENT_TSX_STATE
        and event.body.tsx_state.tsx.role == PJSIP_ROLE_UAC
        and event.body.tsx_state.tsx.method.id == PJSIP_BYE_METHOD
    )


cdef void _finish(
    Session *session, pjsip_inv_session *inv, const pjsip_event *event
) noexcept nogil:
    cdef Cause cause
    if session_state(session) in (STATE_CONFIRMED, STATE_REINVITING) and _timed_out(inv, event):
        memset(&cause, 0, sizeof(cause))
        cause_set_error(&cause, inv.cause, &inv.cause_text)
    else:
        _explain(&cause, session, event)
    if cause.message.data == NULL and cause.code == 0 and (
        event == NULL or event.type != PJSIP_EVENT_TSX_STATE
    ):
        cause_set_error(&cause, inv.cause, &inv.cause_text)
    session_step(session, TRIGGER_END, &cause)
    session_detach(session)


cdef void _disconnected(
    Session *session, pjsip_inv_session *inv, const pjsip_event *event
) noexcept nogil:
    cdef int state = session_state(session)
    cdef Cause nothing
    if state == STATE_NULL:
        # The INVITE could not be sent at all.
        memset(&nothing, 0, sizeof(nothing))
        session_step(session, TRIGGER_SEND_INVITE, &nothing)
    elif state == STATE_REINVITED:
        # A request that BYE overtakes gets 487 (RFC 3261 15.1.2).
        _answer_reinvite(inv, PJSIP_SC_REQUEST_TERMINATED)
    elif (
        state == STATE_DISCONNECTING
        and not session.outgoing
        and event.type == PJSIP_EVENT_TSX_STATE
        and event.body.tsx_state.type == PJSIP_EVENT_TX_MSG
        and event.body.tsx_state.tsx == inv.invite_tsx
    ):
        # Our negative response: the end is the ACK to it.
        session.awaiting_ack = True
        return
    _finish(session, inv, event)


cdef void _on_provisional(Session *session, const pjsip_event *event) noexcept nogil:
    if (
        event.type != PJSIP_EVENT_TSX_STATE
        or event.body.tsx_state.type != PJSIP_EVENT_RX_MSG
        or not reliable_is_repeated(&session.reliable, event.body.tsx_state.src.rdata)
    ):
        _step(session, TRIGGER_RECEIVE_PROVISIONAL, event)


cdef void _on_state_changed(pjsip_inv_session *inv, pjsip_event *event) noexcept nogil:
    cdef Session *session = session_of(inv)
    if session == NULL:
        return
    if inv.state == PJSIP_INV_STATE_CALLING:
        _step(session, TRIGGER_SEND_INVITE, event)
    elif inv.state == PJSIP_INV_STATE_EARLY:
        if session.outgoing:
            _on_provisional(session, event)
        else:
            _step(session, TRIGGER_SEND_PROVISIONAL, event)
    elif inv.state == PJSIP_INV_STATE_CONNECTING:
        if session.outgoing:
            _step(session, TRIGGER_RECEIVE_SUCCESS, event)
        elif _step(session, TRIGGER_SEND_SUCCESS, event):
            replaces_accepted(session)
    elif inv.state == PJSIP_INV_STATE_CONFIRMED:
        _confirmed(session, inv, event)
    elif inv.state == PJSIP_INV_STATE_DISCONNECTED:
        _disconnected(session, inv, event)


# ---- transactions: what PJSIP's states do not tell

cdef void _on_outgoing_invite(
    Session *session,
    pjsip_inv_session *inv,
    const pjsip_transaction *transaction,
    const pjsip_event *event,
) noexcept nogil:
    cdef int code = transaction.status_code
    if inv.state != PJSIP_INV_STATE_CONFIRMED:
        if session.cancel_wanted and transaction.state == PJSIP_TSX_STATE_PROCEEDING:
            session.cancel_wanted = False
            session_hang_up(session, inv, PJSIP_SC_REQUEST_TERMINATED, session.cancel_headers)
        elif (
            transaction.state == PJSIP_TSX_STATE_PROCEEDING
            and code > PJSIP_SC_TRYING
            and session_state(session) == STATE_CALLING
        ):
            # Without a To tag, which PJSIP does not take for an early dialog.
            _on_provisional(session, event)
    elif transaction.state == PJSIP_TSX_STATE_CALLING:
        _step(session, TRIGGER_SEND_REINVITE, event)
    elif (
        transaction.state >= PJSIP_TSX_STATE_COMPLETED
        and not session.aborting
        # Else it is sent again with credentials.
        and (inv.invite_tsx == NULL or inv.invite_tsx == transaction)
        # These end the call (RFC 3261 12.2.1.2); PJSIP has sent the BYE.
        and code != PJSIP_SC_CALL_TSX_DOES_NOT_EXIST
        and code != PJSIP_SC_REQUEST_TIMEOUT
        and session_state(session) == STATE_REINVITING
    ):
        glare_finish(session, code)
        _step(session, TRIGGER_FINISH_REINVITE, event)


cdef void _on_incoming_invite(
    Session *session,
    pjsip_inv_session *inv,
    const pjsip_transaction *transaction,
    const pjsip_event *event,
) noexcept nogil:
    if session.awaiting_ack:
        # CONFIRMED: the ACK; TERMINATED: it never came (timer H, RFC 3261 17.2.1).
        if transaction.state >= PJSIP_TSX_STATE_CONFIRMED:
            session.awaiting_ack = False
            _finish(session, inv, event)
    elif (
        inv.state == PJSIP_INV_STATE_CONFIRMED
        and not session.aborting
        and transaction == inv.invite_tsx
        and transaction.state >= PJSIP_TSX_STATE_COMPLETED
        and session_state(session) == STATE_REINVITED
    ):
        if pjmedia_sdp_neg_get_state(inv.neg) == PJMEDIA_SDP_NEG_STATE_REMOTE_OFFER:
            # It was cancelled, and PJSIP has answered by itself.
            pjmedia_sdp_neg_cancel_offer(inv.neg)
        _step(session, TRIGGER_FINISH_REINVITE, event)


cdef void _on_transaction(
    pjsip_inv_session *inv, pjsip_transaction *transaction, pjsip_event *event
) noexcept nogil:
    cdef Session *session = session_of(inv)
    if session == NULL:
        return
    if transaction.method.id == PJSIP_INVITE_METHOD:
        if transaction.role == PJSIP_ROLE_UAC:
            _on_outgoing_invite(session, inv, transaction, event)
        else:
            _on_incoming_invite(session, inv, transaction, event)
    elif (
        transaction.method.id == PJSIP_CANCEL_METHOD
        and transaction.role == PJSIP_ROLE_UAS
        and transaction.state == PJSIP_TSX_STATE_TRYING
        and event.body.tsx_state.type == PJSIP_EVENT_RX_MSG
        and session_state(session) in (STATE_INCOMING, STATE_EARLY, STATE_REINVITED)
    ):
        # PJSIP answers it and the INVITE; keep it for the change of state that follows.
        message_free(&session.cancel)
        message_copy(&session.cancel, event.body.tsx_state.src.rdata)


# ---- offers and answers

cdef void _on_negotiated(pjsip_inv_session *inv, pj_status_t status) noexcept nogil:
    cdef Session *session = session_of(inv)
    cdef const pjmedia_sdp_session *local = NULL
    cdef const pjmedia_sdp_session *remote = NULL
    if session == NULL:
        return
    if status == PJ_SUCCESS:
        status = pjmedia_sdp_neg_get_active_local(inv.neg, &local)
    if status == PJ_SUCCESS:
        status = pjmedia_sdp_neg_get_active_remote(inv.neg, &remote)
    session.negotiation_failed = status != PJ_SUCCESS
    if status == PJ_SUCCESS:
        session.negotiated = True
        if session.proposed.count > 0:
            session.given = session.proposed
        record_negotiated(&session.base, local, remote)
    else:
        record_not_negotiated(&session.base, status)
    session.proposed.count = 0


cdef void _on_offer(
    pjsip_inv_session *inv, pjsip_inv_on_rx_offer_cb_param *offer
) noexcept nogil:
    """An offer in UPDATE or PRACK is answered with what is active here.

    These must be answered at once (RFC 3311 5.2); INVITEs wait for the application.
    """
    cdef Session *session = session_of(inv)
    cdef const pjmedia_sdp_session *local = NULL
    cdef pjmedia_sdp_session *answer
    if (
        session != NULL
        and offer.rdata != NULL
        and offer.rdata.msg_info.cseq.method.id != PJSIP_INVITE_METHOD
        and pjmedia_sdp_neg_get_active_local(inv.neg, &local) == PJ_SUCCESS
    ):
        answer = pjmedia_sdp_session_clone(inv.pool_prov, local)
        write_directions(&session.given, answer, inv.pool_prov)
        pjsip_inv_set_sdp_answer(inv, answer)


cdef pj_status_t _on_reinvite(
    pjsip_inv_session *inv, const pjmedia_sdp_session *offer, pjsip_rx_data *request
) noexcept nogil:
    """Leave the answer to the application; anything but success rejects the re-INVITE."""
    cdef Session *session = session_of(inv)
    cdef Cause cause
    cdef pjsip_tx_data *trying = NULL
    cdef pj_status_t status
    if session == NULL or session_state(session) != STATE_CONFIRMED:
        return PJ_EINVALIDOP
    # The first answer makes the later ones possible without the request.
    status = pjsip_inv_initial_answer(inv, request, PJSIP_SC_TRYING, NULL, NULL, &trying)
    if status != PJ_SUCCESS:
        return status
    session.response_headers = NULL
    memset(&cause, 0, sizeof(cause))
    message_copy(&cause.message, request)
    session_step(session, TRIGGER_RECEIVE_REINVITE, &cause)
    pjsip_inv_send_msg(inv, trying)
    return PJ_SUCCESS


# ---- start

cdef int _on_endpoint(pjsip_endpoint *endpoint) noexcept nogil:
    cdef pjsip_inv_callback callbacks
    cdef pj_status_t status
    memset(&callbacks, 0, sizeof(callbacks))
    callbacks.on_state_changed = _on_state_changed
    callbacks.on_tsx_state_changed = _on_transaction
    callbacks.on_media_update = _on_negotiated
    callbacks.on_rx_offer2 = _on_offer
    callbacks.on_rx_reinvite = _on_reinvite
    status = sessions_register(endpoint)
    if status == PJ_SUCCESS:
        status = requests_register(endpoint)
    if status == PJ_SUCCESS:
        status = invitation_failover_register(endpoint)
    if status == PJ_SUCCESS:
        status = pjsip_inv_usage_init(endpoint, &callbacks)
    if status == PJ_SUCCESS:
        status = replaces_register(endpoint)
    return status


cdef void install_callbacks() noexcept:
    register_endpoint_hook(_on_endpoint)
