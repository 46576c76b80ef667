"""Messages to begin with: what a peer of this stack sends, well formed.

`filled()` puts in what has to be of its own in each message that is sent: ports and numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

_SDP = (
    b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    b"m=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n"
)
#: In place of the numbers that the sender fills in.
PEER, ENGINE, NUMBER = b"$PEER", b"$ENGINE", b"$N"


def _message(line: bytes, method: bytes, *headers: bytes, body: bytes = b"") -> bytes:
    lines = [
        line,
        b"Via: SIP/2.0/UDP 127.0.0.1:$PEER;rport;branch=z9hG4bK$N",
        b"Max-Forwards: 70",
        b'From: "Fuzz" <sip:fuzz@127.0.0.1:$PEER>;tag=f$N',
        b"To: <sip:engine@127.0.0.1:$ENGINE>",
        b"Call-ID: $N@fuzz",
        b"CSeq: 1 " + method,
        *headers,
        b"Content-Length: %d" % len(body),
    ]
    return b"\r\n".join([*lines, b"", body])


def _request(method: bytes, *headers: bytes, body: bytes = b"") -> bytes:
    line = method + b" sip:engine@127.0.0.1:$ENGINE SIP/2.0"
    return _message(line, method, *headers, body=body)


def own() -> Iterator[bytes]:
    """Requests and responses of every kind that the stack handles."""
    contact = b"Contact: <sip:fuzz@127.0.0.1:$PEER>"
    sdp = b"Content-Type: application/sdp"
    yield _request(b"INVITE", contact, sdp, b"Supported: 100rel, timer", body=_SDP)
    yield _request(b"INVITE", contact, b"Require: 100rel", b"Session-Expires: 1800")
    yield _request(b"OPTIONS", contact, b"Accept: application/sdp")
    yield _request(b"MESSAGE", b"Content-Type: text/plain;charset=utf-8", body=b"Hello")
    yield _request(b"REGISTER", contact + b";expires=300;q=0.5", b"Expires: 300")
    yield _request(b"SUBSCRIBE", contact, b"Event: presence", b"Accept: application/pidf+xml")
    notify = (b"Event: presence;id=1", b"Subscription-State: active;expires=60")
    yield _request(b"NOTIFY", contact, *notify, b"Content-Type: application/pidf+xml", body=b"<a/>")
    yield _request(b"PUBLISH", b"Event: presence", b"SIP-If-Match: abc", b"Expires: 60")
    yield _request(b"REFER", contact, b"Refer-To: <sip:c@127.0.0.1?Replaces=a%3Bto-tag%3Db>")
    for method in (b"ACK", b"BYE", b"CANCEL", b"INFO", b"PRACK", b"UPDATE", b"FROBNICATE"):
        yield _request(method, contact, b"RAck: 1 1 INVITE")
    for status in (b"100 Trying", b"180 Ringing", b"200 OK", b"302 Moved", b"486 Busy Here"):
        for method in (b"INVITE", b"REGISTER", b"BYE"):
            yield _message(b"SIP/2.0 " + status, method, contact, sdp, body=_SDP)
    challenge = b'WWW-Authenticate: Digest realm="a", nonce="b", qop="auth", algorithm=MD5'
    yield _message(b"SIP/2.0 401 Unauthorized", b"REGISTER", challenge)


def foreign(folder: Path) -> Iterator[bytes]:
    """The files of a folder of other corpora, such as pjproject's."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        if 0 < len(data) <= 8192:
            yield data


def filled(data: bytes, peer: int, engine: int, number: int) -> bytes:
    """A message with its own numbers."""
    return (
        data.replace(PEER, b"%d" % peer)
        .replace(ENGINE, b"%d" % engine)
        .replace(NUMBER, b"%x" % number)
    )
