"""Failover: the same request to the next server (RFC 3263 section 4.3).

Of the targets that were found, PJSIP itself takes the next one only where the request could not
be sent, such as a TCP connection that is refused. What happens afterwards, a transaction that
nobody answers or a 503, is for the layer above to see.

A server that has failed goes to the end of what is found in the next minutes (`resolver.pyx`):
32 s of silence are long for each request.
"""

from sipsimple.core.resolver cimport resolver_avoid, resolver_trust
from sipsimple.pjproject.pjlib cimport PJ_SUCCESS, pj_list_erase, pj_sockaddr_cmp
from sipsimple.pjproject.pjsip cimport (
    PJSIP_H_AUTHORIZATION,
    PJSIP_H_CSEQ,
    PJSIP_H_PROXY_AUTHORIZATION,
    PJSIP_H_VIA,
    PJSIP_SC_REQUEST_TIMEOUT,
    PJSIP_SC_SERVICE_UNAVAILABLE,
    PJSIP_TRANSPORT_IPV6,
    PJSIP_TRANSPORT_TCP,
    PJSIP_TRANSPORT_UDP,
    pjsip_cseq_hdr,
    pjsip_hdr_e,
    pjsip_msg_find_hdr,
    pjsip_tx_data_add_ref,
    pjsip_tx_data_invalidate_msg,
    pjsip_via_hdr,
)
from sipsimple.pjproject.pjsip_resolve cimport (
    pj_strdup,
    pjsip_endpt_create_tdata,
    pjsip_msg_clone,
    pjsip_restore_strict_route_set,
    pjsip_sent_data,
    pjsip_server_address_record,
    pjsip_server_addresses,
)


cdef bint failover_due(int code, const pjsip_rx_data *response) noexcept nogil:
    # PJSIP's own codes for transport errors and timeouts are 503 and 408; a 408 that was
    # received is an answer.
    if code == PJSIP_SC_SERVICE_UNAVAILABLE:
        return True
    return code == PJSIP_SC_REQUEST_TIMEOUT and response == NULL


cdef bint _is_fallback(
    const pjsip_server_addresses *found, const pjsip_server_address_record *target
) noexcept nogil:
    """Whether `target` is, or may be, what PJSIP would fall back to from TCP.

    A request above 1,300 bytes goes to the same servers over TCP first and then over UDP (RFC
    3261 section 18.1.1), and as often as one for UDP comes first would do so again.
    """
    cdef unsigned index
    if target.type & ~PJSIP_TRANSPORT_IPV6 != PJSIP_TRANSPORT_UDP:
        return False
    for index in range(found.count):
        if (
            found.entry[index].type & ~PJSIP_TRANSPORT_IPV6 == PJSIP_TRANSPORT_TCP
            and pj_sockaddr_cmp(&found.entry[index].addr, &target.addr) == 0
        ):
            return True
    return False


cdef bint failover_has_next(const pjsip_tx_data *failed) noexcept nogil:
    cdef const pjsip_sent_data *sent = <const pjsip_sent_data *> failed
    cdef const pjsip_server_addresses *found = &sent.dest_info.addr
    cdef unsigned index
    resolver_avoid(sent)
    for index in range(sent.dest_info.cur_addr + 1, found.count):
        if not _is_fallback(found, &found.entry[index]):
            return True
    return False


cdef bint failover_next(const pjsip_tx_data *failed, pjsip_tx_data *request) noexcept nogil:
    cdef const pjsip_sent_data *sent = <const pjsip_sent_data *> failed
    cdef pjsip_sent_data *fresh = <pjsip_sent_data *> request
    # A copy: both may be the same request.
    cdef pjsip_server_addresses found = sent.dest_info.addr
    cdef unsigned count = 0
    cdef unsigned index
    for index in range(sent.dest_info.cur_addr + 1, found.count):
        if not _is_fallback(&found, &found.entry[index]):
            fresh.dest_info.addr.entry[count] = found.entry[index]
            pj_strdup(
                fresh.pool, &fresh.dest_info.addr.entry[count].name, &found.entry[index].name
            )
            count += 1
    fresh.dest_info.addr.count = count
    fresh.dest_info.cur_addr = 0
    if fresh != sent:
        # What a certificate is verified against.
        pj_strdup(fresh.pool, &fresh.dest_info.name, &sent.dest_info.name)
    return count > 0


cdef void failover_answered(const pjsip_tx_data *request) noexcept nogil:
    resolver_trust(<const pjsip_sent_data *> request)


cdef void _remove(pjsip_tx_data *request, pjsip_hdr_e kind) noexcept nogil:
    cdef void *header = pjsip_msg_find_hdr(request.msg, kind, NULL)
    while header != NULL:
        pj_list_erase(header)
        header = pjsip_msg_find_hdr(request.msg, kind, NULL)


cdef void _renew(pjsip_tx_data *request) noexcept nogil:
    """Make a request that has been sent another one, for a server that knows nothing of it."""
    cdef pjsip_via_hdr *via = <pjsip_via_hdr *> pjsip_msg_find_hdr(request.msg, PJSIP_H_VIA, NULL)
    cdef pjsip_cseq_hdr *cseq = <pjsip_cseq_hdr *> pjsip_msg_find_hdr(
        request.msg, PJSIP_H_CSEQ, NULL
    )
    # Another server has a challenge of its own.
    _remove(request, PJSIP_H_AUTHORIZATION)
    _remove(request, PJSIP_H_PROXY_AUTHORIZATION)
    via.branch_param.slen = 0
    cseq.cseq += 1
    pjsip_restore_strict_route_set(request)
    pjsip_tx_data_invalidate_msg(request)


cdef bint _may_go_on(
    int code, const pjsip_rx_data *response, pjsip_tx_data *request, bint wanted
) noexcept nogil:
    if request == NULL:
        return False
    if not failover_due(code, response):
        if response != NULL:
            failover_answered(request)
        return False
    return failover_has_next(request) and wanted


cdef bint failover_take(
    int code, const pjsip_rx_data *response, pjsip_tx_data *request, bint wanted
) noexcept nogil:
    if not _may_go_on(code, response, request, wanted):
        return False
    failover_next(request, request)
    _renew(request)
    return True


cdef pjsip_tx_data *failover_copy(
    pjsip_endpoint *endpoint, int code, const pjsip_rx_data *response, pjsip_tx_data *request,
    bint wanted
) noexcept nogil:
    cdef pjsip_tx_data *fresh = NULL
    if not _may_go_on(code, response, request, wanted):
        return NULL
    if pjsip_endpt_create_tdata(endpoint, &fresh) != PJ_SUCCESS:
        return NULL
    pjsip_tx_data_add_ref(fresh)
    fresh.msg = pjsip_msg_clone(fresh.pool, request.msg)
    failover_next(request, fresh)
    _renew(fresh)
    return fresh
