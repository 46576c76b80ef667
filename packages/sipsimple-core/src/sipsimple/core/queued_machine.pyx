"""What the machines of `Registration` and `Publication` have in common, without the GIL.

All that happens goes through `machine_happen()`, in whatever thread it happens, and by the
table of the kind. Whoever sends takes a reference to the struct for PJSIP; whoever notices
the end of that transaction first gives it back.
"""

from libc.stdint cimport uint32_t
from libc.string cimport memcpy, memset

from sipsimple.pjproject.events cimport event_new
from sipsimple.pjproject.native cimport (
    anchor_alloc,
    anchor_function,
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
    pj_timer_entry_init,
    pj_timer_heap_cancel,
    pj_timer_heap_t,
)
from sipsimple.pjproject.pjsip cimport (
    PJSIP_SC_SERVICE_UNAVAILABLE,
    pjsip_endpt_get_timer_heap,
    pjsip_endpt_schedule_timer,
)

cdef enum:
    KEEP_QUEUE = -2


cdef int fill_table(EdgeRow *table, tuple states, tuple events, tuple sends, tuple rows) except -1:
    cdef int state, event
    memset(table, 0, STATE_COUNT * sizeof(EdgeRow))
    queues = {None: KEEP_QUEUE, "": NO_EVENT, events[PLACE]: PLACE, events[REMOVE]: REMOVE}
    for row in rows:
        state = states.index(row.state)
        event = events.index(row.event)
        table[state][event].exists = True
        table[state][event].following = states.index(row.following)
        table[state][event].send = sends.index(row.send)
        table[state][event].queue = queues[row.queue]
    return 0


cdef Machine *machine_alloc(size_t size, anchor_function finalize) noexcept nogil:
    cdef Machine *machine = <Machine *> anchor_alloc(size, finalize)
    if machine != NULL:
        machine.state = ABSENT
        machine.queued = NO_EVENT
        pj_timer_entry_init(&machine.timer, 0, machine, _on_timer)
    return machine


cdef StateEvent *state_event_new(
    Machine *machine, const Answer *answer, size_t room
) noexcept nogil:
    cdef StateEvent *event
    if answer != NULL:
        room += answer.reason.slen
    event = <StateEvent *> event_new(
        sizeof(StateEvent) + room, machine.deliver, NULL, &machine.base
    )
    if event == NULL:
        return NULL
    machine.events += 1
    event.state = machine.state
    if answer != NULL:
        event.code = answer.code
        event.expires = answer.expires
        event.reason_length = event.length = answer.reason.slen
        memcpy(event.data, answer.reason.ptr, answer.reason.slen)
    return event


cdef int _take(Machine *machine, int event, const Answer *answer) noexcept nogil:
    """Apply one row of the table, under the lock; what is to be sent."""
    cdef const Edge *edge = &machine.table[machine.state][event]
    if not edge.exists:
        return SEND_NOTHING
    if edge.queue != KEEP_QUEUE:
        machine.queued = edge.queue
    if edge.following != machine.state:
        machine.state = edge.following
        machine.push(machine, answer)
    return edge.send


cdef void machine_happen(Machine *machine, int event, const Answer *answer) noexcept nogil:
    """Let an event happen, and do what follows from it."""
    cdef int send
    cdef int queued
    cdef uint32_t transaction = 0
    cdef bint wait = False
    anchor_lock(&machine.base)
    if not machine.open:
        anchor_unlock(&machine.base)
        return
    send = _take(machine, event, answer)
    if machine.queued != NO_EVENT and (machine.state == PRESENT or machine.state == ABSENT):
        queued = machine.queued
        machine.queued = NO_EVENT
        send = _take(machine, queued, NULL)
    if send != SEND_NOTHING:
        machine.pending = True
        machine.transaction += 1
        transaction = machine.transaction
        anchor_ref(&machine.base)
    elif event == SUCCESS and machine.state == PRESENT:
        machine.received = answer.expires
        wait = True
    anchor_unlock(&machine.base)
    if send != SEND_NOTHING:
        machine_stop_timer(machine)
        machine.send(machine, send, transaction)
    elif wait:
        _start_timer(machine, answer.lasts)


cdef void machine_not_sent(
    Machine *machine, uint32_t transaction, pj_status_t status
) noexcept nogil:
    """PJSIP has called back already in most cases, but not in all."""
    cdef Answer answer
    cdef char text[PJ_ERR_MSG_SIZE]
    if machine_end_transaction(machine, transaction):
        memset(&answer, 0, sizeof(answer))
        answer.code = PJSIP_SC_SERVICE_UNAVAILABLE
        answer.reason = pj_strerror(status, text, sizeof(text))
        machine_happen(machine, FAILURE, &answer)
        anchor_unref(&machine.base)


cdef bint machine_close(Machine *machine) noexcept nogil:
    cdef bint was_open
    anchor_lock(&machine.base)
    was_open = machine.open
    machine.open = False
    machine.queued = NO_EVENT
    if machine.state != ABSENT:
        machine.state = ABSENT
        machine.push(machine, NULL)
    anchor_unlock(&machine.base)
    if was_open:
        machine_stop_timer(machine)
    return was_open


cdef bint machine_end_transaction(Machine *machine, uint32_t transaction) noexcept nogil:
    """True for the first who ends the running transaction; 0 stands for any."""
    cdef bint first
    anchor_lock(&machine.base)
    first = machine.pending and (transaction == 0 or transaction == machine.transaction)
    if first:
        machine.pending = False
    anchor_unlock(&machine.base)
    return first


# ---- the refresh timer, which holds a reference while it runs

cdef void _start_timer(Machine *machine, uint32_t expires) noexcept nogil:
    cdef pj_time_val delay
    cdef long milliseconds = refresh_milliseconds(expires)
    delay.sec = milliseconds // 1000
    delay.msec = milliseconds % 1000
    anchor_ref(&machine.base)
    if pjsip_endpt_schedule_timer(machine.endpoint, &machine.timer, &delay) != PJ_SUCCESS:
        anchor_unref(&machine.base)


cdef long refresh_milliseconds(uint32_t expires) noexcept nogil:
    """`queued_states.refresh_delay()` in C."""
    cdef long half = <long> expires * 500
    cdef long most = <long> expires * 900
    if <long> expires * 1000 - 5000 < most:
        most = <long> expires * 1000 - 5000
    if half > most:
        most = half
    return most if most > 500 else 500


cdef void machine_stop_timer(Machine *machine) noexcept nogil:
    if pj_timer_heap_cancel(pjsip_endpt_get_timer_heap(machine.endpoint), &machine.timer) > 0:
        anchor_unref(&machine.base)


cdef void _on_timer(pj_timer_heap_t *heap, pj_timer_entry *entry) noexcept nogil:
    cdef Machine *machine = <Machine *> entry.user_data
    machine_happen(machine, REFRESH, NULL)
    anchor_unref(&machine.base)
