"""C interface of what tells a repeated provisional response from a new one."""

from sipsimple.pjproject.pjlib cimport pj_uint32_t
from sipsimple.pjproject.pjsip cimport pjsip_rx_data

# The last reliable response of an INVITE session; all zero where none has come.
cdef struct Reliable:
    pj_uint32_t number
    pj_uint32_t tag

# Whether this is the same one again; it is remembered if not.
cdef bint reliable_is_repeated(Reliable *last, const pjsip_rx_data *response) noexcept nogil
