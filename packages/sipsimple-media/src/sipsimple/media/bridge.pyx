"""`Bridge`: any source to any sink, at any level."""

import threading
import weakref

from sipsimple.pjproject.native cimport (
    anchor_alloc,
    anchor_ref,
    anchor_unref,
    pthread_mutex_lock,
    pthread_mutex_unlock,
)
from sipsimple.pjproject.pjlib cimport PJ_EGONE, pj_status_t
from sipsimple.pjproject.runtime cimport check, ensure_thread
from sipsimple.media.dtmf_tones cimport create_tones
from sipsimple.media.resources cimport (
    ON_BRIDGE,
    Anchor,
    BridgeObject,
    BridgePort,
    Endpoint,
    Resource,
    bridge_connect,
    bridge_disconnect,
    endpoint_leave,
    enter,
    holder_get,
    holder_set,
    resource_attach,
    resource_finalize,
)

from sipsimple.media.options import check_int
from sipsimple.pjproject.errors import SIPCoreError

# Ten times as loud; more would overflow pjmedia's arithmetic at some point.
cdef enum:
    MAX_LEVEL = 1000


cdef void _close_sound_port(Resource *resource) noexcept nogil:
    # Its slot is the bridge's own: it is not given back.
    cdef BridgePort *port = <BridgePort *> resource
    pthread_mutex_lock(&resource.endpoint.routing)
    port.slot = -1
    pthread_mutex_unlock(&resource.endpoint.routing)


cdef void _finalize_sound_port(Anchor *anchor) noexcept nogil:
    resource_finalize(<Resource *> anchor)


cdef class SoundDevice(BridgeObject):
    """SoundDevice()
--

    The sound card on the bridge: what it records is a source, what it plays is a sink.

    Get it from `MediaEndpoint.sound_device`. Without a sound card it is silent.
    """

    def __cinit__(self, *args, **kwargs):
        self._is_source = True
        self._is_sink = True

    def __repr__(self):
        return "<sound device>"


cdef Bridge create_bridge(Endpoint *endpoint):
    """The bridge of an endpoint that is being built."""
    cdef Bridge bridge = Bridge.__new__(Bridge)
    cdef BridgePort *port
    bridge.endpoint = <Endpoint *> anchor_ref(&endpoint.base)
    bridge.lock = threading.RLock()
    bridge.table = weakref.WeakKeyDictionary()
    bridge._sound_device = SoundDevice.__new__(SoundDevice)
    port = <BridgePort *> anchor_alloc(sizeof(BridgePort), &_finalize_sound_port)
    if port == NULL:
        raise MemoryError
    port.resource.rank = ON_BRIDGE
    port.resource.close = &_close_sound_port
    port.slot = 0
    with nogil:
        resource_attach(&port.resource, endpoint)
        holder_set(bridge._sound_device.holder(), port)
    bridge._dtmf_tones = create_tones(endpoint)
    return bridge


cdef class Bridge:
    """Bridge()
--

    The conference bridge: mixes what each sink is to hear, every 20 ms.

    Sources are `AudioTransport` (what the remote party says), `WaveFile`, the sound device
    and `dtmf_tones` (of the digits sent and received); sinks are `AudioTransport` (what the
    remote party hears), `RecordingWaveFile` and the sound device. Connections may be made
    before their ends are started, and outlast a `WaveFile` that is started again; they go
    when one of the ends goes or is stopped for good. Get it from `MediaEndpoint.bridge`.

    Source: `pjmedia_conf_connect_port()`.
    """

    def __init__(self):
        raise TypeError("a Bridge cannot be created: use MediaEndpoint.bridge")

    def __dealloc__(self):
        if self.endpoint != NULL:
            with nogil:
                ensure_thread()
                anchor_unref(&self.endpoint.base)
            self.endpoint = NULL

    @property
    def sound_device(self):
        """The sound card as a source and sink, a `SoundDevice`. Read-only."""
        return self._sound_device

    @property
    def dtmf_tones(self):
        """The tones of DTMF digits as a source, `DTMFTones`. Read-only."""
        return self._dtmf_tones

    cdef int apply(
        self, BridgeObject source, BridgeObject sink, int level, bint adjust
    ) except -1:
        """Make a connection in pjmedia, if both ends are on the bridge at the moment."""
        cdef BridgePort *source_port
        cdef BridgePort *sink_port
        cdef pj_status_t status = PJ_EGONE
        with nogil:
            source_port = holder_get(source.holder())
            sink_port = holder_get(sink.holder())
            if source_port != NULL and sink_port != NULL:
                status = bridge_connect(source_port, sink_port, level, adjust)
            if source_port != NULL:
                anchor_unref(&source_port.resource.base)
            if sink_port != NULL:
                anchor_unref(&sink_port.resource.base)
        if status != PJ_EGONE:
            check(status, "could not connect on the bridge")
        return 0

    cdef int activate(self, BridgeObject subject) except -1:
        """Make the connections of an object that has just come onto the bridge."""
        with self.lock:
            for source, sinks in list(self.table.items()):
                for sink, level in list(sinks.items()):
                    if source is subject or sink is subject:
                        self.apply(source, sink, level, False)
        return 0

    cdef int forget(self, BridgeObject subject) except -1:
        """Drop the connections of an object that has left for good."""
        with self.lock:
            self.table.pop(subject, None)
            for sinks in list(self.table.values()):
                sinks.pop(subject, None)
        return 0

    def connect(self, source, sink, level=100):
        """Let a sink hear a source. Where it does already, the level changes.

        Args:
            source: An `AudioTransport`, a `WaveFile`, the sound device or `dtmf_tones`.
            sink: An `AudioTransport`, a `RecordingWaveFile` or the sound device.
            level: Volume in percent, an int from 0 to 1000; 100 leaves it as it is.

        Raises:
            TypeError: An argument is none of these.
            ValueError: `level` is out of range, or the sink is the source.
            SIPCoreError: One of them has been stopped for good, or the endpoint.
        """
        _check_ends(source, sink)
        check_int(level, "level", 0, MAX_LEVEL)
        cdef Endpoint *endpoint = enter(self.endpoint)
        try:
            for subject in (source, sink):
                if (<BridgeObject> subject).is_over():
                    raise SIPCoreError(f"{subject!r} has been stopped")
            with self.lock:
                sinks = self.table.setdefault(source, weakref.WeakKeyDictionary())
                known = sink in sinks
                if not known or sinks[sink] != level:
                    self.apply(source, sink, level, known)
                sinks[sink] = level
        finally:
            endpoint_leave(endpoint)

    def disconnect(self, source, sink):
        """Undo a `connect()`.

        Args:
            source: The source that was connected.
            sink: The sink that hears it.

        Raises:
            TypeError: An argument is no source, or no sink.
            SIPCoreError: They are not connected, or the endpoint is stopped.
        """
        cdef BridgePort *source_port
        cdef BridgePort *sink_port
        _check_ends(source, sink)
        cdef Endpoint *endpoint = enter(self.endpoint)
        cdef BridgeObject source_object = source
        cdef BridgeObject sink_object = sink
        try:
            with self.lock:
                sinks = self.table.get(source)
                if sinks is None or sinks.pop(sink, None) is None:
                    raise SIPCoreError(f"{source!r} is not connected to {sink!r}")
                with nogil:
                    source_port = holder_get(source_object.holder())
                    sink_port = holder_get(sink_object.holder())
                    if source_port != NULL and sink_port != NULL:
                        bridge_disconnect(source_port, sink_port)
                    if source_port != NULL:
                        anchor_unref(&source_port.resource.base)
                    if sink_port != NULL:
                        anchor_unref(&sink_port.resource.base)
        finally:
            endpoint_leave(endpoint)

    def is_connected(self, source, sink):
        """Whether a sink hears a source, or will once both are started; a bool."""
        with self.lock:
            sinks = self.table.get(source)
            return sinks is not None and sink in sinks

    @property
    def connections(self):
        """All connections, a list of (source, sink, level in percent). Read-only."""
        with self.lock:
            return [
                (source, sink, level)
                for source, sinks in list(self.table.items())
                for sink, level in list(sinks.items())
            ]


def _check_ends(source, sink):
    if not isinstance(source, BridgeObject) or not (<BridgeObject> source)._is_source:
        raise TypeError(f"source: {type(source).__name__} is no source of the bridge")
    if not isinstance(sink, BridgeObject) or not (<BridgeObject> sink)._is_sink:
        raise TypeError(f"sink: {type(sink).__name__} is no sink of the bridge")
    if source is sink:
        raise ValueError("sink: nothing can be connected to itself")
