"""Offer/answer of the SDP package beside running media, whose codecs pjmedia looks at."""

import threading

from sipsimple.sdp import SDPNegotiator, SDPSession

OFFER = SDPSession.parse(
    "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\n"
    "m=audio 5004 RTP/AVP 96 97 0 101\na=rtpmap:96 opus/48000/2\na=rtpmap:97 speex/16000\n"
    "a=rtpmap:101 telephone-event/8000\n"
)
LOCAL = SDPSession.parse(
    "v=0\no=- 2 2 IN IP4 192.0.2.2\ns=-\nc=IN IP4 192.0.2.2\nt=0 0\n"
    "m=audio 6004 RTP/AVP 98 99 0\na=rtpmap:98 speex/16000\na=rtpmap:99 telephone-event/8000\n"
)


def _negotiated():
    negotiator = SDPNegotiator.with_remote_offer(OFFER, LOCAL, answer_with_multiple_codecs=True)
    negotiator.negotiate()
    negotiator.set_local_offer(negotiator.active_local)
    negotiator.set_remote_answer(OFFER)
    negotiator.negotiate()
    return negotiator.active_local, negotiator.active_remote


def test_negotiation_is_the_same_whether_media_run_start_or_stop(media):
    expected = _negotiated()
    assert expected[0].media[0].formats == ["97", "0", "101"]
    stop = threading.Event()
    results = []

    def work():
        done = []
        while not stop.is_set():
            done.append(_negotiated() == expected)
        results.append(done)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        endpoint = media.start()
        endpoint.stop()
    stop.set()
    for thread in threads:
        thread.join(30)
    assert len(results) == 3
    assert all(done and all(done) for done in results)
