"""The base of `Invitation`: what leaves the session as it is."""

cimport cython

from sipsimple.core.gate cimport gate_leave
from sipsimple.core.invitation_actions cimport NO_SDP, TRANSACTION_PENDING, WRONG_STATE
from sipsimple.core.invitation_requests cimport Request, send_request
from sipsimple.core.invitation_session cimport session_state
from sipsimple.core.invitation_states cimport state_name
from sipsimple.core.invitation_transfer cimport (
    transfer_answer,
    transfer_report,
    transfer_send,
)
from sipsimple.core.request_parts cimport check_extra_headers, header_list
from sipsimple.core.uri cimport SIPURI
from sipsimple.pjproject.pjlib cimport pj_pool_release, pj_pool_t, pj_status_t, pj_str_t
from sipsimple.pjproject.runtime cimport check, create_pool
from sipsimple.pjproject.strings cimport pool_str

from sipsimple.core.content import checked_body, checked_content_type
from sipsimple.pjproject import SIPCoreError

cdef enum:
    POOL_BYTES = 4096


cdef int _code(object value, int lowest, str name) except -1:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name}: must be int, not {type(value).__name__}")
    if not lowest <= value <= 699:
        raise ValueError(f"{name}: {value} is not between {lowest} and 699")
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
        `SCInvitationTransferDidStart`, `SCInvitationTransferGotNotify`,
        `SCInvitationTransferDidEnd`, `SCInvitationTransferDidFail`: how `transfer()` goes:
        `code`, `reason`.
        `SCInvitationGotTransfer`: the other side asks to call somebody else: `refer_to` (a
        `SIPURI`, or None where it cannot be made one), `referred_by` (str or None), `headers`.
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

    def transfer(self, target_uri):
        """Ask the other side to call somebody else (blind transfer).

        The session goes on; end it with `disconnect()` when the transfer has ended.

        Args:
            target_uri: Who is to be called, a `SIPURI`.

        Raises:
            TypeError: It is no `SIPURI`.
            SIPCoreError: The session is not established, another transfer is on its way, or
                the core has stopped.
            PJSIPError: PJSIP cannot send it.

        Notifications: `SCInvitationTransferDidStart` when it was accepted, then
        `SCInvitationTransferGotNotify` for each report; at last
        `SCInvitationTransferDidEnd` or `SCInvitationTransferDidFail`, also where it was
        refused, or the session ended before.

        Source: RFC 3515 section 2.4, RFC 5589 section 6.
        """
        if not isinstance(target_uri, SIPURI):
            raise TypeError(f"target_uri: must be SIPURI, not {type(target_uri).__name__}")
        self._transfer("transfer()", b"<" + (<SIPURI> target_uri).addr_spec() + b">", 0)

    def accept_transfer(self):
        """Accept the transfer that was asked for, with 202. The application makes the new call.

        Raises:
            SIPCoreError: None waits for an answer, or the core has stopped.
            PJSIPError: PJSIP cannot send it.

        Source: RFC 3515 section 2.4.2.
        """
        self._transfer("accept_transfer()", None, 202)

    def reject_transfer(self, response_code=603):
        """Refuse the transfer that was asked for.

        Args:
            response_code: 300 to 699.

        Raises:
            TypeError: The code is no int.
            ValueError: The code is out of range.
            SIPCoreError: None waits for an answer, or the core has stopped.
            PJSIPError: PJSIP cannot send it.

        Source: RFC 3515 section 2.4.2.
        """
        self._transfer("reject_transfer()", None, _code(response_code, 300, "response_code"))

    def report_transfer(self, code, reason=None):
        """Tell who asked for the transfer how the new call goes.

        Args:
            code: Of the response to the new INVITE, 100 to 699; from 200 on it is the last.
            reason: Its reason, a str; None for that of the code.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: The code is out of range, or the reason holds a line end.
            SIPCoreError: No transfer was accepted, its end has been reported or is not wanted
                to be known, or the core has stopped.
            PJSIPError: PJSIP cannot send it.

        Source: RFC 3515 section 2.4.5.
        """
        cdef int number = _code(code, 100, "code")
        if reason is not None and not isinstance(reason, str):
            raise TypeError(f"reason: must be str, not {type(reason).__name__}")
        if reason is not None and any(char in reason for char in "\r\n\0"):
            raise ValueError("reason: holds a line end")
        self._transfer("report_transfer()", reason or "", number)

    cdef int _transfer(self, str what, object text, int code) except -1:
        """Send REFER (code 0), answer one (no text) or report."""
        cdef pj_pool_t *pool
        cdef pj_status_t status
        cdef pj_str_t value
        self._enter(what)
        try:
            with nogil:
                pool = create_pool("transfer", POOL_BYTES, POOL_BYTES)
            if pool == NULL:
                raise MemoryError
            try:
                value = pool_str(pool, text or "")
                if code == 0:
                    with nogil:
                        status = transfer_send(self.session, &value)
                elif text is None:
                    with nogil:
                        status = transfer_answer(self.session, code)
                else:
                    with nogil:
                        status = transfer_report(self.session, code, &value)
            finally:
                with nogil:
                    pj_pool_release(pool)
            self._check(status, what)
        finally:
            with nogil:
                gate_leave()
        return 0
