"""`MediaEndpoint`: RTP, streams, codecs, the bridge and the sound card of a process."""

import atexit
import os
import threading

from sipsimple.pjproject.abi cimport PJPROJECT_ABI
from sipsimple.pjproject.native cimport anchor_unref, pthread_mutex_lock, pthread_mutex_unlock
from sipsimple.pjproject.pjlib cimport PJ_SUCCESS, pj_status_t
from sipsimple.pjproject.pjmedia cimport (
    PJMEDIA_AUD_DEFAULT_CAPTURE_DEV,
    PJMEDIA_AUD_DEFAULT_PLAYBACK_DEV,
    PJMEDIA_CONF_NO_DEVICE,
    PJMEDIA_CONF_USE_LINEAR,
    pj_log_2,
    pj_log_3,
    pjmedia_conf_create2,
    pjmedia_conf_destroy,
    pjmedia_conf_param,
    pjmedia_conf_param_default,
    pjmedia_endpt_create2,
    pjmedia_endpt_destroy2,
    pjmedia_event_mgr_create,
    pjmedia_event_mgr_destroy,
)
from sipsimple.pjproject.runtime cimport check, create_pool, ensure_thread, pool_factory
from sipsimple.sdp.sdp_neg cimport lock_codecs, unlock_codecs
from sipsimple.media.bridge cimport create_bridge
from sipsimple.media.codecs cimport order_codecs, register_codecs, unregister_codecs
from sipsimple.media.resources cimport (
    BELOW_BRIDGE,
    ON_BRIDGE,
    SHUT,
    WAS_SHUT,
    Endpoint,
    Shutting,
    endpoint_alloc,
    endpoint_close_resources,
    endpoint_enter,
    endpoint_leave,
    endpoint_publish,
    endpoint_shut,
    enter,
)
from sipsimple.media.sound_card cimport SoundCard

from sipsimple.media.options import DEFAULT_OPTIONS as _DEFAULT_OPTIONS
from sipsimple.media.options import (
    check_bool,
    check_codec_names,
    check_port_range,
    check_sample_rate,
    check_tail_length,
    check_text_or_none,
)
from sipsimple.pjproject.errors import PJSIPError, SIPCoreError
from sipsimple.pjproject.runtime import abi_number, check_abi

check_abi("sipsimple-media", "sipsimple-pjproject", PJPROJECT_ABI, abi_number())

cdef enum:
    # Each port of the bridge takes memory for every slot: 8 bytes.
    BRIDGE_SLOTS = 2048
    FRAME_MS = 20

# The one that runs, if any; kept alive until it is stopped.
cdef MediaEndpoint _running = None
cdef object _starting = threading.Lock()


cdef class MediaEndpoint:
    """MediaEndpoint(auto_sound=True, ec_tail_length=50, sample_rate=32, playback_dtmf=True, rtp_port_range=(40000, 40100), codecs=['speex', 'g711', 'ilbc', 'gsm', 'g722'])
--

    The media of this process: it runs from its creation until `stop()`, one at a time.

    The audio objects (`RTPTransport`, `AudioTransport`, `WaveFile`, ...) use the one that
    runs. Applications with an Engine need none of their own: the Engine runs it.

    Args:
        auto_sound: Whether to open the default sound devices. Where there are none, the
            bridge runs on a clock of its own, and a line in the log says so.
        ec_tail_length: Tail length of the echo canceller in milliseconds; 0 is off.
        sample_rate: Sample rate of the bridge and the sound card in kHz: 8, 16 or 32.
        playback_dtmf: Whether DTMF digits, sent and received, are played to the local
            sound card.
        rtp_port_range: The UDP ports for new RTP transports, (first, last) ints.
        codecs: Names of the codecs to offer, the preferred one first: "speex", "g711",
            "ilbc", "gsm", "g722", "opus", "l16".

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument is out of range.
        SIPCoreError: One runs already, or pjmedia cannot start.

    Source: `pjmedia_endpt_create2()`, `pjmedia_conf_create2()`.
    """  # noqa: E501

    def __init__(
        self,
        auto_sound=True,
        ec_tail_length=50,
        sample_rate=32,
        playback_dtmf=True,
        rtp_port_range=_DEFAULT_OPTIONS["rtp_port_range"],
        codecs=_DEFAULT_OPTIONS["codecs"],
    ):
        global _running
        if self.lock is not None:
            raise SIPCoreError("this media endpoint has been started before")
        check_bool(auto_sound, "auto_sound")
        self._ec_tail_length = check_tail_length(ec_tail_length, "ec_tail_length")
        self._sample_rate = check_sample_rate(sample_rate)
        self._playback_dtmf = check_bool(playback_dtmf, "playback_dtmf")
        self._rtp_port_range = check_port_range(rtp_port_range)
        self._codecs = check_codec_names(codecs)
        self.lock = threading.RLock()
        with _starting:
            if _running is not None:
                raise SIPCoreError("a media endpoint is running in this process already")
            try:
                self.build()
                if auto_sound:
                    self.open_sound()
                else:
                    self.card.open_null()
            except BaseException:
                self.tear_down()
                raise
            with nogil:
                endpoint_publish(self.endpoint)
            _running = self
            self._policy.start()

    cdef int build(self) except -1:
        cdef Endpoint *endpoint
        cdef pjmedia_conf_param parameters
        cdef pj_status_t status
        with nogil:
            ensure_thread()
            endpoint = endpoint_alloc()
            if endpoint != NULL:
                endpoint.pool = create_pool("media", 4000, 4000)
        if endpoint == NULL or endpoint.pool == NULL:
            raise MemoryError
        self.endpoint = endpoint
        endpoint.sample_rate = self._sample_rate * 1000
        endpoint.samples_per_frame = self._sample_rate * FRAME_MS
        with nogil:
            status = pjmedia_endpt_create2(pool_factory(), NULL, 1, &endpoint.endpt)
            if status == PJ_SUCCESS:
                # Streams subscribe to events of their RTCP session.
                status = pjmedia_event_mgr_create(endpoint.pool, 0, &endpoint.events)
        check(status, "could not start pjmedia")
        self.codecs_registered = True
        register_codecs(endpoint.endpt)
        order_codecs(endpoint.endpt, self._codecs, endpoint.sample_rate)
        with nogil:
            pjmedia_conf_param_default(&parameters)
            parameters.max_slots = BRIDGE_SLOTS
            parameters.sampling_rate = endpoint.sample_rate
            parameters.channel_count = 1
            parameters.samples_per_frame = endpoint.samples_per_frame
            parameters.bits_per_sample = 16
            # With speex's resampler "linear" stands for its quality 3, which it has for VoIP:
            # images are 89 dB down, at a quarter of the time that the default takes.
            parameters.options = PJMEDIA_CONF_NO_DEVICE | PJMEDIA_CONF_USE_LINEAR
            # The threads of the parallel bridge spin: for large conferences only.
            parameters.worker_threads = 0
            status = pjmedia_conf_create2(endpoint.pool, &parameters, &endpoint.conf)
        check(status, "could not create the conference bridge")
        self.set_native_playback()
        self.card = SoundCard()
        self.card.start(endpoint)
        self._bridge = create_bridge(endpoint)
        # It knows the audio objects, which know this module.
        from sipsimple.media.policy import RoutingPolicy

        self._policy = RoutingPolicy(self._bridge)
        return 0

    cdef int open_sound(self) except -1:
        """Open the default devices, or say once that there are none."""
        cdef bytes reason
        cdef const char *text
        try:
            self.card.start_subsystem()
            self.card.open(
                PJMEDIA_AUD_DEFAULT_PLAYBACK_DEV,
                PJMEDIA_AUD_DEFAULT_CAPTURE_DEV,
                self._ec_tail_length,
            )
        except PJSIPError as error:
            reason = str(error).encode("utf-8", "replace")
            text = reason
            with nogil:
                pj_log_3("media", "%s; the bridge runs on its own clock", text)
            self.card.open_null()
        return 0

    cdef int tear_down(self) except -1:
        """End everything; what is left of the objects raises from now on."""
        cdef Endpoint *endpoint = self.endpoint
        cdef bint codecs = self.codecs_registered
        if endpoint == NULL:
            return 0
        with nogil:
            ensure_thread()
            endpoint_close_resources(endpoint, ON_BRIDGE)
        if self.card is not None:
            self.card.stop()
        with nogil:
            # Destroying the bridge carries out what is queued, which ends the streams: they
            # want their transports and codecs for that.
            if endpoint.conf != NULL:
                pjmedia_conf_destroy(endpoint.conf)
                endpoint.conf = NULL
            endpoint_close_resources(endpoint, BELOW_BRIDGE)
            # A negotiation in another thread looks at the codec manager while it runs.
            lock_codecs()
            if codecs:
                unregister_codecs()
            if endpoint.endpt != NULL:
                pjmedia_endpt_destroy2(endpoint.endpt)
                endpoint.endpt = NULL
            unlock_codecs()
            if endpoint.events != NULL:
                pjmedia_event_mgr_destroy(endpoint.events)
                endpoint.events = NULL
        self.codecs_registered = False
        return 0

    def stop(self):
        """End the media; objects that are left raise `SIPCoreError` from now on.

        Files that are being recorded are complete when this returns. It takes some
        milliseconds, while a method runs in another thread a little more, 3 s at most; it
        does nothing where it is stopped already.
        """
        global _running
        cdef Shutting shutting
        # A child of fork() has none of its threads to stop.
        if self.endpoint == NULL or self.endpoint.process != os.getpid():
            return
        with nogil:
            shutting = endpoint_shut(self.endpoint)
        if shutting == WAS_SHUT:
            return
        with _starting:
            if shutting != SHUT:
                with nogil:
                    pj_log_2("media", "still in use: its threads run on until the process ends")
                return
            try:
                self.tear_down()
            finally:
                if _running is self:
                    _running = None

    def __dealloc__(self):
        # It does not run: the running one is kept alive.
        if self.endpoint != NULL:
            with nogil:
                ensure_thread()
                anchor_unref(&self.endpoint.base)
            self.endpoint = NULL

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.stop()

    @property
    def is_running(self):
        """Whether it has not been stopped, a bool. Read-only."""
        cdef Endpoint *entered = NULL
        with nogil:
            if self.endpoint != NULL:
                entered = endpoint_enter(self.endpoint)
            if entered != NULL:
                endpoint_leave(entered)
        return entered != NULL

    @property
    def sample_rate(self):
        """Sample rate of the bridge and the sound card in kHz, an int. Read-only."""
        return self._sample_rate

    @property
    def ec_tail_length(self):
        """Tail length of the echo canceller in milliseconds, an int; 0 is off. Read-only."""
        return self._ec_tail_length

    @property
    def playback_dtmf(self):
        """Whether DTMF digits are played to the local sound card, a bool."""
        return self._playback_dtmf

    @playback_dtmf.setter
    def playback_dtmf(self, value):
        value = check_bool(value, "playback_dtmf")
        # `__init__()` failed, or has not been called.
        if self.endpoint == NULL:
            raise SIPCoreError("the media endpoint is not running")
        self._playback_dtmf = value
        self.set_native_playback()

    cdef int set_native_playback(self) except -1:
        cdef Endpoint *endpoint = self.endpoint
        cdef bint value = self._playback_dtmf
        with nogil:
            pthread_mutex_lock(&endpoint.routing)
            endpoint.playback_dtmf = value
            pthread_mutex_unlock(&endpoint.routing)
        return 0

    @property
    def rtp_port_range(self):
        """The UDP ports for new RTP transports, a tuple (first, last) of ints."""
        return self._rtp_port_range

    @rtp_port_range.setter
    def rtp_port_range(self, value):
        self._rtp_port_range = check_port_range(value)

    @property
    def codecs(self):
        """Names of the codecs that new audio transports offer, a list of str, best first."""
        return list(self._codecs)

    @codecs.setter
    def codecs(self, value):
        names = check_codec_names(value)
        cdef Endpoint *endpoint = enter(self.endpoint)
        try:
            with self.lock:
                order_codecs(endpoint.endpt, names, endpoint.sample_rate)
                self._codecs = names
        finally:
            endpoint_leave(endpoint)

    @property
    def bridge(self):
        """The conference bridge, a `Bridge`. Read-only."""
        return self._bridge

    @property
    def policy(self):
        """Who hears what where the application does not say, a `RoutingPolicy`. Read-only."""
        return self._policy

    @property
    def sound_device(self):
        """The sound card as a source and sink of the bridge, a `SoundDevice`. Read-only."""
        return self._bridge.sound_device

    def connect(self, source, sink, level=100):
        """Let a sink hear a source: `Bridge.connect()`."""
        self._bridge.connect(source, sink, level)

    def disconnect(self, source, sink):
        """Undo a `connect()`: `Bridge.disconnect()`."""
        self._bridge.disconnect(source, sink)

    def connect_audio_transport(self, transport):
        """Let an audio transport take part in the local conversation.

        The connected transports and the sound device hear each other, never themselves.

        Args:
            transport: A started `AudioTransport`.

        Raises:
            TypeError: `transport` is no `AudioTransport`.
            SIPCoreError: It is not active, or connected already.
        """
        self._policy.connect_audio_transport(transport)

    def disconnect_audio_transport(self, transport):
        """Undo `connect_audio_transport()`. A transport that is stopped has left already.

        Args:
            transport: A connected `AudioTransport`.

        Raises:
            TypeError: `transport` is no `AudioTransport`.
            SIPCoreError: It is not connected.
        """
        self._policy.disconnect_audio_transport(transport)

    def _devices(self, bint playback):
        cdef Endpoint *endpoint = enter(self.endpoint)
        try:
            with self.lock:
                return self.card.devices(playback)
        finally:
            endpoint_leave(endpoint)

    @property
    def playback_devices(self):
        """Names of the devices that can play, a list of str. Read-only.

        The first look at it loads the sound drivers, which takes a while.

        Raises:
            SIPCoreError: The endpoint is stopped, or there is no sound system.
        """
        return self._devices(True)

    @property
    def recording_devices(self):
        """Names of the devices that can record, a list of str. Read-only.

        The first look at it loads the sound drivers, which takes a while.

        Raises:
            SIPCoreError: The endpoint is stopped, or there is no sound system.
        """
        return self._devices(False)

    def set_sound_devices(self, playback_device=None, recording_device=None, tail_length=None):
        """Open sound devices; those that are open are closed first.

        Args:
            playback_device: One of `playback_devices`; None selects one automatically.
            recording_device: One of `recording_devices`; None selects one automatically.
            tail_length: Tail length of the echo canceller in milliseconds; 0 turns it off,
                None keeps what it is.

        Raises:
            TypeError: An argument is of the wrong type.
            ValueError: `tail_length` is out of range.
            SIPCoreError: There is no such device, or it cannot be opened. The bridge runs
                on its own clock then.
        """
        check_text_or_none(playback_device, "playback_device")
        check_text_or_none(recording_device, "recording_device")
        if tail_length is None:
            tail_length = self._ec_tail_length
        check_tail_length(tail_length, "tail_length")
        cdef Endpoint *endpoint = enter(self.endpoint)
        try:
            with self.lock:
                self.card.start_subsystem()
                playback = self.card.find(playback_device, True)
                recording = self.card.find(recording_device, False)
                try:
                    self.card.open(playback, recording, tail_length)
                except BaseException:
                    self.card.open_null()
                    raise
                self._ec_tail_length = tail_length
        finally:
            endpoint_leave(endpoint)


cdef MediaEndpoint running_endpoint():
    """The endpoint that runs.

    Raises:
        SIPCoreError: None does.
    """
    cdef MediaEndpoint running = _running
    if running is None:
        raise SIPCoreError("the media endpoint is not running")
    return running


def get_endpoint():
    """The `MediaEndpoint` that runs in this process.

    Raises:
        SIPCoreError: None does.
    """
    return running_endpoint()


def stop_at_exit():
    """Stop the endpoint that runs; registered with `atexit`. The Engine has its own way."""
    cdef MediaEndpoint running = _running
    if running is not None and running.is_running:
        running.stop()


atexit.register(stop_at_exit)
