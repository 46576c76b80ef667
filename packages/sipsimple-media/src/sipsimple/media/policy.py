"""Who hears what, where the application does not say.

The connected audio transports and the sound device form one conversation: everyone hears
everyone else, never itself. Wave files and DTMF tones are played to the sound device.
Recordings hear everything: the conversation, the wave files and the tones. What a remote
party is to hear beyond the conversation, the application connects itself:
`bridge.connect(wave_file, audio_transport)`.
"""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING

from sipsimple.media.audio_transport import AudioTransport
from sipsimple.pjproject.errors import SIPCoreError

if TYPE_CHECKING:
    from sipsimple.media.bridge import Bridge
    from sipsimple.media.recording_wave_file import RecordingWaveFile
    from sipsimple.media.wave_file import WaveFile

__all__ = ["RoutingPolicy"]


class RoutingPolicy:
    """The document's behaviour, as connections on a bridge. Keeps no object alive.

    Args:
        bridge: The bridge to connect on.
    """

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._lock = threading.RLock()
        self._transports: weakref.WeakSet[AudioTransport] = weakref.WeakSet()
        self._wave_files: weakref.WeakSet[WaveFile] = weakref.WeakSet()
        self._recordings: weakref.WeakSet[RecordingWaveFile] = weakref.WeakSet()

    def start(self) -> None:
        """Make the connections that are always there. The endpoint runs now."""
        self._bridge.connect(self._bridge.dtmf_tones, self._bridge.sound_device)

    @property
    def transports(self) -> list[AudioTransport]:
        """The audio transports of the local conversation."""
        with self._lock:
            return list(self._transports)

    def connect_audio_transport(self, transport: AudioTransport) -> None:
        """Let an audio transport take part in the conversation.

        Raises:
            TypeError: `transport` is no `AudioTransport`.
            SIPCoreError: It is not active, or connected already.
        """
        _check_transport(transport)
        with self._lock:
            if transport in self._transports:
                raise SIPCoreError("the audio transport is connected already")
            if not transport.is_active:
                raise SIPCoreError("the audio transport is not active")
            device = self._bridge.sound_device
            self._bridge.connect(device, transport)
            self._bridge.connect(transport, device)
            for other in self.transports:
                # One that has been stopped, but not yet left, takes no connections.
                if other.is_active:
                    self._bridge.connect(other, transport)
                    self._bridge.connect(transport, other)
            for recording in list(self._recordings):
                self._bridge.connect(transport, recording)
            self._transports.add(transport)

    def disconnect_audio_transport(self, transport: AudioTransport) -> None:
        """Take an audio transport out of the conversation.

        Raises:
            TypeError: `transport` is no `AudioTransport`.
            SIPCoreError: It is not connected.
        """
        _check_transport(transport)
        with self._lock:
            if transport not in self._transports:
                raise SIPCoreError("the audio transport is not connected")
            self._transports.discard(transport)
            peers = [self._bridge.sound_device, *self._transports, *self._recordings]
            for source, sink, _ in self._bridge.connections:
                if (source is transport and any(sink is peer for peer in peers)) or (
                    sink is transport and any(source is peer for peer in peers)
                ):
                    self._bridge.disconnect(source, sink)

    def transport_stopped(self, transport: AudioTransport) -> None:
        """An audio transport has left the bridge for good."""
        with self._lock:
            self._transports.discard(transport)

    def wave_file_starts(self, wave_file: WaveFile) -> None:
        """A wave file has begun to play."""
        with self._lock:
            self._wave_files.add(wave_file)
            self._bridge.connect(wave_file, self._bridge.sound_device)
            for recording in list(self._recordings):
                self._bridge.connect(wave_file, recording)

    def recording_starts(self, recording: RecordingWaveFile) -> None:
        """A recording has begun."""
        with self._lock:
            self._recordings.add(recording)
            self._bridge.connect(self._bridge.sound_device, recording)
            for source in [self._bridge.dtmf_tones, *self._transports, *self._wave_files]:
                self._bridge.connect(source, recording)

    def recording_stopped(self, recording: RecordingWaveFile) -> None:
        """A recording has ended."""
        with self._lock:
            self._recordings.discard(recording)


def _check_transport(transport: object) -> None:
    if not isinstance(transport, AudioTransport):
        raise TypeError(f"transport: must be AudioTransport, not {type(transport).__name__}")
