"""Answer one call, record what the caller says, and show the digits that are dialled.

python answer.py heard.wav --account sip:bob@example.com --password secret
"""

import argparse
import threading

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
)
from sipsimple.notification import IObserver, Notification, NotificationCenter


@implementer(IObserver)
class AnsweringMachine:
    """Takes the first call that comes; whoever calls meanwhile hears that it is busy."""

    def __init__(self, file: str) -> None:
        self.recording = RecordingWaveFile(file)
        self.call: Invitation | None = None
        self.audio: AudioTransport | None = None
        self.ended = threading.Event()

    def handle_notification(self, notification: Notification) -> None:
        """Follow registration, call and audio; runs in the Engine's thread."""
        sender, data = notification.sender, notification.data
        match notification.name:
            case "SCRegistrationChangedState":
                print("account", data.state, flush=True)
            case "SCAudioTransportGotDTMF":
                print("digit", data.digit, flush=True)
            case "SCInvitationChangedState":
                if data.state == "INCOMING" and isinstance(sender, Invitation):
                    self.answer(sender)
                elif sender is self.call:
                    print("call", data.state, flush=True)
                    if data.state == "DISCONNECTED":
                        self.hang_up()

    def answer(self, call: Invitation) -> None:
        """Accept the audio stream that is offered, and record it."""
        offer = call.get_offered_remote_sdp()
        if self.call is not None or offer is None:
            call.disconnect(486 if self.call is not None else 488)
            return
        self.call = call
        print("call from", call.caller_uri, flush=True)
        rtp = RTPTransport(Engine().local_ip)
        rtp.set_INIT()
        self.audio = AudioTransport(rtp, offer, 0)
        address = rtp.local_rtp_address
        assert address is not None
        media = [self.audio.get_local_media(False)]
        call.set_offered_local_sdp(
            SDPSession(address, connection=SDPConnection(address), media=media)
        )
        call.accept_invite()
        self.recording.start()
        Engine().connect(self.audio, self.recording)

    def hang_up(self) -> None:
        """The call is over."""
        self.recording.stop()
        if self.audio is not None:
            self.audio.stop()
        self.ended.set()


def main() -> None:
    parser = argparse.ArgumentParser(description="Answer a call and record it.")
    parser.add_argument("file", help="the WAV file to write")
    parser.add_argument("--account", help="register it, such as sip:bob@example.com")
    parser.add_argument("--password", default="")
    parser.add_argument("--local-ip", help="address of the interface to use")
    options = parser.parse_args()

    machine = AnsweringMachine(options.file)
    NotificationCenter().add_observer(machine)
    engine = Engine()
    engine.start(local_ip=options.local_ip)
    try:
        if options.account:
            account = SIPURI.parse(options.account)
            registration = Registration(
                Credentials(account, options.password), Route(account.host, account.port or 5060)
            )
            registration.register()
        print(f"listening on {engine.local_ip}:{engine.local_udp_port}", flush=True)
        machine.ended.wait()
    finally:
        engine.stop()


if __name__ == "__main__":
    main()
