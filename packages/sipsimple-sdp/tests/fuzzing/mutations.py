"""Session descriptions with mistakes in them, made by the mutator that all fuzzers here share."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[4] / "tests" / "support"))

from testbed import mutations

#: What is put in place of a field: ends of ranges, and what is special to some rule.
WORDS = [
    *(b"0", b"-1", b"1", b"127", b"128", b"255", b"256", b"65535", b"65536", b"2147483648"),
    *(b"4294967295", b"4294967296", b"18446744073709551615", b"18446744073709551616"),
    *(b"9" * 40, b"00", b"+1", b"1.5", b"1e3", b"0x10", "\u0663".encode(), b"", b"-", b"*", b" "),
    *(b"IN", b"IP4", b"IP6", b"192.0.2.1", b"2001:db8::1", b"224.2.1.1/127/3", b"0.0.0.0"),
    *(b"audio", b"video", b"message", b"RTP/AVP", b"UDP/TLS/RTP/SAVPF", b"udptl", b"TCP/TLS/MSRP"),
    *(b"rtpmap:96 opus/48000/2", b"fmtp:96 a=b;c", b"crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA"),
    *(b"candidate:1 1 UDP 1 192.0.2.1 9 typ host", b"rtcp:9 IN IP4 192.0.2.1", b"group:BUNDLE 0 1"),
    *(
        b"fingerprint:sha-256 AA:BB",
        b"setup:actpass",
        b"mid:0",
        b"sendrecv",
        b"inactive",
        b"ptime:20",
    ),
    *(b"extmap:1/sendonly urn:x", b"rtcp-fb:* nack pli", b"ssrc:1 cname:x", b"ssrc-group:FID 1 2"),
    *(b"bundle-only", b"H264/90000", b"profile-level-id=42e01f;packetization-mode=1"),
    *(
        b"\xff\xfe",
        b"\xc3\x28",
        "\u4f1a".encode(),
        "\U0001f3a7".encode(),
        b"\xed\xa0\x80",
        b"\xc2\x85",
    ),
]
LINES = [
    *(b"v=0", b"o=- 1 1 IN IP4 192.0.2.1", b"s=-", b"s=", b"i=x", b"i=", b"u=http://x/", b"e=a@b"),
    *(b"p=+1 2", b"c=IN IP4 192.0.2.1", b"b=AS:1", b"t=0 0", b"r=7d 1h 0", b"z=2882844526 -1h"),
    *(
        b"k=prompt",
        b"k=clear:x",
        b"a=x",
        b"a=x:",
        b"a=:x",
        b"m=audio 9 RTP/AVP 0",
        b"m=",
        b"a=",
        b"=",
    ),
    *(
        b"m=video 9/2 RTP/AVP 96 97",
        b"m=audio 0 RTP/AVP",
        b"",
        b" ",
        b"x=y",
        b"a=sendonly",
        b"a = x",
    ),
]
#: Bytes; the few inputs that grow beyond are cut, so that time goes into many rather than large.
LARGEST = 65536
VOCABULARY = mutations.Vocabulary(
    words=WORDS,
    lines=LINES,
    separators=(b" ", b" ", b" ", b":", b"/", b";", b"="),
    largest=LARGEST,
)


class Mutator(mutations.Mutator):
    """Makes descriptions out of others.

    Args:
        seeds: What to begin with.
        seed: Chooses the changes.
    """

    def __init__(self, seeds: Sequence[bytes], seed: int) -> None:
        super().__init__(VOCABULARY, seeds, seed)
