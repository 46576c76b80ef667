"""What the methods of `Invitation` make PJSIP do.

The state is looked at under the dialog's lock, together with what is done: no callback comes
in between.
"""

from libc.string cimport memset

from sipsimple.core.challenges cimport challenges_set_credentials
from sipsimple.core.gate cimport gate_enter, gate_leave
from sipsimple.core.invitation_directions cimport read_directions
from sipsimple.core.invitation_events cimport Cause, cause_set_error, record_not_negotiated
from sipsimple.core.invitation_failover cimport invitation_failover_attach
from sipsimple.core.invitation_glare cimport glare_keep, glare_set_resend_function
from sipsimple.core.invitation_message cimport add_headers, remove_headers
from sipsimple.core.invitation_requests cimport requests_attach
from sipsimple.core.invitation_session cimport (
    glare_drop,
    session_attach,
    session_detach,
    session_enter,
    session_hang_up,
    session_keep,
    session_leave,
    session_state,
    session_step,
)
from sipsimple.core.invitation_states cimport (
    STATE_DISCONNECTED,
    STATE_NULL,
    STATE_REINVITED,
    TRIGGER_DISCONNECT,
    TRIGGER_SEND_PROVISIONAL,
    TRIGGER_SEND_REINVITE,
    TRIGGER_SEND_SUCCESS,
    state_after,
)
from sipsimple.core.session_timers cimport session_timers_begin, session_timers_option
from sipsimple.pjproject.native cimport Anchor, anchor_lock, anchor_unlock
from sipsimple.pjproject.pjlib cimport PJ_SUCCESS
from sipsimple.pjproject.pjmedia_sdp cimport (
    PJMEDIA_SDPNEG_ENOMEDIA,
    PJMEDIA_SDP_NEG_STATE_DONE,
    PJMEDIA_SDP_NEG_STATE_LOCAL_OFFER,
    PJMEDIA_SDP_NEG_STATE_REMOTE_OFFER,
    PJMEDIA_SDP_NEG_STATE_WAIT_NEGO,
    pjmedia_sdp_neg_cancel_offer,
    pjmedia_sdp_neg_get_active_local,
    pjmedia_sdp_neg_get_active_remote,
    pjmedia_sdp_neg_get_neg_local,
    pjmedia_sdp_neg_get_neg_remote,
    pjmedia_sdp_neg_get_state,
    pjmedia_sdp_neg_modify_local_offer2,
    pjmedia_sdp_session_clone,
)
from sipsimple.pjproject.pjsip cimport (
    PJSIP_INV_STATE_CALLING,
    PJSIP_INV_SUPPORT_100REL,
    PJSIP_ROLE_UAC,
    PJSIP_ROLE_UAS,
    PJSIP_SC_INTERNAL_SERVER_ERROR,
    PJSIP_SC_NOT_ACCEPTABLE_HERE,
    PJSIP_SC_REQUEST_TERMINATED,
    pjsip_dialog,
    pjsip_dlg_create_uac,
    pjsip_dlg_dec_lock,
    pjsip_dlg_inc_lock,
    pjsip_dlg_set_route_set,
    pjsip_get_status_text,
    pjsip_inv_answer,
    pjsip_inv_create_uac,
    pjsip_inv_invite,
    pjsip_inv_reinvite,
    pjsip_inv_send_msg,
    pjsip_inv_session,
    pjsip_inv_terminate,
    pjsip_tx_data,
    pjsip_ua_instance,
)

cdef enum:
    # To a caller whose call nobody holds any more: Temporarily Unavailable.
    NOBODY_THERE = 480


cdef bint _allowed(Session *session, int trigger) noexcept nogil:
    return state_after(session_state(session), trigger) >= 0


# ---- the initial INVITE

cdef pj_status_t _open(
    pjsip_dialog *dialog, Invite *invite, pjsip_inv_session **inv
) noexcept nogil:
    cdef pj_status_t status = challenges_set_credentials(
        &dialog.auth_sess, invite.credential_count, invite.credentials
    )
    if status == PJ_SUCCESS:
        status = pjsip_dlg_set_route_set(dialog, invite.route_set)
    if status == PJ_SUCCESS:
        status = requests_attach(dialog)
    if status == PJ_SUCCESS:
        status = invitation_failover_attach(dialog)
    if status == PJ_SUCCESS:
        status = pjsip_inv_create_uac(
            dialog, invite.offer, PJSIP_INV_SUPPORT_100REL | session_timers_option(), inv
        )
    return status


cdef pj_status_t _send(
    Session *session, pjsip_inv_session *inv, Invite *invite
) noexcept nogil:
    cdef pjsip_tx_data *request = NULL
    cdef pj_status_t status = session_attach(session, inv)
    if status == PJ_SUCCESS:
        status = session_timers_begin(inv)
    if status == PJ_SUCCESS:
        status = pjsip_inv_invite(inv, &request)
    if status == PJ_SUCCESS:
        add_headers(request, invite.headers)
        read_directions(&session.proposed, invite.offer)
        status = pjsip_inv_send_msg(inv, request)
    if status == PJ_SUCCESS:
        return status
    if session_state(session) == STATE_NULL:
        session_detach(session)
        pjsip_inv_terminate(inv, PJSIP_SC_INTERNAL_SERVER_ERROR, False)
        return status
    # It was sent, or reported as failed, before the error: that goes its own way.
    if session.inv != NULL:
        pjsip_inv_terminate(inv, PJSIP_SC_INTERNAL_SERVER_ERROR, True)
    return PJ_SUCCESS


cdef bint claim_start(Session *session) noexcept nogil:
    cdef bint claimed
    anchor_lock(&session.base)
    claimed = session.state == STATE_NULL and not session.starting
    if claimed:
        session.starting = True
    anchor_unlock(&session.base)
    return claimed


cdef void end_claim(Session *session) noexcept nogil:
    anchor_lock(&session.base)
    session.starting = False
    anchor_unlock(&session.base)


cdef pj_status_t send_invite(Session *session, Invite *invite) noexcept nogil:
    cdef pjsip_dialog *dialog = NULL
    cdef pjsip_inv_session *inv = NULL
    cdef pj_status_t status = pjsip_dlg_create_uac(
        pjsip_ua_instance(),
        &invite.local_uri,
        &invite.contact,
        &invite.remote_uri,
        &invite.target,
        &dialog,
    )
    if status == PJ_SUCCESS:
        pjsip_dlg_inc_lock(dialog)
        status = _open(dialog, invite, &inv)
        if status == PJ_SUCCESS:
            status = _send(session, inv, invite)
        # Also destroys the dialog where nothing came of it.
        pjsip_dlg_dec_lock(dialog)
    return status


# ---- answers to the initial INVITE

cdef pj_status_t _respond(
    Session *session, pjsip_inv_session *inv, Parts *parts, pjmedia_sdp_session *sdp
) noexcept nogil:
    cdef pjsip_tx_data *response = NULL
    cdef pj_status_t status
    if sdp != NULL:
        # Negotiated, and so put in force, before it returns where this is an answer.
        read_directions(&session.proposed, sdp)
    status = pjsip_inv_answer(inv, parts.code, NULL, sdp, &response)
    if status != PJ_SUCCESS:
        return status
    remove_headers(response, session.response_headers)
    add_headers(response, parts.headers)
    session.response_headers = session_keep(inv, parts.headers)
    return pjsip_inv_send_msg(inv, response)


cdef void _hang_up(
    Session *session, pjsip_inv_session *inv, int code, pjsip_hdr *headers
) noexcept nogil:
    if session_hang_up(session, inv, code, headers) != PJ_SUCCESS and session.inv != NULL:
        # Nothing can be sent: the other side has to find out by itself.
        pjsip_inv_terminate(inv, PJSIP_SC_INTERNAL_SERVER_ERROR, True)


cdef pj_status_t _refuse(
    Session *session, pjsip_inv_session *inv, Parts *parts
) noexcept nogil:
    """End a session that has no negotiated SDP with 488."""
    cdef Cause cause
    memset(&cause, 0, sizeof(cause))
    cause_set_error(
        &cause, PJSIP_SC_NOT_ACCEPTABLE_HERE, pjsip_get_status_text(PJSIP_SC_NOT_ACCEPTABLE_HERE)
    )
    session_step(session, TRIGGER_DISCONNECT, &cause)
    _hang_up(session, inv, PJSIP_SC_NOT_ACCEPTABLE_HERE, parts.headers)
    return PJ_SUCCESS


cdef bint _declines_everything(
    pjsip_inv_session *inv, const pjmedia_sdp_session *sdp
) noexcept nogil:
    """Whether this is an answer without a single stream: RFC 3264 section 6 wants 488 instead.

    pjmedia takes it on the side of who answers, and fails on the side of who offered.
    """
    cdef unsigned index
    if (
        sdp == NULL
        or inv.neg == NULL
        or pjmedia_sdp_neg_get_state(inv.neg) != PJMEDIA_SDP_NEG_STATE_REMOTE_OFFER
    ):
        return False
    for index in range(sdp.media_count):
        if sdp.media[index].desc.port != 0:
            return False
    return True


cdef bint _wants_sdp(pjsip_inv_session *inv) noexcept nogil:
    """Whether our SDP has its place in the response: it has not been given to PJSIP yet."""
    return (
        inv.neg == NULL
        or pjmedia_sdp_neg_get_state(inv.neg) == PJMEDIA_SDP_NEG_STATE_REMOTE_OFFER
    )


cdef pj_status_t _respond_or_refuse(
    Session *session, pjsip_inv_session *inv, Parts *parts
) noexcept nogil:
    cdef pj_status_t status
    if _declines_everything(inv, parts.sdp):
        record_not_negotiated(&session.base, PJMEDIA_SDPNEG_ENOMEDIA)
        return _refuse(session, inv, parts)
    session.negotiation_failed = False
    status = _respond(session, inv, parts, parts.sdp if _wants_sdp(inv) else NULL)
    if status != PJ_SUCCESS and session.negotiation_failed:
        status = _refuse(session, inv, parts)
    return status


cdef pj_status_t send_provisional(Session *session, Parts *parts) noexcept nogil:
    cdef pjsip_inv_session *inv = session_enter(session)
    cdef pj_status_t status
    if inv == NULL:
        return WRONG_STATE
    if session.outgoing or not _allowed(session, TRIGGER_SEND_PROVISIONAL):
        status = WRONG_STATE
    else:
        status = _respond_or_refuse(session, inv, parts)
    session_leave(inv)
    return status


cdef pj_status_t send_success(Session *session, Parts *parts) noexcept nogil:
    cdef pjsip_inv_session *inv = session_enter(session)
    cdef pj_status_t status
    if inv == NULL:
        return WRONG_STATE
    if session.outgoing or not _allowed(session, TRIGGER_SEND_SUCCESS):
        status = WRONG_STATE
    elif parts.sdp == NULL and _wants_sdp(inv):
        status = _refuse(session, inv, parts)
    else:
        status = _respond_or_refuse(session, inv, parts)
    session_leave(inv)
    return status


# ---- re-INVITEs

cdef void _take_offer_back(pjsip_inv_session *inv) noexcept nogil:
    if pjmedia_sdp_neg_get_state(inv.neg) in (
        PJMEDIA_SDP_NEG_STATE_LOCAL_OFFER, PJMEDIA_SDP_NEG_STATE_REMOTE_OFFER
    ):
        pjmedia_sdp_neg_cancel_offer(inv.neg)


cdef pj_status_t send_reinvite(Session *session, Parts *parts) noexcept nogil:
    cdef pjsip_inv_session *inv = session_enter(session)
    cdef pjsip_tx_data *request = NULL
    cdef pj_status_t status
    if inv == NULL:
        return WRONG_STATE
    if not _allowed(session, TRIGGER_SEND_REINVITE):
        status = WRONG_STATE
    elif parts.sdp == NULL:
        status = NO_SDP
    elif (
        inv.invite_tsx != NULL
        or pjmedia_sdp_neg_get_state(inv.neg) != PJMEDIA_SDP_NEG_STATE_DONE
    ):
        status = TRANSACTION_PENDING
    else:
        status = pjsip_inv_reinvite(inv, NULL, parts.sdp, &request)
        if status == PJ_SUCCESS:
            read_directions(&session.proposed, parts.sdp)
            add_headers(request, parts.headers)
            # What waits to be sent again is overtaken by this.
            glare_keep(session, parts.sdp, parts.headers)
            status = pjsip_inv_send_msg(inv, request)
        if status != PJ_SUCCESS:
            glare_drop(session)
            if _allowed(session, TRIGGER_SEND_REINVITE):
                _take_offer_back(inv)
            else:
                # REINVITING, or the end, has been recorded: that goes its own way.
                status = PJ_SUCCESS
    session_leave(inv)
    return status


cdef pj_status_t _resend(
    Session *session, pjmedia_sdp_session *offer, pjsip_hdr *headers
) noexcept nogil:
    cdef Parts parts
    parts.code = 0
    parts.sdp = offer
    parts.headers = headers
    return send_reinvite(session, &parts)


glare_set_resend_function(_resend)


cdef pj_status_t _answer_offer(
    Session *session, pjsip_inv_session *inv, Parts *parts
) noexcept nogil:
    cdef Parts refusal
    cdef const pjmedia_sdp_session *sdp = parts.sdp
    cdef pj_status_t status = PJ_SUCCESS
    cdef bint declined = _declines_everything(inv, sdp)
    if pjmedia_sdp_neg_get_state(inv.neg) == PJMEDIA_SDP_NEG_STATE_DONE:
        # The re-INVITE came without an offer, so this is one; the ACK brings the answer.
        status = pjmedia_sdp_neg_modify_local_offer2(
            inv.pool_prov, inv.neg, inv.sdp_neg_flags, sdp
        )
        if status != PJ_SUCCESS:
            return status
        read_directions(&session.proposed, sdp)
        sdp = NULL
    session.negotiation_failed = False
    if declined:
        record_not_negotiated(&session.base, PJMEDIA_SDPNEG_ENOMEDIA)
    else:
        status = _respond(session, inv, parts, sdp)
    if declined or (status != PJ_SUCCESS and session.negotiation_failed):
        refusal = parts[0]
        refusal.code = PJSIP_SC_NOT_ACCEPTABLE_HERE
        refusal.sdp = NULL
        status = _respond(session, inv, &refusal, NULL)
    if status != PJ_SUCCESS:
        _take_offer_back(inv)
    return status


cdef pj_status_t answer_reinvite(Session *session, Parts *parts) noexcept nogil:
    cdef pjsip_inv_session *inv = session_enter(session)
    cdef pj_status_t status
    if inv == NULL:
        return WRONG_STATE
    if (
        session_state(session) != STATE_REINVITED
        or inv.invite_tsx == NULL
        or inv.invite_tsx.role != PJSIP_ROLE_UAS
    ):
        status = WRONG_STATE
    elif parts.code // 100 == 2 and parts.sdp == NULL:
        status = NO_SDP
    elif parts.code // 100 == 2:
        status = _answer_offer(session, inv, parts)
    else:
        status = _respond(session, inv, parts, NULL)
    session_leave(inv)
    return status


# ---- the end

cdef pj_status_t disconnect(Session *session, Parts *parts) noexcept nogil:
    cdef pjsip_inv_session *inv = session_enter(session)
    cdef Parts overtaken
    cdef Cause nothing
    cdef bint reinvited
    if inv == NULL:
        return WRONG_STATE
    reinvited = session_state(session) == STATE_REINVITED
    memset(&nothing, 0, sizeof(nothing))
    if not session_step(session, TRIGGER_DISCONNECT, &nothing):
        session_leave(inv)
        return WRONG_STATE
    if (
        inv.role == PJSIP_ROLE_UAC
        and inv.state <= PJSIP_INV_STATE_CALLING
        and (inv.invite_tsx == NULL or inv.invite_tsx.status_code < 100)
    ):
        # The callback sends it; `cancelling` keeps PJSIP from answering a challenge.
        session.cancel_headers = session_keep(inv, parts.headers)
        session.cancel_wanted = True
        inv.cancelling = True
    else:
        if reinvited:
            # Never leave a request behind without an answer (RFC 3261 15.1.1).
            memset(&overtaken, 0, sizeof(overtaken))
            overtaken.code = PJSIP_SC_REQUEST_TERMINATED
            _respond(session, inv, &overtaken, NULL)
        if session.inv != NULL:
            _hang_up(session, inv, parts.code, parts.headers)
    session_leave(inv)
    return PJ_SUCCESS


cdef void session_dispose(Anchor *anchor) noexcept nogil:
    cdef Session *session = <Session *> anchor
    cdef Parts parts
    if session_state(session) in (STATE_NULL, STATE_DISCONNECTED) or not gate_enter():
        return
    memset(&parts, 0, sizeof(parts))
    parts.code = NOBODY_THERE
    disconnect(session, &parts)
    gate_leave()


# ---- descriptions

cdef const pjmedia_sdp_session *_find(
    pjsip_inv_session *inv, Description which
) noexcept nogil:
    cdef const pjmedia_sdp_session *found = NULL
    cdef int state
    if inv.neg == NULL:
        return NULL
    state = pjmedia_sdp_neg_get_state(inv.neg)
    if which == ACTIVE_LOCAL:
        pjmedia_sdp_neg_get_active_local(inv.neg, &found)
    elif which == ACTIVE_REMOTE:
        pjmedia_sdp_neg_get_active_remote(inv.neg, &found)
    elif which == OFFERED_LOCAL:
        if state in (PJMEDIA_SDP_NEG_STATE_LOCAL_OFFER, PJMEDIA_SDP_NEG_STATE_WAIT_NEGO):
            pjmedia_sdp_neg_get_neg_local(inv.neg, &found)
    elif state in (PJMEDIA_SDP_NEG_STATE_REMOTE_OFFER, PJMEDIA_SDP_NEG_STATE_WAIT_NEGO):
        pjmedia_sdp_neg_get_neg_remote(inv.neg, &found)
    return found


cdef pjmedia_sdp_session *get_description(
    Session *session, Description which, pj_pool_t *pool
) noexcept nogil:
    cdef pjsip_inv_session *inv = session_enter(session)
    cdef const pjmedia_sdp_session *found
    cdef pjmedia_sdp_session *copy = NULL
    if inv == NULL:
        return NULL
    found = _find(inv, which)
    if found != NULL:
        copy = pjmedia_sdp_session_clone(pool, found)
    session_leave(inv)
    return copy
