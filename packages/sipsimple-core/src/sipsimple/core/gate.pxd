"""C interface of the gate: who is inside PJSIP, and the sleep of the polling thread."""

# Whoever calls into the endpoint's libraries is inside; PJSIPUA.close() shuts the gate, waits
# until nobody is inside, and only then destroys the endpoint. False when it is shut, and in a
# forked child. Never enter it from a PJSIP callback.
cdef bint gate_enter() noexcept nogil
# For finalizers of anchors, which free what the endpoint still holds for them, in any thread
# and any state: False only when the endpoint is gone, or this is a forked child. (Not for
# __dealloc__, which must not release the GIL: the object can still be found then.)
cdef bint gate_enter_to_free() noexcept nogil
# Also wakes the polling thread where it sleeps, for the timers that one may have started.
cdef void gate_leave() noexcept nogil

# For PJSIPUA and its poller.
cdef void gate_open(int wake_descriptor) noexcept nogil
cdef void gate_shut() noexcept nogil
cdef bint gate_await_empty(int seconds) noexcept nogil
# The endpoint is about to go: nobody comes in any more, not even to free; waits as above.
cdef bint gate_wall_up(int seconds) noexcept nogil
cdef void gate_sleep_begins() noexcept nogil
cdef void gate_sleep_ends() noexcept nogil
cdef void gate_woken() noexcept nogil
cdef void gate_wake() noexcept nogil
