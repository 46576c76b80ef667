"""The process of an `Endpoint`: a SIP endpoint that does what it is told over a pipe.

`python -m testbed.agent FD` reads commands from a socket, a JSON object on each line, and
writes replies and notifications to it. The endpoint is made of nothing but the public API of
sipsimple.
"""

from __future__ import annotations

import contextlib
import json
import socket
import sys
import threading
import traceback
from collections.abc import Callable
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
    SDPMedia,
    SDPSession,
    SIPCoreError,
    WaveFile,
)
from sipsimple.engine import known_notifications
from sipsimple.notification import IObserver, Notification, NotificationCenter
from testbed.notification_check import NotificationCheck
from testbed.processes import rtp_port_range
from testbed.transfer_commands import TransferCommands

__all__ = ["Agent", "Call"]

HOST = "127.0.0.1"
# To an offer without a codec that is known here (RFC 3261 section 21.4.26).
NOT_ACCEPTABLE_HERE = 488
# What one side sends, the other receives (RFC 3264 section 6.1).
ANSWERED_BY = {"sendonly": "recvonly", "recvonly": "sendonly"}


class Call:
    """A call: an `Invitation`, and the audio that goes with it.

    Args:
        label: What to call it.
        invitation: The session.
    """

    def __init__(self, label: str, invitation: Invitation) -> None:
        self.label = label
        self.invitation = invitation
        self.audio: AudioTransport | None = None
        self.silence_detection = False

    def offer(self) -> None:
        """Offer an audio stream."""
        self.audio = AudioTransport(
            self._transport(), enable_silence_detection=self.silence_detection
        )
        self._set_sdp(self.audio.get_local_media(True))

    def answer(self) -> None:
        """Accept the audio stream that was offered."""
        remote = self.invitation.get_offered_remote_sdp()
        assert remote is not None, "an INVITE without SDP"
        self.audio = AudioTransport(
            self._transport(), remote, 0, enable_silence_detection=self.silence_detection
        )
        self._set_sdp(self.audio.get_local_media(False))

    def decline(self) -> None:
        """Answer without the audio stream that was offered (RFC 3264 section 6)."""
        remote = self.invitation.get_offered_remote_sdp()
        assert remote is not None, "an INVITE without SDP"
        offered = remote.media[0]
        self._set_sdp(SDPMedia(offered.media, 0, offered.transport, formats=offered.formats))

    def offer_again(self, direction: str) -> None:
        """Offer another direction of the stream."""
        assert self.audio is not None, "no audio to change"
        self._set_sdp(self.audio.get_local_media(True, direction))

    def answer_again(self) -> None:
        """Accept the direction that was offered (RFC 3264 section 6.1)."""
        remote = self.invitation.get_offered_remote_sdp()
        assert remote is not None, "a re-INVITE without SDP"
        assert self.audio is not None, "no audio to change"
        offered = remote.media[0].direction or "sendrecv"
        self._set_sdp(self.audio.get_local_media(False, ANSWERED_BY.get(offered, offered)))

    def negotiated(self, data: Any) -> None:
        """Start the stream, or give it another direction."""
        if self.audio is None or not data.succeeded:
            return
        if not self.audio.is_started:
            self.audio.start(data.local_sdp, data.remote_sdp, 0)
        elif self.audio.is_active:
            self.audio.update_direction(data.local_sdp.media[0].direction or "sendrecv")

    def ended(self) -> None:
        """Stop the stream; what it counted can still be read."""
        if self.audio is not None:
            self.audio.stop()

    def _transport(self) -> RTPTransport:
        transport = RTPTransport(HOST)
        transport.set_INIT()
        return transport

    def _set_sdp(self, media: Any) -> None:
        session = self.invitation.get_active_local_sdp()
        if session is None:
            session = SDPSession(HOST, connection=SDPConnection(HOST), media=[media])
        else:
            # RFC 3264 section 8: the same origin, another version.
            session.media = [media]
            session.version += 1
        self.invitation.set_offered_local_sdp(session)


@implementer(IObserver)
class Agent(TransferCommands):
    """The endpoint. Each command is a method whose name begins with "do_".

    Args:
        pipe: The socket to the other process.
    """

    def __init__(self, pipe: socket.socket) -> None:
        self._pipe = pipe
        self._sending = threading.Lock()
        self._engine = Engine()
        self._check = NotificationCheck(known_notifications().values())
        self._labels: dict[int, str] = {}
        self._objects: dict[str, Any] = {}
        self._counts: dict[str, int] = {}
        self._answer_with: int | None = None
        self._audio = True

    def serve(self) -> None:
        """Do commands until there are no more."""
        with self._pipe.makefile("rb") as lines:
            for line in lines:
                request = json.loads(line)
                command: Callable[..., Any] = getattr(self, f"do_{request['command']}")
                try:
                    result = {"result": command(**request["arguments"])}
                except Exception as error:
                    traceback.print_exc()
                    result = {"error": f"{type(error).__name__}: {error}"}
                self._send({"id": request["id"], **result})

    # ---- the engine

    def do_start(self, options: dict[str, Any]) -> dict[str, Any]:
        """Start the Engine on loopback, without a sound card."""
        NotificationCenter().add_observer(self)
        # By its name as well: what only observers of everything get is logged too.
        NotificationCenter().add_observer(self, name="SCEngineGotException")
        defaults = {
            "local_ip": HOST,
            "local_tcp_port": None,
            "local_tls_port": None,
            "auto_sound": False,
            "codecs": ["g711"],
            "rtp_port_range": rtp_port_range(),
            "log_level": 4,
            "trace_sip": True,
        }
        self._engine.start(**{**defaults, **options})
        return {"port": self._engine.local_udp_port}

    def do_stop(self) -> None:
        """Stop the Engine."""
        self._engine.stop()

    # ---- signaling

    def do_register(
        self,
        user: str,
        password: str,
        host: str,
        port: int,
        transport: str | None = None,
        expires: int = 300,
    ) -> str:
        """Register at a registrar; returns the label of the registration."""
        uri = SIPURI(host, user=user, port=port)
        route = Route(host, port, transport)
        registration = Registration(Credentials(uri, password), route, expires)
        label = self._add("registration", registration)
        registration.register()
        return label

    def do_unregister(self, registration: str) -> None:
        """End a registration."""
        self._objects[registration].unregister()

    def do_call(
        self,
        caller: str,
        callee: str,
        host: str,
        port: int,
        password: str | None = None,
        silence_detection: bool = False,
        transport: str | None = None,
    ) -> str:
        """Call somebody by way of a proxy; returns the label of the call."""
        credentials = Credentials(SIPURI(host, user=caller, port=port), password)
        callee_uri = SIPURI(host, user=callee, port=port)
        invitation = Invitation(credentials, callee_uri, Route(host, port, transport))
        return self._place(invitation, silence_detection)

    def do_call_uri(self, uri: str) -> str:
        """Call whom a URI names, with the headers that it holds; returns the label of the call."""
        callee = SIPURI.parse(uri)
        return self._place(Invitation(Credentials(SIPURI(callee.host, user="caller")), callee))

    def _place(self, invitation: Invitation, silence_detection: bool = False) -> str:
        """Send the INVITE of a new call; returns its label."""
        label = self._add("call", invitation)
        call = Call(label, invitation)
        self._objects[label] = call
        call.silence_detection = silence_detection
        call.offer()
        self._label(call.audio, f"{label}/audio")
        invitation.send_invite()
        return label

    def do_answer_all(self, code: int | None = 200, audio: bool = True) -> None:
        """Answer all calls from now on: with 200 after 180, or with another final code."""
        self._answer_with = code
        self._audio = audio

    def do_ring(self, call: str) -> None:
        """Tell the caller that it rings."""
        self._objects[call].invitation.respond_to_invite_provisionally(180)

    def do_answer(self, call: str) -> None:
        """Answer a call that came in."""
        self._answer(self._objects[call])

    def do_hang_up(self, call: str, code: int = 486) -> None:
        """End a call, or refuse it."""
        self._objects[call].invitation.disconnect(code)

    def do_redirect_audio(self, call: str, direction: str) -> None:
        """Offer another direction of the audio in a re-INVITE: "sendonly" holds the call."""
        changed = self._objects[call]
        changed.offer_again(direction)
        changed.invitation.send_reinvite()

    # ---- audio

    def do_play(self, call: str, file: str) -> str:
        """Play a wave file to the remote party; returns the label of the wave file."""
        wave = WaveFile(file)
        label = self._add("wave", wave)
        self._engine.connect(wave, self._objects[call].audio)
        wave.start()
        return label

    def do_record(self, call: str, file: str) -> str:
        """Record what the remote party says; returns the label of the recording."""
        # Not what is played here as well, which a recording hears by itself.
        recording = RecordingWaveFile(file, automatic_routing=False)
        label = self._add("recording", recording)
        recording.start()
        self._engine.connect(self._objects[call].audio, recording)
        return label

    def do_stop_recording(self, recording: str) -> None:
        """End a recording."""
        self._objects[recording].stop()

    def do_dial(self, call: str, digits: str) -> None:
        """Send DTMF digits."""
        for digit in digits:
            self._objects[call].audio.send_dtmf(digit)

    def do_audio(self, call: str) -> dict[str, Any]:
        """Codec, sample rate and statistics of a call's audio."""
        audio = self._objects[call].audio
        statistics = audio.statistics
        names = [name for name in dir(statistics) if not name.startswith("_")]
        return {
            "codec": audio.codec,
            "sample_rate": audio.sample_rate,
            "is_active": audio.is_active,
            "direction": audio.direction,
            **{name: getattr(statistics, name) for name in names},
        }

    # ---- notifications

    def handle_notification(self, notification: Notification) -> None:
        """Pass a notification on, and do what an endpoint does on its own."""
        name, sender, data = notification.name, notification.sender, notification.data
        self._look_at(name, sender, data)
        if name == "SCEngineLog":
            print(data.message.rstrip(), flush=True)
            return
        call = self._call_of(sender, data) if isinstance(sender, Invitation) else None
        self._notify(name, sender, data)
        if name == "SCEngineGotException":
            print(data.traceback, flush=True)
        if call is None:
            return
        if name == "SCInvitationGotSDPUpdate":
            call.negotiated(data)
        elif name != "SCInvitationChangedState":
            return
        elif data.state == "INCOMING" and self._answer_with is not None:
            if self._answer_with == 200:
                self._answer(call)
            else:
                call.invitation.disconnect(self._answer_with)
        elif data.state == "REINVITED" and data.prev_state != "REINVITED":
            call.answer_again()
            call.invitation.respond_to_reinvite(200)
        elif data.state == "DISCONNECTED":
            call.ended()

    def _look_at(self, name: str, sender: object, data: Any) -> None:
        """Hold a notification against what is documented of it."""
        self._check.see(name, sender, vars(data))
        wrong, self._check.found = self._check.found, []
        if wrong:
            self._send({"wrong": wrong})

    def _call_of(self, invitation: Invitation, data: Any) -> Call | None:
        label = self._labels.get(id(invitation))
        if label is None and getattr(data, "state", "") == "INCOMING":
            label = self._add("call", invitation)
            self._objects[label] = Call(label, invitation)
        return self._objects.get(label) if label is not None else None

    def _answer(self, call: Call) -> None:
        if call.invitation.state == "INCOMING":
            call.invitation.respond_to_invite_provisionally(180)
        try:
            if self._audio:
                call.answer()
                self._label(call.audio, f"{call.label}/audio")
            else:
                call.decline()
        except SIPCoreError as error:
            print(f"{call.label} is refused: {error}", flush=True)
            call.invitation.disconnect(NOT_ACCEPTABLE_HERE)
        else:
            call.invitation.accept_invite()

    def _notify(self, name: str, sender: object, data: Any) -> None:
        if sender is self._engine:
            label = "engine"
        else:
            label = self._labels.get(id(sender), type(sender).__name__)
        self._send({"name": name, "sender": label, "data": plain(vars(data))})

    # ---- what has which label

    def _add(self, kind: str, subject: object) -> str:
        self._counts[kind] = self._counts.get(kind, 0) + 1
        label = f"{kind}-{self._counts[kind]}"
        self._objects[label] = subject
        self._label(subject, label)
        return label

    def _label(self, subject: object, label: str) -> None:
        self._labels[id(subject)] = label

    def _send(self, message: dict[str, Any]) -> None:
        # The other process may be gone, or this one about to exit.
        with self._sending, contextlib.suppress(OSError):
            self._pipe.sendall(json.dumps(message).encode() + b"\n")


def plain(value: Any) -> Any:
    """A value as JSON can have it."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, bytes):
        return value.decode(errors="surrogateescape")
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def main() -> None:
    """Serve the pipe whose file descriptor is the argument."""
    with socket.socket(fileno=int(sys.argv[1])) as pipe:
        Agent(pipe).serve()


if __name__ == "__main__":
    main()
