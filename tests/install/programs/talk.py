"""Media alone: two streams on one bridge hear each other over loopback."""

import time

from sipsimple.media import AudioTransport, MediaEndpoint, RTPTransport
from sipsimple.sdp import SDPConnection, SDPSession


def describe(media):
    """A description with one stream."""
    return SDPSession("127.0.0.1", connection=SDPConnection("127.0.0.1"), media=[media])


def transport():
    """A transport that is ready."""
    made = RTPTransport("127.0.0.1")
    made.set_INIT()
    return made


with MediaEndpoint(auto_sound=False, codecs=["g711"]) as endpoint:
    first = AudioTransport(transport(), enable_silence_detection=False)
    offer = describe(first.get_local_media(True))
    second = AudioTransport(transport(), offer, 0, False)
    answer = describe(second.get_local_media(False))
    first.start(offer, answer, 0)
    print(first.codec, second.codec)
    endpoint.connect(first, second)
    deadline = time.monotonic() + 10
    while min(end.statistics.packets_received for end in (first, second)) < 20:
        assert time.monotonic() < deadline, "no packets"
        time.sleep(0.02)
    print("heard each other")
    first.stop()
    second.stop()
