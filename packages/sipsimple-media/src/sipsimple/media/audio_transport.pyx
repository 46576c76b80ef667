"""`AudioTransport`: a stream of audio to and from a remote party."""

from sipsimple.pjproject.native cimport anchor_unref
from sipsimple.pjproject.pjlib cimport (
    PJ_ENOMEM,
    PJ_SUCCESS,
    pj_pool_release,
    pj_pool_t,
    pj_status_t,
    pj_str_t,
)
from sipsimple.pjproject.pjmedia cimport (
    PJMEDIA_DIR_DECODING,
    PJMEDIA_DIR_ENCODING,
    PJMEDIA_DIR_ENCODING_DECODING,
    pjmedia_rtcp_stat,
    pjmedia_sock_info,
    pjmedia_stream_dial_dtmf,
    pjmedia_stream_info,
    pjmedia_stream_info_from_sdp,
    pjmedia_stream_pause,
    pjmedia_stream_resume,
)
from sipsimple.pjproject.pjmedia_sdp cimport pjmedia_sdp_session
from sipsimple.pjproject.runtime cimport check
from sipsimple.pjproject.strings cimport borrow, to_str
from sipsimple.media.audio_stream cimport (
    AudioStream,
    stream_alloc,
    stream_start,
    stream_statistics,
)
from sipsimple.media.bridge cimport Bridge
from sipsimple.media.dtmf_tones cimport play_tone
from sipsimple.media.endpoint cimport running_endpoint
from sipsimple.media.local_media cimport (
    create_answer,
    create_offer,
    single_stream,
    with_direction,
)
from sipsimple.media.resources cimport (
    BridgeObject,
    BridgePort,
    Endpoint,
    Holder,
    endpoint_enter,
    endpoint_leave,
    holder_get,
    holder_set,
    resource_close,
    resource_is_attached,
)
from sipsimple.media.rtp_socket cimport RTPSocket
from sipsimple.media.rtp_transport cimport RTPTransport, check_stream, enter_transport, new_pool

import copy

from sipsimple.media.options import check_bool, check_direction
from sipsimple.media.statistics import AudioStatistics
from sipsimple.pjproject.errors import SIPCoreError
from sipsimple.sdp import SDPMedia, SDPSession

# RFC 4733 section 3.2, without the flash.
cdef frozenset DTMF_DIGITS = frozenset("0123456789*#ABCD")

# The feedback of RFC 4585 may be left out in an answer, and the rest is the same.
cdef frozenset TRANSPORTS = frozenset(("RTP/AVP", "RTP/AVPF"))

# pjmedia's directions: what is sent is encoded, what is received is decoded.
cdef dict DIRECTION_FLAGS = {
    "sendrecv": PJMEDIA_DIR_ENCODING_DECODING,
    "sendonly": PJMEDIA_DIR_ENCODING,
    "recvonly": PJMEDIA_DIR_DECODING,
    "inactive": 0,
}
cdef dict DIRECTION_NAMES = {flags: name for name, flags in DIRECTION_FLAGS.items()}


cdef class AudioTransport(BridgeObject):
    """AudioTransport(transport, remote_sdp=None, sdp_index=0, enable_silence_detection=True)
--

    A stream of audio over an `RTPTransport`. It is used for one stream only.

    To offer a stream, create it from the transport alone, put `get_local_media(True)` into
    the offer and pass both descriptions to `start()` when the answer has come. To accept one
    that was offered, pass the offer: the stream runs from its creation, and
    `get_local_media(False)` is for the answer.

    Args:
        transport: The transport, an `RTPTransport` in state `INIT`. It is taken to `LOCAL`,
            or with an offer to `ESTABLISHED`.
        remote_sdp: The offer that was received, an `SDPSession`; None to make one.
        sdp_index: Index of the stream in the offer, an int.
        enable_silence_detection: Whether to send nothing while there is nothing to hear.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: The offer has no such stream.
        SIPCoreError: The transport is in another state, or the offer cannot be accepted: no
            codec in common, or the stream is rejected or not RTP/AVP.

    Notifications:
        SCAudioTransportGotDTMF: The remote party has sent a DTMF digit: `digit`, a str.

    Source: `pjmedia_stream_create()`.
    """

    def __cinit__(self, *args, **kwargs):
        self._is_source = True
        self._is_sink = True

    def __init__(self, transport, remote_sdp=None, sdp_index=0, enable_silence_detection=True):
        cdef Endpoint *endpoint
        cdef unsigned index = 0
        if not isinstance(transport, RTPTransport):
            raise TypeError(f"transport: must be RTPTransport, not {type(transport).__name__}")
        check_bool(enable_silence_detection, "enable_silence_detection")
        if remote_sdp is not None:
            index = check_stream(remote_sdp, sdp_index, "remote_sdp")
        with self.lock:
            if self._transport is not None:
                raise SIPCoreError("the audio transport has been initialized before")
            endpoint = enter_transport((<RTPTransport> transport).rtp())
            try:
                if transport.state != "INIT":
                    raise SIPCoreError(
                        f"transport: must be in state INIT, but is in {transport.state}"
                    )
                self._transport = transport
                try:
                    self.media = running_endpoint()
                    self.silence_detection = enable_silence_detection
                    self._direction = "sendrecv"
                    self.answer_limit = "sendrecv"
                    self.offer = self.describe(endpoint)
                    if remote_sdp is None:
                        transport.set_LOCAL(self.local_session(None, 0), 0)
                    else:
                        self.answer_offer(endpoint, remote_sdp, index)
                except BaseException:
                    self._transport = None
                    raise
            finally:
                with nogil:
                    endpoint_leave(endpoint)

    def __repr__(self):
        state = "active" if self.is_live() else "stopped" if self.started else "new"
        return f"<AudioTransport {self._codec or 'without a codec'}, {state}>"

    cdef RTPSocket *rtp(self) except NULL:
        """The sockets; none where `__init__()` failed, or has not been called."""
        cdef RTPTransport transport = self._transport
        if transport is None:
            raise SIPCoreError("the audio transport has not been initialized")
        return transport.rtp()

    cdef object describe(self, Endpoint *endpoint):
        """All that can be offered on the transport, an `SDPMedia`."""
        cdef pjmedia_sock_info info
        cdef pj_pool_t *pool = new_pool()
        try:
            self._transport.sock_info(&info)
            return create_offer(endpoint, &info, pool)
        finally:
            with nogil:
                pj_pool_release(pool)

    cdef object local_session(self, object remote_session, unsigned index):
        """The local description as far as it is known here: this stream, at its place."""
        connection = self.offer.connection
        media = [
            SDPMedia(other.media, 0, other.transport, formats=other.formats)
            for other in (remote_session.media[:index] if remote_session is not None else [])
        ]
        media.append(copy.deepcopy(self.answer if self.answer is not None else self.offer))
        return SDPSession(
            connection.address,
            address_type=connection.address_type,
            connection=connection,
            media=media,
        )

    cdef int answer_offer(
        self, Endpoint *endpoint, object remote_sdp, unsigned index
    ) except -1:
        """Negotiate an answer to an offer and start."""
        cdef pj_pool_t *pool
        if remote_sdp.media[index].port == 0:
            raise SIPCoreError(f"stream {index} of the offer is rejected: its port is 0")
        kind, transport = remote_sdp.media[index].media, remote_sdp.media[index].transport
        # pjmedia would say no more than that nothing matches.
        if kind != "audio" or transport.upper() not in TRANSPORTS:
            raise SIPCoreError(f"stream {index} of the offer is {kind} over {transport}, "
                               "but only audio over RTP/AVP is supported")
        pool = new_pool()
        try:
            self.answer = create_answer(endpoint, self.offer, remote_sdp, index, pool)
        finally:
            with nogil:
                pj_pool_release(pool)
        if self.answer.port == 0:
            raise SIPCoreError(f"stream {index} of the offer has no codec that is known here")
        local_sdp = self.local_session(remote_sdp, index)
        self.start_stream(endpoint, local_sdp, remote_sdp, index)
        self.answer_limit = self._direction
        return 0

    cdef int start_stream(
        self, Endpoint *endpoint, object local_sdp, object remote_sdp, unsigned index
    ) except -1:
        """Find what has been negotiated, take the transport to `ESTABLISHED`, start."""
        cdef pjmedia_stream_info info
        cdef pjmedia_sdp_session *local
        cdef pjmedia_sdp_session *remote
        cdef AudioStream *stream
        cdef RTPSocket *rtp = self._transport.rtp()
        cdef Holder *holder = self.holder()
        cdef pj_status_t status
        cdef pj_pool_t *pool
        for session, what in ((local_sdp, "local"), (remote_sdp, "remote")):
            if session.media[index].port == 0:
                raise SIPCoreError(f"stream {index} of the {what} SDP is rejected: its port is 0")
        pool = new_pool()
        try:
            local = single_stream(local_sdp, index, pool)
            remote = single_stream(remote_sdp, index, pool)
            with nogil:
                status = pjmedia_stream_info_from_sdp(
                    &info, pool, endpoint.endpt, local, remote, 0
                )
            check(status, "could not find what has been negotiated in the SDP")
            info.param.setting.vad = self.silence_detection
            # Nobody resets the transport before the stream is on it.
            with self._transport.lock:
                before = self._transport.state
                if before != "ESTABLISHED":  # LOCAL; INIT where it was reset
                    self._transport.set_ESTABLISHED(local_sdp, remote_sdp, index)
                stream = stream_alloc(self.anchor)
                status = PJ_ENOMEM
                if stream != NULL:
                    with nogil:
                        status = stream_start(stream, endpoint, rtp, &info, pool)
                        if status == PJ_SUCCESS:
                            holder_set(holder, &stream.port)
                        else:
                            anchor_unref(&stream.port.resource.base)
                if status != PJ_SUCCESS and before != "ESTABLISHED":
                    # As it was, so that another attempt can be made with it.
                    self._transport.reset()
                    if before == "LOCAL":
                        self._transport.set_LOCAL(local_sdp, index)
                check(status, "could not start the audio stream")
            self._codec = to_str(&info.fmt.encoding_name)
            self._sample_rate = info.fmt.clock_rate
            self.sends_dtmf = info.tx_event_pt >= 0
            self._direction = DIRECTION_NAMES[<int> info.dir]
        finally:
            with nogil:
                pj_pool_release(pool)
        self.started = True
        self.answer = local_sdp.media[index]
        (<Bridge> self.media._bridge).activate(self)
        return 0

    cdef bint is_over(self):
        return self.stopped

    @property
    def transport(self):
        """The `RTPTransport` it was created with. Read-only."""
        return self._transport

    @property
    def is_active(self):
        """Whether audio is being sent and received, a bool. Read-only."""
        return self.is_live()

    @property
    def is_started(self):
        """Whether it has been started, also when it is stopped again; a bool. Read-only."""
        return self.started

    @property
    def codec(self):
        """Name of the codec that was negotiated, a str such as "PCMU"; None before. Read-only."""
        return self._codec

    @property
    def sample_rate(self):
        """Sample rate of the codec in Hz, an int; None before it was negotiated. Read-only."""
        return self._sample_rate

    @property
    def direction(self):
        """The direction: "sendrecv", "sendonly", "recvonly" or "inactive". Read-only.

        `update_direction()` changes it.
        """
        return self._direction

    @property
    def statistics(self):
        """Packets, loss and jitter, an `AudioStatistics`; None before it is started. Read-only.

        They remain as they were at the end when it is stopped.
        """
        cdef Holder *holder = self.holder()
        cdef BridgePort *port
        cdef Endpoint *endpoint
        cdef pjmedia_rtcp_stat native
        cdef bint known = False
        with self.lock:
            with nogil:
                port = holder_get(holder)
                if port != NULL:
                    endpoint = endpoint_enter(port.resource.endpoint)
                    # Where the endpoint is stopped, so is the stream, and it has left them.
                    known = endpoint != NULL or (<AudioStream *> port).ended
                    if known:
                        stream_statistics(<AudioStream *> port, &native)
                    if endpoint != NULL:
                        endpoint_leave(endpoint)
                    anchor_unref(&port.resource.base)
            if known:
                self.last_statistics = _statistics(&native)
            return self.last_statistics

    def get_local_media(self, is_offer, direction="sendrecv"):
        """Describe the stream for an SDP offer or answer.

        Args:
            is_offer: True for an offer: everything that can be done. False for an answer:
                what has been negotiated.
            direction: "sendrecv", "sendonly", "recvonly" or "inactive". An answer is limited
                further by what the offer allows that it was created with, until the first
                `update_direction()`: what a later offer allows is not known here.

        Returns:
            A new `SDPMedia`.

        Raises:
            TypeError: An argument is of the wrong type.
            ValueError: `direction` is none of these.
            SIPCoreError: It is stopped, or an answer is wanted and nothing was offered.
        """
        cdef Endpoint *endpoint
        check_bool(is_offer, "is_offer")
        check_direction(direction)
        with self.lock:
            if self.stopped:
                raise SIPCoreError("the audio transport has been stopped")
            endpoint = enter_transport(self.rtp())
            try:
                if is_offer:
                    return with_direction(copy.deepcopy(self.offer), direction)
                if self.answer is None:
                    raise SIPCoreError("there is no offer to answer")
                flags = DIRECTION_FLAGS[direction] & DIRECTION_FLAGS[self.answer_limit]
                return with_direction(copy.deepcopy(self.answer), DIRECTION_NAMES[flags])
            finally:
                with nogil:
                    endpoint_leave(endpoint)

    def start(self, local_sdp, remote_sdp, sdp_index):
        """Start the stream that was offered, when the answer has come. Once only.

        Args:
            local_sdp: The complete local SDP of the negotiation, an `SDPSession`.
            remote_sdp: The SDP that was received, an `SDPSession`.
            sdp_index: Index of the stream in both, an int.

        Raises:
            TypeError: An argument is of the wrong type.
            ValueError: There is no such stream.
            SIPCoreError: It has been started already, or the stream is rejected or has no
                codec in common.
        """
        cdef unsigned index = check_stream(local_sdp, sdp_index, "local_sdp")
        cdef Endpoint *endpoint
        check_stream(remote_sdp, sdp_index, "remote_sdp")
        with self.lock:
            if self.started or self.stopped:
                raise SIPCoreError("the audio transport has been started already")
            endpoint = enter_transport(self.rtp())
            try:
                if remote_sdp.media[index].port == 0:
                    raise SIPCoreError(f"stream {index} was rejected by the remote party")
                self.start_stream(endpoint, local_sdp, remote_sdp, index)
            finally:
                with nogil:
                    endpoint_leave(endpoint)

    def stop(self):
        """End the stream, for good. Its transport can be used for something else then.

        Does nothing where it is stopped already.
        """
        with self.lock:
            if not self.stopped:
                self.end()

    cdef int end(self) except -1:
        cdef Holder *holder = self.holder()
        cdef BridgePort *port
        cdef Endpoint *endpoint
        if self._transport is None:
            return 0
        # First: the policy connects nothing any more to what it does not know.
        self.media._policy.transport_stopped(self)
        self.stopped = True
        with nogil:
            port = holder_get(holder)
            if port != NULL:
                endpoint = endpoint_enter(port.resource.endpoint)
                if endpoint != NULL:
                    resource_close(&port.resource)
                    endpoint_leave(endpoint)
                anchor_unref(&port.resource.base)
        (<Bridge> self.media._bridge).forget(self)
        # Read them while the stream is there to ask.
        self.last_statistics = self.statistics
        with nogil:
            holder_set(holder, NULL)
        return 0

    cdef AudioStream *active_stream(self) except NULL:
        """The stream, with a reference for the caller, who has the lock of the object."""
        cdef Holder *holder = self.holder()
        cdef BridgePort *port
        cdef bint active = False
        with nogil:
            port = holder_get(holder)
            if port != NULL:
                active = resource_is_attached(&port.resource)
                if not active:
                    anchor_unref(&port.resource.base)
        if not active:
            raise SIPCoreError("the audio transport is not active")
        return <AudioStream *> port

    def send_dtmf(self, digit):
        """Send a DTMF digit to the remote party (RFC 4733), behind those sent before.

        Args:
            digit: One of 0 to 9, `*`, `#`, A to D, a str.

        Raises:
            TypeError: `digit` is no str.
            ValueError: It is no DTMF digit.
            SIPCoreError: The stream is not active, telephone-event was not negotiated, or 32
                digits are waiting to be sent already.
        """
        cdef AudioStream *stream
        cdef bytes encoded
        cdef pj_str_t native
        cdef pj_status_t status
        cdef Endpoint *endpoint
        if not isinstance(digit, str):
            raise TypeError(f"digit: must be str, not {type(digit).__name__}")
        if digit not in DTMF_DIGITS:
            raise ValueError(f"digit: {digit!r} is no DTMF digit (0 to 9, *, #, A to D)")
        endpoint = enter_transport(self.rtp())
        try:
            with self.lock:
                stream = self.active_stream()
                try:
                    if not self.sends_dtmf:
                        raise SIPCoreError("the remote party does not take DTMF (RFC 4733)")
                    encoded = digit.encode("ascii")
                    native = borrow(encoded)
                    with nogil:
                        status = pjmedia_stream_dial_dtmf(stream.stream, &native)
                        if status == PJ_SUCCESS:
                            play_tone(endpoint, native.ptr[0])
                    check(status, f"could not send the DTMF digit {digit}")
                finally:
                    with nogil:
                        anchor_unref(&stream.port.resource.base)
        finally:
            with nogil:
                endpoint_leave(endpoint)

    def update_direction(self, direction):
        """Change the direction, after it has been negotiated.

        Args:
            direction: "sendrecv", "sendonly", "recvonly" or "inactive".

        Raises:
            TypeError: `direction` is no str.
            ValueError: It is none of these.
            SIPCoreError: The stream is not active.
        """
        cdef AudioStream *stream
        cdef pj_status_t status = PJ_SUCCESS
        cdef Endpoint *endpoint
        cdef int before
        cdef int after
        check_direction(direction)
        endpoint = enter_transport(self.rtp())
        try:
            with self.lock:
                stream = self.active_stream()
                before = DIRECTION_FLAGS[self._direction]
                after = DIRECTION_FLAGS[direction]
                with nogil:
                    if before & ~after:
                        status = pjmedia_stream_pause(stream.stream, before & ~after)
                    if status == PJ_SUCCESS and after & ~before:
                        status = pjmedia_stream_resume(stream.stream, after & ~before)
                    anchor_unref(&stream.port.resource.base)
                check(status, f"could not change the direction to {direction}")
                self._direction = direction
                # It has been negotiated anew: the first offer is history.
                self.answer_limit = "sendrecv"
        finally:
            with nogil:
                endpoint_leave(endpoint)


cdef object _statistics(const pjmedia_rtcp_stat *native):
    """From pjmedia's figures, which have times in microseconds."""
    return AudioStatistics(
        packets_sent=native.tx.pkt,
        bytes_sent=native.tx.bytes,
        packets_received=native.rx.pkt,
        bytes_received=native.rx.bytes,
        packets_lost=native.rx.loss,
        packets_discarded=native.rx.discard,
        packets_reordered=native.rx.reorder,
        packets_duplicated=native.rx.dup,
        jitter=native.rx.jitter.mean / 1e6,
        remote_packets_lost=native.tx.loss,
        remote_jitter=native.tx.jitter.mean / 1e6 if native.tx.jitter.n > 0 else None,
        round_trip_time=native.rtt.mean / 1e6 if native.rtt.n > 0 else None,
    )
