"""Refuses messages that PJSIP's parser takes, and that contradict themselves.

| what is wrong | with a request | with a response |
| --- | --- | --- |
| the CSeq names another method (RFC 3261 8.1.1.5) | 400 | |
| a header twice that there is but once (7.3.1) | 400 | discarded |
| a datagram has less of a body than Content-Length says (18.3) | 400 | discarded |
| a datagram has more than that (18.3) | the rest is cut off | the rest is cut off |

The module sits below the transactions: what is refused here has none. An ACK is not answered.
What is taken can be parsed further then, see `blank_bodies`. A stream needs no such check of
lengths, since there Content-Length says where a message ends.
"""

from libc.string cimport memset

from sipsimple.core.blank_bodies cimport end_blank_bodies
from sipsimple.pjproject.pjlib cimport (
    PJ_FALSE,
    PJ_TRUE,
    pj_bool_t,
    pj_status_t,
    pj_str,
    pj_str_t,
)
from sipsimple.pjproject.pjsip cimport (
    PJSIP_ACK_METHOD,
    PJSIP_H_CALL_ID,
    PJSIP_H_CONTENT_LENGTH,
    PJSIP_H_CONTENT_TYPE,
    PJSIP_H_CSEQ,
    PJSIP_H_FROM,
    PJSIP_H_MAX_FORWARDS,
    PJSIP_H_TO,
    PJSIP_MOD_PRIORITY_TSX_LAYER,
    pjsip_endpoint,
    pjsip_endpt_register_module,
    pjsip_endpt_respond_stateless,
    pjsip_hdr,
    pjsip_method_cmp,
    pjsip_module,
    pjsip_msg,
    pjsip_msg_body,
    pjsip_msg_find_hdr,
    pjsip_rx_data,
)
from sipsimple.pjproject.pjsip_message cimport (
    PJSIP_SC_BAD_REQUEST,
    PJSIP_TRANSPORT_DATAGRAM,
    pjsip_clen_hdr,
    pjsip_print_text_body,
)

cdef pjsip_module _module
cdef pjsip_endpoint *_endpoint = NULL


cdef bint _is_single(int kind) noexcept nogil:
    return (
        kind == PJSIP_H_CALL_ID
        or kind == PJSIP_H_CONTENT_LENGTH
        or kind == PJSIP_H_CONTENT_TYPE
        or kind == PJSIP_H_CSEQ
        or kind == PJSIP_H_FROM
        or kind == PJSIP_H_MAX_FORWARDS
        or kind == PJSIP_H_TO
    )


cdef bint _repeats(pjsip_msg *message) noexcept nogil:
    """Whether a header is there twice that must not be."""
    cdef unsigned long long seen = 0
    cdef unsigned long long bit
    cdef pjsip_hdr *header = message.hdr.next
    while header != &message.hdr:
        if _is_single(header.type):
            bit = 1ULL << <int> header.type
            if seen & bit:
                return True
            seen |= bit
        header = header.next
    return False


cdef bint _is_short(pjsip_rx_data *received) noexcept nogil:
    """Whether a datagram lacks a part of its body; what it has too much is cut off."""
    cdef pjsip_msg_body *body = received.msg_info.msg.body
    cdef pjsip_clen_hdr *length
    # The parts of a body of several have been taken out already.
    if (
        body == NULL
        or not received.tp_info.transport.flag & PJSIP_TRANSPORT_DATAGRAM
        or <void *> body.print_body != <void *> pjsip_print_text_body
    ):
        return False
    length = <pjsip_clen_hdr *> pjsip_msg_find_hdr(
        received.msg_info.msg, PJSIP_H_CONTENT_LENGTH, NULL
    )
    # Without it, a body is what remains of the datagram (RFC 3261 18.3).
    if length == NULL:
        return False
    if <unsigned> length.len > body.len:
        return True
    body.len = <unsigned> length.len
    return False


cdef const char *_complaint(pjsip_rx_data *request) noexcept nogil:
    if pjsip_method_cmp(
        &request.msg_info.cseq.method, &request.msg_info.msg.line.req.method
    ) != 0:
        return "Bad Request (CSeq of another method)"
    if _repeats(request.msg_info.msg):
        return "Bad Request (header repeated)"
    if _is_short(request):
        return "Bad Request (body incomplete)"
    return NULL


cdef pj_bool_t _on_request(pjsip_rx_data *request) noexcept nogil:
    cdef const char *complaint = _complaint(request)
    cdef pj_str_t reason
    if complaint == NULL:
        end_blank_bodies(request)
        return PJ_FALSE
    if request.msg_info.msg.line.req.method.id != PJSIP_ACK_METHOD:
        reason = pj_str(<char *> complaint)
        pjsip_endpt_respond_stateless(
            _endpoint, request, PJSIP_SC_BAD_REQUEST, &reason, NULL, NULL
        )
    return PJ_TRUE


cdef pj_bool_t _on_response(pjsip_rx_data *response) noexcept nogil:
    if _repeats(response.msg_info.msg) or _is_short(response):
        return PJ_TRUE
    end_blank_bodies(response)
    return PJ_FALSE


cdef pj_status_t message_checks_register(pjsip_endpoint *endpoint) noexcept nogil:
    global _endpoint
    _endpoint = endpoint
    memset(&_module, 0, sizeof(_module))
    _module.name = pj_str("mod-sipsimple-checks")
    _module.id = -1
    _module.priority = PJSIP_MOD_PRIORITY_TSX_LAYER - 1
    _module.on_rx_request = _on_request
    _module.on_rx_response = _on_response
    return pjsip_endpt_register_module(endpoint, &_module)
