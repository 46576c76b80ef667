"""`Subscription`: to be told of the state of a resource (RFC 6665).

PJSIP's event subscription (`pjsip_evsub`) has the states, answers the NOTIFYs and the challenges;
`subscription_callbacks.pyx` and `subscription_session.pyx` are what lies between it and here,
without the GIL. Here is what Python sees of it.
"""

import threading

cimport cython

from sipsimple.core.credentials cimport own_credentials
from sipsimple.core.event_packages cimport package_find
from sipsimple.core.gate cimport gate_leave
from sipsimple.core.invitation_message cimport message_data
from sipsimple.core.request_parts cimport (
    check_extra_headers,
    fill_credentials,
    header_list,
    route_set,
)
from sipsimple.core.route cimport own_route
from sipsimple.core.subscription_requests cimport (
    NOT_ALLOWED,
    Opening,
    subscription_close,
    subscription_drop,
    subscription_open,
)
from sipsimple.core.subscription_session cimport (
    STATE_OTHER,
    STATE_TERMINATED,
    NotifyEvent,
    StateEvent,
    Subscriber,
    subscriber_new,
)
from sipsimple.core.ua cimport PJSIPUA, contact_header, current_ua
from sipsimple.core.uri cimport SIPURI
from sipsimple.pjproject.events cimport Event, emit
from sipsimple.pjproject.native cimport Anchor, anchor_lock, anchor_unlock, anchor_unref
from sipsimple.pjproject.pjlib cimport pj_pool_release, pj_pool_t, pj_status_t, pj_str_t
from sipsimple.pjproject.runtime cimport check, create_pool, ensure_thread
from sipsimple.pjproject.strings cimport borrow, pool_str

from sipsimple.core.options import checked_expires
from sipsimple.pjproject.errors import SIPCoreError

# In the order of the enumeration.
_STATES = ("TERMINATED", "SENT", "ACCEPTED", "PENDING", "ACTIVE", "UNKNOWN")

# Pinning an object and finding that it may be let go exclude each other.
cdef object _pinning = threading.Lock()


cdef str _text(const char *start, size_t length):
    return start[:length].decode("utf-8", "surrogateescape")


cdef int _delivered(Subscription subscription) except -1:
    anchor_lock(subscription.anchor)
    (<Subscriber *> subscription.anchor).events -= 1
    anchor_unlock(subscription.anchor)
    return subscription._settle()


cdef int _deliver_state(object target, Event *base) except -1:
    cdef StateEvent *event = <StateEvent *> base
    cdef const char *place = event.data
    cdef dict data = {}
    _delivered(target)
    if event.state == STATE_OTHER:
        data["state"] = _text(place, event.name_length)
    else:
        data["state"] = _STATES[event.state]
    place += event.name_length
    if event.code:
        data["code"] = event.code
        data["reason"] = _text(place, event.reason_length)
    place += event.reason_length
    if event.state == STATE_TERMINATED:
        data["termination_reason"] = _text(place, event.termination_length) or None
        data["retry_after"] = event.retry_after if event.retry_after >= 0 else None
    return emit(base, "SCSubscriptionChangedState", target, data)


cdef int _deliver_notify(object target, Event *base) except -1:
    cdef dict message
    _delivered(target)
    message = message_data(&(<NotifyEvent *> base).message)
    if message["body"] is None:
        return 0
    kind, _, subtype = message["headers"]["Content-Type"][0].partition("/")
    data = {
        "content_type": kind,
        "content_subtype": subtype,
        "body": message["body"],
        "headers": message["headers"],
    }
    return emit(base, "SCSubscriptionGotNotify", target, data)


cdef Subscriber *_native(Subscription subscription) except NULL:
    if subscription.anchor == NULL:
        raise SIPCoreError("Subscription.__init__() has not been called")
    return <Subscriber *> subscription.anchor


@cython.auto_pickle(False)
cdef class Subscription(Primitive):
    """Subscription(credentials, to_uri, event, route=None, expires=300, extra_headers=None)
--

    Subscribes to an event of a SIP URI, and keeps the subscription alive.

    The object lives on while it is subscribed, even if nobody holds it. After `TERMINATED`
    it can be used again; that makes a new subscription.

    Args:
        credentials: The account of the subscriber, for the From header, with the password if
            the other side wants one. The object keeps a copy.
        to_uri: Whose event it is, a `SIPURI`. The object keeps a copy.
        event: The event package, a str such as `"presence"`: one of the Engine's `events`.
        route: Outbound proxy, or None to go by `to_uri` (RFC 3263): the first SUBSCRIBE then
            goes to the next server where one fails. The object keeps a copy.
        expires: Seconds to subscribe for. A 423 makes it ask for more.
        extra_headers: Names and values of headers to add to every SUBSCRIBE.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: `expires` is out of range, a header cannot be added, or the event package is
            unknown.
        SIPCoreError: The SIP core is not running.

    Notifications:
        `SCSubscriptionChangedState` with every change of `state`: `state`; `code` and `reason`
        where an answer, or its absence, caused it; in `TERMINATED` `termination_reason` and
        `retry_after`, of the NOTIFY.
        `SCSubscriptionGotNotify` with every NOTIFY that has a body: `content_type`,
        `content_subtype`, `body`, `headers`.

    Source: RFC 6665 section 4.1, `pjsip_evsub`.
    """

    def __init__(
        self, credentials, to_uri, event, route=None, expires=300, extra_headers=None
    ):
        if self.anchor != NULL:
            raise SIPCoreError("a Subscription is initialized once")
        cdef Subscriber *native
        cdef PJSIPUA ua
        cdef bytes encoded
        cdef pj_str_t name
        self._credentials = own_credentials(credentials)
        if not isinstance(to_uri, SIPURI):
            raise TypeError(f"to_uri: must be SIPURI, not {type(to_uri).__name__}")
        self._to_uri = (<SIPURI> to_uri).copy()
        if not isinstance(event, str):
            raise TypeError(f"event: must be str, not {type(event).__name__}")
        self._event = event
        self._route = own_route(route)
        cdef int checked = checked_expires(expires)
        self._extra_headers = check_extra_headers(extra_headers, "event o expires")
        ua = current_ua()
        self.enter()
        try:
            encoded = event.encode("utf-8", "surrogateescape")
            name = borrow(encoded)
            with nogil:
                native = subscriber_new()
                if native != NULL:
                    native.package = package_find(&name)
            if native == NULL:
                raise MemoryError
            if native.package == NULL:
                with nogil:
                    anchor_unref(&native.base)
                raise ValueError(
                    f"event: the package {event!r} is unknown; add it with "
                    f"add_event({event!r}, [...]) or with the start option events"
                )
            native.endpoint = ua.endpoint
            native.expires = checked
            native.deliver_state = _deliver_state
            native.deliver_notify = _deliver_notify
            self.adopt(<Anchor *> native)
        finally:
            with nogil:
                gate_leave()

    # ---- requests

    cdef int _begin_call(self) except -1:
        with _pinning:
            anchor_lock(self.anchor)
            (<Subscriber *> self.anchor).calls += 1
            anchor_unlock(self.anchor)
            self.pin()
        return 0

    cdef int _end_call(self) except -1:
        anchor_lock(self.anchor)
        (<Subscriber *> self.anchor).calls -= 1
        anchor_unlock(self.anchor)
        return self._settle()

    cdef int _settle(self) except -1:
        """Let go of the object, for Python to collect, where nothing is going on."""
        cdef Subscriber *native = <Subscriber *> self.anchor
        cdef bint idle
        with _pinning:
            anchor_lock(&native.base)
            # An event finds the object only while it lives.
            idle = (
                native.calls == 0 and native.events == 0 and native.state == STATE_TERMINATED
            )
            anchor_unlock(&native.base)
            if idle:
                self.unpin()
        return 0

    def subscribe(self):
        """Send a SUBSCRIBE. It is refreshed by itself before it expires.

        Raises:
            SIPCoreError: The state is not `TERMINATED`, the transport is disabled, or the SIP
                core has stopped.
            PJSIPError: PJSIP cannot send it.

        Notifications:
            `SCSubscriptionChangedState`: `SENT`, then what becomes of it.

        Source: RFC 6665 section 4.1.2.1, `pjsip_evsub_initiate()`.
        """
        cdef Subscriber *native = _native(self)
        cdef PJSIPUA ua
        cdef Opening opening
        cdef pj_pool_t *pool
        cdef pj_status_t status
        self.enter()
        try:
            ua = current_ua()
            with nogil:
                pool = create_pool("subscription", 1024, 1024)
            if pool == NULL:
                raise MemoryError
            try:
                opening.local_uri = pool_str(pool, self._credentials._uri.name_addr())
                opening.remote_uri = pool_str(pool, self._to_uri.name_addr())
                opening.target = pool_str(pool, self._to_uri.addr_spec())
                opening.contact = pool_str(
                    pool, contact_header(ua, self._credentials, self._route, self._to_uri)
                )
                opening.route_set = route_set(self._route, pool)
                opening.headers = header_list(self._extra_headers, pool)
                opening.credential_count = fill_credentials(
                    self._credentials, pool, &opening.credentials
                )
                self._begin_call()
                with nogil:
                    status = subscription_open(native, &opening)
                self._end_call()
            finally:
                with nogil:
                    pj_pool_release(pool)
        finally:
            with nogil:
                gate_leave()
        if status == NOT_ALLOWED:
            raise SIPCoreError(f"subscribe(): the state is {self.state}, not TERMINATED")
        check(status, f"could not subscribe to {self._event} of {self._to_uri}")

    def unsubscribe(self):
        """Send a SUBSCRIBE with Expires 0: at once, or when the first one has been answered.

        Does nothing when it was called before.

        Raises:
            SIPCoreError: The state is `TERMINATED`, or the SIP core has stopped.

        Notifications:
            `SCSubscriptionChangedState` with `TERMINATED`, in the end.

        Source: RFC 6665 section 4.1.2.3, `pjsip_evsub_initiate()`.
        """
        cdef Subscriber *native = _native(self)
        cdef pj_status_t status
        self.enter()
        try:
            self._begin_call()
            with nogil:
                status = subscription_close(native)
            self._end_call()
        finally:
            with nogil:
                gate_leave()
        if status == NOT_ALLOWED:
            raise SIPCoreError("unsubscribe(): the state is TERMINATED")

    # ---- attributes

    @property
    def state(self):
        """`"TERMINATED"`, `"SENT"`, `"ACCEPTED"`, `"PENDING"`, `"ACTIVE"`, or what the
        Subscription-State header of a NOTIFY says that is none of them.
        """
        cdef Subscriber *native = _native(self)
        cdef bytes other = b""
        cdef int state
        anchor_lock(&native.base)
        state = native.state
        if state == STATE_OTHER and native.other != NULL:
            other = native.other
        anchor_unlock(&native.base)
        return other.decode("utf-8", "surrogateescape") if other else _STATES[state]

    @property
    def credentials(self):
        """The credentials, a copy."""
        _native(self)
        return self._credentials.copy()

    @property
    def to_uri(self):
        """Whose event it is, a copy."""
        _native(self)
        return self._to_uri.copy()

    @property
    def event(self):
        """The event package, a str."""
        _native(self)
        return self._event

    @property
    def route(self):
        """The route, a copy, or None."""
        _native(self)
        return None if self._route is None else self._route.copy()

    @property
    def expires(self):
        """Seconds that were asked for when the object was made."""
        return _native(self).expires

    @property
    def extra_headers(self):
        """The extra headers, a copy of the dict."""
        _native(self)
        return dict(self._extra_headers)

    def __repr__(self):
        if self.anchor == NULL:
            return f"<{type(self).__name__}, not initialized>"
        return f"<{type(self).__name__} to {self._event} of {self._to_uri}: {self.state}>"

    # ---- the end of the SIP core

    cdef int begin_end(self) except -1:
        if not self.is_idle():
            self.unsubscribe()
        return 0

    cdef bint is_idle(self) except -1:
        return self.anchor == NULL or self.state == "TERMINATED"

    cdef int invalidate(self) except -1:
        cdef Subscriber *native = <Subscriber *> self.anchor
        if native == NULL:
            return 0
        with nogil:
            ensure_thread()
            subscription_drop(native)
        return self._settle()
