"""`Registration`: a binding at a registrar, kept alive (RFC 3261 section 10).

PJSIP's registration client (`pjsip_regc`) makes the requests, answers challenges and 423.
When to send what is decided by `registration_machine.pyx`, which does without the GIL; the
refresh timer is our own, so that a refresh passes through the same states and takes a new
`expires` with it. Here is what Python sees of it.
"""

import threading

cimport cython
from libc.stdint cimport uint32_t
from libc.string cimport memcpy

from sipsimple.core.credentials cimport own_credentials
from sipsimple.core.gate cimport gate_leave
from sipsimple.core.registration_machine cimport (
    NO_EVENT,
    REGISTER,
    REGISTERED,
    UNREGISTER,
    UNREGISTERED,
    ContactRecord,
    Native,
    StateEvent,
    machine_close,
    machine_end_transaction,
    machine_finalize,
    machine_happen,
    machine_on_answer,
    machine_on_timer,
    machine_stop_timer,
)
from sipsimple.core.request_parts cimport (
    check_extra_headers,
    fill_credentials,
    header_list,
    route_set,
)
from sipsimple.core.route cimport own_route
from sipsimple.core.ua cimport PJSIPUA, contact_header, current_ua
from sipsimple.core.uri cimport SIPURI
from sipsimple.pjproject.events cimport Event, emit
from sipsimple.pjproject.native cimport (
    Anchor,
    anchor_alloc,
    anchor_lock,
    anchor_unlock,
    anchor_unref,
)
from sipsimple.pjproject.pjlib cimport (
    PJ_SUCCESS,
    pj_pool_release,
    pj_pool_t,
    pj_status_t,
    pj_str_t,
    pj_timer_entry_init,
)
from sipsimple.pjproject.pjsip cimport (
    pjsip_cred_info,
    pjsip_hdr,
    pjsip_regc,
    pjsip_regc_add_headers,
    pjsip_regc_create,
    pjsip_regc_destroy,
    pjsip_regc_init,
    pjsip_regc_set_credentials,
    pjsip_regc_set_route_set,
    pjsip_route_hdr,
)
from sipsimple.pjproject.runtime cimport check, create_pool, ensure_thread
from sipsimple.pjproject.strings cimport pool_str

from sipsimple.core.registration_states import STATES as _STATES
from sipsimple.pjproject.errors import SIPCoreError

# Pinning an object and finding that it may be let go exclude each other.
cdef object _pinning = threading.Lock()


cdef int _deliver_state(object target, Event *base) except -1:
    cdef StateEvent *event = <StateEvent *> base
    cdef Registration registration = target
    cdef ContactRecord record
    cdef char *place = event.data + event.reason_length
    cdef dict data = {"state": _STATES[event.state]}
    cdef list contacts
    cdef Native *native = <Native *> registration.anchor
    anchor_lock(&native.base)
    native.events -= 1
    anchor_unlock(&native.base)
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


cdef Native *_native(Registration registration) except NULL:
    if registration.anchor == NULL:
        raise SIPCoreError("Registration.__init__() has not been called")
    return <Native *> registration.anchor


@cython.auto_pickle(False)
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
        self._extra_headers = check_extra_headers(extra_headers, "expires")
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
        cdef Native *native = <Native *> anchor_alloc(sizeof(Native), machine_finalize)
        self.adopt(<Anchor *> native)
        native.deliver = _deliver_state
        native.endpoint = ua.endpoint
        native.state = UNREGISTERED
        native.queued = NO_EVENT
        native.expires = native.asked = expires
        pj_timer_entry_init(&native.timer, 0, native, machine_on_timer)
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
                status = pjsip_regc_create(native.endpoint, native, machine_on_answer, &regc)
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
        cdef Native *native = _native(self)
        self.enter()
        try:
            with _pinning:
                anchor_lock(&native.base)
                native.calls += 1
                anchor_unlock(&native.base)
                self.pin()
            with nogil:
                machine_happen(native, event, NULL)
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
            # An event finds the object only while it lives.
            idle = native.calls == 0 and native.events == 0 and native.state == UNREGISTERED
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
        cdef Native *native = _native(self)
        cdef int state
        anchor_lock(&native.base)
        state = native.state
        anchor_unlock(&native.base)
        return _STATES[state]

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
        cdef Native *native = _native(self)
        cdef uint32_t expires
        anchor_lock(&native.base)
        expires = native.expires
        anchor_unlock(&native.base)
        return expires

    @expires.setter
    def expires(self, value):
        cdef Native *native = _native(self)
        cdef int checked = _checked_expires(value)
        anchor_lock(&native.base)
        native.expires = checked
        anchor_unlock(&native.base)

    @property
    def expires_received(self):
        """Seconds that the registrar granted the last time; 0 before the first time."""
        cdef Native *native = _native(self)
        cdef uint32_t received
        anchor_lock(&native.base)
        received = native.received
        anchor_unlock(&native.base)
        return received

    def __repr__(self):
        if self._credentials is None:
            return f"<{type(self).__name__}, not initialized>"
        return f"<{type(self).__name__} of {self._credentials._uri}: {self.state}>"

    # ---- the end of the SIP core

    cdef int begin_end(self) except -1:
        # In "unregistering" too: a register() may be queued behind it.
        if self.state != "unregistered":
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
            regc = machine_close(native)
            if regc != NULL:
                machine_stop_timer(native)
                pjsip_regc_destroy(regc)
            # Destroyed, regc will not call back any more.
            if machine_end_transaction(native, 0):
                anchor_unref(&native.base)
        self._settle()
        return 0
