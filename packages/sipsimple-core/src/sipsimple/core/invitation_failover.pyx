"""The initial INVITE's way to the next server (RFC 3263 section 4.3).

A usage of the session's dialog that comes before PJSIP's session. Where a server has failed before
it has said more than 100, the INVITE goes to the next one as PJSIP sends it again with
credentials: the session begins once more, in the same dialog, and what it then hears of the first
transaction is none of its own. Neither it nor the application knows of a failure.
"""

from libc.string cimport memset

from sipsimple.core.failover cimport failover_copy
from sipsimple.core.invitation_session cimport Session, session_of, session_state
from sipsimple.core.invitation_states cimport STATE_CALLING
from sipsimple.pjproject.pjlib cimport PJ_SUCCESS, pj_status_t, pj_str
from sipsimple.pjproject.pjsip cimport (
    PJSIP_EVENT_RX_MSG,
    PJSIP_EVENT_TSX_STATE,
    PJSIP_INV_STATE_CALLING,
    PJSIP_INVITE_METHOD,
    PJSIP_MOD_PRIORITY_DIALOG_USAGE,
    PJSIP_ROLE_UAC,
    PJSIP_SC_SERVICE_UNAVAILABLE,
    PJSIP_TSX_STATE_COMPLETED,
    pjsip_dialog,
    pjsip_dlg_add_usage,
    pjsip_dlg_get_inv_session,
    pjsip_endpoint,
    pjsip_endpt_register_module,
    pjsip_event,
    pjsip_inv_send_msg,
    pjsip_inv_session,
    pjsip_inv_terminate,
    pjsip_module,
    pjsip_rx_data,
    pjsip_transaction,
    pjsip_tsx_get_dlg,
    pjsip_tx_data,
)
from sipsimple.pjproject.pjsip_resolve cimport pjsip_inv_uac_restart
from sipsimple.pjproject.pjsip_simple cimport PJSIP_SC_REQUEST_UPDATED

cdef pjsip_module _module


cdef void _try_next_server(
    Session *session, pjsip_inv_session *inv, pjsip_transaction *transaction,
    const pjsip_rx_data *response,
) noexcept nogil:
    cdef pjsip_tx_data *request = failover_copy(
        inv.dlg.endpt,
        transaction.status_code,
        response,
        transaction.last_tx,
        # Neither cancelled, nor about to be.
        session_state(session) == STATE_CALLING and not session.aborting,
    )
    if request == NULL:
        return
    # Without an answer it would be 408, which PJSIP's session takes for its end whatever
    # transaction it comes from.
    transaction.status_code = PJSIP_SC_REQUEST_UPDATED
    pjsip_inv_uac_restart(inv, False)
    if pjsip_inv_send_msg(inv, request) != PJ_SUCCESS and session.inv == inv:
        pjsip_inv_terminate(inv, PJSIP_SC_SERVICE_UNAVAILABLE, True)


cdef void _on_transaction(pjsip_transaction *transaction, pjsip_event *event) noexcept nogil:
    cdef pjsip_dialog *dialog = pjsip_tsx_get_dlg(transaction)
    cdef pjsip_inv_session *inv
    cdef Session *session
    cdef const pjsip_rx_data *response = NULL
    if (
        dialog == NULL
        or event.type != PJSIP_EVENT_TSX_STATE
        or transaction.role != PJSIP_ROLE_UAC
        or transaction.method.id != PJSIP_INVITE_METHOD
        or transaction.state < PJSIP_TSX_STATE_COMPLETED
        # TERMINATED comes behind COMPLETED, or alone where there was no answer, and with 2xx.
        or event.body.tsx_state.prev_state >= PJSIP_TSX_STATE_COMPLETED
    ):
        return
    inv = pjsip_dlg_get_inv_session(dialog)
    if inv == NULL or inv.invite_tsx != transaction or inv.state != PJSIP_INV_STATE_CALLING:
        return
    session = session_of(inv)
    if session == NULL:
        return
    if event.body.tsx_state.type == PJSIP_EVENT_RX_MSG:
        response = event.body.tsx_state.src.rdata
    _try_next_server(session, inv, transaction, response)


cdef pj_status_t invitation_failover_register(pjsip_endpoint *endpoint) noexcept nogil:
    memset(&_module, 0, sizeof(_module))
    _module.name = pj_str("mod-sipsimple-invite-failover")
    _module.id = -1
    # Before PJSIP's session.
    _module.priority = PJSIP_MOD_PRIORITY_DIALOG_USAGE - 1
    _module.on_tsx_state = _on_transaction
    return pjsip_endpt_register_module(endpoint, &_module)


cdef pj_status_t invitation_failover_attach(pjsip_dialog *dialog) noexcept nogil:
    return pjsip_dlg_add_usage(dialog, &_module, NULL)
