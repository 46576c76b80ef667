"""Requests within an INVITE session that do not change it: INFO (RFC 6086) and MESSAGE (RFC 3428).

A usage of the session's dialog that comes behind all others: it takes what they have left, and
answers what nobody here understands as it is answered outside of dialogs.
"""

from libc.string cimport memset

from sipsimple.core.invitation_actions cimport WRONG_STATE
from sipsimple.core.invitation_events cimport Cause, cause_clear, cause_set_error
from sipsimple.core.invitation_message cimport add_headers, message_copy, message_data
from sipsimple.core.invitation_session cimport (
    session_enter,
    session_leave,
    session_of,
    session_state,
)
from sipsimple.core.invitation_states cimport (
    STATE_CONFIRMED,
    STATE_CONNECTING,
    STATE_EARLY,
    STATE_REINVITED,
    STATE_REINVITING,
)
from sipsimple.core.invitation_transfer cimport (
    transfer_on_answer,
    transfer_on_end,
    transfer_on_request,
    transfers_register,
)
from sipsimple.core.invitation_unanswered cimport answer_what_is_left
from sipsimple.core.request_handler cimport answer_in_dialog
from sipsimple.pjproject.events cimport Event, emit, event_new, event_push
from sipsimple.pjproject.pjlib cimport (
    PJ_FALSE,
    PJ_SUCCESS,
    PJ_TRUE,
    pj_bool_t,
    pj_status_t,
    pj_str,
    pj_str_t,
    pj_strcmp2,
)
from sipsimple.pjproject.pjsip cimport (
    PJSIP_DIALOG_STATE_ESTABLISHED,
    PJSIP_EVENT_RX_MSG,
    PJSIP_EVENT_TSX_STATE,
    PJSIP_H_ALLOW,
    PJSIP_H_CSEQ,
    PJSIP_MOD_PRIORITY_APPLICATION,
    PJSIP_OTHER_METHOD,
    PJSIP_OPTIONS_METHOD,
    PJSIP_ROLE_UAS,
    PJSIP_SC_BAD_INFO_PACKAGE,
    PJSIP_SC_CALL_TSX_DOES_NOT_EXIST,
    PJSIP_SC_OK,
    PJSIP_TSX_STATE_COMPLETED,
    PJSIP_TSX_STATE_TERMINATED,
    PJSIP_TSX_STATE_TRYING,
    pjsip_cseq_hdr,
    pjsip_dialog,
    pjsip_dlg_add_usage,
    pjsip_dlg_create_request,
    pjsip_dlg_get_inv_session,
    pjsip_dlg_respond,
    pjsip_dlg_send_request,
    pjsip_endpt_add_capability,
    pjsip_endpt_register_module,
    pjsip_event,
    pjsip_inv_session,
    pjsip_method,
    pjsip_method_init_np,
    pjsip_module,
    pjsip_msg_body_create,
    pjsip_msg_find_hdr,
    pjsip_msg_find_hdr_by_name,
    pjsip_rdata_get_dlg,
    pjsip_rx_data,
    pjsip_transaction,
    pjsip_tsx_get_dlg,
    pjsip_tx_data,
)

# The methods that the application hears of, and by what: the requests received, the answers to
# its own.
cdef const char **_METHODS = ["INFO", "MESSAGE", NULL]
_REQUESTS = ("SCInvitationGotInfo", "SCInvitationGotMessage")
_ANSWERS = ("SCInvitationGotInfoResponse", "SCInvitationGotMessageResponse")

cdef struct RequestEvent:
    Event base
    Cause cause
    int method
    bint answered

cdef pjsip_module _module


cdef int _number(const pjsip_method *method) noexcept nogil:
    """The place of a method in the table, -1 where it is not in there."""
    cdef int number = 0
    while _METHODS[number] != NULL:
        if pj_strcmp2(&method.name, _METHODS[number]) == 0:
            return number
        number += 1
    return -1


# ---- notifications

cdef void _release(Event *base) noexcept nogil:
    cause_clear(&(<RequestEvent *> base).cause)


cdef int _deliver(object target, Event *base) except -1:
    cdef RequestEvent *event = <RequestEvent *> base
    cdef dict data
    if event.cause.message.data == NULL:
        reason = (<bytes> event.cause.reason).decode("utf-8", "surrogateescape")
        data = {"code": event.cause.code, "reason": reason, "headers": {}, "body": None}
    else:
        data = message_data(&event.cause.message)
    if event.answered:
        return emit(base, _ANSWERS[event.method], target, data)
    kind, _, subkind = data["headers"].get("Content-Type", ("", ""))[0].partition("/")
    data["content_type"] = kind or None
    data["content_subtype"] = subkind or None
    del data["method"]
    return emit(base, _REQUESTS[event.method], target, data)


cdef void _record(Session *session, int method, bint answered, Cause *cause) noexcept nogil:
    cdef RequestEvent *event = <RequestEvent *> event_new(
        sizeof(RequestEvent), &_deliver, &_release, &session.base
    )
    if event == NULL:
        cause_clear(cause)
        return
    event.method = method
    event.answered = answered
    event.cause = cause[0]
    event_push(&event.base)


# ---- received

cdef pj_bool_t _on_arrival(pjsip_rx_data *request) noexcept nogil:
    """Keep PJSIP from answering 500 to a REFER that waits for the application's answer."""
    return PJ_TRUE if (
        pjsip_rdata_get_dlg(request) != NULL
        and pj_strcmp2(&request.msg_info.msg.line.req.method.name, "REFER") == 0
    ) else PJ_FALSE


cdef bint _has(pjsip_rx_data *request, const char *name) noexcept nogil:
    cdef pj_str_t text = pj_str(<char *> name)
    return pjsip_msg_find_hdr_by_name(request.msg_info.msg, &text, NULL) != NULL


cdef void _on_request(pjsip_dialog *dialog, pjsip_rx_data *request) noexcept nogil:
    cdef pjsip_inv_session *inv = pjsip_dlg_get_inv_session(dialog)
    cdef Session *session = session_of(inv) if inv != NULL else NULL
    cdef pjsip_method *method = &request.msg_info.msg.line.req.method
    cdef int number = _number(method)
    cdef Cause cause
    cdef int code = PJSIP_SC_OK
    if session != NULL and transfer_on_request(session, dialog, request):
        return
    if number < 0:
        answer_in_dialog(dialog, request)
        return
    if session == NULL:
        code = PJSIP_SC_CALL_TSX_DOES_NOT_EXIST
    elif _has(request, "Info-Package"):
        # None has been agreed to by a Recv-Info of ours (RFC 6086 section 4.2.2).
        code = PJSIP_SC_BAD_INFO_PACKAGE
    else:
        memset(&cause, 0, sizeof(cause))
        message_copy(&cause.message, request)
        _record(session, number, False, &cause)
    pjsip_dlg_respond(dialog, request, code, NULL, NULL, NULL)


# ---- sent

cdef bint _is_tried_again(pjsip_transaction *transaction, pjsip_event *event) noexcept nogil:
    """Whether PJSIP's session has answered a challenge: with the same request, under a new CSeq."""
    cdef pjsip_cseq_hdr *sent = <pjsip_cseq_hdr *> pjsip_msg_find_hdr(
        transaction.last_tx.msg, PJSIP_H_CSEQ, NULL
    )
    return sent.cseq != event.body.tsx_state.src.rdata.msg_info.cseq.cseq


# The session answers challenges, and ends with 408 and 481 (RFC 3261 section 12.2.1.2).
cdef void _on_answer(
    pjsip_dialog *dialog, pjsip_transaction *transaction, pjsip_event *event
) noexcept nogil:
    cdef pjsip_inv_session *inv = pjsip_dlg_get_inv_session(dialog)
    cdef Session *session = session_of(inv) if inv != NULL else NULL
    cdef Cause cause
    if session == NULL:
        return
    memset(&cause, 0, sizeof(cause))
    if event.body.tsx_state.type == PJSIP_EVENT_RX_MSG and _is_tried_again(transaction, event):
        return
    if transfer_on_answer(session, transaction, event) or _number(&transaction.method) < 0:
        return
    if event.body.tsx_state.type == PJSIP_EVENT_RX_MSG:
        message_copy(&cause.message, event.body.tsx_state.src.rdata)
    else:
        cause_set_error(&cause, transaction.status_code, &transaction.status_text)
    session.answers += 1
    _record(session, _number(&transaction.method), True, &cause)


cdef bint _changes_session(pjsip_transaction *transaction) noexcept nogil:
    """Whether its request makes, changes or ends sessions, so that PJSIP answers it."""
    return (
        transaction.method.id not in (PJSIP_OTHER_METHOD, PJSIP_OPTIONS_METHOD)
        or pj_strcmp2(&transaction.method.name, "UPDATE") == 0
    )


cdef void _on_transaction(pjsip_transaction *transaction, pjsip_event *event) noexcept nogil:
    cdef pjsip_dialog *dialog = pjsip_tsx_get_dlg(transaction)
    cdef pjsip_inv_session *inv
    cdef pjsip_rx_data *request
    if dialog == NULL or event.type != PJSIP_EVENT_TSX_STATE:
        return
    if transaction.role == PJSIP_ROLE_UAS:
        if (
            transaction.state == PJSIP_TSX_STATE_TRYING
            and transaction.status_code < 200
            and event.body.tsx_state.type == PJSIP_EVENT_RX_MSG
        ):
            request = event.body.tsx_state.src.rdata
            if not _changes_session(transaction):
                _on_request(dialog, request)
            else:
                answer_what_is_left(dialog, transaction, request)
        elif transaction.state == PJSIP_TSX_STATE_TERMINATED:
            inv = pjsip_dlg_get_inv_session(dialog)
            if inv != NULL and session_of(inv) != NULL:
                transfer_on_end(session_of(inv), transaction)
    elif (
        transaction.state in (PJSIP_TSX_STATE_COMPLETED, PJSIP_TSX_STATE_TERMINATED)
        # TERMINATED comes behind COMPLETED, or alone where there was no answer.
        and event.body.tsx_state.prev_state < PJSIP_TSX_STATE_COMPLETED
        and transaction.method.id == PJSIP_OTHER_METHOD
    ):
        _on_answer(dialog, transaction, event)


cdef bint _may_send(Session *session, pjsip_inv_session *inv) noexcept nogil:
    return (
        inv.dlg.state == PJSIP_DIALOG_STATE_ESTABLISHED
        and session_state(session) in (
            STATE_EARLY, STATE_CONNECTING, STATE_CONFIRMED, STATE_REINVITING, STATE_REINVITED
        )
    )


cdef pj_status_t _send(pjsip_dialog *dialog, Request *request) noexcept nogil:
    cdef pjsip_method method
    cdef pjsip_tx_data *message = NULL
    cdef pj_status_t status
    pjsip_method_init_np(&method, &request.method)
    status = pjsip_dlg_create_request(dialog, &method, -1, &message)
    if status != PJ_SUCCESS:
        return status
    add_headers(message, request.headers)
    message.msg.body = pjsip_msg_body_create(
        message.pool, &request.content_type, &request.content_subtype, &request.body
    )
    return pjsip_dlg_send_request(dialog, message, -1, NULL)


cdef pj_status_t send_request(Session *session, Request *request) noexcept nogil:
    cdef pjsip_inv_session *inv = session_enter(session)
    cdef pj_status_t status = WRONG_STATE
    cdef unsigned answers
    if inv == NULL:
        return status
    if _may_send(session, inv):
        answers = session.answers
        status = _send(inv.dlg, request)
        if session.answers != answers:
            # The failure has been reported already.
            status = PJ_SUCCESS
    session_leave(inv)
    return status


# ---- start

cdef pj_status_t requests_register(pjsip_endpoint *endpoint) noexcept nogil:
    cdef pj_str_t info = pj_str("INFO")
    cdef pj_status_t status
    memset(&_module, 0, sizeof(_module))
    _module.name = pj_str("mod-sipsimple-in-dialog")
    _module.id = -1
    _module.priority = PJSIP_MOD_PRIORITY_APPLICATION + 4
    _module.on_rx_request = _on_arrival
    _module.on_tsx_state = _on_transaction
    status = pjsip_endpt_register_module(endpoint, &_module)
    if status == PJ_SUCCESS:
        status = pjsip_endpt_add_capability(endpoint, &_module, PJSIP_H_ALLOW, NULL, 1, &info)
    if status == PJ_SUCCESS:
        status = transfers_register(endpoint, &_module)
    return status


cdef pj_status_t requests_attach(pjsip_dialog *dialog) noexcept nogil:
    return pjsip_dlg_add_usage(dialog, &_module, NULL)
