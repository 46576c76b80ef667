"""Call somebody, play a WAV file to them, dial some digits, and hang up.

python call.py sip:alice@example.com sip:bob@example.com speech.wav --digits 42#
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
    Route,
    RTPTransport,
    SDPConnection,
    SDPSession,
    WaveFile,
)
from sipsimple.notification import IObserver, Notification, NotificationCenter


@implementer(IObserver)
class OutgoingCall:
    """An invitation and its audio."""

    def __init__(self, account: SIPURI, password: str, callee: SIPURI) -> None:
        route = Route(callee.host, callee.port or 5060)
        self.invitation = Invitation(Credentials(account, password), callee, route)
        self.rtp = RTPTransport(Engine().local_ip)
        self.rtp.set_INIT()
        # Pauses are sent as well: a voice detector would clip soft syllables.
        self.audio = AudioTransport(self.rtp, enable_silence_detection=False)
        self.confirmed = threading.Event()
        self.ended = threading.Event()
        NotificationCenter().add_observer(self, sender=self.invitation)

    def place(self) -> None:
        """Offer the audio stream."""
        address = self.rtp.local_rtp_address
        assert address is not None
        media = [self.audio.get_local_media(True)]
        offer = SDPSession(address, connection=SDPConnection(address), media=media)
        self.invitation.set_offered_local_sdp(offer)
        self.invitation.send_invite()

    def handle_notification(self, notification: Notification) -> None:
        """Follow the call; runs in the Engine's thread."""
        data = notification.data
        if notification.name == "SCInvitationGotSDPUpdate":
            if data.succeeded:
                self.audio.start(data.local_sdp, data.remote_sdp, 0)
            return
        print(data.state, getattr(data, "code", ""), getattr(data, "reason", ""), flush=True)
        if data.state == "CONFIRMED":
            self.confirmed.set()
        elif data.state == "DISCONNECTED":
            self.audio.stop()
            self.confirmed.set()
            self.ended.set()


@implementer(IObserver)
class PlayedToTheEnd(threading.Event):
    """Set by the notification it is registered for."""

    def handle_notification(self, notification: Notification) -> None:
        self.set()


def main() -> int:
    parser = argparse.ArgumentParser(description="Call somebody and play a WAV file.")
    parser.add_argument("account", help="such as sip:alice@example.com")
    parser.add_argument("callee", help="such as sip:bob@example.com")
    parser.add_argument("file", help="a WAV file")
    parser.add_argument("--password", default="")
    parser.add_argument("--digits", default="")
    parser.add_argument("--local-ip", help="address of the interface to use")
    options = parser.parse_args()

    engine = Engine()
    engine.start(local_ip=options.local_ip)
    try:
        call = OutgoingCall(
            SIPURI.parse(options.account), options.password, SIPURI.parse(options.callee)
        )
        call.place()
        call.confirmed.wait(60)
        if call.ended.is_set() or call.invitation.state != "CONFIRMED":
            return 1
        wave = WaveFile(options.file)
        played = PlayedToTheEnd()
        NotificationCenter().add_observer(played, "SCWaveFileDidEnd", sender=wave)
        engine.connect(wave, call.audio)  # by itself it is only heard here
        wave.start()
        while not played.wait(0.1) and not call.ended.is_set():
            pass
        for digit in options.digits:
            call.audio.send_dtmf(digit)
        # Each takes a fifth of a second; who hangs up first cuts them off.
        call.ended.wait(0.3 * len(options.digits) + 0.2)
        if not call.ended.is_set():
            call.invitation.disconnect()
        return 0 if call.ended.wait(10) else 1
    finally:
        engine.stop()


if __name__ == "__main__":
    raise SystemExit(main())
