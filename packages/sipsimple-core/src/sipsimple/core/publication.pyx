"""`Publication`: a piece of event state at its server, kept alive (RFC 3903).

When to send what is decided by the queued machine; `publication_machine.pyx` does what it
says, without the GIL. Here is what Python sees of it.
"""

cimport cython

from sipsimple.core.publication_machine cimport (
    publication_finalize,
    publication_let_go,
    publication_prepare,
)
from sipsimple.core.publication_requests cimport Content, Native, content_new, content_unref
from sipsimple.core.queued_machine cimport (
    ABSENT,
    PLACE,
    PRESENT,
    REMOVE,
    Machine,
    StateEvent,
)
from sipsimple.core.queued_primitive cimport QueuedPrimitive
from sipsimple.core.request_parts cimport (
    check_extra_headers,
    fill_credentials,
    header_list,
    route_set,
)
from sipsimple.core.ua cimport PJSIPUA, contact_header, current_ua
from sipsimple.core.uri cimport SIPURI
from sipsimple.pjproject.events cimport Event, emit
from sipsimple.pjproject.native cimport anchor_lock, anchor_unlock
from sipsimple.pjproject.pjlib cimport pj_create_unique_string, pj_rand
from sipsimple.pjproject.runtime cimport create_pool
from sipsimple.pjproject.strings cimport pool_str

from sipsimple.core.content import checked_body, checked_content_type
from sipsimple.core.event_types import checked_package
from sipsimple.core.publication_states import STATES as _STATES


cdef int _deliver_state(object target, Event *base) except -1:
    cdef StateEvent *event = <StateEvent *> base
    cdef Publication publication = target
    cdef dict data = publication.delivered(event)
    cdef char *etag = event.data + event.reason_length
    if event.state == PRESENT:
        data["expires"] = event.expires
        data["etag"] = etag[:event.count].decode("ascii") if event.count else None
    return emit(base, "SCPublicationChangedState", target, data)


@cython.auto_pickle(False)
cdef class Publication(QueuedPrimitive):
    """Publication(credentials, event, route=None, expires=300, extra_headers=None)
--

    Publishes the state of something, such as somebody's presence, and keeps it published.

    Both requests may be made in any state: while a transaction is running they are
    queued, and the last one wins. The object lives on while it is published, even if
    nobody holds it.

    Args:
        credentials: The account that is published for, with the password if the server
            wants one. The object keeps a copy.
        event: The event package, such as `"presence"`; any one.
        route: Outbound proxy, or None to go by the account's domain (RFC 3263), and to the
            next of its servers where one fails. The object keeps a copy.
        expires: Seconds to publish for.
        extra_headers: Names and values of headers to add to every PUBLISH.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: `event` is no name of a package, `expires` is out of range, or a header
            cannot be added.
        SIPCoreError: The SIP core is not running, or the transport is disabled.

    Notifications:
        `SCPublicationChangedState` with every change of `state`: `state`; `code` and
        `reason` where an answer, or its absence, caused it; when published `expires` and
        `etag`.

    Source: RFC 3903.
    """

    def __init__(self, credentials, event, route=None, expires=300, extra_headers=None):
        headers = check_extra_headers(extra_headers, "expires event o sip-if-match")
        self.take_arguments(credentials, route, headers)
        self._event = checked_package(event)
        self.begin(expires)

    cdef int create(self, int expires) except -1:
        cdef PJSIPUA ua = current_ua()
        cdef SIPURI account = self._credentials._uri
        cdef SIPURI target = account.copy()
        # It has no Contact (RFC 3903 section 4), but takes the same way.
        contact_header(ua, self._credentials, self._route, account)
        cdef Machine *machine = self.make_machine(
            sizeof(Native), publication_finalize, ua, expires
        )
        cdef Native *native = <Native *> machine
        publication_prepare(native)
        machine.deliver = _deliver_state
        target._display = target._password = None
        target._headers = {}
        with nogil:
            native.pool = create_pool("publication", 1024, 1024)
        if native.pool == NULL:
            raise MemoryError
        native.credential_count = fill_credentials(
            self._credentials, native.pool, &native.credentials
        )
        native.route = route_set(self._route, native.pool)
        native.headers = header_list(self._extra_headers, native.pool)
        native.target = pool_str(native.pool, target.addr_spec())
        native.identity = pool_str(native.pool, account.name_addr())
        native.event = pool_str(native.pool, self._event)
        with nogil:
            pj_create_unique_string(native.pool, &native.call_id)
            native.cseq = pj_rand() % 0x7FFF
        machine.open = True
        return 0

    cdef tuple state_names(self):
        return _STATES

    cdef int let_go(self) except -1:
        cdef Native *native = <Native *> self.anchor
        with nogil:
            publication_let_go(native)
        return 0

    def publish(self, content_type, content_subtype, body):
        """Publish this, in place of what is published; queued while a transaction runs.

        It is refreshed by itself before it expires, and published anew where the server
        has lost it.

        Args:
            content_type: The first half of the Content-Type, such as `"application"`.
            content_subtype: The second half, such as `"pidf+xml"`.
            body: The content, bytes or a str to encode as UTF-8; not empty.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: The halves make no Content-Type, or `body` is empty.
            SIPCoreError: The SIP core has stopped.

        Notifications:
            `SCPublicationChangedState`: "publishing", then "published" or "unpublished".

        Source: RFC 3903 sections 4.2 and 4.4.
        """
        cdef Machine *machine = self.machine()
        cdef Native *native = <Native *> machine
        first, second = checked_content_type(content_type, content_subtype)
        octets = checked_body(body)
        if not octets:
            # Without a body it would be a refresh (RFC 3903 section 4.1).
            raise ValueError("body: must not be empty; unpublish() removes what is published")
        cdef Content *content = content_new(first.encode(), second.encode(), octets)
        anchor_lock(&machine.base)
        content_unref(native.content)
        native.content = content
        anchor_unlock(&machine.base)
        self.request(PLACE)

    def unpublish(self):
        """Remove what is published; queued while a transaction runs.

        Sends nothing where nothing is published.

        Raises:
            SIPCoreError: The SIP core has stopped.

        Notifications:
            `SCPublicationChangedState`: "unpublishing", then "unpublished".

        Source: RFC 3903 section 4.5.
        """
        cdef Machine *machine = self.machine()
        anchor_lock(&machine.base)
        # After a failure the server may have what the entity-tag names.
        if machine.state == ABSENT:
            (<Native *> machine).fresh = True
        anchor_unlock(&machine.base)
        self.request(REMOVE)

    @property
    def event(self):
        """The event package, a str."""
        self.machine()
        return self._event
