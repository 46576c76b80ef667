"""`Invitation`: an INVITE session, from either side."""

from sipsimple.core.credentials cimport own_credentials
from sipsimple.core.gate cimport gate_leave
from sipsimple.core.invitation_actions cimport (
    ACTIVE_LOCAL,
    ACTIVE_REMOTE,
    NO_SDP,
    OFFERED_LOCAL,
    OFFERED_REMOTE,
    WRONG_STATE,
    Description,
    Invite,
    Parts,
    action_function,
    answer_reinvite,
    claim_start,
    disconnect,
    end_claim,
    get_description,
    send_invite,
    send_provisional,
    send_reinvite,
    send_success,
    session_dispose,
)
from sipsimple.core.invitation_callbacks cimport install_callbacks
from sipsimple.core.invitation_events cimport set_adopt_function
from sipsimple.core.invitation_incoming cimport install_incoming
from sipsimple.core.invitation_session cimport Session, session_abort, session_new, session_state
from sipsimple.core.invitation_states cimport (
    STATE_CONFIRMED,
    STATE_DISCONNECTED,
    STATE_EARLY,
    STATE_INCOMING,
    STATE_NULL,
    STATE_REINVITED,
)
from sipsimple.core.invite_session cimport checked_code
from sipsimple.core.local_description cimport LocalDescription, local_description
from sipsimple.core.request_parts cimport (
    check_extra_headers,
    fill_credentials,
    harmless_headers,
    header_list,
    route_set,
)
from sipsimple.core.route cimport own_route
from sipsimple.core.ua cimport PJSIPUA, contact_header, current_ua
from sipsimple.pjproject.native cimport (
    Anchor,
    anchor_lock,
    anchor_ref,
    anchor_unlock,
    find_object,
)
from sipsimple.pjproject.pjlib cimport PJ_SUCCESS, pj_pool_release, pj_pool_t, pj_status_t
from sipsimple.pjproject.pjmedia_sdp cimport pjmedia_sdp_session
from sipsimple.pjproject.private_pool cimport private_pool
from sipsimple.pjproject.strings cimport pool_str
from sipsimple.sdp.native cimport SDP_ABI, session_from_native

from sipsimple.pjproject import SIPCoreError
from sipsimple.pjproject.runtime import check_abi
from sipsimple.sdp import SDPSession
from sipsimple.sdp.native import abi_number as _sdp_abi

check_abi("sipsimple-core", "sipsimple-sdp", SDP_ABI, _sdp_abi())

cdef enum:
    # Headers and URIs, for one call into PJSIP.
    PARTS_BYTES = 4096
    # One description in pjmedia's structs.
    DESCRIPTION_BYTES = 16384
    # To calls that nobody has answered when the stack stops: Temporarily Unavailable.
    STOPPING = 480


cdef class Invitation(TransferSession):
    """Invitation(credentials, callee_uri, route=None)
--

    An INVITE session: one call, from its first message to its last.

    Made by the application for an outgoing session. The core makes it for an incoming one,
    and posts `SCInvitationChangedState` with the state `INCOMING`. While a session lives, so
    does its object, whoever drops it.

    Args:
        credentials: The From URI, the user part of the Contact, and what is answered to a
            challenge.
        callee_uri: Who is called.
        route: Where the INVITE is sent first; None to go by RFC 3263. Where a name leads to
            several servers the initial INVITE goes to the next one when one is silent for 32
            seconds, cannot be reached or answers 503, unless it has said that it rings.

    Raises:
        TypeError: An argument has the wrong type.

    Notifications:
        `SCInvitationChangedState`: `prev_state`, `state`; where a request has changed it,
        `method` and `request_uri`; where a response, a timeout or an error, `code` and
        `reason`; where a message, `headers` (a dict) and `body` (bytes or None).
        `SCInvitationGotSDPUpdate`: `succeeded`; then `local_sdp` and `remote_sdp`, or
        `error`.

    Source: RFC 3261 sections 13 to 15, RFC 3264; `pjsip_inv_session`.
    """

    def __init__(self, credentials, callee_uri, route=None):
        if self.session != NULL:
            raise SIPCoreError("an Invitation is initialized once")
        if not isinstance(callee_uri, SIPURI):
            raise TypeError(f"callee_uri: must be SIPURI, not {type(callee_uri).__name__}")
        cdef Credentials own = own_credentials(credentials)
        cdef Route first = own_route(route)
        cdef Session *session = session_new(True)
        if session == NULL:
            raise MemoryError
        session.base.dispose = session_dispose
        self.adopt(<Anchor *> session)
        self.session = session
        self._credentials = own
        self._caller_uri = own._uri
        self._callee_uri = (<SIPURI> callee_uri).copy()
        self._route = first

    def __repr__(self):
        way = "to" if self.is_outgoing else "from"
        return f"<{type(self).__name__} {way} {self.remote_uri}, {self.state}>"

    # ---- attributes

    @property
    def credentials(self):
        """The credentials of an outgoing session, None for an incoming one."""
        return self._credentials

    @property
    def caller_uri(self):
        """Who calls; None where the From of an INVITE has no SIP URI."""
        self._read_addresses()
        return self._caller_uri

    @property
    def callee_uri(self):
        """Who is called; None where the To of an INVITE has no SIP URI."""
        self._read_addresses()
        return self._callee_uri

    @property
    def local_uri(self):
        """The URI of this side."""
        return self.caller_uri if self.is_outgoing else self.callee_uri

    @property
    def remote_uri(self):
        """The URI of the other side."""
        return self.callee_uri if self.is_outgoing else self.caller_uri

    @property
    def route(self):
        """The route of an outgoing session, None for an incoming one."""
        return self._route

    @property
    def replaces(self):
        """The session whose place an incoming one is to take, an `Invitation`; else None.

        Its other side has sent a Replaces header, as after an attended transfer. When this
        session is accepted, the other one is ended; until then, and if this one is refused, it
        goes on. It need not be the same party that calls: whoever knows the tags of a session
        can ask for its place (RFC 3891 section 5).
        """
        if self.session == NULL or self.session.replaced == NULL:
            return None
        return find_object(self.session.replaced.base.identity)

    @property
    def call_id(self):
        """The Call-ID, a str; None in the states `NULL` and `DISCONNECTED`."""
        cdef const char *text = NULL
        cdef size_t length = 0
        if self.session == NULL:
            return None
        anchor_lock(self.anchor)
        if self.session.state not in (STATE_NULL, STATE_DISCONNECTED):
            # It stays as long as the session.
            text = self.session.call_id
            length = self.session.call_id_length
        anchor_unlock(self.anchor)
        return None if text == NULL else text[:length].decode("utf-8", "surrogateescape")

    cdef int _read_addresses(self) except -1:
        cdef ReceivedMessage invite = self._invite
        cdef dict addresses
        if invite is None:
            return 0
        addresses = invite.addresses()
        if self._invite is not None:  # else another thread was faster
            self._caller_uri = addresses["from_uri"]
            self._callee_uri = addresses["to_uri"]
            self._invite = None
        return 0

    # ---- session descriptions

    cdef object _description(self, int which):
        cdef pjmedia_sdp_session *native
        cdef pj_pool_t *pool
        self._enter("SDP")
        try:
            pool = private_pool(DESCRIPTION_BYTES, DESCRIPTION_BYTES)
            try:
                with nogil:
                    native = get_description(self.session, <Description> which, pool)
                return None if native == NULL else session_from_native(native)
            finally:
                pj_pool_release(pool)
        finally:
            with nogil:
                gate_leave()

    def get_active_local_sdp(self):
        """The local SDP in force, a new `SDPSession`; None where none was negotiated.

        Raises:
            SIPCoreError: The core has stopped.
        """
        return self._description(ACTIVE_LOCAL)

    def get_active_remote_sdp(self):
        """The remote SDP in force, a new `SDPSession`; None where none was negotiated.

        Raises:
            SIPCoreError: The core has stopped.
        """
        return self._description(ACTIVE_REMOTE)

    def get_offered_local_sdp(self):
        """The local SDP that was set or sent and is not negotiated yet, or None.

        It is told as it is sent: a direction of the session stands in its media sections, and
        `i=` lines of sections are left out.

        Raises:
            SIPCoreError: The core has stopped.
        """
        native = self._description(OFFERED_LOCAL)
        cdef LocalDescription waiting = self._local_sdp
        return native if waiting is None else session_from_native(waiting.native)

    def get_offered_remote_sdp(self):
        """The remote SDP that is not negotiated yet, a new `SDPSession`, or None.

        Raises:
            SIPCoreError: The core has stopped.
        """
        return self._description(OFFERED_REMOTE)

    def set_offered_local_sdp(self, local_sdp):
        """Set the SDP to send next: as an offer, or as the answer to an offer received.

        It is sent by `send_invite()`, `accept_invite()`, `send_reinvite()`,
        `respond_to_reinvite()` with a 2xx code, and `respond_to_invite_provisionally()` with
        a code from 182 to 189. Until then it can be set again.

        Args:
            local_sdp: An `SDPSession`; a copy is kept.

        Raises:
            TypeError: It is not an `SDPSession`.
            ValueError: It is not a valid description, or cannot be negotiated; tells what is wrong.
            SIPCoreError: The state has no use for one, or the core has stopped.
        """
        cdef int state
        cdef bint wrong
        if not isinstance(local_sdp, SDPSession):
            raise TypeError(f"local_sdp: must be SDPSession, not {type(local_sdp).__name__}")
        # pjmedia's negotiator trusts what is local: payload types above 127, or two meanings of
        # one, make it write outside of its arrays (pjproject 2.17).
        cdef LocalDescription description = local_description(local_sdp)
        self._enter("set_offered_local_sdp()")
        try:
            state = session_state(self.session)
            if self.session.outgoing:
                wrong = state not in (STATE_NULL, STATE_CONFIRMED, STATE_REINVITED)
            else:
                wrong = state not in (
                    STATE_INCOMING, STATE_EARLY, STATE_CONFIRMED, STATE_REINVITED
                ) or (state == STATE_EARLY and self.session.negotiated)
            if wrong:
                self._check(WRONG_STATE, "set_offered_local_sdp()")
            self._local_sdp = description
        finally:
            with nogil:
                gate_leave()

    # ---- the session

    def send_invite(self, extra_headers=None):
        """Send the INVITE, with the SDP that was set. The state becomes `CALLING`.

        Headers within `callee_uri` are added, such as the Replaces of a transfer, except those
        that could harm (RFC 3261 section 19.1.5).

        Args:
            extra_headers: Headers to add, a dict of str to str.

        Raises:
            TypeError: `extra_headers` is no dict of str to str.
            ValueError: `extra_headers` holds what cannot be a header, or what the core sets.
            SIPCoreError: The session is not an outgoing one in state `NULL`, no SDP was set,
                the transport is disabled, or the core has stopped.
            PJSIPError: PJSIP cannot send it.

        Source: RFC 3261 section 13.2; `pjsip_inv_invite()`.
        """
        cdef dict headers = check_extra_headers(extra_headers)
        cdef SIPURI callee
        cdef PJSIPUA ua
        cdef pj_pool_t *pool
        cdef pj_status_t status
        cdef Invite invite
        cdef LocalDescription offer
        self._enter("send_invite()")
        try:
            if not self.session.outgoing or session_state(self.session) != STATE_NULL:
                self._check(WRONG_STATE, "send_invite()")
            offer = self._local_sdp
            if offer is None:
                self._check(NO_SDP, "send_invite()")
            ua = current_ua()
            callee = self._callee_uri.copy()
            given = {name.lower() for name in headers}
            for name, value in harmless_headers(callee).items():
                if name.lower() not in given:
                    headers[name] = value
            callee._headers = {}
            pool = private_pool(PARTS_BYTES, PARTS_BYTES)
            try:
                invite.local_uri = pool_str(pool, self._caller_uri.name_addr())
                invite.remote_uri = pool_str(pool, callee.name_addr())
                invite.target = pool_str(pool, callee.addr_spec())
                invite.contact = pool_str(
                    pool, contact_header(ua, self._credentials, self._route, self._callee_uri)
                )
                invite.route_set = route_set(self._route, pool)
                invite.credential_count = fill_credentials(
                    self._credentials, pool, &invite.credentials
                )
                invite.headers = header_list(headers, pool)
                invite.offer = offer.native
                status = self._start(&invite)
            finally:
                pj_pool_release(pool)
            self._check(status, "send_invite()")
            if self._local_sdp is offer:
                self._local_sdp = None
        finally:
            with nogil:
                gate_leave()

    cdef int _start(self, Invite *invite) except? -99:
        """Send the INVITE, unless another thread does or did; PJSIP's status or WRONG_STATE.

        The pin belongs to the call that is sent: who comes second leaves it alone, since what
        unpins the object, the end of that call, may be past.
        """
        cdef pj_status_t status
        if not claim_start(self.session):
            return WRONG_STATE
        try:
            self.pin()
            with nogil:
                status = send_invite(self.session, invite)
            if status != PJ_SUCCESS:
                self.unpin()
        finally:
            end_claim(self.session)
        return status

    cdef int _perform(
        self, str what, action_function action, int code, object extra_headers, bint with_sdp
    ) except -1:
        """Do one of the actions on a live session, with the SDP that was set or without."""
        # A redirection says where to (RFC 3261 section 21.3).
        cdef dict headers = check_extra_headers(
            extra_headers, "", "contact" if 300 <= code <= 399 else ""
        )
        cdef pj_pool_t *pool
        cdef pj_status_t status
        cdef Parts parts
        cdef LocalDescription sdp = None
        parts.code = code
        parts.sdp = NULL
        self._enter(what)
        try:
            if with_sdp:
                sdp = self._local_sdp
            pool = private_pool(PARTS_BYTES, PARTS_BYTES)
            try:
                parts.headers = header_list(headers, pool)
                if sdp is not None:
                    parts.sdp = sdp.native
                with nogil:
                    status = action(self.session, &parts)
            finally:
                pj_pool_release(pool)
            self._check(status, what)
            if sdp is not None and self._local_sdp is sdp:
                self._local_sdp = None
        finally:
            with nogil:
                gate_leave()
        return 0

    def respond_to_invite_provisionally(self, response_code=180, extra_headers=None):
        """Answer the INVITE for the time being. The state becomes `EARLY`.

        With a code from 182 to 189 the SDP that was set is sent too (early media).

        Args:
            response_code: 101 to 199; 100 was sent by the core.
            extra_headers: Headers to add, a dict of str to str.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: The code is out of range, or `extra_headers` holds what cannot be a
                header, or what the core sets.
            SIPCoreError: The state is not `INCOMING`, or the core has stopped.
            PJSIPError: PJSIP cannot send it.

        Source: RFC 3261 section 13.3.1.1; `pjsip_inv_answer()`.
        """
        cdef int code = checked_code(response_code, 101, 199, "response_code")
        self._perform(
            "respond_to_invite_provisionally()",
            send_provisional,
            code,
            extra_headers,
            182 <= code <= 189,
        )

    def accept_invite(self, extra_headers=None):
        """Answer the INVITE with 200 and the SDP that was set. The state becomes `CONNECTING`.

        A session whose place this one takes (`replaces`) is ended then.

        Where no SDP was set, or it does not fit the offer, or it declines every stream of it,
        the session ends with 488.

        Args:
            extra_headers: Headers to add, a dict of str to str.

        Raises:
            TypeError: `extra_headers` is no dict of str to str.
            ValueError: `extra_headers` holds what cannot be a header, or what the core sets.
            SIPCoreError: The session is not an incoming one in state `INCOMING` or `EARLY`,
                or the core has stopped.
            PJSIPError: PJSIP cannot send it.

        Source: RFC 3261 section 13.3.1.4; `pjsip_inv_answer()`.
        """
        self._perform("accept_invite()", send_success, 200, extra_headers, True)

    def send_reinvite(self, extra_headers=None):
        """Offer the SDP that was set in a re-INVITE. The state becomes `REINVITING`.

        It is `CONFIRMED` again with the final response, whatever that is: an offer that was
        rejected leaves the active descriptions as they were. With 491 it has crossed a re-INVITE
        of the other side, and is sent once more by itself: after 2.1 to 4 seconds in an outgoing
        session, else within 2, unless this method is called before.

        Args:
            extra_headers: Headers to add, a dict of str to str.

        Raises:
            TypeError: `extra_headers` is no dict of str to str.
            ValueError: `extra_headers` holds what cannot be a header, or what the core sets.
            SIPCoreError: The state is not `CONFIRMED`, no SDP was set, another offer or
                INVITE is not answered yet, or the core has stopped.
            PJSIPError: PJSIP cannot send it.

        Source: RFC 3261 section 14.1; `pjsip_inv_reinvite()`.
        """
        self._perform("send_reinvite()", send_reinvite, 0, extra_headers, True)

    def respond_to_reinvite(self, response_code=180, extra_headers=None):
        """Answer a re-INVITE. With a final response the state becomes `CONFIRMED` again.

        With a 2xx code the SDP that was set is sent. Where it does not fit the offer, or it
        declines every stream of it, 488 is sent instead and the active descriptions stay as
        they were.

        Args:
            response_code: 100 to 699.
            extra_headers: Headers to add, a dict of str to str.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: The code is out of range, or `extra_headers` holds what cannot be a
                header, or what the core sets.
            SIPCoreError: The state is not `REINVITED`, no SDP was set for a 2xx code, or the
                core has stopped.
            PJSIPError: PJSIP cannot send it.

        Source: RFC 3261 section 14.2; `pjsip_inv_answer()`.
        """
        cdef int code = checked_code(response_code, 100, 699, "response_code")
        self._perform(
            "respond_to_reinvite()", answer_reinvite, code, extra_headers, code // 100 == 2
        )

    def disconnect(self, response_code=486, extra_headers=None):
        """End the session, with what its state wants. The state becomes `DISCONNECTING`.

        Sends BYE, CANCEL (after the first response, RFC 3261 section 9.1) or a negative
        response. `DISCONNECTED` follows with the answer or the ACK to it.

        Args:
            response_code: 300 to 699, for a response.
            extra_headers: Headers to add to the message, a dict of str to str. With a code
                below 400, `Contact` is where to call instead.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: The code is out of range, or `extra_headers` holds what cannot be a
                header, or what the core sets.
            SIPCoreError: There is nothing to end: the state is `NULL`, `DISCONNECTING` or
                `DISCONNECTED`, or the core has stopped.

        Source: RFC 3261 sections 9, 13.3.1.3 and 15; `pjsip_inv_end_session()`.
        """
        self._perform(
            "disconnect()",
            disconnect,
            checked_code(response_code, 300, 699, "response_code"),
            extra_headers,
            False,
        )

    # ---- the end of the core

    cdef int begin_end(self) except -1:
        if self.state not in ("NULL", "DISCONNECTING", "DISCONNECTED"):
            self.disconnect(STOPPING)
        return 0

    cdef bint is_idle(self) except -1:
        return self.state in ("NULL", "DISCONNECTED")

    cdef int invalidate(self) except -1:
        if self.session != NULL:
            with nogil:
                session_abort(self.session)
            # DISCONNECTED is in the queue now, and finds this object only while it lives: its
            # delivery unpins it.
        return 0


cdef object _adopt(Anchor *anchor, ReceivedMessage invite):
    """The object of an incoming session."""
    cdef Invitation invitation = Invitation.__new__(Invitation)
    invitation.session = <Session *> anchor
    invitation._invite = invite
    anchor.dispose = session_dispose
    invitation.adopt(anchor_ref(anchor))
    # Unpinned by the delivery of DISCONNECTED, which comes behind this.
    invitation.pin()
    return invitation


set_adopt_function(_adopt)
install_callbacks()
install_incoming()
