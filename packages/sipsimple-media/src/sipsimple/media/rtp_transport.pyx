"""`RTPTransport`: a pair of UDP sockets, for RTP and RTCP (RFC 3550 section 11)."""

import errno
import ipaddress
import random
import threading

from sipsimple.pjproject.native cimport NativeObject
from sipsimple.pjproject.pjlib cimport (
    PJ_INET6_ADDRSTRLEN,
    PJ_SUCCESS,
    pj_AF_INET,
    pj_AF_INET6,
    pj_pool_release,
    pj_pool_t,
    pj_sockaddr,
    pj_sockaddr_get_port,
    pj_sockaddr_has_addr,
    pj_sockaddr_print,
    pj_status_t,
    pj_str_t,
)
from sipsimple.pjproject.pjmedia cimport (
    pjmedia_sock_info,
    pjmedia_transport_encode_sdp,
    pjmedia_transport_media_create,
)
from sipsimple.pjproject.pjmedia_sdp cimport pjmedia_sdp_session
from sipsimple.pjproject.runtime cimport check, create_pool
from sipsimple.pjproject.strings cimport borrow
from sipsimple.pjproject.events cimport post
from sipsimple.sdp.native cimport SDP_ABI, session_to_native
from sipsimple.media.endpoint cimport MediaEndpoint, running_endpoint
from sipsimple.media.resources cimport (
    Endpoint,
    endpoint_enter,
    endpoint_leave,
    enter,
    resource_attach,
)
from sipsimple.media.rtp_socket cimport (
    ESTABLISHED_STATE,
    INIT_STATE,
    INVALID_STATE,
    LOCAL_STATE,
    NULL_STATE,
    RTPSocket,
    RTPState,
    rtp_alloc,
    rtp_info,
    rtp_open,
    rtp_reset,
    rtp_set_state,
    rtp_start,
    rtp_state,
    rtp_users,
)

from sipsimple.media.options import check_bool, check_int, check_text_or_none
from sipsimple.pjproject.errors import PJSIPError, SIPCoreError
from sipsimple.pjproject.runtime import check_abi
from sipsimple.sdp import SDPSession
from sipsimple.sdp.native import abi_number

check_abi("sipsimple-media", "sipsimple-sdp", SDP_ABI, abi_number())

cdef extern from "pj/errno.h" nogil:
    pj_status_t PJ_STATUS_FROM_OS(int error)

cdef dict STATE_NAMES = {
    NULL_STATE: "NULL",
    INIT_STATE: "INIT",
    LOCAL_STATE: "LOCAL",
    ESTABLISHED_STATE: "ESTABLISHED",
    INVALID_STATE: "INVALID",
}

#: The state machine: what each method accepts, and leads to. Once the endpoint has stopped
#: every object is in `INVALID`, and each of them raises.
TRANSITIONS = {
    "set_INIT": (("NULL", "LOCAL", "ESTABLISHED"), "INIT"),
    "set_LOCAL": (("INIT",), "LOCAL"),
    "set_ESTABLISHED": (("INIT", "LOCAL"), "ESTABLISHED"),
}


cdef class RTPTransport(NativeObject):
    """RTPTransport(local_rtp_address=None, use_srtp=False, srtp_forced=False, use_ice=False, ice_stun_address=None, ice_stun_port=3478)
--

    A pair of UDP sockets for RTP, an even port of `rtp_port_range`, and RTCP, the next one.

    A new object is in state `NULL` and has no sockets until `set_INIT()`.

    Args:
        local_rtp_address: Local IPv4 or IPv6 address to listen on, a str; None listens on
            all IPv4 interfaces.
        use_srtp: SRTP is not available in this version: True raises.
        srtp_forced: Matters only with `use_srtp`.
        use_ice: ICE is not available in this version: True raises.
        ice_stun_address: Matters only with `use_ice`.
        ice_stun_port: Matters only with `use_ice`.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: `local_rtp_address` is no IP address, or a port is out of range.
        SIPCoreError: The endpoint does not run, or SRTP or ICE was asked for.

    Source: `pjmedia_transport_udp_create3()`.
    """  # noqa: E501

    def __cinit__(self, *args, **kwargs):
        self.lock = threading.RLock()
        self.adopt(&rtp_alloc().resource.base)

    def __init__(
        self,
        local_rtp_address=None,
        use_srtp=False,
        srtp_forced=False,
        use_ice=False,
        ice_stun_address=None,
        ice_stun_port=3478,
    ):
        cdef Endpoint *endpoint
        cdef RTPSocket *rtp = self.rtp()
        cdef MediaEndpoint media
        address = check_text_or_none(local_rtp_address, "local_rtp_address")
        if address is not None:
            try:
                parsed = ipaddress.ip_address(address)
            except ValueError:
                raise ValueError(f"local_rtp_address: {address!r} is no IP address") from None
            self.is_ipv6 = parsed.version == 6
        for value, what in (
            (use_srtp, "use_srtp"), (srtp_forced, "srtp_forced"), (use_ice, "use_ice"),
        ):
            check_bool(value, what)
        check_text_or_none(ice_stun_address, "ice_stun_address")
        check_int(ice_stun_port, "ice_stun_port", 1, 65535)
        if use_srtp:
            raise SIPCoreError("use_srtp: SRTP is not available in this version")
        if use_ice:
            raise SIPCoreError("use_ice: ICE is not available in this version")
        with self.lock:
            if rtp.resource.endpoint != NULL:
                raise SIPCoreError("the RTP transport has been initialized before")
            self._bind_address = address
            media = running_endpoint()
            endpoint = enter(media.endpoint)
            with nogil:
                resource_attach(&rtp.resource, endpoint)
                endpoint_leave(endpoint)

    def __repr__(self):
        return f"<RTPTransport {self.get_state()}>"

    cdef RTPSocket *rtp(self) noexcept nogil:
        return <RTPSocket *> self.anchor

    cdef str get_state(self):
        cdef RTPSocket *rtp = self.rtp()
        cdef RTPState state
        with nogil:
            state = rtp_state(rtp)
        return STATE_NAMES[state]

    @property
    def state(self):
        """State of the object, a str. Read-only.

        `NULL`, `INIT`, `LOCAL`, `ESTABLISHED`, or `INVALID` once the endpoint has stopped.
        """
        return self.get_state()

    cdef int sock_info(self, pjmedia_sock_info *info) except -1:
        """The local addresses, for descriptions of streams."""
        cdef RTPSocket *rtp = self.rtp()
        cdef pj_sockaddr received
        cdef bint known
        with nogil:
            known = rtp_info(rtp, info, &received)
        if not known:
            raise SIPCoreError("the RTP transport has no sockets")
        return 0

    cdef tuple addresses(self):
        """((local address, port), (received address, port)), each part maybe None."""
        cdef RTPSocket *rtp = self.rtp()
        cdef Endpoint *endpoint
        cdef pjmedia_sock_info local
        cdef pj_sockaddr received
        cdef bint known = False
        if rtp.resource.endpoint == NULL:
            return (None, None), (None, None)
        with self.lock:
            with nogil:
                endpoint = endpoint_enter(rtp.resource.endpoint)
                if endpoint != NULL:
                    known = rtp_info(rtp, &local, &received)
                    endpoint_leave(endpoint)
        if not known:
            return (None, None), (None, None)
        return _address(&local.rtp_addr_name), _address(&received)

    @property
    def local_rtp_address(self):
        """The local IP address to put into SDP, a str; None without sockets. Read-only."""
        return self.addresses()[0][0]

    @property
    def local_rtp_port(self):
        """The UDP port for RTP, an int; RTCP has the next one. None without sockets. Read-only."""
        return self.addresses()[0][1]

    @property
    def remote_rtp_address_sdp(self):
        """The remote IP address of the SDP, a str; None unless `ESTABLISHED`. Read-only."""
        remote = self._remote_sdp
        return remote[0] if remote is not None and self.get_state() == "ESTABLISHED" else None

    @property
    def remote_rtp_port_sdp(self):
        """The remote RTP port of the SDP, an int; None unless `ESTABLISHED`. Read-only."""
        remote = self._remote_sdp
        return remote[1] if remote is not None and self.get_state() == "ESTABLISHED" else None

    @property
    def remote_rtp_address_received(self):
        """The IP address that RTP comes from, a str; None before any has come. Read-only."""
        return self.addresses()[1][0]

    @property
    def remote_rtp_port_received(self):
        """The port that RTP comes from, an int; None before any has come. Read-only."""
        return self.addresses()[1][1]

    @property
    def use_srtp(self):
        """Whether SRTP was asked for, a bool. Read-only."""
        return False

    @property
    def force_srtp(self):
        """Whether SRTP was asked for as mandatory, a bool. Read-only."""
        return False

    @property
    def srtp_forced(self):
        """Whether SRTP was asked for as mandatory, a bool. Read-only."""
        return False

    @property
    def srtp_active(self):
        """Whether SRTP encrypts and decrypts, a bool. Read-only."""
        return False

    @property
    def use_ice(self):
        """Whether ICE was asked for, a bool. Read-only."""
        return False

    @property
    def ice_stun_address(self):
        """The STUN server that was asked for, a str or None. Read-only."""
        return None

    @property
    def ice_stun_port(self):
        """The port of the STUN server that was asked for, an int or None. Read-only."""
        return None

    def _check_transition(self, method):
        states, _ = TRANSITIONS[method]
        state = self.get_state()
        if state not in states:
            raise SIPCoreError(
                f"{method}() is for an RTP transport in state {' or '.join(states)}, "
                f"but this one is in {state}"
            )

    def set_INIT(self):
        """Open the sockets, or reset the object in order to use it for something else.

        The ports stay the same in a reset. `SCRTPTransportDidInitialize` follows.

        Raises:
            SIPCoreError: No pair of ports of `rtp_port_range` is free, an audio transport
                uses the object, or the state does not allow it.
        """
        cdef RTPSocket *rtp = self.rtp()
        cdef Endpoint *endpoint = enter_transport(rtp)
        try:
            with self.lock:
                self._check_transition("set_INIT")
                if rtp.transport == NULL:
                    self.open()
                    with nogil:
                        rtp_set_state(rtp, INIT_STATE)
                else:
                    self.reset()
                post("SCRTPTransportDidInitialize", self, {})
        finally:
            with nogil:
                endpoint_leave(endpoint)

    cdef int reset(self) except -1:
        """Go back to `INIT` on the same ports; with the endpoint entered and the lock held."""
        cdef RTPSocket *rtp = self.rtp()
        cdef pj_status_t status
        cdef int users
        with nogil:
            users = rtp_users(rtp)
        if users > 0:
            raise SIPCoreError("an audio transport uses the RTP transport")
        with nogil:
            status = rtp_reset(rtp)
        check(status, "could not reset the RTP transport")
        self._remote_sdp = None
        with nogil:
            rtp_set_state(rtp, INIT_STATE)
        return 0

    cdef int open(self) except -1:
        """Open a free pair of ports, chosen at random."""
        cdef RTPSocket *rtp = self.rtp()
        cdef int family = pj_AF_INET6() if self.is_ipv6 else pj_AF_INET()
        cdef bytes encoded = b"" if self._bind_address is None else self._bind_address.encode()
        cdef pj_str_t address = borrow(encoded)
        cdef const pj_str_t *place = NULL if self._bind_address is None else &address
        cdef pj_status_t status
        cdef int port
        first, last = running_endpoint()._rtp_port_range
        candidates = list(range(first + first % 2, last, 2))
        while candidates:
            # Taken out in random order, without shuffling what is not needed.
            index = random.randrange(len(candidates))
            candidates[index], candidates[-1] = candidates[-1], candidates[index]
            port = candidates.pop()
            with nogil:
                status = rtp_open(rtp, family, place, port)
            if status == PJ_SUCCESS:
                return 0
            if status != PJ_STATUS_FROM_OS(errno.EADDRINUSE):
                raise PJSIPError(
                    f"could not open UDP port {port} of {self._bind_address or 'any address'}",
                    status,
                )
        raise SIPCoreError(f"rtp_port_range: no pair of UDP ports of {first, last} is free")

    def set_LOCAL(self, local_sdp, sdp_index):
        """Say what is offered to the remote party.

        Args:
            local_sdp: The local SDP to be proposed, an `SDPSession`. Where SRTP or ICE have
                something to say it is changed; the transport of this version does not.
            sdp_index: Index of the stream in the SDP, an int.

        Raises:
            TypeError: An argument is of the wrong type.
            ValueError: There is no such stream.
            SIPCoreError: The state does not allow it, or the stream is not plain RTP/AVP.
        """
        cdef RTPSocket *rtp = self.rtp()
        cdef Endpoint *endpoint
        cdef pj_pool_t *pool
        cdef pjmedia_sdp_session *native
        cdef pj_status_t status
        cdef unsigned index = check_stream(local_sdp, sdp_index, "local_sdp")
        endpoint = enter_transport(rtp)
        try:
            with self.lock:
                self._check_transition("set_LOCAL")
                pool = new_pool()
                try:
                    native = session_to_native(local_sdp, pool)
                    with nogil:
                        status = pjmedia_transport_media_create(
                            rtp.transport, pool, 0, NULL, index
                        )
                        if status == PJ_SUCCESS:
                            status = pjmedia_transport_encode_sdp(
                                rtp.transport, pool, native, NULL, index
                            )
                    check(status, "could not prepare the RTP transport")
                    with nogil:
                        rtp_set_state(rtp, LOCAL_STATE)
                finally:
                    with nogil:
                        pj_pool_release(pool)
        finally:
            with nogil:
                endpoint_leave(endpoint)

    def set_ESTABLISHED(self, local_sdp, remote_sdp, sdp_index):
        """Say what has been negotiated: RTP is received from now on.

        Args:
            local_sdp: The local SDP, an `SDPSession`. From `INIT`, as an answer, it may be
                changed as in `set_LOCAL()`.
            remote_sdp: The SDP that was received, an `SDPSession`.
            sdp_index: Index of the stream in both, an int.

        Raises:
            TypeError: An argument is of the wrong type.
            ValueError: There is no such stream.
            SIPCoreError: The state does not allow it, or the stream is not plain RTP/AVP.
        """
        cdef RTPSocket *rtp = self.rtp()
        cdef Endpoint *endpoint
        cdef pj_pool_t *pool
        cdef pjmedia_sdp_session *local
        cdef pjmedia_sdp_session *remote
        cdef pj_status_t status = PJ_SUCCESS
        cdef bint answering
        cdef unsigned index = check_stream(local_sdp, sdp_index, "local_sdp")
        check_stream(remote_sdp, sdp_index, "remote_sdp")
        endpoint = enter_transport(rtp)
        try:
            with self.lock:
                self._check_transition("set_ESTABLISHED")
                answering = self.get_state() == "INIT"
                pool = new_pool()
                try:
                    local = session_to_native(local_sdp, pool)
                    remote = session_to_native(remote_sdp, pool)
                    with nogil:
                        if answering:
                            status = pjmedia_transport_media_create(
                                rtp.transport, pool, 0, remote, index
                            )
                            if status == PJ_SUCCESS:
                                status = pjmedia_transport_encode_sdp(
                                    rtp.transport, pool, local, remote, index
                                )
                        if status == PJ_SUCCESS:
                            status = rtp_start(rtp, pool, local, remote, index)
                    check(status, "could not start the RTP transport")
                finally:
                    with nogil:
                        pj_pool_release(pool)
                stream = remote_sdp.media[index]
                connection = stream.connection or remote_sdp.connection
                self._remote_sdp = (
                    connection.address if connection is not None else None, stream.port,
                )
                with nogil:
                    rtp_set_state(rtp, ESTABLISHED_STATE)
        finally:
            with nogil:
                endpoint_leave(endpoint)


cdef Endpoint *enter_transport(RTPSocket *rtp) except NULL:
    """Enter the endpoint of a transport, which may not have been initialized at all."""
    if rtp.resource.endpoint == NULL:
        raise SIPCoreError("the RTP transport has not been initialized")
    return enter(rtp.resource.endpoint)


cdef pj_pool_t *new_pool() except NULL:
    cdef pj_pool_t *pool
    with nogil:
        pool = create_pool("sdp", 4000, 4000)
    if pool == NULL:
        raise MemoryError
    return pool


cdef tuple _address(const pj_sockaddr *address):
    """(IP address, port) of a socket address, or (None, None) where it has none."""
    cdef char buffer[PJ_INET6_ADDRSTRLEN + 10]
    if address.addr.sa_family == 0 or not pj_sockaddr_has_addr(address):
        return None, None
    pj_sockaddr_print(address, buffer, sizeof(buffer), 0)
    return buffer.decode("ascii"), pj_sockaddr_get_port(address)


cdef check_stream(session, index, what):
    """An index of a media stream that an SDP has."""
    if not isinstance(session, SDPSession):
        raise TypeError(f"{what}: must be SDPSession, not {type(session).__name__}")
    check_int(index, "sdp_index", 0, 65535)
    if index >= len(session.media):
        raise ValueError(
            f"sdp_index: {index} is not in {what}, which has {len(session.media)} media streams"
        )
    return index
