"""PJSIP's hook for an external resolver: names go to Python, addresses come back.

PJSIP asks, in any thread and with a transaction locked, where a request is to go to. An address
is answered at once. A name becomes a query, and an event through which the Engine's thread
hands it to the threads of `lookups.py`; one of them comes back with `answer()`. From there a
timer leads to the polling thread, which calls PJSIP back and thereby sends the request: were it
another one, the response could be read before that had left the function that sends, and a
request with credentials, which is the same one again, would be refused as still being sent.

PJSIP keeps what its token points to until it is called back, even when the transaction has
ended meanwhile: the request and the transaction are referenced by the send that is going on. So
a query has to be answered exactly once, and that is what the list is for: the timer or the end
of the endpoint, whoever finds the query on the list takes it off and calls back.
"""

from libc.stdint cimport uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy, memmove, memset
from posix.time cimport CLOCK_MONOTONIC, clock_gettime, timespec

from sipsimple.core.gate cimport gate_enter, gate_leave
from sipsimple.pjproject.events cimport Event, event_new, event_push
from sipsimple.pjproject.native cimport (
    Anchor,
    anchor_alloc,
    anchor_lock,
    anchor_ref,
    anchor_unlock,
    anchor_unref,
)
from sipsimple.pjproject.pjlib cimport (
    PJ_ENOMEM,
    PJ_SUCCESS,
    pj_AF_INET,
    pj_AF_INET6,
    pj_pool_t,
    pj_sockaddr,
    pj_sockaddr_cmp,
    pj_sockaddr_get_len,
    pj_sockaddr_init,
    pj_status_t,
    pj_str_t,
    pj_time_val,
    pj_timer_entry,
    pj_timer_entry_init,
    pj_timer_heap_cancel,
    pj_timer_heap_t,
    pj_uint16_t,
)
from sipsimple.pjproject.pjsip cimport (
    PJSIP_TRANSPORT_IPV6,
    PJSIP_TRANSPORT_TCP,
    PJSIP_TRANSPORT_TLS,
    PJSIP_TRANSPORT_UDP,
    PJSIP_TRANSPORT_UNSPECIFIED,
    pjsip_endpoint,
    pjsip_endpt_get_timer_heap,
    pjsip_endpt_schedule_timer,
    pjsip_transport_get_default_port_for_type,
    pjsip_transport_type_e,
)
from sipsimple.pjproject.pjsip_resolve cimport (
    PJ_ECANCELLED,
    PJ_ERESOLVE,
    PJLIB_UTIL_EDNS_NXDOMAIN,
    PJSIP_MAX_RESOLVED_ADDRESSES,
    PJSIP_TRANSPORT_RELIABLE,
    PJSIP_TRANSPORT_SECURE,
    pj_inet_pton,
    pjsip_endpt_set_ext_resolver,
    pjsip_ext_resolver,
    pjsip_host_info,
    pjsip_resolver_callback,
    pjsip_resolver_t,
    pjsip_server_address_record,
    pjsip_server_addresses,
)
from sipsimple.pjproject.strings cimport borrow, encode

from sipsimple.core.locating import Question as _Question
from sipsimple.core.names import LookupFailed as _LookupFailed
from sipsimple.core.names import NoSuchDomain as _NoSuchDomain

cdef enum:
    # Above what locating.py takes, far below the 32 s of the transaction's timers B and F.
    SECONDS_TO_ANSWER = 10
    SECONDS_TO_AVOID = 300
    MOST_AVOIDED = 64

cdef struct Query:
    Anchor base
    Query *following
    pjsip_resolver_callback *callback
    void *token
    pj_timer_entry timer    # holds a reference while it runs, as the list does
    bint answered
    pj_status_t status      # and the addresses: what it will be answered
    pjsip_server_addresses *addresses

cdef struct QueryEvent:
    Event base
    uint64_t number
    int port
    int type
    size_t length
    char host[1]

cdef struct Avoided:
    int type
    pj_sockaddr address
    long until

# The lock of what follows; a new one for each endpoint, since a forked child may have to begin
# while the old one is held.
cdef Anchor *_lock = NULL
cdef Query *_queries = NULL
cdef pjsip_endpoint *_endpoint = NULL
cdef Avoided[MOST_AVOIDED] _avoided
cdef int _next_avoided = 0

cdef pjsip_ext_resolver _hook
cdef object _ask = None


cdef int resolver_set_lookups(object ask) except -1:
    global _ask
    _ask = ask
    return 0


# ---- queries

cdef Query *_take(uint64_t number) noexcept nogil:
    """Take a query off the list; 0 stands for any. NULL where somebody else has it."""
    global _queries
    cdef Query **place
    cdef Query *query
    anchor_lock(_lock)
    place = &_queries
    while place[0] != NULL and number != 0 and place[0].base.identity != number:
        place = &place[0].following
    query = place[0]
    if query != NULL:
        place[0] = query.following
    anchor_unlock(_lock)
    return query


cdef void _on_timer(pj_timer_heap_t *heap, pj_timer_entry *entry) noexcept nogil:
    """There is an answer, or it is too late for one."""
    cdef Query *query = <Query *> entry.user_data
    if _take(query.base.identity) != NULL:
        if query.status == PJ_SUCCESS:
            _sort(query.addresses)
            query.callback(PJ_SUCCESS, query.token, query.addresses)
        else:
            query.callback(query.status, query.token, NULL)
        anchor_unref(&query.base)
    anchor_unref(&query.base)


cdef bint _answer(
    uint64_t number, pj_status_t status, pjsip_server_addresses *addresses
) noexcept nogil:
    """Have the polling thread call back; True where the query takes over the addresses."""
    cdef pj_timer_heap_t *heap = pjsip_endpt_get_timer_heap(_endpoint)
    cdef pj_time_val now
    cdef Query *query
    now.sec = now.msec = 0
    anchor_lock(_lock)
    query = _queries
    while query != NULL and query.base.identity != number:
        query = query.following
    if query == NULL or query.answered:
        anchor_unlock(_lock)
        return False
    query.answered = True
    query.status = status
    query.addresses = addresses
    anchor_ref(&query.base)
    anchor_unlock(_lock)
    # Where it does not run it is about to be too late, and will find this answer.
    if pj_timer_heap_cancel(heap, &query.timer) > 0:
        if pjsip_endpt_schedule_timer(_endpoint, &query.timer, &now) != PJ_SUCCESS:
            _on_timer(heap, &query.timer)
    anchor_unref(&query.base)
    return True


cdef void _finalize(Anchor *anchor) noexcept nogil:
    free((<Query *> anchor).addresses)


cdef pj_status_t _begin(
    const pjsip_host_info *target, void *token, pjsip_resolver_callback *callback
) noexcept nogil:
    """Have a name looked up; unless this fails, the query is answered later."""
    global _queries
    cdef QueryEvent *event
    cdef Query *query
    cdef pj_time_val delay
    cdef size_t length = target.addr.host.slen
    cdef pj_status_t status
    event = <QueryEvent *> event_new(sizeof(QueryEvent) + length, _deliver, NULL, NULL)
    query = <Query *> anchor_alloc(sizeof(Query), _finalize)
    if event == NULL or query == NULL:
        # An event that is not pushed cannot be freed; memory is out anyway.
        anchor_unref(<Anchor *> query)
        return PJ_ENOMEM
    event.number = query.base.identity
    event.port = target.addr.port
    event.type = _plain_type(target)
    event.length = length
    memcpy(event.host, target.addr.host.ptr, length)
    query.callback = callback
    query.token = token
    query.status = PJ_ERESOLVE
    pj_timer_entry_init(&query.timer, 0, query, _on_timer)
    delay.sec = SECONDS_TO_ANSWER
    delay.msec = 0
    # For the timer, and for this function: as soon as it is on the list, it may be answered.
    anchor_ref(&query.base)
    anchor_ref(&query.base)
    anchor_lock(_lock)
    query.following = _queries
    _queries = query
    anchor_unlock(_lock)
    status = pjsip_endpt_schedule_timer(_endpoint, &query.timer, &delay)
    if status != PJ_SUCCESS:
        anchor_unref(&query.base)
        _take(query.base.identity)
        anchor_unref(&query.base)
    anchor_unref(&query.base)
    # Nobody answers before this; where it fails nobody will, and the event finds no query.
    event_push(&event.base)
    return status


cdef int _plain_type(const pjsip_host_info *target) noexcept nogil:
    """The transport, without the kind of address; unspecified where it is to be found out."""
    if target.type != PJSIP_TRANSPORT_UNSPECIFIED:
        return <int> target.type & ~<int> PJSIP_TRANSPORT_IPV6
    if target.flag & PJSIP_TRANSPORT_SECURE:
        return PJSIP_TRANSPORT_TLS
    if target.flag & PJSIP_TRANSPORT_RELIABLE:
        return PJSIP_TRANSPORT_TCP
    return PJSIP_TRANSPORT_UNSPECIFIED


cdef bint _is_address(const pj_str_t *host, int *family) noexcept nogil:
    cdef char[16] address
    family[0] = pj_AF_INET()
    if pj_inet_pton(family[0], host, address) == PJ_SUCCESS:
        return True
    family[0] = pj_AF_INET6()
    return pj_inet_pton(family[0], host, address) == PJ_SUCCESS


cdef void _set(
    pjsip_server_address_record *record, int type, int family, const pj_str_t *host, int port
) noexcept nogil:
    memset(record, 0, sizeof(record[0]))
    if family == pj_AF_INET6():
        type |= PJSIP_TRANSPORT_IPV6
    if port == 0:
        port = pjsip_transport_get_default_port_for_type(<pjsip_transport_type_e> type)
    record.type = <pjsip_transport_type_e> type
    pj_sockaddr_init(family, &record.addr, host, <pj_uint16_t> port)
    record.addr_len = pj_sockaddr_get_len(&record.addr)


cdef void _resolve(
    pjsip_resolver_t *resolver, pj_pool_t *pool, const pjsip_host_info *target, void *token,
    pjsip_resolver_callback *callback
) noexcept nogil:
    """What PJSIP calls for every request, and for responses that leave their connection."""
    cdef pjsip_server_addresses addresses
    cdef pj_status_t status
    cdef int family = 0
    cdef int type
    if _is_address(&target.addr.host, &family):
        type = _plain_type(target)
        if type == PJSIP_TRANSPORT_UNSPECIFIED:
            type = PJSIP_TRANSPORT_UDP
        addresses.count = 1
        _set(&addresses.entry[0], type, family, &target.addr.host, target.addr.port)
        addresses.entry[0].name = target.addr.host
        callback(PJ_SUCCESS, token, &addresses)
        return
    status = _begin(target, token, callback)
    if status != PJ_SUCCESS:
        callback(status, token, NULL)


# ---- the way to Python and back

cdef tuple _NAMES = ("udp", "tcp", "tls")


cdef int _deliver(object nothing, Event *base) except -1:
    cdef QueryEvent *event = <QueryEvent *> base
    cdef int type = event.type
    transport = None
    if type == PJSIP_TRANSPORT_UDP:
        transport = "udp"
    elif type == PJSIP_TRANSPORT_TCP:
        transport = "tcp"
    elif type == PJSIP_TRANSPORT_TLS:
        transport = "tls"
    host = event.host[:event.length].decode("utf-8", "surrogateescape")
    ask = _ask
    if ask is not None:
        ask(event.number, _Question(host, event.port, transport))
    return 0


def answer(number, found):
    """Answer a query of PJSIP's; in any thread.

    Args:
        number: That of the query.
        found: A list of `Target`, or a `LookupFailed`.

    Returns:
        Whether somebody still waited for it.
    """
    cdef pjsip_server_addresses *addresses = NULL
    cdef pj_status_t status = PJ_SUCCESS
    cdef uint64_t wanted = number
    cdef bint taken = False
    if isinstance(found, _LookupFailed):
        status = PJLIB_UTIL_EDNS_NXDOMAIN if isinstance(found, _NoSuchDomain) else PJ_ERESOLVE
    else:
        addresses = <pjsip_server_addresses *> calloc(1, sizeof(pjsip_server_addresses))
        if addresses == NULL:
            raise MemoryError
    try:
        if addresses != NULL:
            _fill(addresses, found)
            if addresses.count == 0:
                status = PJ_ERESOLVE
        with nogil:
            # Where the gate is shut the end of the endpoint calls back.
            if gate_enter():
                taken = _answer(wanted, status, addresses)
                gate_leave()
    finally:
        if not taken:
            free(addresses)
    return taken


cdef int _fill(pjsip_server_addresses *addresses, object found) except -1:
    cdef pj_str_t text
    cdef bytes address
    for target in found[:PJSIP_MAX_RESOLVED_ADDRESSES]:
        address = encode(target.address, "address")
        text = borrow(address)
        _set(
            &addresses.entry[addresses.count],
            PJSIP_TRANSPORT_UDP + _NAMES.index(target.transport),
            pj_AF_INET6() if ":" in target.address else pj_AF_INET(),
            &text,
            target.port,
        )
        addresses.entry[addresses.count].priority = target.priority
        addresses.entry[addresses.count].weight = target.weight
        addresses.count += 1
    return 0


# ---- targets that have failed

cdef long _now() noexcept nogil:
    cdef timespec now
    clock_gettime(CLOCK_MONOTONIC, &now)
    return now.tv_sec


cdef Avoided *_find(int type, const pj_sockaddr *address) noexcept nogil:
    """Under the lock: where a target stands among those to avoid, or NULL."""
    cdef int index
    for index in range(MOST_AVOIDED):
        if (
            _avoided[index].until > 0
            and _avoided[index].type == type
            and pj_sockaddr_cmp(&_avoided[index].address, address) == 0
        ):
            return &_avoided[index]
    return NULL


cdef void _sort(pjsip_server_addresses *addresses) noexcept nogil:
    """Put those that have failed lately last, and leave the order as it is otherwise."""
    cdef pjsip_server_address_record record
    cdef Avoided *known
    cdef unsigned index = 0
    cdef unsigned unseen = addresses.count
    cdef long now = _now()
    cdef bint avoid
    while unseen > 0:
        unseen -= 1
        anchor_lock(_lock)
        known = _find(addresses.entry[index].type, &addresses.entry[index].addr)
        avoid = known != NULL and known.until > now
        anchor_unlock(_lock)
        if avoid:
            record = addresses.entry[index]
            memmove(
                &addresses.entry[index],
                &addresses.entry[index + 1],
                (addresses.count - index - 1) * sizeof(record),
            )
            addresses.entry[addresses.count - 1] = record
        else:
            index += 1


cdef void resolver_avoid(const pjsip_sent_data *request) noexcept nogil:
    global _next_avoided
    cdef const pjsip_server_address_record *record
    cdef Avoided *place
    if request.dest_info.cur_addr >= request.dest_info.addr.count:
        return
    record = &request.dest_info.addr.entry[request.dest_info.cur_addr]
    anchor_lock(_lock)
    place = _find(record.type, &record.addr)
    if place == NULL:
        place = &_avoided[_next_avoided]
        _next_avoided = (_next_avoided + 1) % MOST_AVOIDED
    place.type = record.type
    place.address = record.addr
    place.until = _now() + SECONDS_TO_AVOID
    anchor_unlock(_lock)


cdef void resolver_trust(const pjsip_sent_data *request) noexcept nogil:
    cdef const pjsip_server_address_record *record
    cdef Avoided *known
    if request.dest_info.cur_addr >= request.dest_info.addr.count:
        return
    record = &request.dest_info.addr.entry[request.dest_info.cur_addr]
    anchor_lock(_lock)
    known = _find(record.type, &record.addr)
    if known != NULL:
        known.until = 0
    anchor_unlock(_lock)


# ---- life

cdef pj_status_t resolver_start(pjsip_endpoint *endpoint) noexcept nogil:
    global _lock, _queries, _endpoint, _next_avoided
    # The old one stays: a thread may still ask whether its query is there.
    _lock = anchor_alloc(sizeof(Anchor), NULL)
    if _lock == NULL:
        return PJ_ENOMEM
    _queries = NULL
    _endpoint = endpoint
    _next_avoided = 0
    memset(_avoided, 0, sizeof(_avoided))
    _hook.resolve = _resolve
    return pjsip_endpt_set_ext_resolver(endpoint, &_hook)


cdef void resolver_stop() noexcept nogil:
    cdef Query *query
    if _lock == NULL:
        return
    while True:
        query = _take(0)
        if query == NULL:
            break
        if pj_timer_heap_cancel(pjsip_endpt_get_timer_heap(_endpoint), &query.timer) > 0:
            anchor_unref(&query.base)
        query.callback(PJ_ECANCELLED, query.token, NULL)
        anchor_unref(&query.base)
