"""The way from a PJSIP callback to Python, without the GIL. See `docs/architecture.md`."""

from libc.stdint cimport int64_t

from sipsimple.pjproject.native cimport Anchor

# Runs on the draining thread with the GIL; `target` is None for events without an anchor.
ctypedef int (*deliver_function)(object target, Event *event) except -1
# Runs after delivery, or instead of it when the target has died; without the GIL.
ctypedef void (*release_function)(Event *event) noexcept nogil

cdef struct Event:
    Event *next
    Anchor *target
    int64_t time_ns
    deliver_function deliver
    release_function release

cdef Event *event_new(
    size_t size, deliver_function deliver, release_function release, Anchor *target
) noexcept nogil
cdef void event_push(Event *event) noexcept nogil

# For deliver functions: hand one notification to the handler, stamped with the event's time.
# `data` is a dict, or of a subclass.
cdef int emit(Event *event, str name, object sender, object data) except -1
# For Python code: queue a notification behind everything recorded so far.
cdef int post(str name, object sender, dict data) except -1

# For a poll loop: pushes by the polling thread itself need not wake it.
cdef void poll_begins() noexcept nogil
cdef void poll_ends() noexcept nogil
cdef bint events_pending() noexcept nogil
cdef int wakeup_descriptor() noexcept nogil
