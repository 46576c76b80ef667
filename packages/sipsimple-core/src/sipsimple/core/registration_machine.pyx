"""The machine under `Registration`, without the GIL: its requests, and their answers."""

from libc.stdint cimport uint32_t
from libc.string cimport memcpy

from sipsimple.core.failover cimport (
    failover_answered,
    failover_due,
    failover_has_next,
    failover_next,
)
from sipsimple.core.gate cimport gate_enter_to_free, gate_leave
from sipsimple.core.queued_machine cimport (
    FAILURE,
    PRESENT,
    SEND_REMOVAL,
    SEND_WHOLE,
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
from sipsimple.pjproject.native cimport Anchor, anchor_lock, anchor_unlock, anchor_unref
from sipsimple.pjproject.pjlib cimport PJ_SUCCESS, pj_status_t
from sipsimple.pjproject.pjsip cimport (
    PJSIP_EXPIRES_NOT_SPECIFIED,
    PJSIP_H_CONTACT,
    PJSIP_H_EXPIRES,
    PJSIP_H_MIN_EXPIRES,
    PJSIP_URI_IN_CONTACT_HDR,
    pjsip_contact_hdr,
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
    pjsip_regc_tsx_cb_param,
    pjsip_regc_unregister,
    pjsip_regc_update_expires,
    pjsip_rx_data,
    pjsip_tx_data,
    pjsip_tx_data_add_ref,
    pjsip_tx_data_dec_ref,
    pjsip_uri_get_uri,
    pjsip_uri_print,
)
from sipsimple.pjproject.pjsip_client cimport (
    PJSIP_SC_INTERVAL_TOO_BRIEF,
    pjsip_min_expires_hdr_create,
    pjsip_regc_get_info,
    pjsip_regc_info,
    pjsip_regc_release_transport,
)

from sipsimple.core.registration_states import EVENTS as _EVENTS
from sipsimple.core.registration_states import STATES as _STATES
from sipsimple.core.registration_states import TRANSITIONS as _TRANSITIONS

cdef extern from "<sched.h>" nogil:
    int sched_yield()

cdef enum:
    MOST_CONTACTS = 1000
    MOST_RAISES = 3             # after 423, in a row
    LONGEST_EXPIRES = 0x7FFFFFFE
    UNSPECIFIED_MIN_EXPIRES = 3601  # what regc asks for after a 423 that does not say

cdef EdgeRow[STATE_COUNT] _table

# A refresh is a whole REGISTER.
fill_table(_table, _STATES, _EVENTS, ("", "REGISTER", None, "un-REGISTER"), _TRANSITIONS)


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


cdef void _push_state(Machine *machine, const Answer *answer) noexcept nogil:
    cdef StateEvent *event
    cdef size_t room = 0
    cdef bint contacts = (
        answer != NULL and answer.message != NULL and machine.state == PRESENT
    )
    if contacts:
        # A URI may print with up to three times its received length, for the escapes.
        room = 3 * answer.message.msg_info.len + MOST_CONTACTS
    event = state_event_new(machine, answer, room)
    if event == NULL:
        return
    if contacts:
        event.length += _record_contacts(
            answer.message, answer.expires, event.data + event.length, room, &event.count
        )
    event_push(&event.base)


# ---- the transport of the last answer, which regc holds without a lock

cdef void _begin_send(Native *native) noexcept nogil:
    anchor_lock(&native.machine.base)
    while native.letting_go:        # a matter of microseconds
        anchor_unlock(&native.machine.base)
        sched_yield()
        anchor_lock(&native.machine.base)
    native.sending += 1
    anchor_unlock(&native.machine.base)


cdef void _end_send(Native *native) noexcept nogil:
    anchor_lock(&native.machine.base)
    native.sending -= 1
    anchor_unlock(&native.machine.base)


cdef void _let_transport_go(pjsip_regc *regc) noexcept nogil:
    cdef pjsip_regc_info info
    pjsip_regc_get_info(regc, &info)
    if info.transport != NULL and info.transport.is_shutdown:
        pjsip_regc_release_transport(regc)


cdef void registration_let_transport_go(Native *native) noexcept nogil:
    cdef pjsip_regc_info info
    cdef bint idle
    anchor_lock(&native.machine.base)
    # A transaction that runs lets go when it is answered.
    idle = native.letting_go = native.regc != NULL and native.sending == 0
    anchor_unlock(&native.machine.base)
    if not idle:
        return
    pjsip_regc_get_info(native.regc, &info)
    if not info.is_busy:
        _let_transport_go(native.regc)
    anchor_lock(&native.machine.base)
    native.letting_go = False
    anchor_unlock(&native.machine.base)


# ---- requests

cdef pj_status_t _make(Native *native, int what, pjsip_tx_data **request) noexcept nogil:
    cdef Machine *machine = &native.machine
    cdef pj_status_t status
    cdef uint32_t expires
    cdef bint changed
    if what == SEND_REMOVAL:
        return pjsip_regc_unregister(native.regc, request)
    anchor_lock(&machine.base)
    expires = machine.expires
    changed = expires != native.asked
    native.asked = expires
    native.asking = expires
    native.raised = 0
    anchor_unlock(&machine.base)
    # Only when it changed: regc raises it by itself on 423, and that should stay.
    if changed:
        pjsip_regc_update_expires(native.regc, expires)
    status = pjsip_regc_register(native.regc, False, request)
    # regc leaves the header out where the registrar granted just that much last time.
    if status == PJ_SUCCESS and pjsip_msg_find_hdr(request[0].msg, PJSIP_H_EXPIRES, NULL) == NULL:
        pjsip_msg_add_hdr(
            request[0].msg, <pjsip_hdr *> pjsip_expires_hdr_create(request[0].pool, expires)
        )
    return status


cdef pjsip_tx_data *_exchange_request(Native *native, pjsip_tx_data *request) noexcept nogil:
    cdef pjsip_tx_data *previous
    anchor_lock(&native.machine.base)
    previous = native.request
    native.request = request
    anchor_unlock(&native.machine.base)
    return previous


cdef void registration_forget_request(Native *native) noexcept nogil:
    cdef pjsip_tx_data *request = _exchange_request(native, NULL)
    if request != NULL:
        pjsip_tx_data_dec_ref(request)


cdef pj_status_t _dispatch(Native *native, pjsip_tx_data *request) noexcept nogil:
    """Send a request, and keep it for the targets that are found for it."""
    cdef pj_status_t status
    registration_forget_request(native)
    pjsip_tx_data_add_ref(request)
    _exchange_request(native, request)
    _begin_send(native)
    status = pjsip_regc_send(native.regc, request)
    _end_send(native)
    return status


cdef void _send(Machine *machine, int what, uint32_t transaction) noexcept nogil:
    cdef Native *native = <Native *> machine
    cdef pjsip_tx_data *request = NULL
    cdef pj_status_t status = _make(native, what, &request)
    if status == PJ_SUCCESS:
        status = _dispatch(native, request)
    if status != PJ_SUCCESS:
        machine_not_sent(machine, transaction, status)


cdef bint _send_to_next(Native *native, int what) noexcept nogil:
    """Send what has failed to the next server; False where there is none.

    For the state machine the transaction goes on. The request is made anew: another server
    has a challenge of its own.
    """
    cdef pjsip_tx_data *failed
    cdef pjsip_tx_data *request = NULL
    cdef pj_status_t status
    cdef bint alive
    anchor_lock(&native.machine.base)
    alive = native.machine.pending and native.regc != NULL
    anchor_unlock(&native.machine.base)
    failed = _exchange_request(native, NULL)
    if failed == NULL:
        return False
    alive = failover_has_next(failed) and alive
    if alive:
        status = _make(native, what, &request)
        alive = status == PJ_SUCCESS and failover_next(failed, request)
        if alive:
            # A failure here has called back, or the old one is reported.
            alive = _dispatch(native, request) == PJ_SUCCESS
        elif status == PJ_SUCCESS:
            pjsip_tx_data_dec_ref(request)
    pjsip_tx_data_dec_ref(failed)
    return alive


cdef void registration_prepare(Native *native) noexcept nogil:
    """Give the machine its table and what is done by it."""
    native.machine.table = _table
    native.machine.push = _push_state
    native.machine.send = _send


cdef void registration_on_answer(pjsip_regc_cbparam *result) noexcept nogil:
    cdef Native *native = <Native *> result.token
    cdef Machine *machine = &native.machine
    cdef Answer answer
    if result.rdata != NULL:
        # regc has just taken the transport, to keep its connection open: not if it ends.
        _let_transport_go(result.regc)
    if failover_due(result.code, result.rdata):
        if _send_to_next(native, SEND_REMOVAL if result.is_unreg else SEND_WHOLE):
            return
    elif result.rdata != NULL and native.request != NULL:
        # While this transaction runs, nobody exchanges the request that it belongs to.
        failover_answered(native.request)
    if not machine_end_transaction(machine, 0):
        return
    answer.code = result.code
    answer.reason = result.reason
    answer.expires = answer.lasts = result.expiration
    answer.message = result.rdata
    if result.status == PJ_SUCCESS and result.code // 100 == 2:
        machine_happen(machine, SUCCESS, &answer)
    else:
        machine_happen(machine, FAILURE, &answer)
    anchor_unref(&machine.base)


cdef void _raise(
    Native *native, pjsip_regc *regc, pjsip_generic_int_hdr *least
) noexcept nogil:
    """Let regc ask for more, or for nothing more.

    What it asks for it knows only while that is not just what was granted last: then it leaves
    out Expires and asks again without an end, or removes the binding for a Min-Expires of 0.
    """
    cdef pjsip_regc_info info
    cdef uint32_t asking
    cdef bint again
    if pjsip_regc_get_info(regc, &info) != PJ_SUCCESS:
        return
    anchor_lock(&native.machine.base)
    again = native.asking < least.ivalue <= LONGEST_EXPIRES and native.raised < MOST_RAISES
    if again:
        native.raised += 1
        native.asking = least.ivalue + (1 if least.ivalue == info.interval else 0)
        least.ivalue = native.asking
    else:
        # To be told anew with the next request.
        native.asked = 0
    anchor_unlock(&native.machine.base)
    if not again:
        least.ivalue = 0
        asking = 2 if info.interval == 1 else 1
        pjsip_regc_update_expires(regc, asking)


cdef void registration_on_transaction(pjsip_regc_tsx_cb_param *param) noexcept nogil:
    cdef pjsip_rx_data *answer = param.cbparam.rdata
    cdef pjsip_generic_int_hdr *least
    if param.cbparam.code != PJSIP_SC_INTERVAL_TOO_BRIEF or answer == NULL:
        return
    least = <pjsip_generic_int_hdr *> pjsip_msg_find_hdr(
        answer.msg_info.msg, PJSIP_H_MIN_EXPIRES, NULL
    )
    if least == NULL:
        least = pjsip_min_expires_hdr_create(answer.tp_info.pool, UNSPECIFIED_MIN_EXPIRES)
        pjsip_msg_add_hdr(answer.msg_info.msg, <pjsip_hdr *> least)
    _raise(<Native *> param.cbparam.token, param.cbparam.regc, least)


cdef void registration_finalize(Anchor *anchor) noexcept nogil:
    """Nothing refers to the struct any more: no object, no transaction, no timer, no event."""
    cdef Native *native = <Native *> anchor
    if (native.regc != NULL or native.request != NULL) and gate_enter_to_free():
        registration_forget_request(native)
        if native.regc != NULL:
            pjsip_regc_destroy(native.regc)
        gate_leave()
