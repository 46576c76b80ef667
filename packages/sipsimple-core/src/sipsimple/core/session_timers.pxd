"""C interface of the session timers."""

from sipsimple.pjproject.pjlib cimport pj_status_t
from sipsimple.pjproject.pjsip cimport pjsip_endpoint, pjsip_inv_session

# For PJSIPUA, before anybody else can be inside: for each new endpoint, after the modules that
# sessions are made of. Seconds; with an interval of 0 session timers are not supported.
cdef pj_status_t session_timers_register(
    pjsip_endpoint *endpoint, unsigned interval, unsigned least
) noexcept nogil

# The option to create a session with, and to verify an INVITE with; 0 where there is none.
cdef unsigned session_timers_option() noexcept nogil
# For each session that has just been created with it, under the dialog's lock.
cdef pj_status_t session_timers_begin(pjsip_inv_session *inv) noexcept nogil
