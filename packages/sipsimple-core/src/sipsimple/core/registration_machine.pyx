"""The machine under `Registration`, without the GIL.

All that happens goes through `machine_happen()`, in whatever thread it happens, and by the
table in `registration_states.py`. Whoever sends takes a reference to the struct for PJSIP;
whoever notices the end of that transaction first gives it back.
"""

from libc.stdint cimport uint32_t
from libc.string cimport memcpy, memset

from sipsimple.core.gate cimport gate_enter_to_free, gate_leave
from sipsimple.pjproject.events cimport event_new, event_push
from sipsimple.pjproject.native cimport (
    Anchor,
    anchor_lock,
    anchor_ref,
    anchor_unlock,
    anchor_unref,
)
from sipsimple.pjproject.pjlib cimport (
    PJ_ERR_MSG_SIZE,
    PJ_SUCCESS,
    pj_status_t,
    pj_strerror,
    pj_time_val,
    pj_timer_entry,
    pj_timer_heap_cancel,
    pj_timer_heap_t,
)
from sipsimple.pjproject.pjsip cimport (
    PJSIP_EXPIRES_NOT_SPECIFIED,
    PJSIP_H_CONTACT,
    PJSIP_H_EXPIRES,
    PJSIP_SC_SERVICE_UNAVAILABLE,
    PJSIP_URI_IN_CONTACT_HDR,
    pjsip_contact_hdr,
    pjsip_endpt_get_timer_heap,
    pjsip_endpt_schedule_timer,
    pjsip_expires_hdr_create,
    pjsip_generic_int_hdr,
    pjsip_hdr,
    pjsip_msg,
    pjsip_msg_add_hdr,
    pjsip_msg_find_hdr,
    pjsip_regc_cbparam,
    pjsip_regc_destroy,
    pjsip_regc_register,
    pjsip_regc_send,
    pjsip_regc_unregister,
    pjsip_regc_update_expires,
    pjsip_rx_data,
    pjsip_tx_data,
    pjsip_uri_get_uri,
    pjsip_uri_print,
)

from sipsimple.core.registration_states import EVENTS as _EVENTS
from sipsimple.core.registration_states import STATES as _STATES
from sipsimple.core.registration_states import TRANSITIONS as _TRANSITIONS

cdef enum:
    SEND_NOTHING
    SEND_REGISTER
    SEND_UNREGISTER

cdef enum:
    KEEP_QUEUE = -2
    MOST_CONTACTS = 1000

cdef struct Edge:
    bint exists
    int following
    int send
    int queue

cdef Edge[STATE_COUNT][EVENT_COUNT] _edges

cdef int _fill_table() except -1:
    cdef int state, event
    sends = {"": SEND_NOTHING, "REGISTER": SEND_REGISTER, "un-REGISTER": SEND_UNREGISTER}
    queues = {None: KEEP_QUEUE, "": NO_EVENT, "register": REGISTER, "unregister": UNREGISTER}
    memset(_edges, 0, sizeof(_edges))
    for row in _TRANSITIONS:
        state = _STATES.index(row.state)
        event = _EVENTS.index(row.event)
        _edges[state][event].exists = True
        _edges[state][event].following = _STATES.index(row.following)
        _edges[state][event].send = sends[row.send]
        _edges[state][event].queue = queues[row.queue]
    return 0


_fill_table()


# ---- the machine, without the GIL

cdef size_t _record_contacts(
    pjsip_rx_data *message, uint32_t fallback, char *place, size_t room, size_t *count
) noexcept nogil:
    """Write each Contact of a 2xx as a ContactRecord and its URI; the length written."""
    cdef pjsip_msg *msg = message.msg_info.msg
    cdef pjsip_contact_hdr *contact
    cdef pjsip_generic_int_hdr *expires
    cdef ContactRecord record
    cdef size_t used = 0
    cdef int printed
    expires = <pjsip_generic_int_hdr *> pjsip_msg_find_hdr(msg, PJSIP_H_EXPIRES, NULL)
    if expires != NULL:
        fallback = expires.ivalue
    count[0] = 0
    contact = <pjsip_contact_hdr *> pjsip_msg_find_hdr(msg, PJSIP_H_CONTACT, NULL)
    while contact != NULL and count[0] < MOST_CONTACTS:
        if contact.uri != NULL and used + sizeof(record) < room:
            printed = pjsip_uri_print(
                PJSIP_URI_IN_CONTACT_HDR,
                pjsip_uri_get_uri(contact.uri),
                place + used + sizeof(record),
                room - used - sizeof(record),
            )
            if printed > 0:
                record.expires = contact.expires
                if contact.expires == PJSIP_EXPIRES_NOT_SPECIFIED:
                    record.expires = fallback
                record.length = printed
                memcpy(place + used, &record, sizeof(record))
                used += sizeof(record) + printed
                count[0] += 1
        if contact.next == <pjsip_contact_hdr *> &msg.hdr:
            break
        contact = <pjsip_contact_hdr *> pjsip_msg_find_hdr(msg, PJSIP_H_CONTACT, contact.next)
    return used


cdef void _push_state(Native *native, const Answer *answer) noexcept nogil:
    """Record that the state is what it is now; `answer` is what led to it, or NULL."""
    cdef StateEvent *event
    cdef size_t room = 0
    if answer != NULL:
        room = answer.reason.slen
        if answer.message != NULL and native.state == REGISTERED:
            # A URI may print with up to three times its received length, for the escapes.
            room += 3 * answer.message.msg_info.len + MOST_CONTACTS
    event = <StateEvent *> event_new(
        sizeof(StateEvent) + room, native.deliver, NULL, &native.base
    )
    if event == NULL:
        return
    native.events += 1
    event.state = native.state
    if answer != NULL:
        event.code = answer.code
        event.expires = answer.expires
        event.reason_length = answer.reason.slen
        event.length = answer.reason.slen
        memcpy(event.data, answer.reason.ptr, answer.reason.slen)
        if answer.message != NULL and native.state == REGISTERED:
            event.length += _record_contacts(
                answer.message,
                answer.expires,
                event.data + event.length,
                room - event.length,
                &event.contact_count,
            )
    event_push(&event.base)


cdef int _take(Native *native, int event, const Answer *answer) noexcept nogil:
    """Apply one row of the table, under the lock; what is to be sent."""
    cdef Edge *edge = &_edges[native.state][event]
    if not edge.exists:
        return SEND_NOTHING
    if edge.queue != KEEP_QUEUE:
        native.queued = edge.queue
    if edge.following != native.state:
        native.state = edge.following
        _push_state(native, answer)
    return edge.send


cdef void machine_happen(Native *native, int event, const Answer *answer) noexcept nogil:
    """Let an event happen, and do what follows from it."""
    cdef int send
    cdef int queued
    cdef uint32_t transaction = 0
    cdef bint wait = False
    anchor_lock(&native.base)
    if native.regc == NULL:
        anchor_unlock(&native.base)
        return
    send = _take(native, event, answer)
    if native.queued != NO_EVENT and (
        native.state == REGISTERED or native.state == UNREGISTERED
    ):
        queued = native.queued
        native.queued = NO_EVENT
        send = _take(native, queued, NULL)
    if send != SEND_NOTHING:
        native.pending = True
        native.transaction += 1
        transaction = native.transaction
        anchor_ref(&native.base)
    elif event == SUCCESS and native.state == REGISTERED:
        native.received = answer.expires
        wait = True
    anchor_unlock(&native.base)
    if send != SEND_NOTHING:
        _send(native, send == SEND_UNREGISTER, transaction)
    elif wait:
        _start_timer(native, answer.expires)


cdef pjsip_regc *machine_close(Native *native) noexcept nogil:
    cdef pjsip_regc *regc
    anchor_lock(&native.base)
    regc = native.regc
    native.regc = NULL
    native.queued = NO_EVENT
    if native.state != UNREGISTERED:
        native.state = UNREGISTERED
        _push_state(native, NULL)
    anchor_unlock(&native.base)
    return regc


cdef bint machine_end_transaction(Native *native, uint32_t transaction) noexcept nogil:
    """True for the first who ends the running transaction; 0 stands for any."""
    cdef bint first
    anchor_lock(&native.base)
    first = native.pending and (transaction == 0 or transaction == native.transaction)
    if first:
        native.pending = False
    anchor_unlock(&native.base)
    return first


cdef void _send(Native *native, bint unregister, uint32_t transaction) noexcept nogil:
    cdef pjsip_tx_data *request = NULL
    cdef pj_status_t status
    cdef uint32_t expires
    cdef bint changed
    cdef Answer answer
    cdef char text[PJ_ERR_MSG_SIZE]
    machine_stop_timer(native)
    if unregister:
        status = pjsip_regc_unregister(native.regc, &request)
    else:
        anchor_lock(&native.base)
        expires = native.expires
        changed = expires != native.asked
        native.asked = expires
        anchor_unlock(&native.base)
        # Only when it changed: regc raises it by itself on 423, and that should stay.
        if changed:
            pjsip_regc_update_expires(native.regc, expires)
        status = pjsip_regc_register(native.regc, False, &request)
        # regc leaves the header out where the registrar granted just that much last time.
        if status == PJ_SUCCESS and pjsip_msg_find_hdr(request.msg, PJSIP_H_EXPIRES, NULL) == NULL:
            pjsip_msg_add_hdr(
                request.msg, <pjsip_hdr *> pjsip_expires_hdr_create(request.pool, expires)
            )
    if status == PJ_SUCCESS:
        status = pjsip_regc_send(native.regc, request)
    # On a failure PJSIP has called back already in most cases, but not in all.
    if status != PJ_SUCCESS and machine_end_transaction(native, transaction):
        memset(&answer, 0, sizeof(answer))
        answer.code = PJSIP_SC_SERVICE_UNAVAILABLE
        answer.reason = pj_strerror(status, text, sizeof(text))
        machine_happen(native, FAILURE, &answer)
        anchor_unref(&native.base)


cdef void machine_on_answer(pjsip_regc_cbparam *result) noexcept nogil:
    cdef Native *native = <Native *> result.token
    cdef Answer answer
    if not machine_end_transaction(native, 0):
        return
    answer.code = result.code
    answer.reason = result.reason
    answer.expires = result.expiration
    answer.message = result.rdata
    if result.status == PJ_SUCCESS and result.code // 100 == 2:
        machine_happen(native, SUCCESS, &answer)
    else:
        machine_happen(native, FAILURE, &answer)
    anchor_unref(&native.base)


# ---- the refresh timer, which holds a reference while it runs

cdef void _start_timer(Native *native, uint32_t expires) noexcept nogil:
    cdef pj_time_val delay
    cdef long milliseconds = _refresh_milliseconds(expires)
    delay.sec = milliseconds // 1000
    delay.msec = milliseconds % 1000
    anchor_ref(&native.base)
    if pjsip_endpt_schedule_timer(native.endpoint, &native.timer, &delay) != PJ_SUCCESS:
        anchor_unref(&native.base)


cdef long _refresh_milliseconds(uint32_t expires) noexcept nogil:
    """`registration_states.refresh_delay()` in C."""
    cdef long half = <long> expires * 500
    cdef long most = <long> expires * 900
    if <long> expires * 1000 - 5000 < most:
        most = <long> expires * 1000 - 5000
    if half > most:
        most = half
    return most if most > 500 else 500


cdef void machine_stop_timer(Native *native) noexcept nogil:
    if pj_timer_heap_cancel(pjsip_endpt_get_timer_heap(native.endpoint), &native.timer) > 0:
        anchor_unref(&native.base)


cdef void machine_on_timer(pj_timer_heap_t *heap, pj_timer_entry *entry) noexcept nogil:
    cdef Native *native = <Native *> entry.user_data
    machine_happen(native, REFRESH, NULL)
    anchor_unref(&native.base)


cdef void machine_finalize(Anchor *anchor) noexcept nogil:
    """Nothing refers to the struct any more: no object, no transaction, no timer, no event."""
    cdef Native *native = <Native *> anchor
    if native.regc != NULL and gate_enter_to_free():
        pjsip_regc_destroy(native.regc)
        gate_leave()
