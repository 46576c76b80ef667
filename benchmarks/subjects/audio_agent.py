"""Accepts every call with an `AudioTransport` of its own: `audio_agent.py`.

For comparisons with user agents that open RTP sockets for each call. Speaks as `agent.py` does.
"""

from __future__ import annotations

from agent import HOST, Observer, serve

from sipsimple import AudioTransport, Invitation, RTPTransport, SDPConnection, SDPSession
from sipsimple.notification import Notification


class AudioCallee(Observer):
    """Opens RTP and RTCP sockets for each call; the stream runs as soon as it is answered."""

    def __init__(self) -> None:
        self.streams: dict[Invitation, AudioTransport] = {}

    def changed(self, call: Invitation, state: str, notification: Notification) -> None:
        if state == "INCOMING":
            transport = RTPTransport(HOST)
            transport.set_INIT()
            audio = self.streams[call] = AudioTransport(transport, call.get_offered_remote_sdp(), 0)
            media = [audio.get_local_media(False)]
            call.set_offered_local_sdp(
                SDPSession(HOST, name="bench", connection=SDPConnection(HOST), media=media)
            )
            call.accept_invite()
        elif state == "DISCONNECTED":
            self.streams.pop(call).stop()


if __name__ == "__main__":
    serve(AudioCallee())
