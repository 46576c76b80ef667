"""The audio layer of the Engine: its options, its public names, and its endpoint."""

from __future__ import annotations

import atexit
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from sipsimple.media.endpoint import MediaEndpoint, stop_at_exit
from sipsimple.media.notifications import NOTIFICATIONS
from sipsimple.media.options import DEFAULT_OPTIONS
from sipsimple.pjproject.errors import SIPCoreError

if TYPE_CHECKING:
    from sipsimple.media.audio_transport import AudioTransport
    from sipsimple.media.bridge import Bridge, SoundDevice
    from sipsimple.media.resources import BridgeObject

__all__ = ["AudioComponent", "component"]


class _Context(Protocol):
    def post(self, name: str, sender: object, data: dict[str, object]) -> None: ...


class AudioComponent:
    """What the Engine starts, stops and forwards to; documented at `MediaEndpoint`."""

    name = "audio"
    distribution = "sipsimple-media"
    requires: tuple[str, ...] = ()
    default_start_options: Mapping[str, object] = MappingProxyType(DEFAULT_OPTIONS)
    public_names: Mapping[str, str] = MappingProxyType(
        {
            "AudioTransport": "sipsimple.media",
            "RTPTransport": "sipsimple.media",
            "RecordingWaveFile": "sipsimple.media",
            "WaveFile": "sipsimple.media",
        }
    )
    notifications = NOTIFICATIONS

    def __init__(self) -> None:
        self._endpoint: MediaEndpoint | None = None

    def start(
        self,
        context: _Context,
        *,
        auto_sound: bool,
        ec_tail_length: int,
        sample_rate: int,
        playback_dtmf: bool,
        rtp_port_range: tuple[int, int],
        codecs: list[str],
    ) -> None:
        """Start the media endpoint; the options are those of `MediaEndpoint`.

        Args:
            context: Not needed: notifications go to the process's event queue directly.
            auto_sound: Whether to open the default sound devices.
            ec_tail_length: Tail length of the echo canceller in milliseconds; 0 is off.
            sample_rate: Sample rate of the bridge and the sound card in kHz.
            playback_dtmf: Whether DTMF digits are played to the local sound card.
            rtp_port_range: The UDP ports for new RTP transports.
            codecs: Names of the codecs to offer, the preferred one first.

        Raises:
            TypeError: An option is of the wrong type.
            ValueError: An option is out of range.
            SIPCoreError: One runs already, or pjmedia cannot start.
        """
        self._endpoint = MediaEndpoint(
            auto_sound, ec_tail_length, sample_rate, playback_dtmf, rtp_port_range, codecs
        )
        # At exit the Engine stops its components in order: calls end before their audio does.
        atexit.unregister(stop_at_exit)

    def stop(self) -> None:
        """Stop the media endpoint."""
        endpoint, self._endpoint = self._endpoint, None
        if endpoint is not None:
            endpoint.stop()

    @property
    def endpoint(self) -> MediaEndpoint:
        """The endpoint that runs.

        Raises:
            SIPCoreError: None does.
        """
        if self._endpoint is None:
            raise SIPCoreError("the audio layer is not running")
        return self._endpoint

    @property
    def sample_rate(self) -> int:
        """Sample rate of the bridge and the sound card in kHz."""
        return self.endpoint.sample_rate

    @property
    def ec_tail_length(self) -> int:
        """Tail length of the echo canceller in milliseconds; 0 is off."""
        return self.endpoint.ec_tail_length

    @property
    def playback_dtmf(self) -> bool:
        """Whether DTMF digits are played to the local sound card."""
        return self.endpoint.playback_dtmf

    @playback_dtmf.setter
    def playback_dtmf(self, value: bool) -> None:
        self.endpoint.playback_dtmf = value

    @property
    def rtp_port_range(self) -> tuple[int, int]:
        """The UDP ports for new RTP transports."""
        return self.endpoint.rtp_port_range

    @rtp_port_range.setter
    def rtp_port_range(self, value: tuple[int, int]) -> None:
        self.endpoint.rtp_port_range = value

    @property
    def codecs(self) -> list[str]:
        """Names of the codecs that new audio transports offer, the preferred one first."""
        return self.endpoint.codecs

    @codecs.setter
    def codecs(self, value: list[str]) -> None:
        self.endpoint.codecs = value

    @property
    def playback_devices(self) -> list[str]:
        """Names of the devices that can play."""
        return self.endpoint.playback_devices

    @property
    def recording_devices(self) -> list[str]:
        """Names of the devices that can record."""
        return self.endpoint.recording_devices

    @property
    def bridge(self) -> Bridge:
        """The conference bridge."""
        return self.endpoint.bridge

    @property
    def sound_device(self) -> SoundDevice:
        """The sound card as a source and sink of the bridge."""
        return self.endpoint.sound_device

    def set_sound_devices(
        self,
        playback_device: str | None = None,
        recording_device: str | None = None,
        tail_length: int | None = None,
    ) -> None:
        """Open sound devices: `MediaEndpoint.set_sound_devices()`."""
        self.endpoint.set_sound_devices(playback_device, recording_device, tail_length)

    def connect_audio_transport(self, transport: AudioTransport) -> None:
        """Let an audio transport take part in the local conversation."""
        self.endpoint.connect_audio_transport(transport)

    def disconnect_audio_transport(self, transport: AudioTransport) -> None:
        """Undo `connect_audio_transport()`."""
        self.endpoint.disconnect_audio_transport(transport)

    def connect(self, source: BridgeObject, sink: BridgeObject, level: int = 100) -> None:
        """Let a sink hear a source: `Bridge.connect()`."""
        self.endpoint.connect(source, sink, level)

    def disconnect(self, source: BridgeObject, sink: BridgeObject) -> None:
        """Undo a `connect()`: `Bridge.disconnect()`."""
        self.endpoint.disconnect(source, sink)


#: The object that the entry point names.
component = AudioComponent()
