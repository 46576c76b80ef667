"""The base of `Invitation`: what leaves the session as it is."""

cimport cython

from sipsimple.core.gate cimport gate_leave
from sipsimple.core.invitation_actions cimport (
    NO_SDP,
    NO_TRANSFER,
    TRANSACTION_PENDING,
    TRANSFER_PENDING,
    WRONG_STATE,
)
from sipsimple.core.invitation_requests cimport Request, send_request
from sipsimple.core.invitation_session cimport session_state
from sipsimple.core.invitation_states cimport state_name
from sipsimple.core.request_parts cimport check_extra_headers, header_list
from sipsimple.pjproject.pjlib cimport pj_pool_release, pj_pool_t, pj_status_t
from sipsimple.pjproject.runtime cimport check, create_pool
from sipsimple.pjproject.strings cimport pool_str

from sipsimple.core.content import checked_body, checked_content_type
from sipsimple.pjproject import SIPCoreError

cdef enum:
    POOL_BYTES = 4096


cdef int checked_code(object value, int lowest, int highest, str name) except -1:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name}: must be int, not {type(value).__name__}")
    if not lowest <= value <= highest:
        raise ValueError(f"{name}: {value} is not between {lowest} and {highest}")
    return value


@cython.auto_pickle(False)
cdef class InviteSession(Primitive):
    """The state of an INVITE session, and the requests within it that do not change it.

    Base of `Invitation`; not for use by itself.

    Notifications:
        `SCInvitationGotInfo`, `SCInvitationGotMessage`: a request of the other side, which
        has been answered with 200: `request_uri`, `content_type` and `content_subtype` (str
        or None), `body` (bytes or None), `headers` (a dict).
        `SCInvitationGotInfoResponse`, `SCInvitationGotMessageResponse`: the final response to
        one of ours, or its absence: `code`, `reason`, `headers`, `body`.
    """

    @property
    def state(self):
        """State of the session, one of `sipsimple.core.invitation_states.STATES`."""
        return "NULL" if self.session == NULL else state_name(session_state(self.session))

    @property
    def is_outgoing(self):
        """True for a session that was begun here."""
        return self.session != NULL and self.session.outgoing

    cdef int _enter(self, str what) except -1:
        if self.session == NULL:
            raise SIPCoreError(f"{what}: __init__() of Invitation was not called")
        return self.enter()

    cdef int _check(self, int status, str what) except -1:
        if status == WRONG_STATE:
            side = "outgoing" if self.is_outgoing else "incoming"
            raise SIPCoreError(f"{what}: not possible in state {self.state} ({side} session)")
        if status == NO_SDP:
            raise SIPCoreError(f"{what}: set_offered_local_sdp() was not called")
        if status == TRANSACTION_PENDING:
            raise SIPCoreError(f"{what}: another offer or INVITE is not answered yet")
        if status == TRANSFER_PENDING:
            raise SIPCoreError(f"{what}: another transfer has not ended yet")
        if status == NO_TRANSFER:
            raise SIPCoreError(f"{what}: no transfer waits for it")
        return check(status, what)

    cdef int _request(
        self,
        str what,
        str method,
        object content_type,
        object content_subtype,
        object body,
        object extra_headers,
    ) except -1:
        cdef dict headers = check_extra_headers(extra_headers)
        cdef bytes content = checked_body(body)
        cdef pj_pool_t *pool
        cdef pj_status_t status
        cdef Request request
        kind, subkind = checked_content_type(content_type, content_subtype)
        self._enter(what)
        try:
            with nogil:
                pool = create_pool("in-dialog", POOL_BYTES, POOL_BYTES)
            if pool == NULL:
                raise MemoryError
            try:
                request.method = pool_str(pool, method)
                request.headers = header_list(headers, pool)
                request.content_type = pool_str(pool, kind)
                request.content_subtype = pool_str(pool, subkind)
                request.body = pool_str(pool, content)
                with nogil:
                    status = send_request(self.session, &request)
            finally:
                with nogil:
                    pj_pool_release(pool)
            self._check(status, what)
        finally:
            with nogil:
                gate_leave()
        return 0

    def send_info(self, content_type, content_subtype, body, extra_headers=None):
        """Send an INFO request within the session, such as digits in `application/dtmf-relay`.

        Args:
            content_type: The first half of the Content-Type, a str.
            content_subtype: The second half, a str; with parameters where there are any.
            body: bytes, or a str, which is sent as UTF-8.
            extra_headers: Headers to add, a dict of str to str.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: The type, or `extra_headers`, holds what cannot be in a header.
            SIPCoreError: The session has no dialog (yet, or any more), or the core has
                stopped.
            PJSIPError: PJSIP cannot send it.

        Notifications: `SCInvitationGotInfoResponse`, once; with 408 or 481 the session ends.
        None where the session ends before.

        Source: RFC 6086 section 4.2.
        """
        self._request("send_info()", "INFO", content_type, content_subtype, body, extra_headers)

    def send_message(self, content_type, content_subtype, body, extra_headers=None):
        """Send an instant message within the session.

        Args:
            content_type: The first half of the Content-Type, a str.
            content_subtype: The second half, a str; with parameters where there are any.
            body: bytes, or a str, which is sent as UTF-8.
            extra_headers: Headers to add, a dict of str to str.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: The type, or `extra_headers`, holds what cannot be in a header.
            SIPCoreError: The session has no dialog (yet, or any more), or the core has
                stopped.
            PJSIPError: PJSIP cannot send it.

        Notifications: `SCInvitationGotMessageResponse`, once; with 408 or 481 the session
        ends. None where the session ends before.

        Source: RFC 3428 section 4.
        """
        self._request(
            "send_message()", "MESSAGE", content_type, content_subtype, body, extra_headers
        )
