"""Answers the requests that nothing else has taken, outside of dialogs and within them.

| request | answer |
| --- | --- |
| OPTIONS | 200 with Allow, Accept, Supported, Contact (RFC 3261 11.2) |
| INVITE | left to the invitations; 503 while the stack stops; 406 where no SDP is accepted (20.1) |
| MESSAGE | left to `message_receiver.pyx` |
| Request-URI that is neither sip nor sips | 416 (8.2.2.1) |
| the same request on a second way | 482 (8.2.2.2) |
| Require with what is not supported | 420 with Unsupported (8.2.2.3) |
| within a dialog or transaction that does not exist | 481 (12.2.2, 9.2) |
| a method that is known but not supported here | 405 with Allow (8.2.1) |
| any other method | 501 (21.5.2) |
| ACK | none (17) |

Within a dialog PJSIP has seen to the order and the dialog itself, so that there remain OPTIONS,
481 for what belongs to a usage that the dialog does not have, 405 and 501.
"""

from libc.string cimport memset, strlen

from sipsimple.pjproject.pjlib cimport (
    PJ_SUCCESS,
    PJ_TRUE,
    pj_bool_t,
    pj_list_init,
    pj_list_push_back,
    pj_status_t,
    pj_str,
    pj_str_t,
    pj_strcmp2,
    pj_strnicmp2,
)
from sipsimple.pjproject.pjsip cimport (
    PJSIP_ACK_METHOD,
    PJSIP_BYE_METHOD,
    PJSIP_CANCEL_METHOD,
    PJSIP_H_ACCEPT,
    PJSIP_H_ALLOW,
    PJSIP_H_SUPPORTED,
    PJSIP_INVITE_METHOD,
    PJSIP_MAX_URL_SIZE,
    PJSIP_MOD_PRIORITY_APPLICATION,
    PJSIP_OPTIONS_METHOD,
    PJSIP_SC_BAD_EXTENSION,
    PJSIP_SC_CALL_TSX_DOES_NOT_EXIST,
    PJSIP_SC_LOOP_DETECTED,
    PJSIP_SC_METHOD_NOT_ALLOWED,
    PJSIP_SC_NOT_IMPLEMENTED,
    PJSIP_SC_OK,
    PJSIP_SC_SERVICE_UNAVAILABLE,
    PJSIP_SC_UNSUPPORTED_URI_SCHEME,
    PJSIP_TRANSPORT_RELIABLE,
    PJSIP_TRANSPORT_SECURE,
    PJSIP_URI_IN_CONTACT_HDR,
    PJSIP_URI_SCHEME_IS_SIP,
    PJSIP_URI_SCHEME_IS_SIPS,
    pjsip_dialog,
    pjsip_dlg_respond,
    pjsip_endpoint,
    pjsip_endpt_add_capability,
    pjsip_endpt_get_capability,
    pjsip_endpt_has_capability,
    pjsip_endpt_register_module,
    pjsip_endpt_respond_stateless,
    pjsip_generic_array_hdr,
    pjsip_generic_string_hdr_create,
    pjsip_hdr,
    pjsip_hdr_clone,
    pjsip_method,
    pjsip_module,
    pjsip_msg,
    pjsip_msg_find_hdr,
    pjsip_rx_data,
    pjsip_sip_uri,
    pjsip_sip_uri_create,
    pjsip_transport,
    pjsip_tsx_detect_merged_requests,
    pjsip_unsupported_hdr_create,
    pjsip_uri,
    pjsip_uri_get_uri,
    pjsip_uri_print,
)
from sipsimple.pjproject.pjsip_message cimport PJSIP_SC_DECLINE, PJSIP_SC_NOT_ACCEPTABLE

cdef extern from * nogil:
    """
    #define sipsimple_load_accepting(flag) __atomic_load_n((flag), __ATOMIC_RELAXED)
    #define sipsimple_store_accepting(flag, value) \
        __atomic_store_n((flag), (value), __ATOMIC_RELAXED)
    """
    bint sipsimple_load_accepting(bint *flag)
    void sipsimple_store_accepting(bint *flag, bint value)

# The methods of IANA's registry that are not handled here, by what an answer to them outside
# of a dialog is: those that need one do not find it.
cdef const char **_NEED_DIALOG = ["INFO", "PRACK", "UPDATE", "NOTIFY", NULL]
cdef const char **_KNOWN = ["MESSAGE", "PUBLISH", "REFER", "REGISTER", "SUBSCRIBE", NULL]

cdef pjsip_module _module
cdef pjsip_endpoint *_endpoint = NULL
cdef invite_function _on_invite = NULL
cdef invite_function _on_message = NULL
cdef bint _accepting = True


cdef bint _one_of(const pj_str_t *name, const char **names) noexcept nogil:
    while names[0] != NULL:
        if pj_strcmp2(name, names[0]) == 0:
            return True
        names += 1
    return False


cdef void _answer(pjsip_rx_data *request, int code, const pjsip_hdr *headers) noexcept nogil:
    # Stateless: PJSIP derives the To tag from the branch, so that a retransmitted request
    # gets the same answer (RFC 3261 8.2.7).
    pjsip_endpt_respond_stateless(_endpoint, request, code, NULL, headers, NULL)


cdef void _add_capability(pjsip_hdr *headers, pjsip_rx_data *request, int kind) noexcept nogil:
    cdef const pjsip_hdr *header = pjsip_endpt_get_capability(_endpoint, kind, NULL)
    if header != NULL:
        pj_list_push_back(headers, pjsip_hdr_clone(request.tp_info.pool, header))


cdef void _answer_options(pjsip_rx_data *request) noexcept nogil:
    cdef pjsip_hdr headers
    cdef char contact[PJSIP_MAX_URL_SIZE]
    cdef pj_str_t name = pj_str("Contact")
    cdef pj_str_t value
    pj_list_init(&headers)
    _add_capability(&headers, request, PJSIP_H_ALLOW)
    _add_capability(&headers, request, PJSIP_H_ACCEPT)
    _add_capability(&headers, request, PJSIP_H_SUPPORTED)
    value.ptr = contact
    value.slen = contact_of_request(request, contact, sizeof(contact))
    if value.slen > 0:
        pj_list_push_back(
            &headers, pjsip_generic_string_hdr_create(request.tp_info.pool, &name, &value)
        )
    _answer(request, PJSIP_SC_OK, &headers)


cdef void _answer_not_allowed(pjsip_rx_data *request) noexcept nogil:
    cdef pjsip_hdr headers
    pj_list_init(&headers)
    _add_capability(&headers, request, PJSIP_H_ALLOW)
    _answer(request, PJSIP_SC_METHOD_NOT_ALLOWED, &headers)


cdef bint _refuse_extensions(pjsip_rx_data *request) noexcept nogil:
    """Answer 420 where the request requires what is not supported; True if it did."""
    cdef pjsip_generic_array_hdr *require = request.msg_info.require
    cdef pjsip_generic_array_hdr *unsupported = NULL
    cdef pjsip_hdr headers
    cdef unsigned index
    if require == NULL:
        return False
    for index in range(require.count):
        if not pjsip_endpt_has_capability(
            _endpoint, PJSIP_H_SUPPORTED, NULL, &require.values[index]
        ):
            if unsupported == NULL:
                unsupported = pjsip_unsupported_hdr_create(request.tp_info.pool)
            unsupported.values[unsupported.count] = require.values[index]
            unsupported.count += 1
    if unsupported == NULL:
        return False
    pj_list_init(&headers)
    pj_list_push_back(&headers, unsupported)
    _answer(request, PJSIP_SC_BAD_EXTENSION, &headers)
    return True


cdef bint _accepts_sdp(const pjsip_msg *message) noexcept nogil:
    """Whether an answer with a session description would be understood (RFC 3261 20.1)."""
    cdef pjsip_generic_array_hdr *accept = <pjsip_generic_array_hdr *> pjsip_msg_find_hdr(
        message, PJSIP_H_ACCEPT, NULL
    )
    cdef unsigned index
    if accept == NULL:
        return True
    while accept != NULL:
        for index in range(accept.count):
            if (
                _begins_with(&accept.values[index], "application/sdp")
                or _begins_with(&accept.values[index], "application/*")
                or _begins_with(&accept.values[index], "*/*")
            ):
                return True
        accept = <pjsip_generic_array_hdr *> pjsip_msg_find_hdr(
            message, PJSIP_H_ACCEPT, (<pjsip_hdr *> accept).next
        )
    return False


cdef bint _begins_with(const pj_str_t *value, const char *start) noexcept nogil:
    return pj_strnicmp2(value, start, strlen(start)) == 0


cdef pj_bool_t _on_request(pjsip_rx_data *request) noexcept nogil:
    cdef pjsip_method *method = &request.msg_info.msg.line.req.method
    cdef pjsip_uri *target = request.msg_info.msg.line.req.uri
    if method.id == PJSIP_ACK_METHOD:
        return PJ_TRUE
    if method.id == PJSIP_CANCEL_METHOD or method.id == PJSIP_BYE_METHOD:
        _answer(request, PJSIP_SC_CALL_TSX_DOES_NOT_EXIST, NULL)
    elif not PJSIP_URI_SCHEME_IS_SIP(target) and not PJSIP_URI_SCHEME_IS_SIPS(target):
        _answer(request, PJSIP_SC_UNSUPPORTED_URI_SCHEME, NULL)
    elif method.id == PJSIP_INVITE_METHOD and _on_invite != NULL:
        if not sipsimple_load_accepting(&_accepting):
            _answer(request, PJSIP_SC_SERVICE_UNAVAILABLE, NULL)
        elif pjsip_tsx_detect_merged_requests(request) != NULL:
            _answer(request, PJSIP_SC_LOOP_DETECTED, NULL)
        elif not _accepts_sdp(request.msg_info.msg):
            _answer(request, PJSIP_SC_NOT_ACCEPTABLE, NULL)
        else:
            _on_invite(request)
    elif method.id == PJSIP_OPTIONS_METHOD:
        if not _refuse_extensions(request):
            _answer_options(request)
    elif _on_message != NULL and pj_strcmp2(&method.name, "MESSAGE") == 0:
        if not _refuse_extensions(request):
            _on_message(request)
    elif _one_of(&method.name, _NEED_DIALOG):
        _answer(request, PJSIP_SC_CALL_TSX_DOES_NOT_EXIST, NULL)
    elif pj_strcmp2(&method.name, "REFER") == 0:
        # In the Allow header, and not for use outside of sessions (RFC 3515 section 2.4.2).
        _answer(request, PJSIP_SC_DECLINE, NULL)
    elif _one_of(&method.name, _KNOWN) or method.id == PJSIP_INVITE_METHOD:
        _answer_not_allowed(request)
    else:
        _answer(request, PJSIP_SC_NOT_IMPLEMENTED, NULL)
    return PJ_TRUE


cdef int contact_of_request(pjsip_rx_data *rdata, char *buffer, int size) noexcept nogil:
    cdef pjsip_transport *transport = rdata.tp_info.transport
    cdef const void *target = pjsip_uri_get_uri(rdata.msg_info.msg.line.req.uri)
    cdef bint secure = PJSIP_URI_SCHEME_IS_SIPS(target)
    cdef pjsip_sip_uri *contact = pjsip_sip_uri_create(rdata.tp_info.pool, secure)
    cdef int length
    if secure or PJSIP_URI_SCHEME_IS_SIP(target):
        contact.user = (<const pjsip_sip_uri *> target).user
    contact.host = transport.local_name.host
    contact.port = transport.local_name.port
    if not secure:
        if transport.flag & PJSIP_TRANSPORT_SECURE:
            contact.transport_param = pj_str("tls")
        elif transport.flag & PJSIP_TRANSPORT_RELIABLE:
            contact.transport_param = pj_str("tcp")
    if size < 3:
        return 0
    buffer[0] = b"<"
    length = pjsip_uri_print(PJSIP_URI_IN_CONTACT_HDR, contact, buffer + 1, size - 2)
    if length <= 0:
        return 0
    buffer[length + 1] = b">"
    return length + 2


cdef pj_status_t request_handler_register(pjsip_endpoint *endpoint) noexcept nogil:
    global _endpoint
    cdef pj_str_t options = pj_str("OPTIONS")
    cdef pj_status_t status
    _endpoint = endpoint
    set_accepting(True)
    memset(&_module, 0, sizeof(_module))
    _module.name = pj_str("mod-sipsimple-uas")
    _module.id = -1
    # Behind every module that knows dialogs and subscriptions.
    _module.priority = PJSIP_MOD_PRIORITY_APPLICATION + 8
    _module.on_rx_request = _on_request
    status = pjsip_endpt_register_module(endpoint, &_module)
    if status == PJ_SUCCESS:
        status = pjsip_endpt_add_capability(
            endpoint, &_module, PJSIP_H_ALLOW, NULL, 1, &options
        )
    return status


cdef void answer_in_dialog(pjsip_dialog *dialog, pjsip_rx_data *request) noexcept nogil:
    cdef pjsip_method *method = &request.msg_info.msg.line.req.method
    cdef pjsip_hdr headers
    cdef int code = PJSIP_SC_NOT_IMPLEMENTED
    pj_list_init(&headers)
    if method.id == PJSIP_OPTIONS_METHOD:
        code = PJSIP_SC_OK
        _add_capability(&headers, request, PJSIP_H_ALLOW)
        _add_capability(&headers, request, PJSIP_H_ACCEPT)
        _add_capability(&headers, request, PJSIP_H_SUPPORTED)
    elif _one_of(&method.name, _NEED_DIALOG):
        # Of the usage that it belongs to there is none in this dialog.
        code = PJSIP_SC_CALL_TSX_DOES_NOT_EXIST
    elif _one_of(&method.name, _KNOWN):
        code = PJSIP_SC_METHOD_NOT_ALLOWED
        _add_capability(&headers, request, PJSIP_H_ALLOW)
    pjsip_dlg_respond(dialog, request, code, NULL, &headers, NULL)


cdef void set_invite_function(invite_function function) noexcept nogil:
    global _on_invite
    _on_invite = function


cdef void set_message_function(invite_function function) noexcept nogil:
    global _on_message
    _on_message = function


cdef bint is_accepting() noexcept nogil:
    return sipsimple_load_accepting(&_accepting)


cdef void set_accepting(bint accepting) noexcept nogil:
    sipsimple_store_accepting(&_accepting, accepting)
