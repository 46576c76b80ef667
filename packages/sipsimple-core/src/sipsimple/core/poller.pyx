"""One turn of the endpoint: its timers, then its sockets, asleep where nothing is to do.

Two descriptors besides PJSIP's own sit in the ioqueue. One belongs to the event queue and
is readable while events wait that another thread has pushed: the sleep ends, so that they
are delivered without delay. Its byte is the queue's, which takes it back when it is
drained, so it is only looked at here (MSG_PEEK). The other one belongs to the gate.
"""

from libc.errno cimport EINTR
from libc.string cimport memset
from posix.unistd cimport close, dup

from sipsimple.core.connections cimport connections_sweep
from sipsimple.core.gate cimport (
    gate_sleep_begins,
    gate_sleep_ends,
    gate_wake,
    gate_woken,
)
from sipsimple.pjproject.events cimport (
    events_pending,
    poll_begins,
    poll_ends,
    wakeup_descriptor,
)
from sipsimple.pjproject.pjlib cimport (
    PJ_EPENDING,
    PJ_EUNKNOWN,
    PJ_IOQUEUE_ALWAYS_ASYNC,
    PJ_STATUS_FROM_OS,
    PJ_SUCCESS,
    pj_ioqueue_callback,
    pj_ioqueue_key_t,
    pj_ioqueue_op_key_init,
    pj_ioqueue_op_key_t,
    pj_ioqueue_poll,
    pj_ioqueue_recv,
    pj_ioqueue_register_sock,
    pj_ioqueue_t,
    pj_ioqueue_unregister,
    pj_ssize_t,
    pj_time_val,
    pj_timer_heap_poll,
)
from sipsimple.pjproject.pjsip cimport (
    pjsip_endpt_get_ioqueue,
    pjsip_endpt_get_timer_heap,
)

cdef extern from "<sys/socket.h>" nogil:
    enum:
        MSG_PEEK

cdef extern from * nogil:
    """
    #include <pthread.h>
    static pthread_mutex_t sipsimple_turn_lock = PTHREAD_MUTEX_INITIALIZER;
    static pthread_cond_t sipsimple_turn_changed = PTHREAD_COND_INITIALIZER;
    static void sipsimple_turn_hold(void) { pthread_mutex_lock(&sipsimple_turn_lock); }
    static void sipsimple_turn_drop(void) { pthread_mutex_unlock(&sipsimple_turn_lock); }
    static void sipsimple_turn_signal(void) { pthread_cond_broadcast(&sipsimple_turn_changed); }
    static void sipsimple_turn_wait(void)
    {
        pthread_cond_wait(&sipsimple_turn_changed, &sipsimple_turn_lock);
    }
    """
    void sipsimple_turn_hold()
    void sipsimple_turn_drop()
    void sipsimple_turn_signal()
    void sipsimple_turn_wait()

cdef enum:
    # Enough to serve all that is ready, few enough to come back to the timers in between
    # (PJSIP's own loop takes PJSIP_MAX_NET_EVENTS, 1 by default).
    MOST_EVENTS_PER_TURN = 64
    # PJSIP's timer heap serves ten at a time (PJSIP_MAX_TIMED_OUT_ENTRIES). Where other threads
    # keep the GIL there are few turns in a second, and timers would fall behind by minutes.
    MOST_TIMERS_PER_TURN = 1000

cdef struct Wakeup:
    pj_ioqueue_key_t *key
    pj_ioqueue_op_key_t operation
    int flags
    bint armed
    char bytes[64]

cdef struct Turn:
    bint running
    int pauses              # threads that hold turns off, or are about to

cdef Wakeup _queue_wakeup
cdef Wakeup _gate_wakeup
cdef Turn _turn


cdef void _on_queue_readable(
    pj_ioqueue_key_t *key, pj_ioqueue_op_key_t *operation, pj_ssize_t length
) noexcept nogil:
    # Armed again by the next turn: by then the queue has been drained.
    _queue_wakeup.armed = False


cdef void _on_gate_readable(
    pj_ioqueue_key_t *key, pj_ioqueue_op_key_t *operation, pj_ssize_t length
) noexcept nogil:
    _gate_wakeup.armed = False
    gate_woken()


cdef void _arm(Wakeup *wakeup) noexcept nogil:
    cdef pj_ssize_t length = sizeof(wakeup.bytes)
    if not wakeup.armed:
        wakeup.armed = pj_ioqueue_recv(
            wakeup.key, &wakeup.operation, wakeup.bytes, &length, wakeup.flags
        ) == PJ_EPENDING


cdef pj_status_t _register(
    Wakeup *wakeup, pj_pool_t *pool, pj_ioqueue_t *ioqueue, int descriptor,
    const pj_ioqueue_callback *callback
) noexcept nogil:
    cdef int duplicate = dup(descriptor)
    cdef pj_status_t status
    if duplicate < 0:
        return PJ_EUNKNOWN
    wakeup.armed = False
    pj_ioqueue_op_key_init(&wakeup.operation, sizeof(wakeup.operation))
    # Unregistering closes the descriptor, hence the duplicate.
    status = pj_ioqueue_register_sock(pool, ioqueue, duplicate, NULL, callback, &wakeup.key)
    if status != PJ_SUCCESS:
        close(duplicate)
    return status


cdef pj_status_t poller_start(
    pjsip_endpoint *endpoint, pj_pool_t *pool, int descriptor
) noexcept nogil:
    cdef pj_ioqueue_t *ioqueue = pjsip_endpt_get_ioqueue(endpoint)
    cdef pj_ioqueue_callback callback
    cdef pj_status_t status
    memset(&callback, 0, sizeof(callback))
    memset(&_queue_wakeup, 0, sizeof(_queue_wakeup))
    memset(&_gate_wakeup, 0, sizeof(_gate_wakeup))
    memset(&_turn, 0, sizeof(_turn))
    _queue_wakeup.flags = PJ_IOQUEUE_ALWAYS_ASYNC | MSG_PEEK
    _gate_wakeup.flags = PJ_IOQUEUE_ALWAYS_ASYNC
    callback.on_read_complete = _on_queue_readable
    status = _register(&_queue_wakeup, pool, ioqueue, wakeup_descriptor(), &callback)
    if status != PJ_SUCCESS:
        return status
    callback.on_read_complete = _on_gate_readable
    return _register(&_gate_wakeup, pool, ioqueue, descriptor, &callback)


cdef void poller_stop() noexcept nogil:
    if _queue_wakeup.key != NULL:
        pj_ioqueue_unregister(_queue_wakeup.key)
        _queue_wakeup.key = NULL
    if _gate_wakeup.key != NULL:
        pj_ioqueue_unregister(_gate_wakeup.key)
        _gate_wakeup.key = NULL


cdef void _begin_turn() noexcept nogil:
    sipsimple_turn_hold()
    while _turn.pauses > 0:
        sipsimple_turn_wait()
    _turn.running = True
    sipsimple_turn_drop()


cdef void _end_turn() noexcept nogil:
    sipsimple_turn_hold()
    _turn.running = False
    sipsimple_turn_signal()
    sipsimple_turn_drop()


cdef void poller_pause() noexcept nogil:
    """Wait for the turn that is running, its sleep cut short, and hold off the next."""
    sipsimple_turn_hold()
    _turn.pauses += 1
    sipsimple_turn_drop()
    gate_wake()
    sipsimple_turn_hold()
    while _turn.running:
        sipsimple_turn_wait()
    sipsimple_turn_drop()


cdef void poller_resume() noexcept nogil:
    sipsimple_turn_hold()
    _turn.pauses -= 1
    sipsimple_turn_signal()
    sipsimple_turn_drop()


cdef void _serve_timers(pjsip_endpoint *endpoint, pj_time_val *next_due) noexcept nogil:
    """Let all timers that are due run out, and find out in how long the next one is."""
    cdef int served = 0
    cdef int count = 1
    while count > 0 and served < MOST_TIMERS_PER_TURN:
        count = pj_timer_heap_poll(pjsip_endpt_get_timer_heap(endpoint), next_due)
        served += count


cdef pj_status_t poller_turn(pjsip_endpoint *endpoint, long milliseconds) noexcept nogil:
    cdef pj_ioqueue_t *ioqueue = pjsip_endpt_get_ioqueue(endpoint)
    cdef pj_time_val timeout
    cdef int served = 0
    cdef int count
    poll_begins()
    # Before the turn: who pauses it either holds it off, or finds a sleeper to wake.
    gate_sleep_begins()
    _begin_turn()
    connections_sweep()
    _arm(&_queue_wakeup)
    _arm(&_gate_wakeup)
    timeout.sec = 0
    timeout.msec = 0
    _serve_timers(endpoint, &timeout)
    if timeout.sec < 0 or timeout.sec * 1000 + timeout.msec > milliseconds:
        timeout.sec = milliseconds // 1000
        timeout.msec = milliseconds % 1000
    if events_pending():
        timeout.sec = 0
        timeout.msec = 0
    while True:
        count = pj_ioqueue_poll(ioqueue, &timeout)
        if count <= 0:
            break
        served += count
        if served >= MOST_EVENTS_PER_TURN:
            break
        timeout.sec = 0
        timeout.msec = 0
    _end_turn()
    gate_sleep_ends()
    poll_ends()
    # A signal's handler runs when Python gets the thread back.
    return PJ_SUCCESS if count >= 0 or -count == PJ_STATUS_FROM_OS(EINTR) else -count
