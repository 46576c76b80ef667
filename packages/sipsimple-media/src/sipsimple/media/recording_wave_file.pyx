"""`RecordingWaveFile`: record the bridge to a WAV file."""

import os

from sipsimple.pjproject.native cimport anchor_unref
from sipsimple.pjproject.pjlib cimport pj_status_t
from sipsimple.pjproject.runtime cimport check
from sipsimple.media.bridge cimport Bridge
from sipsimple.media.endpoint cimport MediaEndpoint, running_endpoint
from sipsimple.media.resources cimport (
    BridgeObject,
    BridgePort,
    Endpoint,
    Holder,
    endpoint_enter,
    endpoint_leave,
    enter,
    holder_get,
    holder_set,
    resource_close,
    resource_is_attached,
)
from sipsimple.media.wave_recorder cimport (
    WaveRecorder,
    recorder_alloc,
    recorder_error,
    recorder_is_paused,
    recorder_open,
    recorder_pause,
    recorder_start,
)

from sipsimple.media.options import check_bool, check_file_name
from sipsimple.pjproject.errors import SIPCoreError


cdef class RecordingWaveFile(BridgeObject):
    """RecordingWaveFile(file_name, *, automatic_routing=True)
--

    Records the bridge to a WAV file: 16-bit PCM, mono, at the sample rate of the bridge.

    It may be created before the endpoint runs, and is started once. The recording ends when
    the application drops the object. The file can be played at any time; when the process
    is killed, a second is missing at most.

    Args:
        file_name: Name of the file with its path, a str or `os.PathLike[str]`. An existing
            file is replaced.
        automatic_routing: Whether it records everything: the conversation of the connected
            audio transports and wave files. If not, it records the sources that the
            application connects to it: see `Bridge.connect()`.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: `file_name` cannot be the name of a file.
    """

    def __cinit__(self, *args, **kwargs):
        self._is_sink = True

    def __init__(self, file_name, *, automatic_routing=True):
        self._file_name = check_file_name(file_name, "file_name")
        self._automatic_routing = check_bool(automatic_routing, "automatic_routing")

    def __repr__(self):
        return f"RecordingWaveFile({self._file_name!r})"

    cdef bint is_over(self):
        return self.stopped

    @property
    def file_name(self):
        """Name of the file, a str. Read-only."""
        return self._file_name

    @property
    def automatic_routing(self):
        """Whether it records everything, a bool. Read-only."""
        return self._automatic_routing

    @property
    def is_active(self):
        """Whether it has been started and not stopped, a bool. Read-only.

        False too when writing has failed, for a full disk: a line in the log says why.
        """
        cdef Holder *holder = self.holder()
        cdef BridgePort *port
        cdef bint active = False
        with nogil:
            port = holder_get(holder)
            if port != NULL:
                active = (
                    resource_is_attached(&port.resource)
                    and recorder_error(<WaveRecorder *> port) == 0
                )
                anchor_unref(&port.resource.base)
        return active

    @property
    def is_paused(self):
        """Whether it is active and paused at the moment, a bool. Read-only."""
        cdef Holder *holder = self.holder()
        cdef BridgePort *port
        cdef bint paused = False
        with nogil:
            port = holder_get(holder)
            if port != NULL:
                paused = (
                    resource_is_attached(&port.resource)
                    and recorder_is_paused(<WaveRecorder *> port)
                )
                anchor_unref(&port.resource.base)
        return paused

    def start(self):
        """Create the file and start to record.

        Raises:
            SIPCoreError: It has been started before, the file cannot be created, or the
                endpoint does not run.
        """
        cdef MediaEndpoint media
        cdef Endpoint *endpoint
        cdef WaveRecorder *recorder
        cdef Holder *holder = self.holder()
        cdef pj_status_t status
        cdef int error
        cdef bytes encoded = os.fsencode(self._file_name)
        cdef const char *path = encoded
        with self.lock:
            if self.started:
                raise SIPCoreError(f"{self._file_name!r} has been recorded already")
            media = running_endpoint()
            recorder = recorder_alloc()
            if recorder == NULL:
                raise MemoryError
            try:
                endpoint = enter(media.endpoint)
                try:
                    # The file comes last: where the bridge is full, one that exists stays.
                    with nogil:
                        status = recorder_start(recorder, endpoint)
                    check(status, f"could not record to {self._file_name!r}")
                    with nogil:
                        error = recorder_open(recorder, path)
                        if error != 0:
                            resource_close(&recorder.port.resource)
                    if error != 0:
                        raise SIPCoreError(
                            f"cannot record to {self._file_name!r}: {os.strerror(error)}"
                        )
                    with nogil:
                        holder_set(holder, &recorder.port)
                    recorder = NULL
                    self.started = True
                    self.policy = media._policy
                    self.bridge = media._bridge
                    (<Bridge> media._bridge).activate(self)
                    # Last: it connects nothing that has not come onto the bridge.
                    if self._automatic_routing:
                        media._policy.recording_starts(self)
                finally:
                    with nogil:
                        endpoint_leave(endpoint)
            finally:
                if recorder != NULL:
                    with nogil:
                        anchor_unref(&recorder.port.resource.base)

    def _set_paused(self, bint paused):
        cdef Holder *holder = self.holder()
        cdef BridgePort *port
        cdef bint active = False
        with self.lock:
            with nogil:
                port = holder_get(holder)
                if port != NULL:
                    active = resource_is_attached(&port.resource)
                    if active:
                        recorder_pause(<WaveRecorder *> port, paused)
                    anchor_unref(&port.resource.base)
            if not active:
                raise SIPCoreError(f"{self._file_name!r} is not being recorded")

    def pause(self):
        """Leave out what is heard from now on, until `resume()`.

        Raises:
            SIPCoreError: It is not active.
        """
        self._set_paused(True)

    def resume(self):
        """Record again after `pause()`.

        Raises:
            SIPCoreError: It is not active.
        """
        self._set_paused(False)

    def stop(self):
        """End the recording, for good; the file is complete when this returns.

        Does nothing where it is not active.
        """
        cdef Holder *holder = self.holder()
        cdef BridgePort *port
        cdef Endpoint *endpoint
        with self.lock:
            with nogil:
                port = holder_get(holder)
                if port != NULL:
                    endpoint = endpoint_enter(port.resource.endpoint)
                    if endpoint != NULL:
                        resource_close(&port.resource)
                        endpoint_leave(endpoint)
                    holder_set(holder, NULL)
                    anchor_unref(&port.resource.base)
            if not self.started or self.stopped:
                return
            # First: the policy connects nothing any more to what it does not know.
            self.policy.recording_stopped(self)
            self.stopped = True
            (<Bridge> self.bridge).forget(self)
            self.policy = self.bridge = None
