"""Received messages on their way from PJSIP's callbacks to Python.

A callback copies the bytes. They are parsed once more when the notification is delivered:
that is cheaper than PJSIP's deep copy of a parsed message, which would be made under the
locks of the callback, and it needs nothing of an endpoint that may be gone by then.
"""

from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memset, strlen

from sipsimple.core.headers cimport headers_from_native
from sipsimple.core.parser cimport parser_drop, parser_hold
from sipsimple.core.uri cimport uri_from_native
from sipsimple.pjproject.pjlib cimport (
    pj_list_erase,
    pj_pool_alloc,
    pj_pool_release,
    pj_pool_t,
)
from sipsimple.pjproject.pjsip cimport (
    PJSIP_H_CONTENT_LENGTH,
    PJSIP_H_VIA,
    PJSIP_REQUEST_MSG,
    pjsip_clen_hdr,
    pjsip_hdr,
    pjsip_hdr_clone,
    pjsip_msg,
    pjsip_msg_add_hdr,
    pjsip_msg_find_hdr,
    pjsip_msg_find_hdr_by_name,
    pjsip_parse_msg,
    pjsip_rx_data,
    pjsip_tx_data,
    pjsip_via_hdr,
)
from sipsimple.pjproject.runtime cimport create_pool, ensure_thread
from sipsimple.pjproject.strings cimport to_str


cdef bint message_copy(Message *message, const pjsip_rx_data *received) noexcept nogil:
    """Copy a message; False, and an empty copy, when memory is out."""
    memset(message, 0, sizeof(message[0]))
    if received == NULL or received.msg_info.msg_buf == NULL or received.msg_info.len <= 0:
        return False
    # PJSIP's parser wants a NUL behind the text.
    message.data = <char *> malloc(received.msg_info.len + 1)
    if message.data == NULL:
        return False
    memcpy(message.data, received.msg_info.msg_buf, received.msg_info.len)
    message.data[received.msg_info.len] = 0
    message.length = received.msg_info.len
    message.is_request = received.msg_info.msg.type == PJSIP_REQUEST_MSG
    if message.is_request:
        # Both have room for the longest IPv6 address; the copy was zeroed.
        memcpy(message.source, received.pkt_info.src_name, sizeof(message.source) - 1)
        message.source_port = received.pkt_info.src_port
    return True


cdef void message_free(Message *message) noexcept nogil:
    free(message.data)
    message.data = NULL
    message.length = 0


cdef size_t body_start(const char *text, size_t length) noexcept nogil:
    cdef size_t place = 0
    while place + 1 < length:
        if text[place] == b"\n":
            # PJSIP's parser takes a lone LF for a line end too.
            if text[place + 1] == b"\n":
                return place + 2
            if place + 2 < length and text[place + 1] == b"\r" and text[place + 2] == b"\n":
                return place + 3
        place += 1
    return length


cdef object _body(const Message *message, const pjsip_msg *parsed):
    """The bytes behind the empty line, as many as Content-Length says; None where none are."""
    cdef size_t start = body_start(message.data, message.length)
    cdef size_t end = message.length
    cdef pjsip_clen_hdr *length = <pjsip_clen_hdr *> pjsip_msg_find_hdr(
        parsed, PJSIP_H_CONTENT_LENGTH, NULL
    )
    if length != NULL and length.len >= 0:
        end = min(end, start + <size_t> length.len)
    return message.data[start:end] or None


cdef int _mark_source(const Message *message, pjsip_msg *parsed) except -1:
    cdef pjsip_via_hdr *via = <pjsip_via_hdr *> pjsip_msg_find_hdr(parsed, PJSIP_H_VIA, NULL)
    if via == NULL or message.source[0] == 0:
        return 0
    via.recvd_param.ptr = <char *> message.source
    via.recvd_param.slen = strlen(message.source)
    if via.rport_param == 0:
        via.rport_param = message.source_port
    return 0


cdef pjsip_msg *message_parse(const Message *message, pj_pool_t **pool) except NULL:
    cdef pjsip_msg *parsed = NULL
    cdef char *copy = NULL
    with nogil:
        ensure_thread()
        pool[0] = create_pool("message", 4096, 4096)
        if pool[0] != NULL:
            # The parser may write into its input, and the body is to be as it came.
            copy = <char *> pj_pool_alloc(pool[0], message.length + 1)
        if copy != NULL:
            memcpy(copy, message.data, message.length + 1)
            # Notifications are delivered outside of the gate, and may be late.
            parser_hold()
            parsed = pjsip_parse_msg(pool[0], copy, message.length, NULL)
            parser_drop()
        if parsed == NULL and pool[0] != NULL:
            pj_pool_release(pool[0])
    if copy == NULL:
        raise MemoryError
    if parsed == NULL:
        raise ValueError("a message that PJSIP took before cannot be parsed again")
    return parsed


cdef dict message_data(const Message *message):
    cdef pj_pool_t *pool = NULL
    cdef pjsip_msg *parsed = message_parse(message, &pool)
    cdef dict data = {}
    try:
        if parsed.type == PJSIP_REQUEST_MSG:
            _mark_source(message, parsed)
            data["method"] = to_str(&parsed.line.req.method.name)
            data["request_uri"] = uri_from_native(parsed.line.req.uri)
        else:
            data["code"] = parsed.line.status.code
            data["reason"] = to_str(&parsed.line.status.reason)
        data["headers"] = headers_from_native(parsed)
        data["body"] = _body(message, parsed)
    finally:
        with nogil:
            pj_pool_release(pool)
    return data


cdef void add_headers(pjsip_tx_data *message, const pjsip_hdr *headers) noexcept nogil:
    cdef const pjsip_hdr *header
    if headers == NULL:
        return
    header = headers.next
    while header != headers:
        pjsip_msg_add_hdr(message.msg, <pjsip_hdr *> pjsip_hdr_clone(message.pool, header))
        header = header.next


cdef void remove_headers(pjsip_tx_data *message, const pjsip_hdr *headers) noexcept nogil:
    cdef const pjsip_hdr *header
    cdef void *found
    if headers == NULL:
        return
    header = headers.next
    while header != headers:
        found = pjsip_msg_find_hdr_by_name(message.msg, &header.name, NULL)
        if found != NULL:
            pj_list_erase(found)
        header = header.next


def parse_message(bytes text not None) -> dict:
    """What notifications tell of a received message, from its bytes.

    Args:
        text: The message as it is on the wire.

    Returns:
        A dict with `method` and `request_uri`, or `code` and `reason`; and `headers`, `body`.

    Raises:
        ValueError: It is not a SIP message.

    Source: `pjsip_parse_msg()`.
    """
    cdef Message message
    cdef char *data = text
    memset(&message, 0, sizeof(message))
    message.data = data
    message.length = len(text)
    try:
        return message_data(&message)
    except ValueError:
        raise ValueError("not a SIP message") from None
