"""Signaling alone: somebody asks for our capabilities, RFC 3261 section 11."""

import socket
import time

from sipsimple.core import PJSIPUA

REQUEST = """\
OPTIONS sip:127.0.0.1:{there} SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:{here};branch=z9hG4bK1
Max-Forwards: 70
From: <sip:a@example.org>;tag=1
To: <sip:b@example.org>
Call-ID: 1@example.org
CSeq: 1 OPTIONS
Content-Length: 0

"""

with (
    PJSIPUA(local_ip="127.0.0.1", local_tcp_port=None, local_tls_port=None) as ua,
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer,
):
    peer.bind(("127.0.0.1", 0))
    peer.setblocking(False)
    request = REQUEST.format(here=peer.getsockname()[1], there=ua.local_udp_port)
    peer.sendto(request.replace("\n", "\r\n").encode(), ("127.0.0.1", ua.local_udp_port))
    deadline = time.monotonic() + 10
    while True:
        assert time.monotonic() < deadline, "no answer"
        ua.poll(0.05)
        try:
            answer = peer.recv(65535)
        except BlockingIOError:
            continue
        break
    print(answer.decode().splitlines()[0])
