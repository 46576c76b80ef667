"""`Registration`: a binding at a registrar, kept alive (RFC 3261 section 10).

PJSIP's registration client (`pjsip_regc`) makes the requests, answers challenges and 423.
When to send what is decided here, by the table in `registration_states.py`: the refresh
timer is our own, so that a refresh passes through the same states and takes a new
`expires` with it.

The C struct is the state; all that happens goes through `_happen()`, in whatever thread
it happens, without the GIL. Whoever sends takes a reference to the struct for PJSIP;
whoever notices the end of that transaction first gives it back.
"""

import threading

from libc.stdint cimport uint32_t
from libc.string cimport memcpy, memset

from sipsimple.core.credentials cimport own_credentials
from sipsimple.core.gate cimport gate_enter_to_free, gate_leave
from sipsimple.core.request_parts cimport (
    check_extra_headers,
    fill_credentials,
    header_list,
    route_set,
)
from sipsimple.core.route cimport own_route
from sipsimple.core.ua cimport PJSIPUA, contact_header, current_ua
from sipsimple.core.uri cimport SIPURI
from sipsimple.pjproject.events cimport Event, emit, event_new, event_push
from sipsimple.pjproject.native cimport (
    Anchor,
    anchor_alloc,
    anchor_lock,
    anchor_ref,
    anchor_unlock,
    anchor_unref,
)
from sipsimple.pjproject.pjlib cimport (
    PJ_ERR_MSG_SIZE,
    PJ_SUCCESS,
    pj_pool_release,
    pj_pool_t,
    pj_status_t,
    pj_str_t,
    pj_strerror,
    pj_time_val,
    pj_timer_entry,
    pj_timer_entry_init,
    pj_timer_heap_cancel,
    pj_timer_heap_t,
)
from sipsimple.pjproject.pjsip cimport (
    PJSIP_EXPIRES_NOT_SPECIFIED,
    PJSIP_H_CONTACT,
    PJSIP_H_EXPIRES,
    PJSIP_SC_SERVICE_UNAVAILABLE,
    PJSIP_URI_IN_CONTACT_HDR,
    pjsip_contact_hdr,
    pjsip_cred_info,
    pjsip_endpoint,
    pjsip_endpt_get_timer_heap,
    pjsip_endpt_schedule_timer,
    pjsip_expires_hdr_create,
    pjsip_generic_int_hdr,
    pjsip_hdr,
    pjsip_msg,
    pjsip_msg_add_hdr,
    pjsip_msg_find_hdr,
    pjsip_regc,
    pjsip_regc_add_headers,
    pjsip_regc_cbparam,
    pjsip_regc_create,
    pjsip_regc_destroy,
    pjsip_regc_init,
    pjsip_regc_register,
    pjsip_regc_send,
    pjsip_regc_set_credentials,
    pjsip_regc_set_route_set,
    pjsip_regc_unregister,
    pjsip_regc_update_expires,
    pjsip_route_hdr,
    pjsip_rx_data,
    pjsip_tx_data,
    pjsip_uri_get_uri,
    pjsip_uri_print,
)
from sipsimple.pjproject.runtime cimport check, create_pool, ensure_thread
from sipsimple.pjproject.strings cimport pool_str

from sipsimple.core.registration_states import EVENTS, STATES, TRANSITIONS
from sipsimple.pjproject.errors import SIPCoreError

# Both in the order of registration_states.py.
cdef enum:
    UNREGISTERED
    REGISTERING
    REGISTERED
    UNREGISTERING
    STATE_COUNT

cdef enum:
    REGISTER
    UNREGISTER
    SUCCESS
    FAILURE
    REFRESH
    EVENT_COUNT
    NO_EVENT = -1

cdef enum:
    SEND_NOTHING
    SEND_REGISTER
    SEND_UNREGISTER

cdef enum:
    KEEP_QUEUE = -2
    MOST_CONTACTS = 1000

cdef struct Edge:
    bint exists
    int following
    int send
    int queue

cdef Edge[STATE_COUNT][EVENT_COUNT] _edges

cdef struct Native:
    Anchor base
    pjsip_regc *regc
    pjsip_endpoint *endpoint
    pj_timer_entry timer
    int state
    int queued
    int calls               # of register() and unregister() that are running
    bint pending            # a transaction runs and holds a reference
    uint32_t transaction    # its number
    uint32_t expires        # to ask for
    uint32_t asked          # what regc has been told to ask for
    uint32_t received       # granted by the last 2xx

# What an answer told, for the notification.
cdef struct Answer:
    int code
    pj_str_t reason
    uint32_t expires
    pjsip_rx_data *message

cdef struct StateEvent:
    Event base
    int state
    int code
    uint32_t expires
    size_t reason_length
    size_t contact_count
    size_t length           # of data: the reason, then contacts
    char data[1]

cdef struct ContactRecord:
    uint32_t expires
    uint32_t length

# Pinning an object and finding that it may be let go exclude each other.
cdef object _pinning = threading.Lock()


cdef int _fill_table() except -1:
    cdef int state, event
    sends = {"": SEND_NOTHING, "REGISTER": SEND_REGISTER, "un-REGISTER": SEND_UNREGISTER}
    queues = {None: KEEP_QUEUE, "": NO_EVENT, "register": REGISTER, "unregister": UNREGISTER}
    memset(_edges, 0, sizeof(_edges))
    for row in TRANSITIONS:
        state = STATES.index(row.state)
        event = EVENTS.index(row.event)
        _edges[state][event].exists = True
        _edges[state][event].following = STATES.index(row.following)
        _edges[state][event].send = sends[row.send]
        _edges[state][event].queue = queues[row.queue]
    return 0


_fill_table()


# ---- the machine, without the GIL

cdef size_t _record_contacts(
    pjsip_rx_data *message, uint32_t fallback, char *place, size_t room, size_t *count
) noexcept nogil:
    """Write each Contact of a 2xx as a ContactRecord and its URI; the length written."""
    cdef pjsip_msg *msg = message.msg_info.msg
    cdef pjsip_contact_hdr *contact
    cdef pjsip_generic_int_hdr *expires
    cdef ContactRecord record
    cdef size_t used = 0
    cdef int printed
    expires = <pjsip_generic_int_hdr *> pjsip_msg_find_hdr(msg, PJSIP_H_EXPIRES, NULL)
    if expires != NULL:
        fallback = expires.ivalue
    count[0] = 0
    contact = <pjsip_contact_hdr *> pjsip_msg_find_hdr(msg, PJSIP_H_CONTACT, NULL)
    while contact != NULL and count[0] < MOST_CONTACTS:
        if contact.uri != NULL and used + sizeof(record) < room:
            printed = pjsip_uri_print(
                PJSIP_URI_IN_CONTACT_HDR,
                pjsip_uri_get_uri(contact.uri),
                place + used + sizeof(record),
                room - used - sizeof(record),
            )
            if printed > 0:
                record.expires = contact.expires
                if contact.expires == PJSIP_EXPIRES_NOT_SPECIFIED:
                    record.expires = fallback
                record.length = printed
                memcpy(place + used, &record, sizeof(record))
                used += sizeof(record) + printed
                count[0] += 1
        if contact.next == <pjsip_contact_hdr *> &msg.hdr:
            break
        contact = <pjsip_contact_hdr *> pjsip_msg_find_hdr(msg, PJSIP_H_CONTACT, contact.next)
    return used


cdef void _push_state(Native *native, const Answer *answer) noexcept nogil:
    """Record that the state is what it is now; `answer` is what led to it, or NULL."""
    cdef StateEvent *event
    cdef size_t room = 0
    if answer != NULL:
        room = answer.reason.slen
        if answer.message != NULL and native.state == REGISTERED:
            # A URI may print with up to three times its received length, for the escapes.
            room += 3 * answer.message.msg_info.len + MOST_CONTACTS
    event = <StateEvent *> event_new(
        sizeof(StateEvent) + room, &_deliver_state, NULL, &native.base
    )
    if event == NULL:
        return
    event.state = native.state
    if answer != NULL:
        event.code = answer.code
        event.expires = answer.expires
        event.reason_length = answer.reason.slen
        event.length = answer.reason.slen
        memcpy(event.data, answer.reason.ptr, answer.reason.slen)
        if answer.message != NULL and native.state == REGISTERED:
            event.length += _record_contacts(
                answer.message,
                answer.expires,
                event.data + event.length,
                room - event.length,
                &event.contact_count,
            )
    event_push(&event.base)


cdef int _take(Native *native, int event, const Answer *answer) noexcept nogil:
    """Apply one row of the table, under the lock; what is to be sent."""
    cdef Edge *edge = &_edges[native.state][event]
    if not edge.exists:
        return SEND_NOTHING
    if edge.queue != KEEP_QUEUE:
        native.queued = edge.queue
    if edge.following != native.state:
        native.state = edge.following
        _push_state(native, answer)
    return edge.send


cdef void _happen(Native *native, int event, const Answer *answer) noexcept nogil:
    """Let an event happen, and do what follows from it."""
    cdef int send
    cdef int queued
    cdef uint32_t transaction = 0
    cdef bint wait = False
    anchor_lock(&native.base)
    if native.regc == NULL:
        anchor_unlock(&native.base)
        return
    send = _take(native, event, answer)
    if native.queued != NO_EVENT and (
        native.state == REGISTERED or native.state == UNREGISTERED
    ):
        queued = native.queued
        native.queued = NO_EVENT
        send = _take(native, queued, NULL)
    if send != SEND_NOTHING:
        native.pending = True
        native.transaction += 1
        transaction = native.transaction
        anchor_ref(&native.base)
    elif event == SUCCESS and native.state == REGISTERED:
        native.received = answer.expires
        wait = True
    anchor_unlock(&native.base)
    if send != SEND_NOTHING:
        _send(native, send == SEND_UNREGISTER, transaction)
    elif wait:
        _start_timer(native, answer.expires)


cdef bint _end_transaction(Native *native, uint32_t transaction) noexcept nogil:
    """True for the first who ends the running transaction; 0 stands for any."""
    cdef bint first
    anchor_lock(&native.base)
    first = native.pending and (transaction == 0 or transaction == native.transaction)
    if first:
        native.pending = False
    anchor_unlock(&native.base)
    return first


cdef void _send(Native *native, bint unregister, uint32_t transaction) noexcept nogil:
    cdef pjsip_tx_data *request = NULL
    cdef pj_status_t status
    cdef uint32_t expires
    cdef bint changed
    cdef Answer answer
    cdef char text[PJ_ERR_MSG_SIZE]
    _stop_timer(native)
    if unregister:
        status = pjsip_regc_unregister(native.regc, &request)
    else:
        anchor_lock(&native.base)
        expires = native.expires
        changed = expires != native.asked
        native.asked = expires
        anchor_unlock(&native.base)
        # Only when it changed: regc raises it by itself on 423, and that should stay.
        if changed:
            pjsip_regc_update_expires(native.regc, expires)
        status = pjsip_regc_register(native.regc, False, &request)
        # regc leaves the header out where the registrar granted just that much last time.
        if status == PJ_SUCCESS and pjsip_msg_find_hdr(request.msg, PJSIP_H_EXPIRES, NULL) == NULL:
            pjsip_msg_add_hdr(
                request.msg, <pjsip_hdr *> pjsip_expires_hdr_create(request.pool, expires)
            )
    if status == PJ_SUCCESS:
        status = pjsip_regc_send(native.regc, request)
    # On a failure PJSIP has called back already in most cases, but not in all.
    if status != PJ_SUCCESS and _end_transaction(native, transaction):
        memset(&answer, 0, sizeof(answer))
        answer.code = PJSIP_SC_SERVICE_UNAVAILABLE
        answer.reason = pj_strerror(status, text, sizeof(text))
        _happen(native, FAILURE, &answer)
        anchor_unref(&native.base)


cdef void _on_answer(pjsip_regc_cbparam *result) noexcept nogil:
    cdef Native *native = <Native *> result.token
    cdef Answer answer
    if not _end_transaction(native, 0):
        return
    answer.code = result.code
    answer.reason = result.reason
    answer.expires = result.expiration
    answer.message = result.rdata
    if result.status == PJ_SUCCESS and result.code // 100 == 2:
        _happen(native, SUCCESS, &answer)
    else:
        _happen(native, FAILURE, &answer)
    anchor_unref(&native.base)


# ---- the refresh timer, which holds a reference while it runs

cdef void _start_timer(Native *native, uint32_t expires) noexcept nogil:
    cdef pj_time_val delay
    cdef long milliseconds = _refresh_milliseconds(expires)
    delay.sec = milliseconds // 1000
    delay.msec = milliseconds % 1000
    anchor_ref(&native.base)
    if pjsip_endpt_schedule_timer(native.endpoint, &native.timer, &delay) != PJ_SUCCESS:
        anchor_unref(&native.base)


cdef long _refresh_milliseconds(uint32_t expires) noexcept nogil:
    """`registration_states.refresh_delay()` in C."""
    cdef long half = <long> expires * 500
    cdef long most = <long> expires * 900
    if <long> expires * 1000 - 5000 < most:
        most = <long> expires * 1000 - 5000
    if half > most:
        most = half
    return most if most > 500 else 500


cdef void _stop_timer(Native *native) noexcept nogil:
    if pj_timer_heap_cancel(pjsip_endpt_get_timer_heap(native.endpoint), &native.timer) > 0:
        anchor_unref(&native.base)


cdef void _on_timer(pj_timer_heap_t *heap, pj_timer_entry *entry) noexcept nogil:
    cdef Native *native = <Native *> entry.user_data
    _happen(native, REFRESH, NULL)
    anchor_unref(&native.base)


cdef void _finalize(Anchor *anchor) noexcept nogil:
    """Nothing refers to the struct any more: no object, no transaction, no timer, no event."""
    cdef Native *native = <Native *> anchor
    if native.regc != NULL and gate_enter_to_free():
        pjsip_regc_destroy(native.regc)
        gate_leave()


# ---- with the GIL

cdef int _deliver_state(object target, Event *base) except -1:
    cdef StateEvent *event = <StateEvent *> base
    cdef Registration registration = target
    cdef ContactRecord record
    cdef char *place = event.data + event.reason_length
    cdef dict data = {"state": STATES[event.state]}
    cdef list contacts
    registration._settle()
    if event.code:
        data["code"] = event.code
        data["reason"] = (<char *> event.data)[:event.reason_length].decode(
            "utf-8", "surrogateescape"
        )
    if event.state == REGISTERED:
        contacts = []
        for _ in range(event.contact_count):
            memcpy(&record, place, sizeof(record))
            place += sizeof(record)
            contacts.append(
                (place[:record.length].decode("utf-8", "surrogateescape"), record.expires)
            )
            place += record.length
        data["contact_uri"] = registration._contact_uri
        data["expires"] = event.expires
        data["contact_uri_list"] = contacts
    return emit(base, "SCRegistrationChangedState", target, data)


cdef int _checked_expires(object value) except -1:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"expires: must be int, not {type(value).__name__}")
    if not 0 < value < 0x7FFFFFFF:
        raise ValueError(f"expires: {value} is not between 1 and {0x7FFFFFFE}")
    return value


cdef class Registration(Primitive):
    """Registration(credentials, route=None, expires=300, extra_headers=None)
--

    Registers a SIP account at its registrar and keeps it registered.

    Both requests may be made in any state: while a transaction is running they are
    queued, and the last one wins. The object lives on while it is registered, even if
    nobody holds it.

    Args:
        credentials: The account, with the password if the registrar wants one. The object
            keeps a copy.
        route: Outbound proxy, or None to go by the account's domain. The object keeps a
            copy.
        expires: Seconds to register for.
        extra_headers: Names and values of headers to add to every REGISTER.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: `expires` is out of range, or a header cannot be added.
        SIPCoreError: The SIP core is not running, or the transport is disabled.

    Notifications:
        `SCRegistrationChangedState` with every change of `state`: `state`; `code` and
        `reason` where an answer, or its absence, caused it; when registered
        `contact_uri`, `expires` and `contact_uri_list`.

    Source: RFC 3261 section 10.2, `pjsip_regc`.
    """

    def __init__(self, credentials, route=None, expires=300, extra_headers=None):
        if self.anchor != NULL:
            raise SIPCoreError("a Registration is initialized once")
        self._credentials = own_credentials(credentials)
        self._route = own_route(route)
        self._extra_headers = check_extra_headers(extra_headers)
        cdef int checked = _checked_expires(expires)
        current_ua()
        self.enter()
        try:
            self._create(checked)
        finally:
            with nogil:
                gate_leave()

    cdef int _create(self, int expires) except -1:
        cdef PJSIPUA ua = current_ua()
        cdef SIPURI account = self._credentials._uri
        cdef SIPURI registrar = account.copy()
        cdef bytes contact_text = contact_header(ua, self._credentials, self._route, account)
        cdef Native *native = <Native *> anchor_alloc(sizeof(Native), &_finalize)
        self.adopt(<Anchor *> native)
        native.endpoint = ua.endpoint
        native.state = UNREGISTERED
        native.queued = NO_EVENT
        native.expires = native.asked = expires
        pj_timer_entry_init(&native.timer, 0, native, _on_timer)
        # The domain of the account, RFC 3261 10.2.
        registrar._user = registrar._password = registrar._display = None
        registrar._headers = {}
        self._contact_uri = contact_text[1:-1].decode("ascii")
        cdef pj_pool_t *pool
        cdef pjsip_cred_info info
        cdef int credential_count
        cdef pjsip_route_hdr *route
        cdef pjsip_hdr *headers
        cdef pj_str_t server, identity, contact
        cdef pjsip_regc *regc = NULL
        cdef pj_status_t status
        with nogil:
            pool = create_pool("registration", 1024, 1024)
        if pool == NULL:
            raise MemoryError
        try:
            credential_count = fill_credentials(self._credentials, pool, &info)
            route = route_set(self._route, pool)
            headers = header_list(self._extra_headers, pool)
            server = pool_str(pool, registrar.addr_spec())
            identity = pool_str(pool, account.name_addr())
            contact = pool_str(pool, contact_text)
            with nogil:
                status = pjsip_regc_create(native.endpoint, native, &_on_answer, &regc)
                if status == PJ_SUCCESS:
                    status = pjsip_regc_init(
                        regc, &server, &identity, &identity, 1, &contact, expires
                    )
                if status == PJ_SUCCESS and credential_count > 0:
                    status = pjsip_regc_set_credentials(regc, credential_count, &info)
                if status == PJ_SUCCESS:
                    status = pjsip_regc_set_route_set(regc, route)
                if status == PJ_SUCCESS:
                    status = pjsip_regc_add_headers(regc, headers)
                if status != PJ_SUCCESS and regc != NULL:
                    pjsip_regc_destroy(regc)
        finally:
            with nogil:
                pj_pool_release(pool)
        check(status, f"could not create the registration of {account}")
        native.regc = regc
        return 0

    # ---- requests

    cdef int _request(self, int event) except -1:
        cdef Native *native
        self.enter()
        native = <Native *> self.anchor
        try:
            with _pinning:
                anchor_lock(&native.base)
                native.calls += 1
                anchor_unlock(&native.base)
                self.pin()
            with nogil:
                _happen(native, event, NULL)
            with _pinning:
                anchor_lock(&native.base)
                native.calls -= 1
                anchor_unlock(&native.base)
            self._settle()
        finally:
            with nogil:
                gate_leave()
        return 0

    cdef int _settle(self) except -1:
        """Let go of the object, for Python to collect, where nothing is going on."""
        cdef Native *native = <Native *> self.anchor
        cdef bint idle
        with _pinning:
            anchor_lock(&native.base)
            idle = native.calls == 0 and native.state == UNREGISTERED
            anchor_unlock(&native.base)
            if idle:
                self.unpin()
        return 0

    def register(self):
        """Register, or refresh the registration now; queued while a transaction runs.

        The registration is refreshed by itself before it expires.

        Raises:
            SIPCoreError: The SIP core has stopped.

        Notifications:
            `SCRegistrationChangedState`: "registering", then "registered" or
            "unregistered".

        Source: `pjsip_regc_register()`.
        """
        self._request(REGISTER)

    def unregister(self):
        """Remove the binding; queued while a transaction runs, nothing when unregistered.

        Raises:
            SIPCoreError: The SIP core has stopped.

        Notifications:
            `SCRegistrationChangedState`: "unregistering", then "unregistered".

        Source: `pjsip_regc_unregister()`.
        """
        self._request(UNREGISTER)

    # ---- attributes

    @property
    def state(self):
        """`"unregistered"`, `"registering"`, `"registered"` or `"unregistering"`."""
        cdef Native *native = <Native *> self.anchor
        cdef int state
        anchor_lock(&native.base)
        state = native.state
        anchor_unlock(&native.base)
        return STATES[state]

    @property
    def credentials(self):
        """The credentials, a copy."""
        return self._credentials.copy()

    @property
    def route(self):
        """The route, a copy, or None."""
        return None if self._route is None else self._route.copy()

    @property
    def extra_headers(self):
        """The extra headers, a copy of the dict."""
        return dict(self._extra_headers)

    @property
    def expires(self):
        """Seconds to ask for with the next REGISTER."""
        cdef Native *native = <Native *> self.anchor
        cdef uint32_t expires
        anchor_lock(&native.base)
        expires = native.expires
        anchor_unlock(&native.base)
        return expires

    @expires.setter
    def expires(self, value):
        cdef Native *native = <Native *> self.anchor
        cdef int checked = _checked_expires(value)
        anchor_lock(&native.base)
        native.expires = checked
        anchor_unlock(&native.base)

    @property
    def expires_received(self):
        """Seconds that the registrar granted the last time; 0 before the first time."""
        cdef Native *native = <Native *> self.anchor
        cdef uint32_t received
        anchor_lock(&native.base)
        received = native.received
        anchor_unlock(&native.base)
        return received

    def __repr__(self):
        return f"<{type(self).__name__} of {self._credentials._uri}: {self.state}>"

    # ---- the end of the SIP core

    cdef int begin_end(self) except -1:
        if self.state in ("registering", "registered"):
            self._request(UNREGISTER)
        return 0

    cdef bint is_idle(self) except -1:
        return self.anchor == NULL or self.state == "unregistered"

    cdef int invalidate(self) except -1:
        cdef Native *native = <Native *> self.anchor
        cdef pjsip_regc *regc
        if native == NULL:
            return 0
        with nogil:
            ensure_thread()
            anchor_lock(&native.base)
            regc = native.regc
            native.regc = NULL
            native.state = UNREGISTERED
            native.queued = NO_EVENT
            anchor_unlock(&native.base)
            if regc != NULL:
                _stop_timer(native)
                pjsip_regc_destroy(regc)
            # Destroyed, regc will not call back any more.
            if _end_transaction(native, 0):
                anchor_unref(&native.base)
        self._settle()
        return 0
