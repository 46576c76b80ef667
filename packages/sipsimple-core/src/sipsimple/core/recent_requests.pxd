"""C interface of the memory of requests that have been accepted."""

from sipsimple.pjproject.pjsip cimport pjsip_rx_data

cdef enum Sighting:
    NEW_REQUEST
    RETRANSMITTED
    MERGED

# In the polling thread only, as PJSIP's callbacks are; recent_forget() when there is none.
cdef Sighting recent_find(const pjsip_rx_data *request) noexcept nogil
# False where there is no memory.
cdef bint recent_add(const pjsip_rx_data *request) noexcept nogil
cdef void recent_forget() noexcept nogil
