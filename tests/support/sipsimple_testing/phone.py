"""A phone on sipsimple's public API, driven over standard input; see `endpoint`."""

from __future__ import annotations

import datetime
import json
import os
import sys
import threading
import time
from typing import Any

from zope.interface import implementer

from sipsimple import (
    SIPURI,
    AudioTransport,
    Credentials,
    Engine,
    Invitation,
    RecordingWaveFile,
    Registration,
    Route,
    RTPTransport,
    SDPConnection,
    SDPSession,
    WaveFile,
)
from sipsimple.notification import IObserver, Notification, NotificationCenter


def plain(value: Any) -> Any:
    """A value as JSON can carry it."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case bytes():
            return value.decode("utf-8", "backslashreplace")
        case datetime.datetime():
            return value.timestamp()
        case dict():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case _:
            return str(value)


@implementer(IObserver)
class Phone:
    """One account, one call at a time, its audio from and to files."""

    def __init__(self) -> None:
        self.engine = Engine()
        self.registration: Registration | None = None
        self.invitation: Invitation | None = None
        self.audio: AudioTransport | None = None
        self.wave: WaveFile | None = None
        self.recording: RecordingWaveFile | None = None
        self._writing = threading.Lock()

    def write(self, item: dict[str, Any]) -> None:
        """Put one line on standard output."""
        with self._writing:
            sys.stdout.write(json.dumps(item) + "\n")
            sys.stdout.flush()

    def handle_notification(self, notification: Notification) -> None:
        """Pass a notification on; take an incoming call."""
        data = {key: plain(value) for key, value in vars(notification.data).items()}
        self.write({"name": notification.name, "sender": id(notification.sender), "data": data})
        if notification.name == "SCInvitationChangedState" and data["state"] == "INCOMING":
            self.invitation = notification.sender

    # ---- commands

    def start(self, options: dict[str, Any]) -> dict[str, Any]:
        """Start the Engine on loopback."""
        NotificationCenter().add_observer(self)
        defaults = {
            "auto_sound": False,
            "local_ip": "127.0.0.1",
            "local_tcp_port": None,
            "local_tls_port": None,
            "log_level": 0,
        }
        self.engine.start(**{**defaults, **options})
        return {"ip": self.engine.local_ip, "port": self.engine.local_udp_port}

    def stop(self) -> None:
        """Stop the Engine."""
        self.engine.stop()

    def register(self, user: str, password: str, host: str, port: int) -> None:
        """Register an account at a registrar."""
        credentials = Credentials(SIPURI(user=user, host=host, port=port), password)
        self.registration = Registration(credentials, route=Route(host, port, "udp"))
        self.registration.register()

    def unregister(self) -> None:
        """Take the registration back."""
        assert self.registration is not None
        self.registration.unregister()

    def invite(self, user: str, uri: str, route: tuple[str, int], audio: bool = True) -> None:
        """Call a URI, offering one audio stream."""
        credentials = Credentials(SIPURI(user=user, host=self.engine.local_ip))
        callee = self.engine.parse_sip_uri(uri)
        self.invitation = Invitation(credentials, callee, route=Route(route[0], route[1], "udp"))
        transport = RTPTransport(self.engine.local_ip)
        transport.set_INIT()
        self.audio = AudioTransport(transport)
        offer = self._session([self.audio.get_local_media(is_offer=True)])
        self.invitation.set_offered_local_sdp(offer)
        self.invitation.send_invite()

    def start_audio(self) -> None:
        """Start the stream of an outgoing call once its SDP has been negotiated."""
        assert self.invitation is not None and self.audio is not None
        local = self.invitation.get_active_local_sdp()
        remote = self.invitation.get_active_remote_sdp()
        assert local is not None and remote is not None
        self.audio.start(local, remote, 0)

    def ring(self) -> None:
        """Send 180 for an incoming call."""
        assert self.invitation is not None
        self.invitation.respond_to_invite_provisionally(180)

    def answer(self) -> None:
        """Accept an incoming call with one audio stream."""
        assert self.invitation is not None
        offer = self.invitation.get_offered_remote_sdp()
        assert offer is not None
        transport = RTPTransport(self.engine.local_ip)
        transport.set_INIT()
        self.audio = AudioTransport(transport, offer, 0)
        answer = self._session([self.audio.get_local_media(is_offer=False)])
        self.invitation.set_offered_local_sdp(answer)
        self.invitation.accept_invite()

    def hang_up(self, code: int = 486) -> None:
        """End the call."""
        assert self.invitation is not None
        self.invitation.disconnect(code)

    def play(self, path: str) -> None:
        """Play a wave file to the remote party."""
        assert self.audio is not None
        self.wave = WaveFile(path)
        self.wave.start()
        self.engine.connect(self.wave, self.audio)

    def record(self, path: str) -> None:
        """Record what the remote party says."""
        assert self.audio is not None
        self.recording = RecordingWaveFile(path)
        self.recording.start()
        if (self.audio, self.recording) not in [
            (source, sink) for source, sink, _ in self.engine.bridge.connections
        ]:
            self.engine.connect(self.audio, self.recording)

    def stop_recording(self) -> None:
        """Close the recorded file."""
        assert self.recording is not None
        self.recording.stop()

    def dial(self, digits: str) -> None:
        """Send digits one after the other."""
        assert self.audio is not None
        for digit in digits:
            self.audio.send_dtmf(digit)

    def facts(self) -> dict[str, Any]:
        """Codec and statistics of the stream."""
        assert self.audio is not None
        numbers = self.audio.statistics
        return {
            "codec": self.audio.codec,
            "sample_rate": self.audio.sample_rate,
            "packets_sent": numbers.packets_sent,
            "packets_received": numbers.packets_received,
            "packets_lost": numbers.packets_lost,
            "jitter": numbers.jitter,
        }

    def stop_audio(self) -> None:
        """End the stream."""
        assert self.audio is not None
        self.audio.stop()

    def resident_memory(self) -> int:
        """Resident memory of this process in bytes."""
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def _session(self, media: list[Any]) -> SDPSession:
        address = self.engine.local_ip
        return SDPSession(address, connection=SDPConnection(address), media=media)


def main() -> None:
    """Serve commands until standard input closes."""
    phone = Phone()
    for line in sys.stdin:
        command = json.loads(line)
        try:
            result = getattr(phone, command["call"])(**command["arguments"])
        except Exception as error:  # whatever it is, the test is told
            phone.write({"error": f"{type(error).__name__}: {error}"})
        else:
            phone.write({"result": result})
    deadline = time.monotonic() + 5
    while threading.active_count() > 1 and time.monotonic() < deadline:
        time.sleep(0.01)


if __name__ == "__main__":
    main()
