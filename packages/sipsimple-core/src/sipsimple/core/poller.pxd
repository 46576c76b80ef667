"""C interface of the poll loop."""

from sipsimple.pjproject.pjlib cimport pj_pool_t, pj_status_t
from sipsimple.pjproject.pjsip cimport pjsip_endpoint

# Make wake-ups known to the endpoint's ioqueue; `descriptor` is the reading end of a socket
# pair whose other end gate_open() got. Both this and the event queue's are duplicated.
cdef pj_status_t poller_start(
    pjsip_endpoint *endpoint, pj_pool_t *pool, int descriptor
) noexcept nogil
# Before the endpoint is destroyed.
cdef void poller_stop() noexcept nogil
# One turn: timers, then network until something happens or `milliseconds` have passed.
cdef pj_status_t poller_turn(pjsip_endpoint *endpoint, long milliseconds) noexcept nogil

# Between these two no turn runs, and so no callback and no timer of PJSIP's. By any thread
# inside the gate, the polling one too (it is in no turn then); never in a PJSIP callback.
cdef void poller_pause() noexcept nogil
cdef void poller_resume() noexcept nogil
