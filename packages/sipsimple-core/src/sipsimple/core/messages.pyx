"""`send_message()`: instant messages outside of dialogs (RFC 3428)."""

import threading

cimport cython
from libc.string cimport memset, strlen

from sipsimple.core.credentials cimport Credentials, own_credentials
from sipsimple.core.gate cimport gate_leave
from sipsimple.core.message_client cimport (
    TOO_LONG,
    AnswerEvent,
    Outgoing,
    Parts,
    outgoing_abort,
    outgoing_alloc,
    outgoing_is_over,
    outgoing_prepare,
    outgoing_send,
)
from sipsimple.core.primitive cimport Primitive
from sipsimple.core.received_message cimport ReceivedMessage, received_message
from sipsimple.core.request_parts cimport (
    check_extra_headers,
    fill_credentials,
    header_list,
    route_set,
)
from sipsimple.core.route cimport Route, own_route
from sipsimple.core.transports cimport Listener
from sipsimple.core.ua cimport PJSIPUA, contact_header, current_ua
from sipsimple.core.uri cimport SIPURI
from sipsimple.pjproject.events cimport Event, emit
from sipsimple.pjproject.native cimport Anchor
from sipsimple.pjproject.pjlib cimport PJ_SUCCESS, pj_pool_release, pj_pool_t, pj_status_t
from sipsimple.pjproject.pjsip cimport pjsip_hdr
from sipsimple.pjproject.runtime cimport check, create_pool, ensure_thread
from sipsimple.pjproject.strings cimport borrow

from sipsimple.core.content import checked_body, checked_content_type
from sipsimple.core.errors import MessagePendingError
from sipsimple.core.lazy_data import LazyData

_OF_RESPONSES = frozenset(("headers", "body"))

# ---- who has not answered yet

# URIs cannot be hashed: those that may be equal, by what equal ones have in common.
cdef dict _pending = {}
cdef object _claiming = threading.Lock()


cdef tuple _likeness(SIPURI uri):
    # An IPv6 address can be written in several ways.
    host = "" if ":" in uri._host else uri._host.lower()
    return uri._secure, uri._user, uri._port, host


cdef int _claim(SIPURI uri) except -1:
    """Note that a MESSAGE to this URI is about to be sent.

    Raises:
        MessagePendingError: One is on its way.
    """
    cdef tuple likeness = _likeness(uri)
    with _claiming:
        same = _pending.setdefault(likeness, [])
        for other in same:
            if SIPURI.__eq__(uri, other):
                raise MessagePendingError(uri)
        same.append(uri)
    return 0


cdef int _unclaim(SIPURI uri) except -1:
    cdef tuple likeness = _likeness(uri)
    with _claiming:
        same = [other for other in _pending.get(likeness, ()) if other is not uri]
        if same:
            _pending[likeness] = same
        else:
            _pending.pop(likeness, None)
    return 0


# ---- one message

cdef int _deliver(object target, Event *base) except -1:
    cdef AnswerEvent *event = <AnswerEvent *> base
    cdef OutgoingMessage message = target
    cdef ReceivedMessage response
    cdef object data = {"to_uri": message._to_uri, "code": event.code}
    # Before the observers hear of it: they may send the next one.
    _unclaim(message._key)
    message.unpin()
    if event.message.data == NULL:
        data["reason"] = event.reason[:strlen(event.reason)].decode("utf-8", "surrogateescape")
        data["headers"] = {}
        data["body"] = None
    else:
        response = received_message(&event.message)
        data["reason"] = response.text(&event.reason_span)
        data = LazyData(data, _OF_RESPONSES, response.read)
    return emit(base, "SCEngineGotMessageResponse", None, data)


@cython.auto_pickle(False)
cdef class OutgoingMessage(Primitive):
    """A MESSAGE that waits for its final response. The application does not see it."""

    # For the application, which may change it, and for `_pending`.
    cdef SIPURI _to_uri
    cdef SIPURI _key

    cdef int begin(
        self, Credentials credentials, tuple kind, bytes body, Route route, dict headers
    ) except -1:
        cdef PJSIPUA ua = current_ua()
        cdef Listener listener = ua.listeners.get("udp")
        cdef Outgoing *native
        cdef pj_status_t status
        with nogil:
            ensure_thread()
            native = outgoing_alloc(ua.endpoint, _deliver)
        self.adopt(<Anchor *> native)
        try:
            # There is none in the request, but the way is the same.
            contact_header(ua, credentials, route, self._key)
            self._prepare(credentials, kind, body, route, headers, listener)
            _claim(self._key)
        except BaseException:
            with nogil:
                outgoing_abort(native, False)
            raise
        self.pin()
        with nogil:
            status = outgoing_send(native)
            if status != PJ_SUCCESS:
                outgoing_abort(native, False)
        if status != PJ_SUCCESS:
            _unclaim(self._key)
            self.unpin()
            check(status, f"could not send a MESSAGE to {self._key}")
        return 0

    cdef int _prepare(
        self, Credentials credentials, tuple kind, bytes body, Route route, dict headers,
        Listener listener,
    ) except -1:
        cdef Outgoing *native = <Outgoing *> self.anchor
        cdef Parts parts
        cdef SIPURI target = self._key.copy()
        cdef pj_pool_t *pool = NULL
        cdef pj_status_t status
        # RFC 3261 section 19.1.1, table 1.
        target._display = None
        target._headers = {}
        target._parameters = {
            name: value for name, value in target._parameters.items() if name.lower() != "method"
        }
        texts = (
            target.addr_spec(),
            credentials._uri.name_addr(),
            self._key.name_addr(),
            kind[0].encode(),
            kind[1].encode(),
            b"" if listener is None else (<str> listener.host).encode(),
        )
        memset(&parts, 0, sizeof(parts))
        parts.target = borrow(texts[0])
        parts.from_uri = borrow(texts[1])
        parts.to_uri = borrow(texts[2])
        parts.content_type = borrow(texts[3])
        parts.content_subtype = borrow(texts[4])
        parts.via_host = borrow(texts[5])
        parts.via_port = 0 if listener is None else listener.port
        parts.body = borrow(body)
        try:
            if route is not None or headers:
                with nogil:
                    pool = create_pool("message-parts", 1024, 1024)
                if pool == NULL:
                    raise MemoryError
                parts.route = <pjsip_hdr *> route_set(route, pool)
                parts.headers = header_list(headers, pool)
            with nogil:
                status = outgoing_prepare(native, &parts)
        finally:
            if pool != NULL:
                with nogil:
                    pj_pool_release(pool)
        if status == TOO_LONG:
            raise ValueError(f"body: {len(body)} bytes are more than a message can have")
        check(status, f"could not make a MESSAGE to {self._key}")
        native.credential_count = fill_credentials(
            credentials, native.request.pool, &native.credentials
        )
        return 0

    cdef bint is_idle(self) except -1:
        return self.anchor == NULL or outgoing_is_over(<Outgoing *> self.anchor)

    cdef int invalidate(self) except -1:
        cdef Outgoing *native = <Outgoing *> self.anchor
        if native != NULL:
            with nogil:
                ensure_thread()
                outgoing_abort(native, True)
        return 0


def send_message(
    credentials, to_uri, content_type, content_subtype, body, route=None, extra_headers=None
):
    """Send an instant message: a MESSAGE outside of any dialog.

    A request of more than 1,300 bytes goes by TCP where it would have gone by UDP; by UDP all
    the same where TCP is disabled, or the other side refuses the connection.

    Where a name leads to several servers, it goes to the next one (RFC 3263 section 4.3) when one
    is silent for 32 seconds, cannot be reached or answers 503; with the first of two silent, the
    answer takes 32 seconds longer. A server that has failed comes last for five minutes.

    Args:
        credentials: The account that it is from, with the password if a server wants one.
        to_uri: Whom it is for.
        content_type: The first half of the Content-Type, such as `"text"`.
        content_subtype: The second half, such as `"plain"` or `"plain;charset=UTF-8"`.
        body: The content, bytes or a str to encode as UTF-8.
        route: Outbound proxy, or None to go by `to_uri`.
        extra_headers: Names and values of headers to add.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: The halves make no Content-Type, the body is too long for a message, or a
            header cannot be added.
        MessagePendingError: The one before to this URI (RFC 3261 section 19.1.4) has not been
            answered yet; this one is neither sent nor queued.
        SIPCoreError: The SIP core is not running, or the transport is disabled.

    Notifications:
        `SCEngineGotMessageResponse`, once: with the final response, 408 where none came in 32
        seconds, 503 where it could not be sent, 487 where the SIP core stopped before.

    Source: RFC 3428 section 4.
    """
    cdef Credentials account = own_credentials(credentials)
    cdef Route way = own_route(route)
    cdef tuple kind = checked_content_type(content_type, content_subtype)
    cdef bytes octets = checked_body(body)
    cdef dict headers = check_extra_headers(extra_headers)
    cdef OutgoingMessage message
    if not isinstance(to_uri, SIPURI):
        raise TypeError(f"to_uri: must be SIPURI, not {type(to_uri).__name__}")
    current_ua()
    message = OutgoingMessage.__new__(OutgoingMessage)
    message._to_uri = (<SIPURI> to_uri).copy()
    message._key = (<SIPURI> to_uri).copy()
    message.enter()
    try:
        message.begin(account, kind, octets, way, headers)
    finally:
        with nogil:
            gate_leave()
