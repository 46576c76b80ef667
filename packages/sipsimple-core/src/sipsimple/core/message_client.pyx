"""A MESSAGE that is being sent (RFC 3428 section 4), without the GIL.

One transaction, and another one for each challenge that is answered, and for each server after
the first (`failover.pyx`). The choice between UDP and TCP (RFC 3261 section 18.1.1) and the
fall-back from TCP are PJSIP's.
"""

from libc.stdint cimport int64_t
from libc.stdlib cimport free
from libc.string cimport memcpy, memset
from posix.time cimport CLOCK_REALTIME, clock_gettime, timespec

from sipsimple.core.challenges cimport challenges_choose, challenges_set_credentials
from sipsimple.core.failover cimport failover_take
from sipsimple.core.invitation_message cimport add_headers, message_copy, message_free
from sipsimple.pjproject.events cimport event_new, event_push
from sipsimple.pjproject.native cimport (
    anchor_alloc,
    anchor_lock,
    anchor_ref,
    anchor_unlock,
    anchor_unref,
)
from sipsimple.pjproject.pjlib cimport (
    PJ_ENOMEM,
    PJ_SUCCESS,
    pj_grp_lock_add_ref,
    pj_grp_lock_dec_ref,
    pj_grp_lock_t,
    pj_str,
    pj_strdup,
)
from sipsimple.pjproject.pjsip cimport (
    PJSIP_EVENT_RX_MSG,
    PJSIP_EVENT_TSX_STATE,
    PJSIP_H_CSEQ,
    PJSIP_H_VIA,
    PJSIP_MAX_PKT_LEN,
    PJSIP_MOD_PRIORITY_APPLICATION,
    PJSIP_SC_PROXY_AUTHENTICATION_REQUIRED,
    PJSIP_SC_REQUEST_TERMINATED,
    PJSIP_SC_SERVICE_UNAVAILABLE,
    PJSIP_SC_UNAUTHORIZED,
    PJSIP_TSX_STATE_COMPLETED,
    pjsip_auth_clt_reinit_req,
    pjsip_cseq_hdr,
    pjsip_endpt_create_request,
    pjsip_endpt_register_module,
    pjsip_event,
    pjsip_get_status_text,
    pjsip_method,
    pjsip_method_init_np,
    pjsip_module,
    pjsip_msg_body_create,
    pjsip_msg_find_hdr,
    pjsip_rx_data,
    pjsip_tsx_terminate,
    pjsip_tx_data_add_ref,
    pjsip_tx_data_dec_ref,
    pjsip_via_hdr,
)
from sipsimple.pjproject.pjsip_client cimport pjsip_auth_clt_deinit, pjsip_auth_clt_init
from sipsimple.pjproject.pjsip_transaction cimport (
    pjsip_locked_transaction,
    pjsip_tsx_create_uac,
    pjsip_tsx_send_msg,
)

cdef enum:
    # A proxy's challenge and the server's, a stale nonce of each, and all of that again. PJSIP
    # counts per realm only, and a server may make up new ones.
    MOST_ATTEMPTS = 8
    # Via, the other headers of the stack, and credentials.
    ROOM_FOR_HEADERS = 8192

cdef pjsip_module _module


# ---- the end

cdef void _release(Event *base) noexcept nogil:
    message_free(&(<AnswerEvent *> base).message)


cdef void _set_reason(
    AnswerEvent *answer, const pj_str_t *reason, const pjsip_rx_data *response
) noexcept nogil:
    """Where the text is in the message, or a copy of one that is this side's."""
    cdef const pj_str_t *text = reason
    if response != NULL and message_copy(&answer.message, response):
        text = &response.msg_info.msg.line.status.reason
        if text.slen > 0 and text.ptr >= response.msg_info.msg_buf:
            answer.reason_span.start = text.ptr - response.msg_info.msg_buf
            answer.reason_span.length = text.slen
            if answer.reason_span.start + text.slen > answer.message.length:
                answer.reason_span.start = answer.reason_span.length = 0
        return
    if text == NULL or text.slen <= 0:
        text = pjsip_get_status_text(answer.code)
    memcpy(
        answer.reason, text.ptr, min(<size_t> text.slen, <size_t> (LONGEST_REASON - 1))
    )


cdef int64_t _now() noexcept nogil:
    cdef timespec now
    clock_gettime(CLOCK_REALTIME, &now)
    return <int64_t> now.tv_sec * 1000000000 + now.tv_nsec


cdef AnswerEvent *_end(Outgoing *native) noexcept nogil:
    """Let go of what belongs to the endpoint; the event for the first who comes, else NULL."""
    cdef AnswerEvent *answer
    cdef pjsip_tx_data *request
    anchor_lock(&native.base)
    answer = native.answer
    request = native.request
    native.answer = NULL
    native.request = NULL
    native.transaction = NULL
    anchor_unlock(&native.base)
    if request != NULL:
        if native.challenged:
            pjsip_auth_clt_deinit(&native.session)
        pjsip_tx_data_dec_ref(request)
    return answer


cdef void _finish(
    Outgoing *native, int code, const pj_str_t *reason, const pjsip_rx_data *response
) noexcept nogil:
    cdef AnswerEvent *answer = _end(native)
    if answer != NULL:
        answer.code = code
        answer.base.time_ns = _now()
        _set_reason(answer, reason, response)
        event_push(&answer.base)


cdef bint outgoing_is_over(Outgoing *native) noexcept nogil:
    cdef bint over
    anchor_lock(&native.base)
    over = native.answer == NULL
    anchor_unlock(&native.base)
    return over


cdef void outgoing_abort(Outgoing *native, bint told) noexcept nogil:
    cdef pjsip_transaction *transaction
    cdef AnswerEvent *answer
    anchor_lock(&native.base)
    transaction = native.transaction
    anchor_unlock(&native.base)
    if told:
        _finish(native, PJSIP_SC_REQUEST_TERMINATED, NULL, NULL)
    else:
        answer = _end(native)
        if answer != NULL:
            anchor_unref(answer.base.target)
            free(answer)
    if transaction != NULL:
        transaction.mod_data[_module.id] = NULL
        pjsip_tsx_terminate(transaction, PJSIP_SC_REQUEST_TERMINATED)
        anchor_unref(&native.base)


# ---- transactions

cdef pj_status_t _transmit(Outgoing *native, pjsip_tx_data *request) noexcept nogil:
    cdef pjsip_transaction *transaction
    cdef pj_grp_lock_t *lock
    cdef pj_status_t status = pjsip_tsx_create_uac(&_module, request, &transaction)
    if status != PJ_SUCCESS:
        return status
    # What follows may end the transaction, and the polling thread then destroy it.
    lock = (<pjsip_locked_transaction *> transaction).grp_lock
    pj_grp_lock_add_ref(lock)
    anchor_ref(&native.base)
    anchor_lock(&native.base)
    native.transaction = transaction
    anchor_unlock(&native.base)
    transaction.mod_data[_module.id] = native
    pjsip_tx_data_add_ref(request)
    if pjsip_tsx_send_msg(transaction, request) != PJ_SUCCESS:
        pjsip_tx_data_dec_ref(request)
        pjsip_tsx_terminate(transaction, PJSIP_SC_SERVICE_UNAVAILABLE)
    pj_grp_lock_dec_ref(lock)
    return PJ_SUCCESS


cdef void _forget_challenges(Outgoing *native) noexcept nogil:
    if native.challenged:
        pjsip_auth_clt_deinit(&native.session)
    native.challenged = False
    native.attempts = 0


cdef bint _authorize(
    Outgoing *native, pjsip_rx_data *response, pjsip_tx_data *request
) noexcept nogil:
    cdef pjsip_tx_data *same
    cdef pjsip_cseq_hdr *cseq
    if not native.challenged:
        if pjsip_auth_clt_init(&native.session, native.endpoint, request.pool, 0) != PJ_SUCCESS:
            return False
        native.challenged = True
        if challenges_set_credentials(
            &native.session, native.credential_count, native.credentials
        ) != PJ_SUCCESS:
            return False
    challenges_choose(&native.session, response, request)
    if pjsip_auth_clt_reinit_req(&native.session, response, request, &same) != PJ_SUCCESS:
        return False
    pjsip_tx_data_dec_ref(same)
    cseq = <pjsip_cseq_hdr *> pjsip_msg_find_hdr(request.msg, PJSIP_H_CSEQ, NULL)
    cseq.cseq += 1
    return True


cdef bint _try_again(Outgoing *native, int code, pjsip_rx_data *response) noexcept nogil:
    """Ask the next server, or answer a challenge; False where this is the end."""
    cdef pjsip_tx_data *request = native.request
    if failover_take(code, response, request, True):
        _forget_challenges(native)
        return _transmit(native, request) == PJ_SUCCESS
    if response == NULL:
        return False
    if code != PJSIP_SC_UNAUTHORIZED and code != PJSIP_SC_PROXY_AUTHENTICATION_REQUIRED:
        return False
    if request == NULL or native.credential_count == 0 or native.attempts == MOST_ATTEMPTS:
        return False
    native.attempts += 1
    return _authorize(native, response, request) and _transmit(native, request) == PJ_SUCCESS


cdef void _on_transaction(pjsip_transaction *transaction, pjsip_event *event) noexcept nogil:
    cdef Outgoing *native = NULL
    cdef pjsip_rx_data *response = NULL
    if _module.id >= 0:  # not so while the endpoint is destroyed
        native = <Outgoing *> transaction.mod_data[_module.id]
    if (
        native == NULL
        or event.type != PJSIP_EVENT_TSX_STATE
        or transaction.state < PJSIP_TSX_STATE_COMPLETED
    ):
        return
    transaction.mod_data[_module.id] = NULL
    if event.body.tsx_state.type == PJSIP_EVENT_RX_MSG:
        response = event.body.tsx_state.src.rdata
    if not _try_again(native, transaction.status_code, response):
        _finish(native, transaction.status_code, &transaction.status_text, response)
    if transaction.state == PJSIP_TSX_STATE_COMPLETED:
        # It would hold the request and its buffer, 70 kB, for another five seconds, only to
        # take retransmissions of the response. Nobody minds those without it either.
        pjsip_tsx_terminate(transaction, transaction.status_code)
    anchor_unref(&native.base)


# ---- the beginning

cdef Outgoing *outgoing_alloc(pjsip_endpoint *endpoint, deliver_function deliver) noexcept nogil:
    cdef Outgoing *native = <Outgoing *> anchor_alloc(sizeof(Outgoing), NULL)
    if native == NULL:
        return NULL
    native.endpoint = endpoint
    native.answer = <AnswerEvent *> event_new(
        sizeof(AnswerEvent), deliver, &_release, &native.base
    )
    if native.answer == NULL:
        anchor_unref(&native.base)
        return NULL
    return native


cdef pj_status_t outgoing_prepare(Outgoing *native, const Parts *parts) noexcept nogil:
    cdef pjsip_method method
    cdef pj_str_t name = pj_str("MESSAGE")
    cdef pjsip_tx_data *request = NULL
    cdef pjsip_via_hdr *via
    cdef pj_status_t status
    if parts.body.slen + ROOM_FOR_HEADERS > PJSIP_MAX_PKT_LEN:
        return TOO_LONG
    pjsip_method_init_np(&method, &name)
    # No Contact: RFC 3428 section 4.
    status = pjsip_endpt_create_request(
        native.endpoint, &method, &parts.target, &parts.from_uri, &parts.to_uri,
        NULL, NULL, -1, NULL, &request,
    )
    if status != PJ_SUCCESS:
        return status
    native.request = request
    add_headers(request, parts.route)
    add_headers(request, parts.headers)
    request.msg.body = pjsip_msg_body_create(
        request.pool, &parts.content_type, &parts.content_subtype, &parts.body
    )
    if request.msg.body == NULL:
        return PJ_ENOMEM
    # PJSIP counts the bytes of a request before it fills in the Via: without this one of up to
    # 1,330 bytes would go by UDP.
    via = <pjsip_via_hdr *> pjsip_msg_find_hdr(request.msg, PJSIP_H_VIA, NULL)
    via.transport = pj_str("UDP")
    pj_strdup(request.pool, &via.sent_by.host, &parts.via_host)
    via.sent_by.port = parts.via_port
    return PJ_SUCCESS


cdef pj_status_t outgoing_send(Outgoing *native) noexcept nogil:
    cdef pjsip_tx_data *request = native.request
    cdef pj_status_t status
    # The one in the struct is given back when it ends, perhaps before this does.
    pjsip_tx_data_add_ref(request)
    status = _transmit(native, request)
    pjsip_tx_data_dec_ref(request)
    return status


cdef pj_status_t message_client_register(pjsip_endpoint *endpoint) noexcept nogil:
    memset(&_module, 0, sizeof(_module))
    _module.name = pj_str("mod-sipsimple-message")
    _module.id = -1
    _module.priority = PJSIP_MOD_PRIORITY_APPLICATION
    _module.on_tsx_state = _on_transaction
    return pjsip_endpt_register_module(endpoint, &_module)
