"""The attributes and methods of the Engine that audio (sipsimple-media) provides."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, cast

from sipsimple.engine.component import Component
from sipsimple.engine.layers import AudioLayer

if TYPE_CHECKING:
    from sipsimple.media import AudioTransport, Bridge, SoundDevice
    from sipsimple.media.resources import BridgeObject

__all__ = ["AudioAPI"]


class AudioAPI:
    """Mixin of the `Engine`.

    Every attribute and method raises `SIPCoreError` while the Engine does not run, and where
    sipsimple-media is not installed.
    """

    __slots__ = ()

    @abstractmethod
    def _layer(self, name: str, member: str) -> Component:
        """The running component that a member of this class is about."""

    def _audio(self, member: str) -> AudioLayer:
        return cast(AudioLayer, self._layer("audio", member))

    @property
    def sample_rate(self) -> int:
        """Sample rate of the bridge and the sound card in kHz: 8, 16 or 32. Read-only."""
        return self._audio("sample_rate").sample_rate

    @property
    def ec_tail_length(self) -> int:
        """Tail length of the echo canceller in milliseconds; 0 is off. Read-only.

        `set_sound_devices()` changes it.
        """
        return self._audio("ec_tail_length").ec_tail_length

    @property
    def playback_dtmf(self) -> bool:
        """Whether DTMF digits, sent and received, are played to the local sound card."""
        return self._audio("playback_dtmf").playback_dtmf

    @playback_dtmf.setter
    def playback_dtmf(self, value: bool) -> None:
        self._audio("playback_dtmf").playback_dtmf = value

    @property
    def rtp_port_range(self) -> tuple[int, int]:
        """The UDP ports for new `RTPTransport` objects: (first, last) ints."""
        return self._audio("rtp_port_range").rtp_port_range

    @rtp_port_range.setter
    def rtp_port_range(self, value: tuple[int, int]) -> None:
        self._audio("rtp_port_range").rtp_port_range = value

    @property
    def codecs(self) -> list[str]:
        """The audio codecs for new audio sessions, a list of str, the preferred first.

        There are "speex", "g711", "ilbc", "gsm", "g722", "opus" and "l16".
        """
        return self._audio("codecs").codecs

    @codecs.setter
    def codecs(self, value: list[str]) -> None:
        self._audio("codecs").codecs = value

    @property
    def playback_devices(self) -> list[str]:
        """Names of the devices that sound can be played on, a list of str. Read-only."""
        return self._audio("playback_devices").playback_devices

    @property
    def recording_devices(self) -> list[str]:
        """Names of the devices that sound can be recorded from, a list of str. Read-only."""
        return self._audio("recording_devices").recording_devices

    @property
    def bridge(self) -> Bridge:
        """The conference bridge that sources and sinks are connected on. Read-only."""
        return self._audio("bridge").bridge

    @property
    def sound_device(self) -> SoundDevice:
        """The sound card, as a source and sink for `connect()`. Read-only."""
        return self._audio("sound_device").sound_device

    def set_sound_devices(
        self,
        playback_device: str | None = None,
        recording_device: str | None = None,
        tail_length: int | None = None,
    ) -> None:
        """Open sound devices; those that are open are closed first.

        Args:
            playback_device: One of `playback_devices`; None selects one automatically.
            recording_device: One of `recording_devices`; None selects one automatically.
            tail_length: Tail length of the echo canceller in milliseconds; 0 turns it off,
                None keeps what it is.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: `tail_length` is out of range.
            SIPCoreError: There is no such device, or it cannot be opened.
        """
        self._audio("set_sound_devices").set_sound_devices(
            playback_device, recording_device, tail_length
        )

    def connect_audio_transport(self, transport: AudioTransport) -> None:
        """Let an audio transport take part in the local conversation.

        The connected transports and the sound device hear each other, never themselves.

        Args:
            transport: A started `AudioTransport`.

        Raises:
            TypeError: `transport` is no `AudioTransport`.
            SIPCoreError: It is not started, or connected already.
        """
        self._audio("connect_audio_transport").connect_audio_transport(transport)

    def disconnect_audio_transport(self, transport: AudioTransport) -> None:
        """Undo `connect_audio_transport()`. A transport that is stopped has left already.

        Args:
            transport: A connected `AudioTransport`.

        Raises:
            TypeError: `transport` is no `AudioTransport`.
            SIPCoreError: It is not connected.
        """
        self._audio("disconnect_audio_transport").disconnect_audio_transport(transport)

    def connect(self, source: BridgeObject, sink: BridgeObject, level: int = 100) -> None:
        """Let a sink hear a source.

        Args:
            source: An audio transport, a wave file or the sound device.
            sink: An audio transport, a recording wave file or the sound device.
            level: Volume in percent; 100 leaves it as it is.

        Raises:
            TypeError: An argument is none of these.
            ValueError: `level` is out of range.
            SIPCoreError: One of them is not started.
        """
        self._audio("connect").connect(source, sink, level)

    def disconnect(self, source: BridgeObject, sink: BridgeObject) -> None:
        """Undo a `connect()`.

        Args:
            source: The source that was connected.
            sink: The sink that heard it.

        Raises:
            SIPCoreError: They are not connected.
        """
        self._audio("disconnect").disconnect(source, sink)
