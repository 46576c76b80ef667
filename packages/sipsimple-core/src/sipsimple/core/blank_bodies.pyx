"""Bodies of line ends only, behind which PJSIP would read on.

`pjmedia_sdp_parse()` of pjproject 2.17 skips line ends before it looks where the text ends. Where
there are more of them behind the body, as before the boundary of a body of several parts, it finds
its mistake outside of what catches its exceptions, and the process dies.
"""

from libc.string cimport memcpy

from sipsimple.pjproject.pjlib cimport pj_pool_t, pj_pool_zalloc
from sipsimple.pjproject.pjsip cimport pjsip_msg_body, pjsip_rx_data
from sipsimple.pjproject.pjsip_message cimport (
    pjsip_multipart_get_first_part,
    pjsip_multipart_get_next_part,
    pjsip_multipart_part,
    pjsip_print_text_body,
)


cdef bint _is_blank(const pjsip_msg_body *body) noexcept nogil:
    cdef const char *text = <const char *> body.data
    cdef unsigned index
    for index in range(body.len):
        if text[index] != c"\r" and text[index] != c"\n":
            return False
    return True


cdef void _end(pjsip_msg_body *body, pj_pool_t *pool) noexcept nogil:
    """Put a NUL behind it where it is blank: that stops the parser."""
    cdef char *copy
    if body == NULL or body.data == NULL or not _is_blank(body):
        return
    copy = <char *> pj_pool_zalloc(pool, body.len + 1)
    if copy == NULL:
        body.len = 0
        body.data = <void *> b""
        return
    memcpy(copy, body.data, body.len)
    body.data = copy


cdef void end_blank_bodies(pjsip_rx_data *received) noexcept nogil:
    """Make the body of a received message, and each of its parts, one that can be parsed."""
    cdef pjsip_msg_body *body = received.msg_info.msg.body
    cdef pjsip_multipart_part *part
    if body == NULL:
        return
    if <void *> body.print_body == <void *> pjsip_print_text_body:
        _end(body, received.tp_info.pool)
        return
    part = pjsip_multipart_get_first_part(body)
    while part != NULL:
        _end(part.body, received.tp_info.pool)
        part = pjsip_multipart_get_next_part(body, part)
