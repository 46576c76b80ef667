"""PJSIP's callbacks for subscriptions.

All of them run under the dialog's lock and without the GIL. PJSIP keeps the states and answers
the NOTIFYs and the challenges; what it does not know of RFC 6665 is added here: Timer N, the 423,
the refresh in time, the 2xx of another branch than that of the first NOTIFY; and the next server
(RFC 3263 section 4.3) for a SUBSCRIBE that makes a subscription.
"""

from libc.stdint cimport uint32_t
from libc.string cimport memset

from sipsimple.core.failover cimport failover_take
from sipsimple.core.queued_machine cimport refresh_milliseconds
from sipsimple.core.subscription_session cimport (
    STATE_ACCEPTED,
    STATE_ACTIVE,
    STATE_OTHER,
    STATE_PENDING,
    STATE_SENT,
    STATE_TERMINATED,
    TIMER_NOTIFY,
    TIMER_SEND,
    Cause,
    Subscriber,
    subscriber_abort,
    subscriber_change,
    subscriber_got_notify,
    subscriber_of,
    subscriber_start_timer,
    subscriber_stop_timer,
)
from sipsimple.pjproject.pjlib cimport PJ_SUCCESS, pj_str, pj_str_t, pj_stricmp
from sipsimple.pjproject.pjsip cimport (
    PJSIP_DIALOG_STATE_ESTABLISHED,
    PJSIP_EVENT_RX_MSG,
    PJSIP_EVENT_TSX_STATE,
    PJSIP_EVENT_TX_MSG,
    PJSIP_EXPIRES_NOT_SPECIFIED,
    PJSIP_H_EXPIRES,
    PJSIP_H_MIN_EXPIRES,
    PJSIP_H_RETRY_AFTER,
    PJSIP_ROLE_UAC,
    PJSIP_SC_SERVICE_UNAVAILABLE,
    PJSIP_TSX_STATE_COMPLETED,
    pjsip_dialog,
    pjsip_dlg_send_request,
    pjsip_event,
    pjsip_generic_int_hdr,
    pjsip_get_status_text,
    pjsip_hdr,
    pjsip_msg,
    pjsip_msg_body,
    pjsip_msg_find_hdr,
    pjsip_msg_find_hdr_by_name,
    pjsip_retry_after_hdr,
    pjsip_rx_data,
    pjsip_transaction,
    pjsip_tx_data,
    pjsip_tx_data_add_ref,
)
from sipsimple.pjproject.pjsip_simple cimport (
    PJSIP_EVSUB_STATE_ACCEPTED,
    PJSIP_EVSUB_STATE_ACTIVE,
    PJSIP_EVSUB_STATE_NULL,
    PJSIP_EVSUB_STATE_PENDING,
    PJSIP_EVSUB_STATE_SENT,
    PJSIP_EVSUB_STATE_TERMINATED,
    PJSIP_SC_INTERVAL_TOO_BRIEF,
    PJSIP_SC_REQUEST_UPDATED,
    pjsip_cfg,
    pjsip_evsub,
    pjsip_evsub_get_state,
    pjsip_evsub_get_state_name,
    pjsip_sub_state_hdr,
)

cdef enum:
    MOST_RETRIES = 3            # after 423, in a row
    LONGEST_EXPIRES = 0x7FFFFFFE

cdef pjsip_evsub_user _callbacks


cdef const pjsip_evsub_user *subscription_callbacks() noexcept nogil:
    return &_callbacks


# ---- states

cdef pjsip_sub_state_hdr *_state_header(const pjsip_msg *message) noexcept nogil:
    cdef pj_str_t name = pj_str("Subscription-State")
    return <pjsip_sub_state_hdr *> pjsip_msg_find_hdr_by_name(message, &name, NULL)


cdef void _explain_notify(Cause *cause, const pjsip_msg *message) noexcept nogil:
    cdef pjsip_sub_state_hdr *header = _state_header(message)
    if header != NULL:
        cause.termination = header.reason_param
        cause.retry_after = header.retry_after


cdef void _explain_response(Cause *cause, const pjsip_event *event) noexcept nogil:
    cdef const pjsip_transaction *transaction = event.body.tsx_state.tsx
    cdef pjsip_retry_after_hdr *header
    cause.code = transaction.status_code
    cause.reason = transaction.status_text
    if cause.code < 100:
        # It was never sent.
        cause.code = PJSIP_SC_SERVICE_UNAVAILABLE
        cause.reason = pjsip_get_status_text(cause.code)[0]
    if event.body.tsx_state.type == PJSIP_EVENT_RX_MSG:
        header = <pjsip_retry_after_hdr *> pjsip_msg_find_hdr(
            event.body.tsx_state.src.rdata.msg_info.msg, PJSIP_H_RETRY_AFTER, NULL
        )
        if header != NULL:
            cause.retry_after = header.ivalue


cdef void _explain(
    Cause *cause, const Subscriber *subscriber, const pjsip_event *event
) noexcept nogil:
    memset(cause, 0, sizeof(cause[0]))
    cause.retry_after = -1
    if subscriber.local_code != 0:
        cause.code = subscriber.local_code
        cause.reason = pj_str(<char *> subscriber.local_reason)
    elif event.type != PJSIP_EVENT_TSX_STATE:
        return
    elif event.body.tsx_state.tsx.role == PJSIP_ROLE_UAC:
        if event.body.tsx_state.type != PJSIP_EVENT_TX_MSG:
            _explain_response(cause, event)
    elif event.body.tsx_state.type == PJSIP_EVENT_RX_MSG:
        _explain_notify(cause, event.body.tsx_state.src.rdata.msg_info.msg)


cdef int _state(pjsip_evsub *sub) noexcept nogil:
    cdef int state = pjsip_evsub_get_state(sub)
    if state == PJSIP_EVSUB_STATE_SENT:
        return STATE_SENT
    if state == PJSIP_EVSUB_STATE_ACCEPTED:
        return STATE_ACCEPTED
    if state == PJSIP_EVSUB_STATE_PENDING:
        return STATE_PENDING
    if state == PJSIP_EVSUB_STATE_ACTIVE:
        return STATE_ACTIVE
    if state == PJSIP_EVSUB_STATE_TERMINATED:
        return STATE_TERMINATED
    return STATE_OTHER


cdef void _on_state(pjsip_evsub *sub, pjsip_event *event) noexcept nogil:
    cdef Subscriber *subscriber = subscriber_of(sub)
    cdef Cause cause
    if subscriber == NULL or pjsip_evsub_get_state(sub) == PJSIP_EVSUB_STATE_NULL:
        return
    _explain(&cause, subscriber, event)
    subscriber_change(subscriber, _state(sub), pjsip_evsub_get_state_name(sub), &cause)


# ---- answers to SUBSCRIBE

cdef void _wait_to_refresh(Subscriber *subscriber, uint32_t granted) noexcept nogil:
    cdef uint32_t expires = min(granted, subscriber.asked)
    if expires != 0 and not subscriber.ending:
        subscriber_start_timer(
            subscriber, &subscriber.timer, TIMER_SEND, refresh_milliseconds(expires)
        )


cdef void _keep_first_dialog(Subscriber *subscriber, const pjsip_rx_data *answer) noexcept nogil:
    """A 2xx of another branch than that of the first NOTIFY does not move the dialog there."""
    cdef pjsip_dialog *dialog = subscriber.dialog
    if subscriber.target != NULL and pj_stricmp(
        &answer.msg_info.to.tag, &dialog.remote.info.tag
    ) != 0:
        dialog.remote.contact = subscriber.target
        dialog.target = subscriber.target.uri


cdef void _on_success(Subscriber *subscriber, const pjsip_rx_data *answer) noexcept nogil:
    cdef bint first = not subscriber.answered
    cdef pjsip_generic_int_hdr *expires = <pjsip_generic_int_hdr *> pjsip_msg_find_hdr(
        answer.msg_info.msg, PJSIP_H_EXPIRES, NULL
    )
    subscriber.answered = True
    subscriber.retries = 0
    if first:
        _keep_first_dialog(subscriber, answer)
    if first and subscriber.ending:
        # unsubscribe() waited for the dialog; to be sent when PJSIP is done with this answer.
        subscriber_start_timer(subscriber, &subscriber.timer, TIMER_SEND, 0)
        return
    _wait_to_refresh(subscriber, expires.ivalue if expires != NULL else subscriber.asked)
    if first and not subscriber.notified:
        # Timer N (RFC 6665 section 4.1.2.4). Until here the transaction had a timer of its own.
        subscriber_start_timer(
            subscriber, &subscriber.confirmation, TIMER_NOTIFY, 64 * pjsip_cfg().tsx.t1
        )


cdef bint _ask_for_more(Subscriber *subscriber, const pjsip_rx_data *answer) noexcept nogil:
    """Whether a 423 is followed by another try (RFC 6665 section 4.1.2.1)."""
    cdef pjsip_generic_int_hdr *minimum = <pjsip_generic_int_hdr *> pjsip_msg_find_hdr(
        answer.msg_info.msg, PJSIP_H_MIN_EXPIRES, NULL
    )
    if subscriber.ending or minimum == NULL or subscriber.retries >= MOST_RETRIES:
        return False
    if not subscriber.asked < minimum.ivalue <= LONGEST_EXPIRES:
        return False
    subscriber.retries += 1
    subscriber.asked = minimum.ivalue
    subscriber_start_timer(subscriber, &subscriber.timer, TIMER_SEND, 0)
    return True


cdef bint _try_next_server(
    Subscriber *subscriber, pjsip_evsub *sub, pjsip_transaction *transaction,
    const pjsip_rx_data *answer,
) noexcept nogil:
    cdef pjsip_tx_data *request = transaction.last_tx
    # What is sent within the dialog goes to who has made it.
    if subscriber.answered or subscriber.notified:
        return False
    if not failover_take(transaction.status_code, answer, request, not subscriber.ending):
        return False
    # PJSIP's own mark for a SUBSCRIBE that another one has replaced: it goes on.
    transaction.status_code = PJSIP_SC_REQUEST_UPDATED
    pjsip_tx_data_add_ref(request)
    if pjsip_dlg_send_request(subscriber.dialog, request, -1, NULL) != PJ_SUCCESS:
        if subscriber.sub == sub:
            subscriber_abort(
                subscriber, sub, PJSIP_SC_SERVICE_UNAVAILABLE, "Cannot Send SUBSCRIBE"
            )
    return True


cdef void _on_transaction(
    pjsip_evsub *sub, pjsip_transaction *transaction, pjsip_event *event
) noexcept nogil:
    cdef Subscriber *subscriber = subscriber_of(sub)
    cdef const pjsip_rx_data *answer = NULL
    if (
        subscriber == NULL
        or transaction.role != PJSIP_ROLE_UAC
        or transaction.state < PJSIP_TSX_STATE_COMPLETED
        # TERMINATED comes behind COMPLETED, or alone where there was no answer.
        or event.body.tsx_state.prev_state >= PJSIP_TSX_STATE_COMPLETED
    ):
        return
    if event.body.tsx_state.type == PJSIP_EVENT_RX_MSG:
        answer = event.body.tsx_state.src.rdata
    if _try_next_server(subscriber, sub, transaction, answer) or answer == NULL:
        return
    if transaction.status_code // 100 == 2:
        _on_success(subscriber, answer)
    elif transaction.status_code == PJSIP_SC_INTERVAL_TOO_BRIEF:
        if _ask_for_more(subscriber, answer):
            transaction.status_code = PJSIP_SC_REQUEST_UPDATED


# ---- NOTIFY

cdef void _establish(Subscriber *subscriber) noexcept nogil:
    """The first NOTIFY makes the dialog, before the 2xx too (RFC 6665 section 4.4.1)."""
    cdef pjsip_dialog *dialog = subscriber.dialog
    # PJSIP would let the tag of the 2xx replace that of the NOTIFY.
    dialog.state = PJSIP_DIALOG_STATE_ESTABLISHED
    dialog.uac_has_2xx = True
    subscriber.target = dialog.remote.contact


cdef void _on_notify(
    pjsip_evsub *sub,
    pjsip_rx_data *request,
    int *code,
    pj_str_t **reason,
    pjsip_hdr *headers,
    pjsip_msg_body **body,
) noexcept nogil:
    cdef Subscriber *subscriber = subscriber_of(sub)
    cdef pjsip_sub_state_hdr *state
    if subscriber == NULL:
        return
    if not subscriber.notified and not subscriber.answered:
        _establish(subscriber)
    subscriber.notified = True
    subscriber_stop_timer(subscriber, &subscriber.confirmation)
    state = _state_header(request.msg_info.msg)
    if state != NULL and state.expires_param != <unsigned> PJSIP_EXPIRES_NOT_SPECIFIED:
        _wait_to_refresh(subscriber, state.expires_param)
    # Its length says nothing: PJSIP takes a multipart body apart, and leaves it at 0.
    if request.msg_info.msg.body != NULL:
        subscriber_got_notify(subscriber, request)


cdef void _on_refresh(pjsip_evsub *sub) noexcept nogil:
    """PJSIP's time to refresh; ours is another one."""


cdef int _fill_callbacks() except -1:
    memset(&_callbacks, 0, sizeof(_callbacks))
    _callbacks.on_evsub_state = _on_state
    _callbacks.on_tsx_state = _on_transaction
    _callbacks.on_rx_notify = _on_notify
    _callbacks.on_client_refresh = _on_refresh
    return 0


_fill_callbacks()
