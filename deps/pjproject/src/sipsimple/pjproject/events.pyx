"""The event queue: what PJSIP reports, in order, until a thread with the GIL comes for it.

Callbacks run in threads of PJSIP's that hold PJSIP's locks and must never wait for the
GIL. They copy what they need into an `Event` and push it. One thread drains the queue:
it takes all events at once, builds the Python objects and hands them to a handler. One
queue serves the process, as PJSIP itself does; a child of fork() gets an empty one.
"""

import os
import select
import socket
import threading
import traceback
from datetime import datetime, timezone

from libc.stdint cimport int64_t
from libc.stdlib cimport calloc, free
from cpython.dict cimport PyDict_Contains, PyDict_SetItem
from cpython.ref cimport PyObject, Py_INCREF, Py_DECREF

from sipsimple.pjproject.native cimport (
    Anchor,
    anchor_ref,
    anchor_unref,
    find_object,
    pthread_mutex_init,
    pthread_mutex_lock,
    pthread_mutex_t,
    pthread_mutex_unlock,
)
from sipsimple.pjproject.runtime cimport ensure_thread

cdef extern from "<pthread.h>" nogil:
    ctypedef unsigned long pthread_t
    pthread_t pthread_self()
    int pthread_equal(pthread_t first, pthread_t second)

cdef extern from "<time.h>" nogil:
    ctypedef long time_t
    cdef struct timespec:
        time_t tv_sec
        long tv_nsec
    enum:
        CLOCK_REALTIME
    int clock_gettime(int clock, timespec *now)

cdef extern from "<unistd.h>" nogil:
    ssize_t write(int descriptor, const void *data, size_t length)
    ssize_t read(int descriptor, void *data, size_t length)

cdef extern from * nogil:
    """
    #include <pthread.h>
    static pthread_mutex_t sipsimple_queue_lock = PTHREAD_MUTEX_INITIALIZER;
    """
    pthread_mutex_t sipsimple_queue_lock

cdef struct Queue:
    Event *first
    Event *last
    bint signalled          # a byte lies in the socket pair
    bint polling            # `poller` is inside its poll and drains when it returns
    pthread_t poller
    bint draining           # a thread delivers, and looks again before it ends
    int wake_writer
    int wake_reader

cdef enum:
    # A drain that has delivered so many leaves what has come meanwhile to the next one: sockets
    # and timers have their turn in between.
    MANY = 64

cdef Queue _queue

# The two ends live as long as the process.
cdef object _reader, _writer


cdef int64_t _now() noexcept nogil:
    cdef timespec now
    clock_gettime(CLOCK_REALTIME, &now)
    return <int64_t> now.tv_sec * 1000000000 + now.tv_nsec


cdef Event *event_new(
    size_t size, deliver_function deliver, release_function release, Anchor *target
) noexcept nogil:
    """A zeroed event of `size` bytes that begins with an `Event`, stamped with the time.

    Takes a reference to `target`. Returns NULL when memory is out: the event is lost then,
    and the caller goes on.
    """
    cdef Event *event = <Event *> calloc(1, size)
    if event != NULL:
        event.time_ns = _now()
        event.deliver = deliver
        event.release = release
        event.target = anchor_ref(target) if target != NULL else NULL
    return event


cdef void event_push(Event *event) noexcept nogil:
    """Append an event to the queue and wake the draining thread where it may sleep."""
    cdef bint wake
    if event == NULL:
        return
    event.next = NULL
    pthread_mutex_lock(&sipsimple_queue_lock)
    if _queue.last == NULL:
        _queue.first = event
    else:
        _queue.last.next = event
    _queue.last = event
    wake = not _queue.draining and not (
        _queue.polling and pthread_equal(_queue.poller, pthread_self())
    )
    if wake:
        _signal()
    pthread_mutex_unlock(&sipsimple_queue_lock)


cdef void _signal() noexcept nogil:
    """Under the lock, as is the reading: `signalled` says exactly whether a byte is there.

    A stray one would wake every later poll for nothing.
    """
    if not _queue.signalled:
        _queue.signalled = True
        write(_queue.wake_writer, b"!", 1)


cdef void poll_begins() noexcept nogil:
    pthread_mutex_lock(&sipsimple_queue_lock)
    _queue.polling = True
    _queue.poller = pthread_self()
    pthread_mutex_unlock(&sipsimple_queue_lock)


cdef void poll_ends() noexcept nogil:
    pthread_mutex_lock(&sipsimple_queue_lock)
    _queue.polling = False
    pthread_mutex_unlock(&sipsimple_queue_lock)


cdef bint events_pending() noexcept nogil:
    cdef bint pending
    pthread_mutex_lock(&sipsimple_queue_lock)
    pending = _queue.first != NULL
    pthread_mutex_unlock(&sipsimple_queue_lock)
    return pending


cdef int wakeup_descriptor() noexcept nogil:
    """The descriptor that becomes readable when an event waits, for PJSIP's own ioqueue."""
    return _queue.wake_reader


cdef Event *_take_all() noexcept nogil:
    """All events, for a drain that begins or goes on; NULL where there are none."""
    cdef Event *events
    cdef char byte
    pthread_mutex_lock(&sipsimple_queue_lock)
    _queue.draining = True
    events = _queue.first
    _queue.first = _queue.last = NULL
    if _queue.signalled:
        _queue.signalled = False
        read(_queue.wake_reader, &byte, 1)
    pthread_mutex_unlock(&sipsimple_queue_lock)
    return events


cdef void _end_drain() noexcept nogil:
    pthread_mutex_lock(&sipsimple_queue_lock)
    _queue.draining = False
    if _queue.first != NULL:
        _signal()
    pthread_mutex_unlock(&sipsimple_queue_lock)


cdef void _release_all(Event *event) noexcept nogil:
    cdef Event *following
    while event != NULL:
        following = event.next
        if event.release != NULL:
            event.release(event)
        anchor_unref(event.target)
        free(event)
        event = following


# ---- notifications that Python code posts travel through the same queue, for their order

cdef struct PostedEvent:
    Event base
    PyObject *name
    PyObject *sender
    PyObject *data


cdef int post(str name, object sender, dict data) except -1:
    """Queue a notification: it is delivered after everything recorded before it."""
    cdef PostedEvent *event = <PostedEvent *> event_new(
        sizeof(PostedEvent), &_deliver_posted, NULL, NULL
    )
    if event == NULL:
        raise MemoryError
    Py_INCREF(name)
    Py_INCREF(sender)
    Py_INCREF(data)
    event.name = <PyObject *> name
    event.sender = <PyObject *> sender
    event.data = <PyObject *> data
    event_push(&event.base)
    return 0


cdef int _deliver_posted(object target, Event *base) except -1:
    cdef PostedEvent *event = <PostedEvent *> base
    cdef object name = <object> event.name
    cdef object sender = <object> event.sender
    cdef object data = <object> event.data
    Py_DECREF(name)
    Py_DECREF(sender)
    Py_DECREF(data)
    return emit(base, <str> name, sender, <dict> data)


# ---- draining

# Set while a thread drains; there is one at a time.
cdef object _handler = None
cdef object _draining = threading.Lock()


cdef int emit(Event *event, str name, object sender, object data) except -1:
    """Hand one notification to the handler of the drain that is running."""
    # Past the methods of a subclass, which would have it made whole.
    if not PyDict_Contains(data, "timestamp"):
        PyDict_SetItem(
            data, "timestamp", datetime.fromtimestamp(event.time_ns / 1e9, timezone.utc)
        )
    _handler(name, sender, data)
    return 0


cdef int _report(object handler) except -1:
    """Report the exception being handled, whatever its kind: none may stop the queue."""
    data = {
        "timestamp": datetime.now(timezone.utc),
        "traceback": traceback.format_exc(),
    }
    try:
        handler("SCEngineGotException", None, data)
    except BaseException:
        traceback.print_exc()
    return 0


class EventQueue:
    """The process's queue of notifications, for whoever drives the stack.

    The Engine drains it in its thread. A stack composed without the Engine waits for
    `fileno()` with `select` or asyncio, or in `wait()`, and calls `drain()`.
    """

    def fileno(self) -> int:
        """Descriptor that is readable while notifications wait. Do not read from it."""
        return _queue.wake_reader

    def wait(self, timeout: float) -> bool:
        """Wait until a notification is there.

        Args:
            timeout: Seconds to wait at most.

        Returns:
            True if one is there.
        """
        if events_pending():
            return True
        poller = select.poll()
        poller.register(_queue.wake_reader, select.POLLIN)
        poller.poll(max(0.0, timeout) * 1000)
        return events_pending()

    def post(self, name: str, sender: object, data: dict) -> None:
        """Queue a notification of one's own, behind everything that waits already.

        Args:
            name: Name of the notification, such as `"SCEngineDidStart"`.
            sender: The object that sends it; None stands for the Engine.
            data: Its data attributes; `timestamp` is added.
        """
        post(name, sender, dict(data))

    def drain(self, handler) -> int:
        """Deliver every notification that waits, in order.

        Args:
            handler: Called as `handler(name, sender, data)`: a str, the sending object
                (None stands for the Engine) and a dict with at least `timestamp`. What it
                raises is caught and reported to it as `SCEngineGotException`.

        Returns:
            How many events were taken from the queue. 0, at once, where another thread is
            draining, and in a call from within the handler. What the handler causes is
            delivered too, unless there is much of it: then it waits, and `fileno()` is readable.
        """
        global _handler
        cdef Event *events
        cdef Event *event
        cdef int count = 0
        lock = _draining
        if not lock.acquire(blocking=False):
            return 0
        try:
            _handler = handler
            with nogil:
                ensure_thread()
                events = _take_all()
            while events != NULL:
                event = events
                while event != NULL:
                    count += 1
                    try:
                        target = None
                        if event.target != NULL:
                            target = find_object(event.target.identity)
                        if target is not None or event.target == NULL:
                            event.deliver(target, event)
                    except BaseException:
                        _report(handler)
                    if lock is not _draining:
                        # The handler has forked, and this is the child: the parent delivers and
                        # releases the others.
                        return count
                    event = event.next
                target = None
                with nogil:
                    _release_all(events)
                    events = _take_all() if count < MANY else NULL
        finally:
            # With the GIL: to give it back for so little would cost a busy program a switch.
            _end_drain()
            _handler = None
            lock.release()
        return count


cdef int _open() except -1:
    global _reader, _writer
    _reader, _writer = socket.socketpair()
    _reader.setblocking(False)
    _writer.setblocking(False)
    _queue.wake_reader = _reader.fileno()
    _queue.wake_writer = _writer.fileno()
    return 0


def _after_fork_in_child():
    """Begin anew: a byte for the parent must not wake the child, nor the other way round."""
    global _draining
    inherited = (_reader, _writer)
    # Other threads may have held them, and are not here to release them.
    pthread_mutex_init(&sipsimple_queue_lock, NULL)
    _draining = threading.Lock()
    # What waits is the parent's to deliver. It is not released: that could call PJSIP, whose
    # locks may be held by threads that are not here either.
    _queue.first = _queue.last = NULL
    _queue.signalled = _queue.polling = _queue.draining = False
    _open()
    for end in inherited:
        end.close()


_open()
os.register_at_fork(after_in_child=_after_fork_in_child)

#: The queue of this process.
queue = EventQueue()
