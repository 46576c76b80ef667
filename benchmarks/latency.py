"""How long a packet takes to the observer: one INVITE at a time, with its sending time in it."""

from __future__ import annotations

import socket
import statistics
import sys
import time
from pathlib import Path

from calls import AGENT
from native import Native
from processes import BenchmarkError, Subject
from results import Measurement, Settings

__all__ = ["measure_latency", "send_invites"]

#: Seconds between packets: the subject has gone back to sleep by then.
INTERVAL = 0.005

INVITE = """\
INVITE sip:bench@127.0.0.1:{port} SIP/2.0\r
Via: SIP/2.0/UDP 127.0.0.1:{local_port};branch=z9hG4bK-{local_port}-{number}\r
From: <sip:{sent}@127.0.0.1>;tag={number}\r
To: <sip:bench@127.0.0.1:{port}>\r
Call-ID: latency-{local_port}-{number}\r
CSeq: 1 INVITE\r
Contact: <sip:load@127.0.0.1:{local_port}>\r
Max-Forwards: 70\r
Content-Type: application/sdp\r
Content-Length: {length}\r
\r
{body}"""
ACK = """\
ACK sip:bench@127.0.0.1:{port} SIP/2.0\r
Via: SIP/2.0/UDP 127.0.0.1:{local_port};branch=z9hG4bK-{local_port}-{number}\r
From: <sip:{sent}@127.0.0.1>;tag={number}\r
{to}\r
Call-ID: latency-{local_port}-{number}\r
CSeq: 1 ACK\r
Max-Forwards: 70\r
Content-Length: 0\r
\r
"""
BODY = (
    "v=0\r\no=load 1 1 IN IP4 127.0.0.1\r\ns=load\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 30000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
)


def measure_latency(native: Native | None, settings: Settings) -> Measurement:
    """Microseconds, median, from `sendto()` of an INVITE to the application's code.

    That code is our observer of `SCInvitationChangedState`, or the request callback of a
    C program after it has made the dialog and the invite session. Both reject with 486.
    """
    command: list[str | Path] = [sys.executable, AGENT, "latency"]
    if native is not None:
        command = [native.program("latency_peer")]
    name = "c" if native else "agent"
    with Subject(command, settings.folder / f"latency-{name}.log") as subject:
        port = int(subject.expect("ready", 20))
        send_invites(port, 100)
        subject.lines(0.2)
        send_invites(port, settings.packets)
        delays = sorted(int(line) / 1000 for line in subject.lines(0.5) if line.isdigit())
    if len(delays) < settings.packets * 0.9:
        raise BenchmarkError(f"only {len(delays)} of {settings.packets} calls were seen")
    return Measurement(
        value=statistics.median(delays),
        details={
            "p99_us": round(delays[int(len(delays) * 0.99)], 1),
            "max_us": round(delays[-1], 1),
            "packets": len(delays),
        },
    )


def send_invites(port: int, count: int) -> None:
    """Send calls one after the other, each with the time of its sending in its From."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.1", 0))
        sender.settimeout(2)
        local_port = sender.getsockname()[1]
        for number in range(count):
            values = {"port": port, "local_port": local_port, "number": number}
            sent = time.monotonic_ns()
            packet = INVITE.format(**values, sent=sent, body=BODY, length=len(BODY))
            sender.sendto(packet.encode(), ("127.0.0.1", port))
            to = _final_response(sender, number)
            ack = ACK.format(**values, sent=sent, to=to)
            sender.sendto(ack.encode(), ("127.0.0.1", port))
            time.sleep(INTERVAL)


def _final_response(sender: socket.socket, number: int) -> str:
    """Wait for the final response to a call and return its To header."""
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        try:
            lines = sender.recv(65536).decode("utf-8", "replace").split("\r\n")
        except TimeoutError:
            break
        final = not lines[0].startswith("SIP/2.0 1")
        if final and any(line.endswith(f"-{number}") for line in lines if "Call-ID" in line):
            return next(line for line in lines if line.startswith("To:"))
    raise BenchmarkError(f"call {number} got no final response")
