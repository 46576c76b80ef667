"""C interface of where PJSIP's requests go: its hook for an external resolver."""

from sipsimple.pjproject.pjlib cimport pj_status_t
from sipsimple.pjproject.pjsip cimport pjsip_endpoint
from sipsimple.pjproject.pjsip_resolve cimport pjsip_sent_data

# For PJSIPUA. From resolver_start() on the endpoint asks here, and what it asks is answered
# within seconds; resolver_stop() ends every lookup, which may call back the primitives.
cdef pj_status_t resolver_start(pjsip_endpoint *endpoint) noexcept nogil
cdef void resolver_stop() noexcept nogil
# Who looks up: a callable of (number, Question), or None.
cdef int resolver_set_lookups(object ask) except -1

# For failover.pyx: put a target last, for some minutes, among those that are found; take that
# back when it has answered.
cdef void resolver_avoid(const pjsip_sent_data *request) noexcept nogil
cdef void resolver_trust(const pjsip_sent_data *request) noexcept nogil
