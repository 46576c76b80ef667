"""Call transfer: REFER within an INVITE session (RFC 3515, RFC 5589).

A REFER makes a subscription to how the new call goes, whose NOTIFYs carry a status line. It lives
in the dialog of the session and ends with it; there is one at a time in each direction.
PJSIP's own subscriptions are not used: they would keep the dialog beyond the end of the session.
"""

import re

from libc.string cimport memcmp, memcpy

from sipsimple.core.invitation_actions cimport NO_TRANSFER, TRANSFER_PENDING, WRONG_STATE
from sipsimple.core.invitation_events cimport Cause, cause_clear, cause_set_error
from sipsimple.core.invitation_message cimport message_copy, message_data
from sipsimple.core.invitation_session cimport (
    session_enter,
    session_leave,
    session_set_detach_function,
    session_state,
)
from sipsimple.core.invitation_states cimport STATE_CONFIRMED, STATE_REINVITED, STATE_REINVITING
from sipsimple.core.uri cimport uri_from_text
from sipsimple.pjproject.events cimport Event, emit, event_new, event_push
from sipsimple.pjproject.pjlib cimport (
    PJ_SUCCESS,
    pj_pool_alloc,
    pj_str,
    pj_strcmp2,
    pj_stricmp,
)
from sipsimple.pjproject.pjsip cimport (
    PJSIP_EVENT_RX_MSG,
    PJSIP_H_ALLOW,
    PJSIP_H_CSEQ,
    PJSIP_SC_BAD_REQUEST,
    PJSIP_SC_CALL_TSX_DOES_NOT_EXIST,
    PJSIP_SC_INTERNAL_SERVER_ERROR,
    PJSIP_SC_OK,
    PJSIP_SC_REQUEST_PENDING,
    PJSIP_SC_REQUEST_TERMINATED,
    pjsip_cseq_hdr,
    pjsip_dlg_create_request,
    pjsip_dlg_respond,
    pjsip_dlg_send_request,
    pjsip_endpt_add_capability,
    pjsip_generic_string_hdr,
    pjsip_generic_string_hdr_create,
    pjsip_get_status_text,
    pjsip_hdr,
    pjsip_inv_session,
    pjsip_method,
    pjsip_method_init_np,
    pjsip_msg,
    pjsip_msg_add_hdr,
    pjsip_msg_body_create,
    pjsip_msg_find_hdr,
    pjsip_rdata_get_tsx,
    pjsip_rx_data_clone,
    pjsip_rx_data_free_cloned,
    pjsip_tx_data,
)
from sipsimple.pjproject.pjsip_simple cimport (
    pjsip_event_hdr,
    pjsip_msg_find_hdr_by_names,
    pjsip_sub_state_hdr,
)
from sipsimple.pjproject.pjsip_transfer cimport (
    PJSIP_SC_UNSUPPORTED_URI_SCHEME,
    pj_ansi_snprintf,
    pjsip_dlg_create_response,
    pjsip_dlg_send_response,
    refer_to_scheme,
)

cdef enum:
    DID_START
    GOT_NOTIFY
    DID_END
    DID_FAIL

_NAMES = (
    "SCInvitationTransferDidStart",
    "SCInvitationTransferGotNotify",
    "SCInvitationTransferDidEnd",
    "SCInvitationTransferDidFail",
)

_NAMED = re.compile(r'\s*(?:"(?:[^"\\]|\\.)*"|[^"<]*)\s*<([^>]*)>', re.DOTALL)

cdef struct TransferEvent:
    Event base
    Cause cause
    int kind


# ---- notifications

cdef void _release(Event *base) noexcept nogil:
    cause_clear(&(<TransferEvent *> base).cause)


cdef int _deliver(object target, Event *base) except -1:
    cdef TransferEvent *event = <TransferEvent *> base
    reason = (<bytes> event.cause.reason).decode("utf-8", "surrogateescape")
    return emit(base, _NAMES[event.kind], target, {"code": event.cause.code, "reason": reason})


cdef str _address(str value):
    """The URI of a Refer-To, whose display name may hold anything between quotes."""
    named = _NAMED.match(value)
    if named:
        return named[1]
    # Parameters behind a bare URI are the header's (RFC 3261 section 20).
    return value.partition(";")[0].strip()


cdef int _deliver_request(object target, Event *base) except -1:
    cdef dict data = message_data(&(<TransferEvent *> base).cause.message)
    cdef dict headers = {name.lower(): value for name, value in data["headers"].items()}
    referred_by = headers.get("referred-by", headers.get("b"))
    if isinstance(referred_by, list):
        # There may be one (RFC 3892 section 3), and nobody has checked that.
        referred_by = referred_by[0]
    try:
        refer_to = uri_from_text(_address(headers.get("refer-to", headers.get("r"))))
    except ValueError:
        # PJSIP's parser takes a little more.
        refer_to = None
    return emit(base, "SCInvitationGotTransfer", target, {
        "refer_to": refer_to,
        "referred_by": referred_by,
        "headers": data["headers"],
    })


cdef void _tell(Session *session, int kind, int code, const pj_str_t *reason) noexcept nogil:
    cdef TransferEvent *event = <TransferEvent *> event_new(
        sizeof(TransferEvent), &_deliver, &_release, &session.base
    )
    if event == NULL:
        return
    event.kind = kind
    cause_set_error(&event.cause, code, reason)
    event_push(&event.base)


cdef void _tell_request(Session *session, pjsip_rx_data *request) noexcept nogil:
    cdef TransferEvent *event = <TransferEvent *> event_new(
        sizeof(TransferEvent), &_deliver_request, &_release, &session.base
    )
    if event == NULL:
        return
    message_copy(&event.cause.message, request)
    event_push(&event.base)


cdef void _end(Session *session, int kind, int code, const pj_str_t *reason) noexcept nogil:
    session.transfer.sending = session.transfer.accepted = False
    _tell(session, kind, code, reason)


# ---- the side that sends REFER

cdef bint _may_transfer(Session *session) noexcept nogil:
    return session_state(session) in (STATE_CONFIRMED, STATE_REINVITING, STATE_REINVITED)


cdef pj_status_t _create(
    pjsip_inv_session *inv, const char *name, pjsip_tx_data **message
) noexcept nogil:
    cdef pj_str_t text = pj_str(<char *> name)
    cdef pjsip_method method
    pjsip_method_init_np(&method, &text)
    return pjsip_dlg_create_request(inv.dlg, &method, -1, message)


cdef void _add(pjsip_tx_data *message, const char *name, const pj_str_t *value) noexcept nogil:
    cdef pj_str_t text = pj_str(<char *> name)
    pjsip_msg_add_hdr(
        message.msg,
        <pjsip_hdr *> pjsip_generic_string_hdr_create(message.pool, &text, <pj_str_t *> value),
    )


cdef pj_status_t transfer_send(Session *session, pj_str_t *refer_to) noexcept nogil:
    cdef pjsip_inv_session *inv = session_enter(session)
    cdef pjsip_tx_data *message = NULL
    cdef pj_status_t status = WRONG_STATE
    if inv == NULL:
        return status
    if session.transfer.sending:
        status = TRANSFER_PENDING
    elif _may_transfer(session):
        status = _create(inv, "REFER", &message)
        if status == PJ_SUCCESS:
            _add(message, "Refer-To", refer_to)
            session.transfer.sending = True
            session.transfer.accepted = False
            session.transfer.sent_cseq = (<pjsip_cseq_hdr *> pjsip_msg_find_hdr(
                message.msg, PJSIP_H_CSEQ, NULL
            )).cseq
            status = pjsip_dlg_send_request(inv.dlg, message, -1, NULL)
            if status != PJ_SUCCESS:
                if session.transfer.sending:
                    session.transfer.sending = False
                else:
                    # The failure has been reported already.
                    status = PJ_SUCCESS
    session_leave(inv)
    return status


cdef bint _without_subscription(pjsip_msg *answer) noexcept nogil:
    """Whether the other side sends no NOTIFYs (RFC 4488 section 4)."""
    cdef pj_str_t name = pj_str("Refer-Sub")
    cdef pjsip_generic_string_hdr *header = <pjsip_generic_string_hdr *> (
        pjsip_msg_find_hdr_by_names(answer, &name, &name, NULL)
    )
    cdef pj_str_t no = pj_str("false")
    return header != NULL and pj_stricmp(&header.hvalue, &no) == 0


cdef bint transfer_on_answer(
    Session *session, pjsip_transaction *transaction, pjsip_event *event
) noexcept nogil:
    cdef int code = transaction.status_code
    if pj_strcmp2(&transaction.method.name, "NOTIFY") == 0:
        if code // 100 != 2:
            # The other side does not want to know any more.
            session.transfer.reporting = False
        return True
    if pj_strcmp2(&transaction.method.name, "REFER") != 0:
        return False
    if not session.transfer.sending:
        return True
    if code // 100 != 2:
        _end(session, DID_FAIL, code, &transaction.status_text)
        return True
    if not session.transfer.accepted:
        session.transfer.accepted = True
        _tell(session, DID_START, code, &transaction.status_text)
    if event.body.tsx_state.type == PJSIP_EVENT_RX_MSG and _without_subscription(
        event.body.tsx_state.src.rdata.msg_info.msg
    ):
        _end(session, DID_END, code, &transaction.status_text)
    return True


cdef int _status_line(pjsip_msg *message, pj_str_t *reason) noexcept nogil:
    """The code of a body that begins with a status line (RFC 3420), 0 for any other."""
    cdef const char *data
    cdef unsigned length
    cdef unsigned end = 12
    cdef unsigned place
    cdef int code = 0
    if message.body == NULL or message.body.data == NULL:
        return 0
    data = <const char *> message.body.data
    length = message.body.len
    if length < 11 or memcmp(data, <const char *> b"SIP/2.0 ", 8) != 0:
        return 0
    for place in range(8, 11):
        if not c"0" <= data[place] <= c"9":
            return 0
        code = 10 * code + data[place] - c"0"
    if not 100 <= code <= 699 or (length > 11 and data[11] not in (c" ", c"\r", c"\n")):
        return 0
    while end < length and data[11] == c" " and data[end] not in (c"\r", c"\n"):
        end += 1
    reason.ptr = <char *> data + 12
    reason.slen = end - 12
    return code


cdef void _on_notify(
    Session *session, pjsip_dialog *dialog, pjsip_rx_data *request
) noexcept nogil:
    cdef pjsip_msg *message = request.msg_info.msg
    cdef pj_str_t name = pj_str("Event")
    cdef pj_str_t compact = pj_str("o")
    cdef pj_str_t state_name = pj_str("Subscription-State")
    cdef pjsip_event_hdr *event = <pjsip_event_hdr *> pjsip_msg_find_hdr_by_names(
        message, &name, &compact, NULL
    )
    cdef pjsip_sub_state_hdr *state = <pjsip_sub_state_hdr *> pjsip_msg_find_hdr_by_names(
        message, &state_name, &state_name, NULL
    )
    cdef pj_str_t reason
    cdef pj_str_t accepted = pj_str("Accepted")
    cdef char number[16]
    cdef pj_str_t expected
    cdef int code
    cdef bint last
    expected.ptr = number
    expected.slen = pj_ansi_snprintf(number, 16, "%u", session.transfer.sent_cseq)
    if not session.transfer.sending or (
        event.id_param.slen > 0 and pj_stricmp(&event.id_param, &expected) != 0
    ):
        pjsip_dlg_respond(
            dialog, request, PJSIP_SC_CALL_TSX_DOES_NOT_EXIST, NULL, NULL, NULL
        )
        return
    code = _status_line(message, &reason)
    last = state != NULL and pj_strcmp2(&state.sub_state, "terminated") == 0
    pjsip_dlg_respond(
        dialog,
        request,
        PJSIP_SC_OK if state != NULL and code != 0 else PJSIP_SC_BAD_REQUEST,
        NULL, NULL, NULL,
    )
    if not session.transfer.sending:
        return
    if state != NULL and code != 0:
        if not session.transfer.accepted:
            # It came before the 202, as it may (RFC 3515 section 2.4.4).
            session.transfer.accepted = True
            _tell(session, DID_START, 202, &accepted)
        _tell(session, GOT_NOTIFY, code, &reason)
        if code >= 200:
            _end(session, DID_END if code < 300 else DID_FAIL, code, &reason)
            return
    if last:
        # Nobody will tell how it ended.
        reason = pj_str("No Final Status")
        _end(session, DID_FAIL, PJSIP_SC_INTERNAL_SERVER_ERROR, &reason)


# ---- the side that gets REFER

cdef void _refuse(pjsip_dialog *dialog, pjsip_rx_data *request, int code) noexcept nogil:
    pjsip_dlg_respond(dialog, request, code, NULL, NULL, NULL)


cdef void _on_refer(
    Session *session, pjsip_dialog *dialog, pjsip_rx_data *request
) noexcept nogil:
    cdef pjsip_msg *message = request.msg_info.msg
    cdef pj_str_t name = pj_str("Refer-To")
    cdef pj_str_t compact = pj_str("r")
    cdef pjsip_generic_string_hdr *header = <pjsip_generic_string_hdr *> (
        pjsip_msg_find_hdr_by_names(message, &name, &compact, NULL)
    )
    cdef int scheme
    # Exactly one (RFC 3515 section 2.4.2).
    if header == NULL or pjsip_msg_find_hdr_by_names(
        message, &name, &compact, (<pjsip_hdr *> header).next
    ) != NULL:
        _refuse(dialog, request, PJSIP_SC_BAD_REQUEST)
        return
    scheme = refer_to_scheme(request.tp_info.pool, &header.hvalue)
    if scheme <= 0:
        _refuse(
            dialog,
            request,
            PJSIP_SC_BAD_REQUEST if scheme < 0 else PJSIP_SC_UNSUPPORTED_URI_SCHEME,
        )
        return
    if not _may_transfer(session):
        _refuse(dialog, request, PJSIP_SC_CALL_TSX_DOES_NOT_EXIST)
        return
    if session.transfer.request != NULL or session.transfer.reporting:
        _refuse(dialog, request, PJSIP_SC_REQUEST_PENDING)
        return
    if pjsip_rx_data_clone(request, 0, &session.transfer.request) != PJ_SUCCESS:
        session.transfer.request = NULL
        _refuse(dialog, request, PJSIP_SC_INTERNAL_SERVER_ERROR)
        return
    session.transfer.transaction = pjsip_rdata_get_tsx(request)
    _tell_request(session, request)


cdef bint transfer_on_request(
    Session *session, pjsip_dialog *dialog, pjsip_rx_data *request
) noexcept nogil:
    cdef pjsip_method *method = &request.msg_info.msg.line.req.method
    cdef pj_str_t name = pj_str("Event")
    cdef pj_str_t compact = pj_str("o")
    cdef pj_str_t package = pj_str("refer")
    cdef pjsip_event_hdr *event
    if pj_strcmp2(&method.name, "REFER") == 0:
        _on_refer(session, dialog, request)
        return True
    if pj_strcmp2(&method.name, "NOTIFY") == 0:
        event = <pjsip_event_hdr *> pjsip_msg_find_hdr_by_names(
            request.msg_info.msg, &name, &compact, NULL
        )
        if event == NULL or pj_stricmp(&event.event_type, &package) != 0:
            return False
        _on_notify(session, dialog, request)
        return True
    return False


cdef void _forget_request(Session *session) noexcept nogil:
    cdef pjsip_rx_data *request = session.transfer.request
    session.transfer.request = NULL
    session.transfer.transaction = NULL
    if request != NULL:
        pjsip_rx_data_free_cloned(request)


cdef void transfer_on_end(Session *session, pjsip_transaction *transaction) noexcept nogil:
    if transaction != NULL and session.transfer.transaction == transaction:
        _forget_request(session)


cdef pj_status_t _answer(Session *session, pjsip_dialog *dialog, int code) noexcept nogil:
    cdef pjsip_tx_data *message = NULL
    cdef pjsip_transaction *transaction = session.transfer.transaction
    cdef bint silent = _without_subscription(session.transfer.request.msg_info.msg)
    cdef pj_str_t no = pj_str("false")
    cdef unsigned number
    cdef pj_status_t status = pjsip_dlg_create_response(
        dialog, session.transfer.request, code, NULL, &message
    )
    if status != PJ_SUCCESS:
        return status
    if code < 300 and silent:
        _add(message, "Refer-Sub", &no)
    number = session.transfer.request.msg_info.cseq.cseq
    status = pjsip_dlg_send_response(dialog, transaction, message)
    if status == PJ_SUCCESS:
        _forget_request(session)
        if code < 300:
            session.transfer.reporting = not silent
            session.transfer.received_cseq = number
            session.transfer.count += 1
    return status


cdef pj_status_t _notify(
    Session *session, pjsip_inv_session *inv, int code, const pj_str_t *reason
) noexcept nogil:
    cdef pjsip_tx_data *message = NULL
    cdef pj_status_t status = _create(inv, "NOTIFY", &message)
    cdef pj_str_t kind = pj_str("message")
    cdef pj_str_t subkind = pj_str("sipfrag;version=2.0")
    cdef pj_str_t value = pj_str("active;expires=600")
    cdef pj_str_t body
    cdef char line[32]
    cdef char package[32]
    cdef size_t length
    if status != PJ_SUCCESS:
        return status
    if code >= 200:
        value = pj_str("terminated;reason=noresource")
    _add(message, "Subscription-State", &value)
    value = pj_str("refer")
    if session.transfer.count > 1:
        # Of several in one dialog, all but the first need it (RFC 3515 section 2.4.6).
        value.ptr = package
        value.slen = pj_ansi_snprintf(
            package, 32, "refer;id=%u", session.transfer.received_cseq
        )
    _add(message, "Event", &value)
    length = pj_ansi_snprintf(line, 32, "SIP/2.0 %d ", code)
    body.slen = length + reason.slen + 2
    body.ptr = <char *> pj_pool_alloc(message.pool, body.slen)
    memcpy(body.ptr, line, length)
    memcpy(body.ptr + length, reason.ptr, reason.slen)
    memcpy(body.ptr + length + reason.slen, <const char *> b"\r\n", 2)
    message.msg.body = pjsip_msg_body_create(message.pool, &kind, &subkind, &body)
    status = pjsip_dlg_send_request(inv.dlg, message, -1, NULL)
    if status == PJ_SUCCESS and code >= 200:
        session.transfer.reporting = False
    return status


cdef pj_status_t transfer_answer(Session *session, int code) noexcept nogil:
    cdef pjsip_inv_session *inv = session_enter(session)
    cdef pj_status_t status = WRONG_STATE
    if inv == NULL:
        return status
    status = NO_TRANSFER
    if session.transfer.request != NULL:
        status = _answer(session, inv.dlg, code)
        if status == PJ_SUCCESS and session.transfer.reporting:
            # At once (RFC 3515 section 2.4.4). It is accepted even if this cannot be sent: the
            # application's next report then says as much.
            _notify(session, inv, 100, pjsip_get_status_text(100))
    session_leave(inv)
    return status


cdef pj_status_t transfer_report(Session *session, int code, pj_str_t *reason) noexcept nogil:
    cdef pjsip_inv_session *inv = session_enter(session)
    cdef pj_status_t status = WRONG_STATE
    if inv == NULL:
        return status
    status = NO_TRANSFER
    if session.transfer.reporting:
        if reason.slen == 0:
            reason = <pj_str_t *> pjsip_get_status_text(code)
        status = _notify(session, inv, code, reason)
    session_leave(inv)
    return status


# ---- the end of the session, and the start of the endpoint

cdef void _on_detach(Session *session, pjsip_inv_session *inv) noexcept nogil:
    cdef pj_str_t reason = pj_str("Session Ended")
    if session.transfer.request != NULL:
        # RFC 3261 section 15.1.2. Without an answer PJSIP would keep the dialog for ever.
        _answer(session, inv.dlg, PJSIP_SC_REQUEST_TERMINATED)
        # Also where that could not be sent.
        _forget_request(session)
    session.transfer.reporting = False
    if session.transfer.sending:
        _end(session, DID_FAIL, PJSIP_SC_CALL_TSX_DOES_NOT_EXIST, &reason)


cdef pj_status_t transfers_register(
    pjsip_endpoint *endpoint, pjsip_module *module
) noexcept nogil:
    cdef pj_str_t refer = pj_str("REFER")
    return pjsip_endpt_add_capability(endpoint, module, PJSIP_H_ALLOW, NULL, 1, &refer)


session_set_detach_function(_on_detach)
