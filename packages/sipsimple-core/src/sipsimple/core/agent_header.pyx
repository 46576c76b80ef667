"""User-Agent in every request and Server in every response (RFC 3261 20.41, 20.35).

The endpoint has a list of headers that every request begins with; User-Agent is put there.
It may change while other threads create requests from that list. So a changed header is a
new node that takes the old one's place by one atomic store, and the old one stays intact
behind the back of whoever is reading it; all of them go with the endpoint's pool.
"""

from libc.string cimport memset

from sipsimple.pjproject.pjlib cimport (
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
    pjsip_hdr_clone,
    pjsip_method_e,
    pjsip_module,
    pjsip_msg_add_hdr,
    pjsip_msg_find_hdr_by_name,
    pjsip_tx_data,
    pjsip_tx_data_invalidate_msg,
    pjsip_tx_data_is_valid,
)

cdef extern from * nogil:
    """
    #define sipsimple_load_header(place) __atomic_load_n((place), __ATOMIC_ACQUIRE)
    #define sipsimple_store_header(place, header) \
        __atomic_store_n((place), (header), __ATOMIC_RELEASE)
    """
    pjsip_hdr *sipsimple_load_header(pjsip_hdr **place)
    void sipsimple_store_header(pjsip_hdr **place, pjsip_hdr *header)

cdef pjsip_module _module
cdef pjsip_hdr *_user_agent = NULL
cdef pjsip_hdr *_server = NULL


cdef bint _add(pjsip_tx_data *message, pjsip_hdr **place) noexcept nogil:
    """Add a copy of the header unless there is one; True if the message was changed."""
    cdef pjsip_hdr *header = sipsimple_load_header(place)
    if pjsip_msg_find_hdr_by_name(message.msg, &header.name, NULL) != NULL:
        return False
    pjsip_msg_add_hdr(message.msg, <pjsip_hdr *> pjsip_hdr_clone(message.pool, header))
    return True


cdef pj_status_t _on_send_request(pjsip_tx_data *message) noexcept nogil:
    # These two are made from the INVITE instead of from the endpoint's headers. They have
    # been printed by now, for the choice between UDP and TCP.
    cdef pjsip_method_e method = message.msg.line.req.method.id
    if method == PJSIP_CANCEL_METHOD or method == PJSIP_ACK_METHOD:
        if _add(message, &_user_agent):
            pjsip_tx_data_invalidate_msg(message)
    return PJ_SUCCESS


cdef pj_status_t _on_send_response(pjsip_tx_data *message) noexcept nogil:
    # A retransmission is printed already.
    if not pjsip_tx_data_is_valid(message):
        _add(message, &_server)
    return PJ_SUCCESS


cdef pj_status_t agent_header_register(pjsip_endpoint *endpoint) noexcept nogil:
    global _user_agent, _server
    _user_agent = NULL
    _server = NULL
    memset(&_module, 0, sizeof(_module))
    _module.name = pj_str("mod-sipsimple-agent")
    _module.id = -1
    _module.priority = PJSIP_MOD_PRIORITY_APPLICATION
    _module.on_tx_request = _on_send_request
    _module.on_tx_response = _on_send_response
    return pjsip_endpt_register_module(endpoint, &_module)


cdef void agent_header_set(
    pjsip_endpoint *endpoint, pj_pool_t *pool, const pj_str_t *text
) noexcept nogil:
    cdef pj_str_t user_agent_name = pj_str("User-Agent")
    cdef pj_str_t server_name = pj_str("Server")
    cdef pjsip_hdr *old = _user_agent
    cdef pjsip_hdr *new = <pjsip_hdr *> pjsip_generic_string_hdr_create(
        pool, &user_agent_name, text
    )
    sipsimple_store_header(
        &_server, <pjsip_hdr *> pjsip_generic_string_hdr_create(pool, &server_name, text)
    )
    if old == NULL:
        pj_list_push_back(<void *> pjsip_endpt_get_request_headers(endpoint), new)
    else:
        new.prev = old.prev
        new.next = old.next
        new.next.prev = new
        sipsimple_store_header(&new.prev.next, new)
    sipsimple_store_header(&_user_agent, new)
