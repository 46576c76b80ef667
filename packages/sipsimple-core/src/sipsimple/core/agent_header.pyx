"""User-Agent in every request and Server in every response (RFC 3261 20.41, 20.35).

The endpoint has a list of headers, copies of which every request begins with. Threads make
requests from it at any time, without a lock, so it must never change. The User-Agent in it is
therefore a header of a kind of its own: copying it makes a plain header with the text of that
moment. The text has a count of references, and goes when it is replaced and the last copy is
made.
"""

from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memset

from sipsimple.pjproject.native cimport pthread_mutex_lock, pthread_mutex_t, pthread_mutex_unlock
from sipsimple.pjproject.pjlib cimport (
    PJ_ENOMEM,
    PJ_SUCCESS,
    pj_list_push_back,
    pj_pool_t,
    pj_status_t,
    pj_str,
    pj_str_t,
)
from sipsimple.pjproject.pjsip cimport (
    PJSIP_ACK_METHOD,
    PJSIP_CANCEL_METHOD,
    PJSIP_MOD_PRIORITY_APPLICATION,
    pjsip_endpoint,
    pjsip_endpt_get_request_headers,
    pjsip_endpt_register_module,
    pjsip_generic_string_hdr_create,
    pjsip_hdr,
    pjsip_method_e,
    pjsip_module,
    pjsip_msg_add_hdr,
    pjsip_msg_find_hdr_by_name,
    pjsip_tx_data,
    pjsip_tx_data_invalidate_msg,
    pjsip_tx_data_is_valid,
)

ctypedef void *(*clone_function)(pj_pool_t *pool, const void *header) noexcept nogil

cdef extern from * nogil:
    """
    #include <pthread.h>
    #include <pjsip.h>
    static pthread_mutex_t sipsimple_agent_lock = PTHREAD_MUTEX_INITIALIZER;
    static pjsip_hdr_vptr sipsimple_agent_functions;
    static void sipsimple_copy_with(
        pjsip_hdr *header, void *(*clone)(pj_pool_t *pool, const void *header))
    {
        sipsimple_agent_functions = *header->vptr;
        sipsimple_agent_functions.clone = clone;
        sipsimple_agent_functions.shallow_clone = clone;
        header->vptr = &sipsimple_agent_functions;
    }
    """
    pthread_mutex_t sipsimple_agent_lock
    void sipsimple_copy_with(pjsip_hdr *header, clone_function clone)

# `references` is under the lock, the rest does not change.
cdef struct Text:
    int references
    size_t length
    char data[1]

cdef pjsip_module _module
cdef Text *_text = NULL


cdef void _give_back(Text *text) noexcept nogil:
    cdef bint last
    if text == NULL:
        return
    pthread_mutex_lock(&sipsimple_agent_lock)
    text.references -= 1
    last = text.references == 0
    pthread_mutex_unlock(&sipsimple_agent_lock)
    if last:
        free(text)


cdef bint agent_header_set(const char *text, size_t length) noexcept nogil:
    global _text
    cdef Text *old
    cdef Text *new = <Text *> malloc(sizeof(Text) + length)
    if new == NULL:
        return False
    new.references = 1
    new.length = length
    memcpy(new.data, text, length)
    pthread_mutex_lock(&sipsimple_agent_lock)
    old = _text
    _text = new
    pthread_mutex_unlock(&sipsimple_agent_lock)
    _give_back(old)
    return True


cdef pjsip_hdr *_header(pj_pool_t *pool, const char *name) noexcept nogil:
    """A plain header with the text of this moment."""
    cdef Text *text
    cdef pjsip_hdr *header
    cdef pj_str_t native_name = pj_str(<char *> name)
    cdef pj_str_t value
    pthread_mutex_lock(&sipsimple_agent_lock)
    text = _text
    text.references += 1
    pthread_mutex_unlock(&sipsimple_agent_lock)
    value.ptr = text.data
    value.slen = text.length
    header = <pjsip_hdr *> pjsip_generic_string_hdr_create(pool, &native_name, &value)
    _give_back(text)
    return header


cdef void *_copy_user_agent(pj_pool_t *pool, const void *header) noexcept nogil:
    return _header(pool, b"User-Agent")


cdef bint _add(pjsip_tx_data *message, const char *name) noexcept nogil:
    """Add the header unless there is one; True if the message was changed."""
    cdef pj_str_t native_name = pj_str(<char *> name)
    if pjsip_msg_find_hdr_by_name(message.msg, &native_name, NULL) != NULL:
        return False
    pjsip_msg_add_hdr(message.msg, _header(message.pool, name))
    return True


cdef pj_status_t _on_send_request(pjsip_tx_data *message) noexcept nogil:
    # These two are made from the INVITE instead of from the endpoint's headers. They have
    # been printed by now, for the choice between UDP and TCP.
    cdef pjsip_method_e method = message.msg.line.req.method.id
    if method == PJSIP_CANCEL_METHOD or method == PJSIP_ACK_METHOD:
        if _add(message, b"User-Agent"):
            pjsip_tx_data_invalidate_msg(message)
    return PJ_SUCCESS


cdef pj_status_t _on_send_response(pjsip_tx_data *message) noexcept nogil:
    # A retransmission is printed already.
    if not pjsip_tx_data_is_valid(message):
        _add(message, b"Server")
    return PJ_SUCCESS


cdef pj_status_t agent_header_register(pjsip_endpoint *endpoint, pj_pool_t *pool) noexcept nogil:
    """To be called after agent_header_set()."""
    cdef pjsip_hdr *user_agent
    if pool == NULL:
        return PJ_ENOMEM
    user_agent = _header(pool, b"User-Agent")
    sipsimple_copy_with(user_agent, _copy_user_agent)
    pj_list_push_back(<void *> pjsip_endpt_get_request_headers(endpoint), user_agent)
    memset(&_module, 0, sizeof(_module))
    _module.name = pj_str("mod-sipsimple-agent")
    _module.id = -1
    _module.priority = PJSIP_MOD_PRIORITY_APPLICATION
    _module.on_tx_request = _on_send_request
    _module.on_tx_response = _on_send_response
    return pjsip_endpt_register_module(endpoint, &_module)
