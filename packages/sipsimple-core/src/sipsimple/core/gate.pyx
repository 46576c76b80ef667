"""The gate to the endpoint.

Any thread may call a method of any primitive, also while another one closes the
`PJSIPUA`. The gate settles that race: calls into PJSIP happen inside it, and the endpoint
is destroyed only when nobody is inside any more and nobody can come in.

It also knows whether the polling thread sleeps. Its sleep ends with the first timer that
was known when it began, so a thread that starts a timer has to wake it: leaving the gate
does that.
"""

from posix.unistd cimport getpid

from sipsimple.pjproject.runtime cimport ensure_thread

cdef extern from * nogil:
    """
    #include <pthread.h>
    #include <time.h>
    #include <unistd.h>
    static pthread_mutex_t sipsimple_gate_lock = PTHREAD_MUTEX_INITIALIZER;
    static pthread_cond_t sipsimple_gate_left = PTHREAD_COND_INITIALIZER;
    static void sipsimple_gate_hold(void) { pthread_mutex_lock(&sipsimple_gate_lock); }
    static void sipsimple_gate_drop(void) { pthread_mutex_unlock(&sipsimple_gate_lock); }
    static void sipsimple_gate_signal(void) { pthread_cond_broadcast(&sipsimple_gate_left); }
    static int sipsimple_gate_wait_until(long second)
    {
        struct timespec deadline = { second, 0 };
        return pthread_cond_timedwait(&sipsimple_gate_left, &sipsimple_gate_lock, &deadline);
    }
    static long sipsimple_now(void) { return (long) time(NULL); }
    static void sipsimple_wake(int descriptor)
    {
        ssize_t written = write(descriptor, "!", 1);
        (void) written; /* a full pipe wakes just as well */
    }
    """
    void sipsimple_gate_hold()
    void sipsimple_gate_drop()
    void sipsimple_gate_signal()
    int sipsimple_gate_wait_until(long second)
    long sipsimple_now()
    void sipsimple_wake(int descriptor)

cdef struct Gate:
    bint open
    bint gone               # not even those come in who free something
    int inside
    int process
    bint sleeping           # the polling thread is, or is about to be, in its poll
    bint woken              # a byte is on its way to it
    int wake_descriptor

cdef Gate _gate


cdef void _wake() noexcept nogil:
    if _gate.sleeping and not _gate.woken:
        _gate.woken = True
        sipsimple_wake(_gate.wake_descriptor)


cdef bint _enter(bint even_if_shut) noexcept nogil:
    cdef bint entered
    if getpid() != _gate.process:
        # A forked child: the lock may have been held by a thread that does not exist here.
        return False
    ensure_thread()
    sipsimple_gate_hold()
    entered = _gate.open or (even_if_shut and not _gate.gone)
    if entered:
        _gate.inside += 1
    sipsimple_gate_drop()
    return entered


cdef bint gate_enter() noexcept nogil:
    """Come in, registered with pjlib; False when the gate is shut."""
    return _enter(False)


cdef bint gate_enter_to_free() noexcept nogil:
    """Come in even when the gate is shut, as long as there is an endpoint behind it."""
    return _enter(True)


cdef void gate_leave() noexcept nogil:
    sipsimple_gate_hold()
    _gate.inside -= 1
    if _gate.inside == 0 and not _gate.open:
        sipsimple_gate_signal()
    _wake()
    sipsimple_gate_drop()


cdef void gate_open(int wake_descriptor) noexcept nogil:
    """Let everybody in, from now on and in this process.

    Args:
        wake_descriptor: Where a byte ends the sleep of the polling thread.
    """
    sipsimple_gate_hold()
    _gate.process = getpid()
    _gate.wake_descriptor = wake_descriptor
    _gate.open = True
    _gate.gone = False
    _gate.sleeping = False
    _gate.woken = False
    sipsimple_gate_drop()


cdef void gate_shut() noexcept nogil:
    """Let nobody in from now on; who is inside may finish, and who sleeps there wakes."""
    sipsimple_gate_hold()
    _gate.open = False
    _wake()
    sipsimple_gate_drop()


cdef bint _await_empty(int seconds, bint wall_up) noexcept nogil:
    cdef long deadline = sipsimple_now() + seconds
    cdef bint empty
    sipsimple_gate_hold()
    _gate.gone = _gate.gone or wall_up
    while _gate.inside > 0:
        if sipsimple_gate_wait_until(deadline) != 0:
            break
    empty = _gate.inside == 0
    sipsimple_gate_drop()
    return empty


cdef bint gate_await_empty(int seconds) noexcept nogil:
    """Wait until nobody is inside; False if somebody still is after `seconds`."""
    return _await_empty(seconds, False)


cdef bint gate_wall_up(int seconds) noexcept nogil:
    """Let nobody in for whatever reason, and wait like `gate_await_empty()`."""
    return _await_empty(seconds, True)


cdef void gate_sleep_begins() noexcept nogil:
    """To be called before the timers are looked at."""
    sipsimple_gate_hold()
    _gate.sleeping = True
    sipsimple_gate_drop()


cdef void gate_sleep_ends() noexcept nogil:
    sipsimple_gate_hold()
    _gate.sleeping = False
    sipsimple_gate_drop()


cdef void gate_woken() noexcept nogil:
    """The byte has been read."""
    sipsimple_gate_hold()
    _gate.woken = False
    sipsimple_gate_drop()


cdef void gate_wake() noexcept nogil:
    """End the sleep of the polling thread."""
    sipsimple_gate_hold()
    _wake()
    sipsimple_gate_drop()
