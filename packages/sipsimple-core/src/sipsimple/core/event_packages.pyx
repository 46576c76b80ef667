"""The event packages of the endpoint, and the NOTIFYs that belong to none of them.

PJSIP keeps the packages in a list that only grows, and adds the types of each to the endpoint's
Accept header, which has room for 32 and no check (pjproject 2.17). So it gets to know one type
of each package, which is taken out of that header again; all of them stand in the table here,
and the SUBSCRIBEs get their Accept header from it.

A NOTIFY is looked at before PJSIP's dialogs see it. What is answered here leaves the
subscription as it is (RFC 5057 section 5.3); PJSIP would end one that refused a NOTIFY.

| NOTIFY | answer |
| --- | --- |
| without Event | 400 |
| with an event package that was not added | 489 with Allow-Events (RFC 6665 section 8.3.2) |
| without To tag, and so of no dialog | left to `request_handler.pyx`: 481 |
| without Subscription-State | 400 (RFC 6665 section 8.2.3) |
| with a body of a type that is not accepted | 415 with Accept (RFC 3261 section 8.2.3) |
"""

from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memset

from sipsimple.pjproject.native cimport pthread_mutex_lock, pthread_mutex_t, pthread_mutex_unlock
from sipsimple.pjproject.pjlib cimport (
    PJ_FALSE,
    PJ_SUCCESS,
    PJ_TRUE,
    pj_bool_t,
    pj_list_init,
    pj_list_push_back,
    pj_str,
    pj_strcmp2,
    pj_stricmp,
)
from sipsimple.pjproject.pjsip cimport (
    PJSIP_H_ACCEPT,
    PJSIP_H_ALLOW,
    PJSIP_H_CONTENT_LENGTH,
    PJSIP_MOD_PRIORITY_UA_PROXY_LAYER,
    PJSIP_SC_BAD_REQUEST,
    PJSIP_SC_UNSUPPORTED_MEDIA_TYPE,
    pjsip_accept_hdr_create,
    pjsip_clen_hdr,
    pjsip_endpt_get_capability,
    pjsip_endpt_register_module,
    pjsip_endpt_respond_stateless,
    pjsip_generic_array_hdr,
    pjsip_hdr,
    pjsip_hdr_clone,
    pjsip_media_type,
    pjsip_module,
    pjsip_msg,
    pjsip_msg_find_hdr,
    pjsip_rx_data,
)
from sipsimple.pjproject.pjsip_simple cimport (
    PJSIP_EVSUB_NO_EVENT_ID,
    PJSIP_SC_BAD_EVENT,
    pjsip_event_hdr,
    pjsip_evsub_create_uac,
    pjsip_evsub_get_allow_events_hdr,
    pjsip_evsub_init_module,
    pjsip_evsub_register_pkg,
    pjsip_msg_find_hdr_by_names,
)
from sipsimple.pjproject.runtime cimport check, ensure_thread

cdef extern from "<pthread.h>" nogil:
    """
    static pthread_mutex_t sipsimple_packages_lock = PTHREAD_MUTEX_INITIALIZER;
    """
    pthread_mutex_t sipsimple_packages_lock

# What a package asks for where nobody else does; each SUBSCRIBE here says its own.
cdef enum:
    DEFAULT_EXPIRES = 300

cdef pjsip_module _module
cdef pjsip_endpoint *_endpoint = NULL
# Also guards PJSIP's list of packages. A dialog that nobody else knows yet may be locked around
# it, any other not.
cdef Package *_packages = NULL


# ---- the table

cdef Package *_find(const pj_str_t *name) noexcept nogil:
    cdef Package *package = _packages
    while package != NULL and pj_stricmp(&package.name, name) != 0:
        package = package.next
    return package


cdef const Package *package_find(const pj_str_t *name) noexcept nogil:
    cdef Package *package
    pthread_mutex_lock(&sipsimple_packages_lock)
    package = _find(name)
    pthread_mutex_unlock(&sipsimple_packages_lock)
    return package


cdef void _forget_all() noexcept nogil:
    global _packages
    cdef Package *package
    while _packages != NULL:
        package = _packages
        _packages = package.next
        free(package)


cdef pj_status_t _add(Package *package) noexcept nogil:
    global _packages
    cdef pjsip_generic_array_hdr *accept
    cdef pj_status_t status
    pthread_mutex_lock(&sipsimple_packages_lock)
    status = pjsip_evsub_register_pkg(
        &_module, &package.name, DEFAULT_EXPIRES, 1, package.types
    )
    if status == PJ_SUCCESS:
        accept = <pjsip_generic_array_hdr *> pjsip_endpt_get_capability(
            _endpoint, PJSIP_H_ACCEPT, NULL
        )
        accept.count -= 1
        package.next = _packages
        _packages = package
    pthread_mutex_unlock(&sipsimple_packages_lock)
    return status


cdef int package_add(str event, list accept_types) except -1:
    cdef bytes name = event.encode("ascii")
    cdef list types = [each.encode("ascii") for each in accept_types]
    cdef bytes text = name + b"".join(types)
    cdef size_t length
    cdef char *place
    cdef pj_status_t status
    cdef Package *package = <Package *> malloc(sizeof(Package) + len(text))
    if package == NULL:
        raise MemoryError
    memset(package, 0, sizeof(Package))
    place = <char *> package + sizeof(Package)
    memcpy(place, <char *> text, len(text))
    package.name.ptr = place
    package.name.slen = len(name)
    place += len(name)
    for each in types:
        length = len(each)
        package.types[package.count].ptr = place
        package.types[package.count].slen = length
        package.count += 1
        place += length
    with nogil:
        ensure_thread()
        status = _add(package)
        if status != PJ_SUCCESS:
            free(package)
    return check(status, f"could not add the event package {event!r}")


cdef pj_status_t package_create_uac(
    const Package *package,
    pjsip_dialog *dialog,
    const pjsip_evsub_user *callbacks,
    pjsip_evsub **subscription,
) noexcept nogil:
    cdef pj_status_t status
    pthread_mutex_lock(&sipsimple_packages_lock)
    status = pjsip_evsub_create_uac(
        dialog, callbacks, &package.name, PJSIP_EVSUB_NO_EVENT_ID, subscription
    )
    pthread_mutex_unlock(&sipsimple_packages_lock)
    return status


# ---- NOTIFY

cdef bint _matches(const pj_str_t *pattern, const pjsip_media_type *kind) noexcept nogil:
    """Whether a type is that of the table, where `*` stands for anything."""
    cdef pj_str_t type_part = pattern[0]
    cdef pj_str_t subtype_part
    cdef int slash = 0
    while pattern.ptr[slash] != b"/":
        slash += 1
    type_part.slen = slash
    subtype_part.ptr = pattern.ptr + slash + 1
    subtype_part.slen = pattern.slen - slash - 1
    return (pj_strcmp2(&type_part, "*") == 0 or pj_stricmp(&type_part, &kind.type) == 0) and (
        pj_strcmp2(&subtype_part, "*") == 0 or pj_stricmp(&subtype_part, &kind.subtype) == 0
    )


cdef bint _accepts(const Package *package, const pjsip_rx_data *request) noexcept nogil:
    cdef const pjsip_msg *message = request.msg_info.msg
    cdef pjsip_clen_hdr *length
    cdef unsigned index
    if message.body == NULL:
        # PJSIP makes no body of one without Content-Type.
        length = <pjsip_clen_hdr *> pjsip_msg_find_hdr(message, PJSIP_H_CONTENT_LENGTH, NULL)
        return length == NULL or length.len <= 0
    for index in range(package.count):
        if _matches(&package.types[index], &message.body.content_type):
            return True
    return False


cdef bint _allowed(const pj_str_t *event) noexcept nogil:
    """Whether others have added a package: for REFER (RFC 3515), PJSIP does so."""
    cdef pjsip_generic_array_hdr *allowed = <pjsip_generic_array_hdr *> (
        pjsip_evsub_get_allow_events_hdr(NULL)
    )
    cdef unsigned index
    for index in range(allowed.count):
        if pj_stricmp(&allowed.values[index], event) == 0:
            return True
    return False


cdef void _answer(pjsip_rx_data *request, int code, const char *reason) noexcept nogil:
    cdef pj_str_t text = pj_str(<char *> reason)
    pjsip_endpt_respond_stateless(_endpoint, request, code, &text, NULL, NULL)


cdef void _answer_bad_event(pjsip_rx_data *request) noexcept nogil:
    cdef const pjsip_hdr *allowed = pjsip_evsub_get_allow_events_hdr(NULL)
    cdef pjsip_hdr headers
    pj_list_init(&headers)
    if (<pjsip_generic_array_hdr *> allowed).count > 0:
        pj_list_push_back(&headers, pjsip_hdr_clone(request.tp_info.pool, allowed))
    pjsip_endpt_respond_stateless(
        _endpoint, request, PJSIP_SC_BAD_EVENT, NULL, &headers, NULL
    )


cdef void _answer_bad_type(const Package *package, pjsip_rx_data *request) noexcept nogil:
    cdef pjsip_generic_array_hdr *accept = pjsip_accept_hdr_create(request.tp_info.pool)
    cdef pjsip_hdr headers
    accept.count = package.count
    memcpy(accept.values, package.types, package.count * sizeof(pj_str_t))
    pj_list_init(&headers)
    pj_list_push_back(&headers, accept)
    pjsip_endpt_respond_stateless(
        _endpoint, request, PJSIP_SC_UNSUPPORTED_MEDIA_TYPE, NULL, &headers, NULL
    )


cdef pj_bool_t _on_request(pjsip_rx_data *request) noexcept nogil:
    cdef const pjsip_msg *message = request.msg_info.msg
    cdef pj_str_t name = pj_str("Event")
    cdef pj_str_t compact = pj_str("o")
    cdef pj_str_t state = pj_str("Subscription-State")
    # The sessions know of these (RFC 3515).
    cdef pj_str_t refer = pj_str("refer")
    cdef pjsip_event_hdr *event
    cdef const Package *package
    if pj_strcmp2(&message.line.req.method.name, "NOTIFY") != 0:
        return PJ_FALSE
    event = <pjsip_event_hdr *> pjsip_msg_find_hdr_by_names(message, &name, &compact, NULL)
    if event == NULL:
        _answer(request, PJSIP_SC_BAD_REQUEST, "Missing Event Header")
        return PJ_TRUE
    package = package_find(&event.event_type)
    if package == NULL:
        if pj_stricmp(&event.event_type, &refer) == 0 or _allowed(&event.event_type):
            return PJ_FALSE
        _answer_bad_event(request)
        return PJ_TRUE
    if request.msg_info.to.tag.slen == 0:
        return PJ_FALSE
    if pjsip_msg_find_hdr_by_names(message, &state, &state, NULL) == NULL:
        _answer(request, PJSIP_SC_BAD_REQUEST, "Missing Subscription-State Header")
        return PJ_TRUE
    if not _accepts(package, request):
        _answer_bad_type(package, request)
        return PJ_TRUE
    return PJ_FALSE


# ---- the endpoint

cdef void _disallow_subscribe() noexcept nogil:
    """Take SUBSCRIBE out of the Allow header: nobody can subscribe here, and gets 405."""
    cdef pjsip_generic_array_hdr *allow = <pjsip_generic_array_hdr *> (
        pjsip_endpt_get_capability(_endpoint, PJSIP_H_ALLOW, NULL)
    )
    cdef unsigned index
    for index in range(allow.count):
        if pj_strcmp2(&allow.values[index], "SUBSCRIBE") == 0:
            allow.count -= 1
            allow.values[index] = allow.values[allow.count]
            return


cdef pj_status_t packages_register(pjsip_endpoint *endpoint) noexcept nogil:
    global _endpoint
    cdef pj_status_t status
    _endpoint = endpoint
    _forget_all()
    memset(&_module, 0, sizeof(_module))
    _module.name = pj_str("mod-sipsimple-notify")
    _module.id = -1
    # Behind the transactions, which keep retransmissions from us, and before the dialogs.
    _module.priority = PJSIP_MOD_PRIORITY_UA_PROXY_LAYER - 4
    _module.on_rx_request = _on_request
    status = pjsip_endpt_register_module(endpoint, &_module)
    if status == PJ_SUCCESS:
        status = pjsip_evsub_init_module(endpoint)
    if status == PJ_SUCCESS:
        _disallow_subscribe()
    return status


cdef int packages_module_id() noexcept nogil:
    return _module.id
