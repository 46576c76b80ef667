"""`SCEngineSIPTrace`: the SIP messages as they are on the wire.

The module sits next to the transports, below everything that changes a message, so that
it sees each one as it came, and as it leaves, retransmissions included.
"""

from libc.string cimport memcpy, memset, strncpy

from sipsimple.pjproject.events cimport Event, emit, event_new, event_push
from sipsimple.pjproject.pjlib cimport (
    PJ_FALSE,
    PJ_INET6_ADDRSTRLEN,
    PJ_SUCCESS,
    pj_bool_t,
    pj_sockaddr,
    pj_sockaddr_get_port,
    pj_sockaddr_print,
    pj_status_t,
    pj_str,
)
from sipsimple.pjproject.pjsip cimport (
    PJSIP_MOD_PRIORITY_TRANSPORT_LAYER,
    pjsip_endpoint,
    pjsip_endpt_register_module,
    pjsip_module,
    pjsip_rx_data,
    pjsip_transport,
    pjsip_tx_data,
)

cdef extern from * nogil:
    """
    #define sipsimple_load_flag(flag) __atomic_load_n((flag), __ATOMIC_RELAXED)
    #define sipsimple_store_flag(flag, value) __atomic_store_n((flag), (value), __ATOMIC_RELAXED)
    """
    bint sipsimple_load_flag(bint *flag)
    void sipsimple_store_flag(bint *flag, bint value)

cdef struct Place:
    char ip[64]
    int port

cdef struct TraceEvent:
    Event base
    bint received
    Place source
    Place destination
    char transport[16]
    size_t length
    char data[1]

cdef pjsip_module _module
cdef bint _enabled = False


cdef void _set_place(Place *place, const pj_sockaddr *address) noexcept nogil:
    pj_sockaddr_print(address, place.ip, PJ_INET6_ADDRSTRLEN, 0)
    place.port = pj_sockaddr_get_port(address)


cdef TraceEvent *_event(const char *data, size_t length, pjsip_transport *transport) noexcept nogil:
    cdef TraceEvent *event = <TraceEvent *> event_new(
        sizeof(TraceEvent) + length, &_deliver, NULL, NULL
    )
    if event != NULL:
        memcpy(event.data, data, length)
        event.length = length
        strncpy(event.transport, transport.type_name, sizeof(event.transport) - 1)
    return event


cdef pj_bool_t _on_receive(pjsip_rx_data *message) noexcept nogil:
    cdef TraceEvent *event
    if not sipsimple_load_flag(&_enabled):
        return PJ_FALSE
    event = _event(
        message.msg_info.msg_buf, message.msg_info.len, message.tp_info.transport
    )
    if event != NULL:
        event.received = True
        _set_place(&event.source, &message.pkt_info.src_addr)
        _set_place(&event.destination, &message.tp_info.transport.local_addr)
        event_push(&event.base)
    return PJ_FALSE


cdef pj_status_t _on_send(pjsip_tx_data *message) noexcept nogil:
    cdef TraceEvent *event
    if not sipsimple_load_flag(&_enabled):
        return PJ_SUCCESS
    event = _event(
        message.buf.start, message.buf.cur - message.buf.start, message.tp_info.transport
    )
    if event != NULL:
        _set_place(&event.source, &message.tp_info.transport.local_addr)
        _set_place(&event.destination, &message.tp_info.dst_addr)
        event_push(&event.base)
    return PJ_SUCCESS


cdef int _deliver(object target, Event *base) except -1:
    cdef TraceEvent *event = <TraceEvent *> base
    return emit(
        base,
        "SCEngineSIPTrace",
        None,
        {
            "received": bool(event.received),
            "source_ip": (<bytes> event.source.ip).decode("ascii"),
            "source_port": event.source.port,
            "destination_ip": (<bytes> event.destination.ip).decode("ascii"),
            "destination_port": event.destination.port,
            # PJSIP's names of the IPv6 transports end in 6.
            "transport": (<bytes> event.transport).decode("ascii").rstrip("6"),
            "data": (<char *> event.data)[:event.length],
        },
    )


cdef pj_status_t trace_register(pjsip_endpoint *endpoint) noexcept nogil:
    memset(&_module, 0, sizeof(_module))
    _module.name = pj_str("mod-sipsimple-trace")
    _module.id = -1
    _module.priority = PJSIP_MOD_PRIORITY_TRANSPORT_LAYER - 1
    _module.on_rx_request = _on_receive
    _module.on_rx_response = _on_receive
    _module.on_tx_request = _on_send
    _module.on_tx_response = _on_send
    return pjsip_endpt_register_module(endpoint, &_module)


cdef void trace_set(bint enabled) noexcept nogil:
    sipsimple_store_flag(&_enabled, enabled)


cdef bint trace_get() noexcept nogil:
    return sipsimple_load_flag(&_enabled)
