"""C interface of the User-Agent and Server headers."""

from sipsimple.pjproject.pjlib cimport pj_pool_t, pj_status_t, pj_str_t
from sipsimple.pjproject.pjsip cimport pjsip_endpoint

cdef pj_status_t agent_header_register(pjsip_endpoint *endpoint) noexcept nogil
# Change both; the text is copied to `pool`, which lives as long as the endpoint. Callers take
# turns (the GIL).
cdef void agent_header_set(
    pjsip_endpoint *endpoint, pj_pool_t *pool, const pj_str_t *text
) noexcept nogil
