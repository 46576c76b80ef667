"""C interface of the User-Agent and Server headers."""

from sipsimple.pjproject.pjlib cimport pj_pool_t, pj_status_t
from sipsimple.pjproject.pjsip cimport pjsip_endpoint

# `pool` lives as long as the endpoint.
cdef pj_status_t agent_header_register(pjsip_endpoint *endpoint, pj_pool_t *pool) noexcept nogil
# Change both, for all messages that are made from now on; False when memory is out. Its lock is
# a leaf: the GIL may be held.
cdef bint agent_header_set(const char *text, size_t length) noexcept nogil
