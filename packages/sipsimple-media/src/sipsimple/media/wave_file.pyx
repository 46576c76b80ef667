"""`WaveFile`: play a WAV file on the bridge."""

import os

from libc.errno cimport errno
from libc.stdio cimport SEEK_SET, fopen, fseek

from sipsimple.pjproject.events cimport post
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
)
from sipsimple.media.wave_player cimport WavePlayer, player_alloc, player_start

from sipsimple.media.options import check_bool, check_file_name, check_int, check_pause_time
from sipsimple.media.wave_format import read_wave_format
from sipsimple.pjproject.errors import SIPCoreError


cdef class WaveFile(BridgeObject):
    """WaveFile(file_name, *, automatic_routing=True)
--

    Plays a WAV file: 16-bit PCM, A-law or U-law, mono or stereo.

    It may be created before the endpoint runs. Playback ends when the application drops the
    object; no notification follows then.

    Args:
        file_name: Name of the file with its path, a str or `os.PathLike[str]`.
        automatic_routing: Whether it is heard at the sound device and in recordings. If
            not, only sinks hear it that the application connects: see `Bridge.connect()`.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: `file_name` cannot be the name of a file.

    Notifications:
        SCWaveFileDidEnd: It has been played as often as it was to be, or `stop()` was called.
    """

    def __cinit__(self, *args, **kwargs):
        self._is_source = True

    def __init__(self, file_name, *, automatic_routing=True):
        self._file_name = check_file_name(file_name, "file_name")
        self._automatic_routing = check_bool(automatic_routing, "automatic_routing")

    def __repr__(self):
        return f"WaveFile({self._file_name!r})"

    @property
    def file_name(self):
        """Name of the file, a str. Read-only."""
        return self._file_name

    @property
    def automatic_routing(self):
        """Whether the sound device and recordings hear it, a bool. Read-only."""
        return self._automatic_routing

    @property
    def is_active(self):
        """Whether it is being played, also in a pause between loops; a bool. Read-only."""
        return self.is_live()

    def start(self, level=100, loop_count=1, pause_time=0):
        """Play the file.

        Args:
            level: Volume in percent, an int from 0 to 1000; 100 leaves it as it is.
            loop_count: How often to play it, an int; 0 is for ever.
            pause_time: Seconds of silence between two loops, an int or float.

        Raises:
            TypeError: An argument is of the wrong type.
            ValueError: An argument is out of range.
            SIPCoreError: It is being played, it cannot be read, or the endpoint does not run.
        """
        cdef MediaEndpoint media
        cdef Endpoint *endpoint
        cdef WavePlayer *player
        cdef Holder *holder = self.holder()
        cdef pj_status_t status
        cdef int native_level = check_int(level, "level", 0, 1000)
        check_int(loop_count, "loop_count", 0, 2**31 - 1)
        pause = check_pause_time(pause_time)
        with self.lock:
            if self.is_live():
                raise SIPCoreError(f"{self._file_name!r} is being played already")
            media = running_endpoint()
            form = read_wave_format(self._file_name)
            player = player_alloc(self.anchor)
            if player == NULL:
                raise MemoryError
            try:
                player.encoding = form.encoding
                player.channels = form.channels
                player.sample_rate = form.sample_rate
                player.data_offset = form.data_offset
                player.data_length = form.data_length
                player.endless = loop_count == 0
                player.loops_left = loop_count
                player.pause_length = round(pause * form.sample_rate) * form.channels
                _open(player, self._file_name)
                endpoint = enter(media.endpoint)
                try:
                    with nogil:
                        status = player_start(player, endpoint, native_level)
                    check(status, f"could not play {self._file_name!r}")
                    with nogil:
                        holder_set(holder, &player.port)
                    player = NULL
                    (<Bridge> media._bridge).activate(self)
                    # Last: it connects nothing that has not come onto the bridge.
                    if self._automatic_routing:
                        media._policy.wave_file_starts(self)
                finally:
                    with nogil:
                        endpoint_leave(endpoint)
            finally:
                if player != NULL:
                    with nogil:
                        anchor_unref(&player.port.resource.base)

    def stop(self):
        """Stop playing. `SCWaveFileDidEnd` follows, if it was being played."""
        cdef Holder *holder = self.holder()
        cdef BridgePort *port
        cdef Endpoint *endpoint
        cdef bint closed = False
        with self.lock:
            with nogil:
                port = holder_get(holder)
                if port != NULL:
                    endpoint = endpoint_enter(port.resource.endpoint)
                    if endpoint != NULL:
                        closed = resource_close(&port.resource)
                        endpoint_leave(endpoint)
                    holder_set(holder, NULL)
                    anchor_unref(&port.resource.base)
            if closed:
                post("SCWaveFileDidEnd", self, {})


cdef int _open(WavePlayer *player, str file_name) except -1:
    cdef bytes encoded = os.fsencode(file_name)
    cdef const char *path = encoded
    cdef int error = 0
    with nogil:
        player.file = fopen(path, "rbe")
        if player.file == NULL or fseek(player.file, player.data_offset, SEEK_SET) != 0:
            error = errno
    if error != 0:
        raise SIPCoreError(f"cannot play {file_name!r}: {os.strerror(error)}")
    return 0
