"""Failover: the same request to the next server (RFC 3263 section 4.3).

Of the targets that were found, PJSIP itself takes the next one only where the request could not
be sent, such as a TCP connection that is refused. What happens afterwards, a transaction that
nobody answers or a 503, is for the layer above to see.

A server that has failed goes to the end of what is found in the next minutes (`resolver.pyx`):
32 s of silence are long for each request.
"""

from sipsimple.core.resolver cimport resolver_avoid, resolver_trust
from sipsimple.pjproject.pjlib cimport pj_sockaddr_cmp
from sipsimple.pjproject.pjsip cimport (
    PJSIP_SC_REQUEST_TIMEOUT,
    PJSIP_SC_SERVICE_UNAVAILABLE,
    PJSIP_TRANSPORT_IPV6,
    PJSIP_TRANSPORT_TCP,
    PJSIP_TRANSPORT_UDP,
)
from sipsimple.pjproject.pjsip_resolve cimport (
    pj_strdup,
    pjsip_sent_data,
    pjsip_server_address_record,
)


cdef bint failover_due(int code, const pjsip_rx_data *response) noexcept nogil:
    # PJSIP's own codes for transport errors and timeouts are 503 and 408; a 408 that was
    # received is an answer.
    if code == PJSIP_SC_SERVICE_UNAVAILABLE:
        return True
    return code == PJSIP_SC_REQUEST_TIMEOUT and response == NULL


cdef bint _is_same_server(
    const pjsip_server_address_record *failed, const pjsip_server_address_record *other
) noexcept nogil:
    """Whether `other` is what PJSIP would fall back to for a request above 1,300 bytes.

    It goes to the same server over TCP first and then over UDP (RFC 3261 section 18.1.1), and
    would do so again.
    """
    return (
        failed.type & ~PJSIP_TRANSPORT_IPV6 == PJSIP_TRANSPORT_TCP
        and other.type & ~PJSIP_TRANSPORT_IPV6 == PJSIP_TRANSPORT_UDP
        and pj_sockaddr_cmp(&failed.addr, &other.addr) == 0
    )


cdef unsigned _first_left(const pjsip_sent_data *failed) noexcept nogil:
    """Index of the next target; the number of targets where there is none."""
    cdef unsigned count = failed.dest_info.addr.count
    cdef unsigned index = failed.dest_info.cur_addr + 1
    while index < count and _is_same_server(
        &failed.dest_info.addr.entry[failed.dest_info.cur_addr],
        &failed.dest_info.addr.entry[index],
    ):
        index += 1
    return index if index < count else count


cdef bint failover_has_next(const pjsip_tx_data *failed) noexcept nogil:
    cdef const pjsip_sent_data *sent = <const pjsip_sent_data *> failed
    resolver_avoid(sent)
    return _first_left(sent) < sent.dest_info.addr.count


cdef bint failover_next(const pjsip_tx_data *failed, pjsip_tx_data *request) noexcept nogil:
    cdef const pjsip_sent_data *sent = <const pjsip_sent_data *> failed
    cdef pjsip_sent_data *fresh = <pjsip_sent_data *> request
    cdef unsigned first = _first_left(sent)
    cdef unsigned count = 0
    while first < sent.dest_info.addr.count:
        fresh.dest_info.addr.entry[count] = sent.dest_info.addr.entry[first]
        pj_strdup(
            fresh.pool,
            &fresh.dest_info.addr.entry[count].name,
            &sent.dest_info.addr.entry[first].name,
        )
        first += 1
        count += 1
    fresh.dest_info.addr.count = count
    fresh.dest_info.cur_addr = 0
    # What a certificate is verified against.
    pj_strdup(fresh.pool, &fresh.dest_info.name, &sent.dest_info.name)
    return count > 0


cdef void failover_answered(const pjsip_tx_data *request) noexcept nogil:
    resolver_trust(<const pjsip_sent_data *> request)
