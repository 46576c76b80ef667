"""INVITEs that begin a session: they are verified, get a dialog and the answer 100.

That happens in the callback, without the GIL. The Python object is made when the first
notification of the session is delivered.
"""

from libc.string cimport memset

from sipsimple.core.invitation_events cimport Cause, record_incoming
from sipsimple.core.invitation_message cimport message_copy
from sipsimple.core.invitation_replaces cimport replaces_verify
from sipsimple.core.invitation_requests cimport requests_attach
from sipsimple.core.invitation_session cimport Session, session_attach, session_new
from sipsimple.core.invitation_states cimport STATE_INCOMING
from sipsimple.core.request_handler cimport contact_of_request
from sipsimple.core.session_timers cimport session_timers_begin, session_timers_option
from sipsimple.core.ua cimport register_invite_handler
from sipsimple.pjproject.native cimport anchor_ref, anchor_unref
from sipsimple.pjproject.pjlib cimport PJ_EINVALIDOP, PJ_ENOMEM, PJ_SUCCESS, pj_status_t, pj_str_t
from sipsimple.pjproject.pjsip cimport (
    PJSIP_INV_SUPPORT_100REL,
    PJSIP_MAX_URL_SIZE,
    PJSIP_SC_BAD_REQUEST,
    PJSIP_SC_INTERNAL_SERVER_ERROR,
    PJSIP_SC_TRYING,
    pjsip_dialog,
    pjsip_dlg_create_uas_and_inc_lock,
    pjsip_dlg_dec_lock,
    pjsip_dlg_respond,
    pjsip_endpoint,
    pjsip_endpt_respond_stateless,
    pjsip_endpt_send_response2,
    pjsip_inv_create_uas,
    pjsip_inv_initial_answer,
    pjsip_inv_send_msg,
    pjsip_inv_session,
    pjsip_inv_terminate,
    pjsip_inv_verify_request,
    pjsip_rx_data,
    pjsip_tx_data,
    pjsip_ua_instance,
)


cdef pj_status_t _begin(
    pjsip_inv_session *inv, pjsip_rx_data *request, Session *replaced
) noexcept nogil:
    """Make a session of ours for PJSIP's, and answer 100."""
    cdef Session *session = session_new(False)
    cdef Cause cause
    cdef pjsip_tx_data *trying = NULL
    cdef pj_status_t status
    if session == NULL:
        return PJ_EINVALIDOP
    if replaced != NULL:
        session.replaced = <Session *> anchor_ref(&replaced.base)
    status = session_timers_begin(inv)
    if status == PJ_SUCCESS:
        status = pjsip_inv_initial_answer(inv, request, PJSIP_SC_TRYING, NULL, NULL, &trying)
        if status != PJ_SUCCESS and trying != NULL:
            # The interval is too small (RFC 4028 section 9): PJSIP has made it a 422, which ends
            # its session. Nobody has heard of that.
            anchor_unref(&session.base)
            pjsip_inv_send_msg(inv, trying)
            return PJ_SUCCESS
    if status == PJ_SUCCESS:
        status = requests_attach(inv.dlg)
    if status == PJ_SUCCESS:
        status = session_attach(session, inv)
    if status == PJ_SUCCESS:
        memset(&cause, 0, sizeof(cause))
        message_copy(&cause.message, request)
        session.state = STATE_INCOMING
        record_incoming(&session.base, &cause)
        pjsip_inv_send_msg(inv, trying)
    anchor_unref(&session.base)
    return status


cdef void _refuse(pjsip_endpoint *endpoint, pjsip_rx_data *request, int code) noexcept nogil:
    pjsip_endpt_respond_stateless(endpoint, request, code, NULL, NULL, NULL)


cdef void _on_invite(pjsip_rx_data *request) noexcept nogil:
    cdef pjsip_endpoint *endpoint = request.tp_info.transport.endpt
    cdef unsigned options = PJSIP_INV_SUPPORT_100REL | session_timers_option()
    cdef pjsip_tx_data *refusal = NULL
    cdef Session *replaced = NULL
    if pjsip_inv_verify_request(
        request, &options, NULL, NULL, endpoint, &refusal
    ) != PJ_SUCCESS:
        if refusal != NULL:
            pjsip_endpt_send_response2(endpoint, request, refusal, NULL, NULL)
        else:
            _refuse(endpoint, request, PJSIP_SC_INTERNAL_SERVER_ERROR)
        return
    if replaces_verify(endpoint, request, &replaced):
        _create(endpoint, request, options, replaced)
        if replaced != NULL:
            anchor_unref(&replaced.base)


cdef void _create(
    pjsip_endpoint *endpoint, pjsip_rx_data *request, unsigned options, Session *replaced
) noexcept nogil:
    cdef char buffer[PJSIP_MAX_URL_SIZE]
    cdef pj_str_t contact
    cdef pjsip_dialog *dialog = NULL
    cdef pjsip_inv_session *inv = NULL
    cdef pj_status_t status
    contact.ptr = buffer
    contact.slen = contact_of_request(request, buffer, sizeof(buffer))
    if contact.slen <= 0:
        _refuse(endpoint, request, PJSIP_SC_INTERNAL_SERVER_ERROR)
        return
    status = pjsip_dlg_create_uas_and_inc_lock(
        pjsip_ua_instance(), request, &contact, &dialog
    )
    if status != PJ_SUCCESS:
        # It makes no dialog: its Contact is missing, or no SIP URI (RFC 3261 section 8.1.1.8).
        _refuse(
            endpoint,
            request,
            PJSIP_SC_INTERNAL_SERVER_ERROR if status == PJ_ENOMEM else PJSIP_SC_BAD_REQUEST,
        )
        return
    if pjsip_inv_create_uas(dialog, request, NULL, options, &inv) != PJ_SUCCESS:
        pjsip_dlg_respond(dialog, request, PJSIP_SC_INTERNAL_SERVER_ERROR, NULL, NULL, NULL)
    elif _begin(inv, request, replaced) != PJ_SUCCESS:
        # Terminating says nothing to the caller, who would go on asking.
        pjsip_dlg_respond(dialog, request, PJSIP_SC_INTERNAL_SERVER_ERROR, NULL, NULL, NULL)
        pjsip_inv_terminate(inv, PJSIP_SC_INTERNAL_SERVER_ERROR, False)
    pjsip_dlg_dec_lock(dialog)


cdef void install_incoming() noexcept:
    register_invite_handler(_on_invite)
