"""SDP alone."""

from sipsimple.sdp import SDPSession

session = SDPSession.parse(
    "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
)
print(session.media[0].port)
print(session.media[0].attributes[0].value.split()[1].split("/")[0])
