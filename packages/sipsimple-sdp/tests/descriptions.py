"""Session descriptions as different kinds of endpoints write them; all of them made up here."""

from __future__ import annotations


def _crlf(text: str) -> bytes:
    return text.strip("\n").replace("\n", "\r\n").encode() + b"\r\n"


DESK_PHONE = _crlf("""
v=0
o=- 20518 20518 IN IP4 192.0.2.44
s=Call
c=IN IP4 192.0.2.44
t=0 0
m=audio 11780 RTP/AVP 0 8 18 101
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:18 G729/8000
a=fmtp:18 annexb=no
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=ptime:20
a=sendrecv
""")

TWO_MEDIA = _crlf("""
v=0
o=alice 2890844526 2890844527 IN IP4 host.atlanta.example.com
s=Weekly meeting
i=The one on budgets
c=IN IP4 192.0.2.101
b=AS:384
t=3034423619 3042462419
a=group:LS 1 2
m=audio 49172 RTP/AVP 0 97 101
i=Alice's voice
b=TIAS:64000
b=RS:800
a=mid:1
a=rtpmap:97 iLBC/8000
a=fmtp:97 mode=20
a=rtpmap:101 telephone-event/8000
m=video 51372/2 RTP/AVP 31 99
c=IN IP4 224.2.1.1/127/3
a=mid:2
a=rtpmap:99 H264/90000
a=fmtp:99 profile-level-id=42e01f;packetization-mode=1
a=recvonly
""")

BROWSER = _crlf("""
v=0
o=mozilla...THIS_IS_MADE_UP 4611731400430051336 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=ice-options:trickle
a=msid-semantic: WMS
m=audio 9 UDP/TLS/RTP/SAVPF 111 9 126
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:F7gI
a=ice-pwd:x9cml/YzichV2+XlhiMu8g
a=fingerprint:sha-256 49:66:12:17:0D:1C:91:AE:57:4C:C6:36:DD:D5:97:D2:7D:62:C9:9A:7F:B9:A3:F4
a=setup:actpass
a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:126 telephone-event/8000
a=candidate:1467250027 1 udp 2122260223 192.0.2.7 46243 typ host generation 0
a=candidate:1853887674 1 udp 1518280447 198.51.100.3 36768 typ srflx raddr 192.0.2.7 rport 46243
a=end-of-candidates
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=mid:1
a=sctp-port:5000
""")

IPV6_SECURE = _crlf("""
v=0
o=- 3856412345 3856412346 IN IP6 2001:db8::1
s=-
c=IN IP6 2001:db8::1
t=0 0
m=audio 40000 RTP/SAVP 9 0
a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj|2^20|1:32
a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:NzB4d1BINUAvLEw6UzF3WSJ+PSdFcGdUJShpX1Zj
a=inactive
""")

CHAT_AND_FAX = _crlf("""
v=0
o=- 1 1 IN IP4 203.0.113.9
s=-
c=IN IP4 203.0.113.9
t=0 0
m=message 2855 TCP/TLS/MSRP *
a=accept-types:message/cpim text/plain
a=path:msrps://203.0.113.9:2855/s.nZtGc1;tcp
m=image 4444 udptl t38
a=T38FaxVersion:0
a=T38FaxUdpEC:t38UDPRedundancy
m=audio 0 RTP/AVP 0
""")

UNICODE = _crlf("""
v=0
o=- 1 1 IN IP4 203.0.113.9
s=Grüße: 会議
i=Δοκιμή
c=IN IP4 203.0.113.9
t=0 0
m=audio 5004 RTP/AVP 0
a=label:Ünïcode
""")

ALL = {
    "desk phone": DESK_PHONE,
    "two media": TWO_MEDIA,
    "browser": BROWSER,
    "IPv6 with SRTP": IPV6_SECURE,
    "chat and fax": CHAT_AND_FAX,
    "Unicode": UNICODE,
}
