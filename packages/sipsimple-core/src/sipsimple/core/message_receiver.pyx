"""MESSAGE requests outside of dialogs (RFC 3428 section 7): reported and answered.

| request | answer |
| --- | --- |
| a retransmission of one that was accepted | 200 once more, and nothing is reported |
| one that was accepted, on a second way | 482 (RFC 3261 8.2.2.2) |
| any, while the stack stops | 503 |
| a body in a Content-Encoding other than `identity` | 415 with Accept-Encoding (8.2.3) |
| a body without a Content-Type | 400: it must be there (20.15) |
| any other | 200, after `SCEngineGotMessage` is in the queue |

The application takes any Content-Type. All answers are stateless; `recent_requests.pyx` tells
retransmissions.
"""

from libc.stddef cimport ptrdiff_t
from libc.stdlib cimport free

from sipsimple.core.invitation_message cimport Message, body_start, message_copy, message_free
from sipsimple.core.received_message cimport ReceivedMessage, Span, received_request
from sipsimple.core.recent_requests cimport (
    MERGED,
    RETRANSMITTED,
    Sighting,
    recent_add,
    recent_find,
    recent_forget,
)
from sipsimple.core.request_handler cimport is_accepting, set_message_function
from sipsimple.pjproject.events cimport Event, emit, event_new, event_push
from sipsimple.pjproject.pjlib cimport (
    PJ_SUCCESS,
    pj_list_init,
    pj_list_push_back,
    pj_status_t,
    pj_str,
    pj_str_t,
    pj_stricmp2,
)
from sipsimple.pjproject.pjsip cimport (
    PJSIP_H_ACCEPT,
    PJSIP_H_ALLOW,
    PJSIP_H_CONTENT_LENGTH,
    PJSIP_SC_BAD_REQUEST,
    PJSIP_SC_INTERNAL_SERVER_ERROR,
    PJSIP_SC_LOOP_DETECTED,
    PJSIP_SC_OK,
    PJSIP_SC_SERVICE_UNAVAILABLE,
    PJSIP_SC_UNSUPPORTED_MEDIA_TYPE,
    pjsip_clen_hdr,
    pjsip_endpoint,
    pjsip_endpt_add_capability,
    pjsip_endpt_respond_stateless,
    pjsip_generic_string_hdr,
    pjsip_generic_string_hdr_create,
    pjsip_hdr,
    pjsip_msg,
    pjsip_msg_find_hdr,
    pjsip_msg_find_hdr_by_name,
    pjsip_rx_data,
)

from sipsimple.core.lazy_data import LazyData

cdef struct MessageEvent:
    Event base
    Message message
    Span body
    Span type
    Span subtype

_ITEMS = frozenset(
    ("to_uri", "from_uri", "request_uri", "content_type", "content_subtype", "body", "headers")
)


# ---- the notification

cdef void _release(Event *base) noexcept nogil:
    message_free(&(<MessageEvent *> base).message)


cdef int _deliver(object target, Event *base) except -1:
    cdef MessageEvent *event = <MessageEvent *> base
    cdef ReceivedMessage message = received_request(
        &event.message, event.body, event.type, event.subtype
    )
    return emit(base, "SCEngineGotMessage", None, LazyData({}, _ITEMS, message.read))


cdef bint _record(const pjsip_rx_data *request, Span body) noexcept nogil:
    cdef MessageEvent *event = <MessageEvent *> event_new(
        sizeof(MessageEvent), &_deliver, &_release, NULL
    )
    if event == NULL:
        return False
    if not message_copy(&event.message, request) or not recent_add(request):
        _release(&event.base)
        free(event)
        return False
    event.body = body
    if request.msg_info.ctype != NULL:
        event.type = _span(request, &request.msg_info.ctype.media.type)
        event.subtype = _span(request, &request.msg_info.ctype.media.subtype)
    event_push(&event.base)
    return True


cdef Span _span(const pjsip_rx_data *request, const pj_str_t *text) noexcept nogil:
    """Where a text lies in the packet that it was parsed from."""
    cdef Span span
    cdef ptrdiff_t start = text.ptr - request.msg_info.msg_buf
    span.start = span.length = 0
    if text.ptr != NULL and text.slen > 0 and 0 <= start < request.msg_info.len:
        if start + text.slen <= request.msg_info.len:
            span.start = start
            span.length = text.slen
    return span


# ---- the request

cdef Span _find_body(const pjsip_rx_data *request) noexcept nogil:
    cdef Span span
    span.start = body_start(request.msg_info.msg_buf, request.msg_info.len)
    span.length = request.msg_info.len - span.start
    return span


cdef bint _is_encoded(const pjsip_msg *message) noexcept nogil:
    cdef pj_str_t name = pj_str("Content-Encoding")
    cdef pj_str_t short_name = pj_str("e")
    cdef pjsip_generic_string_hdr *header = <pjsip_generic_string_hdr *> (
        pjsip_msg_find_hdr_by_name(message, &name, NULL)
    )
    if header == NULL:
        header = <pjsip_generic_string_hdr *> pjsip_msg_find_hdr_by_name(
            message, &short_name, NULL
        )
    return header != NULL and pj_stricmp2(&header.hvalue, "identity") != 0


cdef void _answer(
    pjsip_rx_data *request, int code, const char *reason, const pjsip_hdr *headers
) noexcept nogil:
    cdef pj_str_t text
    if reason != NULL:
        text = pj_str(<char *> reason)
    pjsip_endpt_respond_stateless(
        request.tp_info.transport.endpt, request, code,
        &text if reason != NULL else NULL, headers, NULL,
    )


cdef void _answer_encoded(pjsip_rx_data *request) noexcept nogil:
    cdef pjsip_hdr headers
    cdef pj_str_t name = pj_str("Accept-Encoding")
    cdef pj_str_t value = pj_str("identity")
    pj_list_init(&headers)
    pj_list_push_back(
        &headers, pjsip_generic_string_hdr_create(request.tp_info.pool, &name, &value)
    )
    _answer(request, PJSIP_SC_UNSUPPORTED_MEDIA_TYPE, NULL, &headers)


cdef void _take(pjsip_rx_data *request) noexcept nogil:
    cdef pjsip_msg *message = request.msg_info.msg
    cdef pjsip_clen_hdr *length = <pjsip_clen_hdr *> pjsip_msg_find_hdr(
        message, PJSIP_H_CONTENT_LENGTH, NULL
    )
    cdef Span body = _find_body(request)
    # A body that is shorter has been refused by message_checks.pyx.
    if length != NULL and 0 <= length.len < <ptrdiff_t> body.length:
        body.length = length.len
    if body.length > 0 and _is_encoded(message):
        _answer_encoded(request)
    elif body.length > 0 and request.msg_info.ctype == NULL:
        _answer(request, PJSIP_SC_BAD_REQUEST, "Missing Content-Type Header Field", NULL)
    elif _record(request, body):
        _answer(request, PJSIP_SC_OK, NULL, NULL)
    else:
        _answer(request, PJSIP_SC_INTERNAL_SERVER_ERROR, NULL, NULL)


cdef void _on_message(pjsip_rx_data *request) noexcept nogil:
    cdef Sighting sighting = recent_find(request)
    if sighting == RETRANSMITTED:
        _answer(request, PJSIP_SC_OK, NULL, NULL)
    elif sighting == MERGED:
        _answer(request, PJSIP_SC_LOOP_DETECTED, NULL, NULL)
    elif not is_accepting():
        _answer(request, PJSIP_SC_SERVICE_UNAVAILABLE, NULL, NULL)
    else:
        _take(request)


cdef pj_status_t message_receiver_register(pjsip_endpoint *endpoint) noexcept nogil:
    cdef pj_str_t method = pj_str("MESSAGE")
    # The one type that everybody has to take (RFC 3428 section 7).
    cdef pj_str_t content_type = pj_str("text/plain")
    cdef pj_status_t status
    recent_forget()
    set_message_function(_on_message)
    status = pjsip_endpt_add_capability(endpoint, NULL, PJSIP_H_ALLOW, NULL, 1, &method)
    if status == PJ_SUCCESS:
        status = pjsip_endpt_add_capability(
            endpoint, NULL, PJSIP_H_ACCEPT, NULL, 1, &content_type
        )
    return status
