"""The requests of `Publication`, and what their answers say, without the GIL.

PJSIP's publication client (`pjsip_publishc`) would do part of this: but it keeps a queue of
its own, of requests that are made when they are queued, never forgets an entity-tag, and
allocates for each one that it gets from a pool that lives as long as the client. What is left
to do for the stack is small: to make a request, and to answer a challenge.
"""

from libc.stdint cimport uint32_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

from sipsimple.core.challenges cimport challenges_choose, challenges_set_credentials
from sipsimple.core.invitation_message cimport add_headers
from sipsimple.core.queued_machine cimport SEND_REFRESH, SEND_REMOVAL, SEND_WHOLE, Answer
from sipsimple.pjproject.native cimport anchor_lock, anchor_unlock
from sipsimple.pjproject.pjlib cimport (
    PJ_ENOMEM,
    PJ_SUCCESS,
    pj_pool_release,
    pj_status_t,
    pj_str,
    pj_str_t,
)
from sipsimple.pjproject.pjsip cimport (
    PJSIP_H_CSEQ,
    PJSIP_H_EXPIRES,
    PJSIP_H_MIN_EXPIRES,
    pjsip_auth_clt_reinit_req,
    pjsip_cseq_hdr,
    pjsip_endpt_create_request,
    pjsip_expires_hdr_create,
    pjsip_generic_int_hdr,
    pjsip_generic_string_hdr,
    pjsip_generic_string_hdr_create,
    pjsip_hdr,
    pjsip_method,
    pjsip_method_init_np,
    pjsip_msg_add_hdr,
    pjsip_msg_body_create,
    pjsip_msg_find_hdr,
    pjsip_msg_find_hdr_by_name,
    pjsip_rx_data,
    pjsip_tx_data,
)
from sipsimple.pjproject.pjsip_client cimport pjsip_auth_clt_deinit, pjsip_auth_clt_init
from sipsimple.pjproject.runtime cimport create_pool

cdef enum:
    LONGEST_EXPIRES = 0x7FFFFFFE


# ---- what is published

cdef Content *content_new(bytes content_type, bytes subtype, bytes body) except NULL:
    cdef const char *parts
    cdef bytes text = content_type + subtype + body
    cdef size_t length = len(text)
    cdef Content *content = <Content *> malloc(sizeof(Content) + length)
    if content == NULL:
        raise MemoryError
    content.references = 1
    content.type_length = len(content_type)
    content.subtype_length = len(subtype)
    content.body_length = len(body)
    parts = text
    memcpy(content.data, parts, length)
    return content


cdef void content_unref(Content *content) noexcept nogil:
    if content == NULL:
        return
    content.references -= 1
    if content.references == 0:
        free(content)


cdef void _add_content(pjsip_tx_data *request, Content *content) noexcept nogil:
    cdef pj_str_t content_type, subtype, body
    content_type.ptr = content.data
    content_type.slen = content.type_length
    subtype.ptr = content_type.ptr + content_type.slen
    subtype.slen = content.subtype_length
    body.ptr = subtype.ptr + subtype.slen
    body.slen = content.body_length
    request.msg.body = pjsip_msg_body_create(request.pool, &content_type, &subtype, &body)


# ---- requests (RFC 3903 section 4)

cdef void _add(
    pjsip_tx_data *request, const char *header, const pj_str_t *value
) noexcept nogil:
    cdef pj_str_t name = pj_str(<char *> header)
    pjsip_msg_add_hdr(
        request.msg,
        <pjsip_hdr *> pjsip_generic_string_hdr_create(request.pool, &name, value),
    )


cdef pj_status_t publication_request(Native *native, pjsip_tx_data **request) noexcept nogil:
    cdef pjsip_method method
    cdef pj_str_t name = pj_str("PUBLISH")
    cdef pj_str_t etag
    cdef Content *content
    cdef uint32_t expires
    cdef bint fresh
    cdef pj_status_t status
    anchor_lock(&native.machine.base)
    expires = native.machine.expires
    fresh = native.fresh
    native.fresh = False
    content = native.content
    content.references += 1
    anchor_unlock(&native.machine.base)
    if fresh:
        publication_forget(native)
    if native.what == SEND_REFRESH and native.etag == NULL:
        native.what = SEND_WHOLE
    if expires != native.wanted:
        native.wanted = expires
        native.minimum = 0
    native.asked = native.minimum if native.minimum > expires else expires
    native.conditional = native.etag != NULL
    native.cseq += 1
    pjsip_method_init_np(&method, &name)
    status = pjsip_endpt_create_request(
        native.machine.endpoint, &method, &native.target, &native.identity, &native.identity,
        NULL, &native.call_id, native.cseq, NULL, request,
    )
    if status == PJ_SUCCESS:
        add_headers(request[0], <pjsip_hdr *> native.route)
        _add(request[0], "Event", &native.event)
        pjsip_msg_add_hdr(
            request[0].msg,
            <pjsip_hdr *> pjsip_expires_hdr_create(
                request[0].pool, 0 if native.what == SEND_REMOVAL else native.asked
            ),
        )
        if native.conditional:
            etag.ptr = native.etag
            etag.slen = native.etag_length
            _add(request[0], "SIP-If-Match", &etag)
        add_headers(request[0], native.headers)
        if native.what == SEND_WHOLE:
            _add_content(request[0], content)
    anchor_lock(&native.machine.base)
    content_unref(content)
    anchor_unlock(&native.machine.base)
    return status


cdef pj_status_t publication_authorize(
    Native *native, pjsip_rx_data *response, pjsip_tx_data *request
) noexcept nogil:
    cdef pj_status_t status = PJ_SUCCESS
    cdef pjsip_tx_data *same
    cdef pjsip_cseq_hdr *cseq
    if native.auth_pool == NULL:
        # For this request only: what is kept of each realm would add up where a server makes
        # up new ones.
        native.auth_pool = create_pool("publication-auth", 512, 512)
        if native.auth_pool == NULL:
            return PJ_ENOMEM
        status = pjsip_auth_clt_init(&native.auth, native.machine.endpoint, native.auth_pool, 0)
        if status == PJ_SUCCESS:
            status = challenges_set_credentials(
                &native.auth, native.credential_count, native.credentials
            )
    if status == PJ_SUCCESS:
        challenges_choose(&native.auth, response, request)
        status = pjsip_auth_clt_reinit_req(&native.auth, response, request, &same)
    if status == PJ_SUCCESS:
        native.cseq += 1
        cseq = <pjsip_cseq_hdr *> pjsip_msg_find_hdr(request.msg, PJSIP_H_CSEQ, NULL)
        cseq.cseq = native.cseq
    return status


cdef void publication_end_attempts(Native *native) noexcept nogil:
    native.attempts = 0
    if native.auth_pool != NULL:
        pjsip_auth_clt_deinit(&native.auth)
        pj_pool_release(native.auth_pool)
        native.auth_pool = NULL


# ---- answers

cdef bint publication_raise(Native *native, pjsip_rx_data *response) noexcept nogil:
    cdef pjsip_generic_int_hdr *least = <pjsip_generic_int_hdr *> pjsip_msg_find_hdr(
        response.msg_info.msg, PJSIP_H_MIN_EXPIRES, NULL
    )
    if least == NULL or least.ivalue <= native.asked or least.ivalue > LONGEST_EXPIRES:
        return False
    native.minimum = least.ivalue
    return True


cdef void publication_forget(Native *native) noexcept nogil:
    free(native.etag)
    native.etag = NULL
    native.etag_length = 0


cdef bint _is_etag(const pj_str_t *text) noexcept nogil:
    """Whether it can be sent back as it is: printable, without white space."""
    cdef int index
    for index in range(text.slen):
        if not 0x20 < <unsigned char> text.ptr[index] < 0x7F:
            return False
    return text.slen > 0


cdef void _read_etag(Native *native, pjsip_rx_data *response) noexcept nogil:
    cdef pj_str_t name = pj_str("SIP-ETag")
    cdef pjsip_generic_string_hdr *header = <pjsip_generic_string_hdr *> (
        pjsip_msg_find_hdr_by_name(response.msg_info.msg, &name, NULL)
    )
    cdef char *copy
    # RFC 3903 section 6 has one in each 2xx. Where it is left out the last one, if any, still
    # names what is published, as far as can be known; a 412 would tell otherwise.
    if header == NULL or not _is_etag(&header.hvalue):
        return
    copy = <char *> malloc(header.hvalue.slen)
    if copy == NULL:
        return
    memcpy(copy, header.hvalue.ptr, header.hvalue.slen)
    publication_forget(native)
    native.etag = copy
    native.etag_length = header.hvalue.slen


cdef bint publication_read(
    Native *native, pjsip_rx_data *response, Answer *answer
) noexcept nogil:
    cdef pjsip_generic_int_hdr *expires = <pjsip_generic_int_hdr *> pjsip_msg_find_hdr(
        response.msg_info.msg, PJSIP_H_EXPIRES, NULL
    )
    answer.expires = native.asked if expires == NULL else expires.ivalue
    # A server must not grant more than was asked for; where one does, that is no reason to
    # rely on it.
    answer.lasts = answer.expires if answer.expires < native.asked else native.asked
    if answer.expires == 0:
        publication_forget(native)
        return False
    _read_etag(native, response)
    answer.etag.ptr = native.etag
    answer.etag.slen = native.etag_length
    return True
