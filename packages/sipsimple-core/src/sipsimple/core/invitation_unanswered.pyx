"""Requests within the dialog of an INVITE session that PJSIP would not answer.

PJSIP (pjproject 2.17) says of each INVITE and BYE that it takes care of it. Of these it does not:
the sender gets no answer, and their transactions and the dialog stay for ever.

| request | answer |
| --- | --- |
| a re-INVITE when only transactions are left of the session | 481 |
| a re-INVITE that meets ours, to which there is no final response | 491 (RFC 3261 14.2) |
| a BYE that has overtaken all responses to our INVITE | 200; the session ends |
"""

from sipsimple.pjproject.pjsip cimport (
    PJSIP_BYE_METHOD,
    PJSIP_INVITE_METHOD,
    PJSIP_INV_STATE_CONNECTING,
    PJSIP_INV_STATE_DISCONNECTED,
    PJSIP_INV_STATE_INCOMING,
    PJSIP_ROLE_UAC,
    PJSIP_SC_CALL_TSX_DOES_NOT_EXIST,
    PJSIP_SC_OK,
    PJSIP_SC_REQUEST_PENDING,
    PJSIP_SC_REQUEST_TERMINATED,
    pjsip_dialog,
    pjsip_dlg_get_inv_session,
    pjsip_dlg_respond,
    pjsip_inv_session,
    pjsip_inv_terminate,
    pjsip_rx_data,
    pjsip_transaction,
)


cdef int _missing_answer(pjsip_inv_session *inv, pjsip_transaction *transaction) noexcept nogil:
    """The code to answer with; 0 where PJSIP has answered, or the application will."""
    cdef int method = transaction.method.id
    if inv == NULL or inv.state == PJSIP_INV_STATE_DISCONNECTED:
        return PJSIP_SC_CALL_TSX_DOES_NOT_EXIST
    if method == PJSIP_BYE_METHOD and inv.state <= PJSIP_INV_STATE_INCOMING:
        return PJSIP_SC_OK
    if (
        method == PJSIP_INVITE_METHOD
        and inv.role == PJSIP_ROLE_UAC
        and inv.state < PJSIP_INV_STATE_CONNECTING
    ):
        return PJSIP_SC_REQUEST_PENDING
    return 0


cdef void answer_what_is_left(
    pjsip_dialog *dialog, pjsip_transaction *transaction, pjsip_rx_data *request
) noexcept nogil:
    cdef pjsip_inv_session *inv = pjsip_dlg_get_inv_session(dialog)
    cdef int code = _missing_answer(inv, transaction)
    if code:
        pjsip_dlg_respond(dialog, request, code, NULL, NULL, NULL)
    if code == PJSIP_SC_OK:
        # Ends our INVITE too, with this code.
        pjsip_inv_terminate(inv, PJSIP_SC_REQUEST_TERMINATED, True)
