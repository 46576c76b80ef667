"""What both sides of a call transfer see of it (RFC 3515); `invitation_transfer.pyx` does it."""

cimport cython

from sipsimple.core.gate cimport gate_leave
from sipsimple.core.invitation_replaces cimport replaces_value
from sipsimple.core.invitation_transfer cimport (
    transfer_answer,
    transfer_report,
    transfer_send,
)
from sipsimple.core.invite_session cimport checked_code
from sipsimple.core.uri cimport SIPURI
from sipsimple.pjproject.pjlib cimport pj_pool_release, pj_pool_t, pj_status_t, pj_str_t
from sipsimple.pjproject.runtime cimport create_pool
from sipsimple.pjproject.strings cimport borrow, encode

from sipsimple.pjproject.errors import SIPCoreError

cdef enum:
    # A Call-ID and two tags.
    POOL_BYTES = 512


cdef str _replaces(TransferSession session):
    """What a Replaces header says of a session."""
    cdef pj_pool_t *pool
    cdef pj_str_t value
    session._enter("transfer()")
    try:
        with nogil:
            pool = create_pool("replaces", POOL_BYTES, POOL_BYTES)
        if pool == NULL:
            raise MemoryError
        try:
            with nogil:
                value = replaces_value(session.session, pool)
            if value.slen == 0:
                raise SIPCoreError("transfer(): the replaced session is not established")
            return value.ptr[:value.slen].decode("utf-8", "surrogateescape")
        finally:
            with nogil:
                pj_pool_release(pool)
    finally:
        with nogil:
            gate_leave()


@cython.auto_pickle(False)
cdef class TransferSession(InviteSession):
    """An INVITE session that can ask for a transfer, and be asked for one.

    Base of `Invitation`; not for use by itself.

    Notifications:
        `SCInvitationTransferDidStart`, `SCInvitationTransferGotNotify`,
        `SCInvitationTransferDidEnd`, `SCInvitationTransferDidFail`: how `transfer()` goes:
        `code`, `reason`.
        `SCInvitationGotTransfer`: the other side asks to call somebody else: `refer_to` (a
        `SIPURI`, or None where it cannot be made one), `referred_by` (str or None), `headers`.
    """

    def transfer(self, target_uri, replaced_session=None):
        """Ask the other side to call somebody else.

        The session goes on; end it with `disconnect()` when the transfer has ended.

        Args:
            target_uri: Who is to be called, a `SIPURI`.
            replaced_session: A session of this side with the one who is to be called (attended
                transfer): the new call takes its place, and the other side ends it. None for
                a call of its own (blind transfer).

        Raises:
            TypeError: An argument has the wrong type.
            SIPCoreError: One of the sessions is not established, another transfer is on its
                way, or the core has stopped.
            PJSIPError: PJSIP cannot send it.

        Notifications: `SCInvitationTransferDidStart` when it was accepted, then
        `SCInvitationTransferGotNotify` for each report; at last
        `SCInvitationTransferDidEnd` or `SCInvitationTransferDidFail`, also where it was
        refused, or the session ended before.

        Source: RFC 3515 section 2.4, RFC 5589 sections 6 and 7, RFC 3891 section 3.
        """
        cdef SIPURI target
        cdef bytes text
        cdef pj_str_t refer_to
        cdef pj_status_t status
        if not isinstance(target_uri, SIPURI):
            raise TypeError(f"target_uri: must be SIPURI, not {type(target_uri).__name__}")
        target = (<SIPURI> target_uri).copy()
        if replaced_session is not None:
            if not isinstance(replaced_session, TransferSession):
                kind = type(replaced_session).__name__
                raise TypeError(f"replaced_session: must be Invitation or None, not {kind}")
            target._headers["Replaces"] = _replaces(replaced_session)
        text = b"<" + target.addr_spec() + b">"
        refer_to = borrow(text)
        self._enter("transfer()")
        with nogil:
            status = transfer_send(self.session, &refer_to)
            gate_leave()
        self._check(status, "transfer()")

    def accept_transfer(self):
        """Accept the transfer that was asked for, with 202. The application makes the new call.

        The other side is told of it at once, and of how the call goes by `report_transfer()`.

        Raises:
            SIPCoreError: None waits for an answer, or the core has stopped.
            PJSIPError: PJSIP cannot send it.

        Source: RFC 3515 section 2.4.2.
        """
        self._answer(202, "accept_transfer()")

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
        self._answer(
            checked_code(response_code, 300, 699, "response_code"), "reject_transfer()"
        )

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
        cdef int number = checked_code(code, 100, 699, "code")
        cdef bytes text
        cdef pj_str_t phrase
        cdef pj_status_t status
        if reason is not None and not isinstance(reason, str):
            raise TypeError(f"reason: must be str, not {type(reason).__name__}")
        if reason is not None and any(char in reason for char in "\r\n\0"):
            raise ValueError("reason: holds a line end")
        text = encode(reason or "", "reason")
        phrase = borrow(text)
        self._enter("report_transfer()")
        with nogil:
            status = transfer_report(self.session, number, &phrase)
            gate_leave()
        self._check(status, "report_transfer()")

    cdef int _answer(self, int code, str what) except -1:
        cdef pj_status_t status
        self._enter(what)
        with nogil:
            status = transfer_answer(self.session, code)
            gate_leave()
        return self._check(status, what)
