"""C interface of failover: the same request to the next server (RFC 3263 section 4.3).

For any primitive that sends a request outside of a dialog. It keeps a reference to the request;
when its transaction has failed in a way that `failover_due()` names, it makes the request anew,
with a new branch, and has `failover_next()` give it the targets that are left.
"""

from sipsimple.pjproject.pjsip cimport pjsip_rx_data, pjsip_tx_data

# Whether another server may do better: 503, a transport that failed, or no answer at all.
# `response` is NULL where the code was made here.
cdef bint failover_due(int code, const pjsip_rx_data *response) noexcept nogil
# Whether any target is left after that of `failed`, which is not needed for a while.
cdef bint failover_has_next(const pjsip_tx_data *failed) noexcept nogil
# Address `request`, which has not been sent, to these; False where there are none.
cdef bint failover_next(const pjsip_tx_data *failed, pjsip_tx_data *request) noexcept nogil
# The server that `request` went to has answered.
cdef void failover_answered(const pjsip_tx_data *request) noexcept nogil
