"""What the Engine forwards to: the runtime interfaces of the signaling and audio components."""

# The members are described where applications see them, in the mixins of the Engine.
# ruff: noqa: D102

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sipsimple.engine.component import Component

if TYPE_CHECKING:
    from sipsimple.core import SIPURI
    from sipsimple.media import AudioTransport, Bridge, SoundDevice
    from sipsimple.media.resources import BridgeObject

__all__ = ["AudioLayer", "SignalingLayer"]


class SignalingLayer(Component, Protocol):
    """The component "signaling" of sipsimple-core; `SignalingAPI` describes its members."""

    user_agent: str
    trace_sip: bool

    @property
    def local_ip(self) -> str: ...
    @property
    def local_udp_port(self) -> int | None: ...
    @property
    def local_tcp_port(self) -> int | None: ...
    @property
    def local_tls_port(self) -> int | None: ...
    @property
    def tls_verify_server(self) -> bool: ...
    @property
    def tls_ca_file(self) -> str | None: ...
    @property
    def session_expires(self) -> int | None: ...
    @property
    def min_session_expires(self) -> int: ...
    @property
    def events(self) -> dict[str, list[str]]: ...
    def add_event(self, event: str, accept_types: list[str]) -> None: ...
    @property
    def nameservers(self) -> tuple[str, ...] | None: ...
    def parse_sip_uri(self, uri_string: str) -> SIPURI: ...


class AudioLayer(Component, Protocol):
    """The component "audio" of sipsimple-media; `AudioAPI` describes its members."""

    playback_dtmf: bool
    rtp_port_range: tuple[int, int]
    codecs: list[str]

    @property
    def sample_rate(self) -> int: ...
    @property
    def ec_tail_length(self) -> int: ...
    @property
    def playback_devices(self) -> list[str]: ...
    @property
    def recording_devices(self) -> list[str]: ...
    @property
    def bridge(self) -> Bridge: ...
    @property
    def sound_device(self) -> SoundDevice: ...
    def set_sound_devices(
        self,
        playback_device: str | None = None,
        recording_device: str | None = None,
        tail_length: int | None = None,
    ) -> None: ...
    def connect_audio_transport(self, transport: AudioTransport) -> None: ...
    def disconnect_audio_transport(self, transport: AudioTransport) -> None: ...
    def connect(self, source: BridgeObject, sink: BridgeObject, level: int = 100) -> None: ...
    def disconnect(self, source: BridgeObject, sink: BridgeObject) -> None: ...
