"""The machine under `Publication`, without the GIL: what is sent, and what an answer leads to."""

from libc.stdint cimport uint32_t
from libc.string cimport memcpy, memset

from sipsimple.core.failover cimport failover_take
from sipsimple.core.gate cimport gate_enter_to_free, gate_leave
from sipsimple.core.publication_requests cimport (
    content_unref,
    publication_authorize,
    publication_end_attempts,
    publication_forget,
    publication_raise,
    publication_read,
    publication_request,
)
from sipsimple.core.queued_machine cimport (
    FAILURE,
    FORGOTTEN,
    PRESENT,
    REMOVE,
    SEND_REMOVAL,
    STATE_COUNT,
    SUCCESS,
    Answer,
    EdgeRow,
    Machine,
    StateEvent,
    fill_table,
    machine_end_transaction,
    machine_happen,
    machine_not_sent,
    state_event_new,
)
from sipsimple.pjproject.events cimport event_push
from sipsimple.pjproject.native cimport (
    Anchor,
    anchor_lock,
    anchor_ref,
    anchor_unlock,
    anchor_unref,
)
from sipsimple.pjproject.pjlib cimport PJ_SUCCESS, pj_pool_release, pj_status_t
from sipsimple.pjproject.pjsip cimport (
    PJSIP_EVENT_RX_MSG,
    PJSIP_SC_PROXY_AUTHENTICATION_REQUIRED,
    PJSIP_SC_UNAUTHORIZED,
    pjsip_endpt_send_request,
    pjsip_event,
    pjsip_rx_data,
    pjsip_transaction,
    pjsip_tx_data,
    pjsip_tx_data_add_ref,
)
from sipsimple.pjproject.pjsip_client cimport (
    PJSIP_SC_CONDITIONAL_REQUEST_FAILED,
    PJSIP_SC_INTERVAL_TOO_BRIEF,
)

from sipsimple.core.publication_states import EVENTS as _EVENTS
from sipsimple.core.publication_states import STATES as _STATES
from sipsimple.core.publication_states import TRANSITIONS as _TRANSITIONS

cdef enum:
    # Of one request: a proxy's challenge and the server's, a stale nonce of each, a 423 and
    # all of that again. PJSIP counts per realm only.
    MOST_ATTEMPTS = 8

cdef EdgeRow[STATE_COUNT] _table

fill_table(
    _table, _STATES, _EVENTS, ("", "PUBLISH", "refreshing PUBLISH", "un-PUBLISH"), _TRANSITIONS
)


cdef void _push_state(Machine *machine, const Answer *answer) noexcept nogil:
    cdef StateEvent *event
    cdef size_t room = 0
    if answer != NULL and machine.state == PRESENT:
        room = answer.etag.slen
    event = state_event_new(machine, answer, room)
    if event == NULL:
        return
    if room > 0:
        memcpy(event.data + event.length, answer.etag.ptr, room)
        event.length += room
        event.count = room
    event_push(&event.base)


cdef void _transmit(
    Machine *machine, pjsip_tx_data *request, uint32_t transaction
) noexcept nogil:
    cdef pj_status_t status = pjsip_endpt_send_request(
        machine.endpoint, request, -1, machine, _on_response
    )
    if status != PJ_SUCCESS:
        machine_not_sent(machine, transaction, status)


cdef void _send(Machine *machine, int what, uint32_t transaction) noexcept nogil:
    cdef Native *native = <Native *> machine
    cdef pjsip_tx_data *request = NULL
    cdef pj_status_t status
    publication_end_attempts(native)
    native.what = what
    status = publication_request(native, &request)
    if status == PJ_SUCCESS:
        _transmit(machine, request, transaction)
    else:
        machine_not_sent(machine, transaction, status)


cdef bint _try_again(
    Native *native, pjsip_transaction *transaction, pjsip_rx_data *response
) noexcept nogil:
    """Send the same once more, to the next server or as the answer says; False for the end."""
    cdef pjsip_tx_data *request = transaction.last_tx
    cdef int code = transaction.status_code
    if failover_take(code, response, request, True):
        publication_end_attempts(native)
        native.cseq += 1
        pjsip_tx_data_add_ref(request)
        _transmit(&native.machine, request, native.machine.transaction)
        return True
    if response == NULL:
        return False
    if native.attempts == MOST_ATTEMPTS:
        return False
    if code == PJSIP_SC_UNAUTHORIZED or code == PJSIP_SC_PROXY_AUTHENTICATION_REQUIRED:
        if publication_authorize(native, response, request) != PJ_SUCCESS:
            return False
    elif code == PJSIP_SC_INTERVAL_TOO_BRIEF and native.what != SEND_REMOVAL:
        if not publication_raise(native, response):
            return False
        if publication_request(native, &request) != PJ_SUCCESS:
            return False
    else:
        return False
    native.attempts += 1
    _transmit(&native.machine, request, native.machine.transaction)
    return True


cdef int _outcome(
    Native *native, pjsip_rx_data *response, bint removal_queued, Answer *answer
) noexcept nogil:
    """What a final answer is to the machine, and to the entity-tag."""
    cdef bint removed = native.what == SEND_REMOVAL
    if answer.code // 100 == 2 and response != NULL:
        if removed:
            publication_forget(native)
            return SUCCESS
        return SUCCESS if publication_read(native, response, answer) else FAILURE
    # After any other failure the entity-tag is kept: the server may have what it names.
    if removed or removal_queued:
        publication_forget(native)
    elif answer.code == PJSIP_SC_CONDITIONAL_REQUEST_FAILED:
        publication_forget(native)
        # Once, since what follows has no condition that could fail.
        if native.conditional:
            return FORGOTTEN
    return FAILURE


cdef void _on_response(void *token, pjsip_event *event) noexcept nogil:
    cdef Native *native = <Native *> token
    cdef Machine *machine = &native.machine
    cdef pjsip_transaction *transaction = event.body.tsx_state.tsx
    cdef pjsip_rx_data *response = NULL
    cdef Answer answer
    cdef bint is_open, removal_queued
    cdef int outcome
    anchor_lock(&machine.base)
    is_open = machine.open
    removal_queued = machine.queued == REMOVE
    # The next transaction may end, and give its reference back, before this function does.
    anchor_ref(&machine.base)
    anchor_unlock(&machine.base)
    if event.body.tsx_state.type == PJSIP_EVENT_RX_MSG:
        response = event.body.tsx_state.src.rdata
    if is_open and _try_again(native, transaction, response):
        anchor_unref(&machine.base)
        return
    if machine_end_transaction(machine, 0):
        if is_open:
            memset(&answer, 0, sizeof(answer))
            answer.code = transaction.status_code
            answer.reason = transaction.status_text
            if response != NULL:
                answer.reason = response.msg_info.msg.line.status.reason
            outcome = _outcome(native, response, removal_queued, &answer)
            publication_end_attempts(native)
            machine_happen(machine, outcome, &answer)
        anchor_unref(&machine.base)
    anchor_unref(&machine.base)


cdef void publication_prepare(Native *native) noexcept nogil:
    """Give the machine its table and what is done by it."""
    native.machine.table = _table
    native.machine.push = _push_state
    native.machine.send = _send


cdef void publication_let_go(Native *native) noexcept nogil:
    if native.pool != NULL:
        publication_end_attempts(native)
        pj_pool_release(native.pool)
        native.pool = NULL


cdef void publication_finalize(Anchor *anchor) noexcept nogil:
    """Nothing refers to the struct any more: no object, no transaction, no timer, no event."""
    cdef Native *native = <Native *> anchor
    content_unref(native.content)
    publication_forget(native)
    if native.pool != NULL and gate_enter_to_free():
        publication_let_go(native)
        gate_leave()
