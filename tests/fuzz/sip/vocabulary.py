"""What SIP messages are changed with."""

from __future__ import annotations

from testbed.mutations import Vocabulary

_NUMBERS = (
    *(b"0", b"-1", b"1", b"70", b"255", b"256", b"699", b"65535", b"65536", b"2147483648"),
    *(b"4294967295", b"4294967296", b"18446744073709551616", b"9" * 40, b"1.5", b"00", b"+1"),
)
_WORDS = (
    *(b"", b"-", b"*", b" ", b"\t", b"<>", b"<", b">", b'""', b'"', b"\\", b"%", b"%00", b"%zz"),
    *(b"SIP/2.0", b"SIP/3.0", b"sip/2.0", b"HTTP/1.1", b"INVITE", b"ACK", b"BYE", b"CANCEL"),
    *(b"OPTIONS", b"REGISTER", b"MESSAGE", b"INFO", b"NOTIFY", b"SUBSCRIBE", b"PRACK", b"UPDATE"),
    *(b"REFER", b"PUBLISH", b"invite", b"FROBNICATE", b"100", b"180", b"200", b"302", b"401"),
    *(b"407", b"481", b"491", b"503", b"600", b"sip:a@127.0.0.1", b"sips:a@127.0.0.1", b"tel:+1"),
    *(b"sip:", b"sip:@", b"sip:a@[::1]:5060", b"sip:a@[::1", b"sip:%00@h", b"<sip:a@b;lr>"),
    *(b"tag=", b"tag=a;tag=b", b"branch=", b"branch=z9hG4bK", b"rport", b"lr", b"maddr=127.0.0.1"),
    *(b"received=1", b"ttl=256", b"q=2", b"expires=99999999999", b"100rel", b"timer", b"replaces"),
    *(b"application/sdp", b"multipart/mixed;boundary=x", b"text/plain", b"active;expires=0"),
    *(b"terminated;reason=x", b"UDP", b"TCP", b"TLS", b"SCTP", b"Digest", b'Digest realm="a"'),
    *(b"\xff\xfe", b"\xc3\x28", "é".encode(), b"a" * 300, b"a," * 200, b"(" * 100),
)
_LINES = (
    *(b"", b" folded", b"\tfolded", b":", b": x", b"X", b"X:", b"X : y", b"Via:", b"v: x", b"To:"),
    *(b"Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKx", b"Via: SIP/2.0/TCP [::1]:5060;rport"),
    *(b"From: <sip:a@b>", b"From: a <sip:a@b>;tag=1", b"t: *", b"Call-ID: a", b"i: b"),
    *(b"CSeq: 1 INVITE", b"CSeq: 4294967296 BYE", b"CSeq: x", b"Max-Forwards: 0", b"Contact: *"),
    *(b"Contact: <sip:a@127.0.0.1>;expires=-1", b"m: <sip:a@[::1]>", b"Route: <sip:127.0.0.1;lr>"),
    *(b"Record-Route: <sip:127.0.0.1;lr>", b"Record-Route: x", b"Content-Length: 0", b"l: -1"),
    *(b"Content-Length: 99999", b"Content-Type: application/sdp", b"c: x", b"Expires: -1"),
    *(b"Require: 100rel", b"Require: x,y", b"Supported: 100rel,timer", b"RSeq: 1", b"RAck: 1 1 A"),
    *(b"Session-Expires: 90;refresher=uas", b"Min-SE: 1", b"Event: presence", b"o: x;id="),
    *(b"Subscription-State: active", b"Refer-To: <sip:a@b?Replaces=x>", b"Replaces: a;to-tag=b"),
    *(b"WWW-Authenticate: Digest", b"Proxy-Authenticate: Digest realm=a, nonce=b, algorithm=x"),
    *(b'Authorization: Digest username="a"', b'Warning: 399 x "y"', b"Retry-After: x (y);z"),
    *(b"Info-Package: x", b"SIP-ETag: a", b"Accept: ,", b"Allow: " + b"A," * 70, b"Date: x"),
)

VOCABULARY = Vocabulary(
    words=(*_NUMBERS, *_WORDS),
    lines=_LINES,
    separators=(b" ", b" ", b" ", b":", b";", b"=", b",", b"@", b"/", b'"'),
    largest=20000,
)
