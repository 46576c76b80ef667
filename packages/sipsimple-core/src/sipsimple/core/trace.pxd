"""C interface of the SIP trace."""

from sipsimple.pjproject.pjlib cimport pj_status_t
from sipsimple.pjproject.pjsip cimport pjsip_endpoint

cdef pj_status_t trace_register(pjsip_endpoint *endpoint) noexcept nogil
cdef void trace_set(bint enabled) noexcept nogil
cdef bint trace_get() noexcept nogil
