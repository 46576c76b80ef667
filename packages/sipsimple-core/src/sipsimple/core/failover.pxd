"""C interface of failover: the same request to the next server (RFC 3263 section 4.3).

For any primitive that sends a request outside of a dialog. Most of them ask `failover_take()` with
each final response, and send the same request once more where it says so. One that has to make
its request anew uses what that is made of, as `Registration` does: where `failover_due()`, and
`failover_has_next()`, it has `failover_next()` give the new request the targets that are left.
"""

from sipsimple.pjproject.pjsip cimport pjsip_endpoint, pjsip_rx_data, pjsip_tx_data

# Whether another server may do better: 503, a transport that failed, or no answer at all.
# `response` is NULL where the code was made here.
cdef bint failover_due(int code, const pjsip_rx_data *response) noexcept nogil
# Whether any target is left after that of `failed`, which is not needed for a while.
cdef bint failover_has_next(const pjsip_tx_data *failed) noexcept nogil
# Address `request`, which has not been sent, to these; False where there are none.
cdef bint failover_next(const pjsip_tx_data *failed, pjsip_tx_data *request) noexcept nogil
# The server that `request` went to has answered.
cdef void failover_answered(const pjsip_tx_data *request) noexcept nogil

# All of it. True where the request has been made one for the next server, and is to be sent in a
# transaction of its own; not where that is not `wanted` any more. `response` is NULL where none
# has come.
cdef bint failover_take(
    int code, const pjsip_rx_data *response, pjsip_tx_data *request, bint wanted
) noexcept nogil
# The same with a request of its own, and NULL for False: a failed INVITE is needed for further
# ACKs.
cdef pjsip_tx_data *failover_copy(
    pjsip_endpoint *endpoint, int code, const pjsip_rx_data *response, pjsip_tx_data *request,
    bint wanted
) noexcept nogil
