"""SIPp, a SIP traffic generator (Debian's sip-tester), with the scenarios that are built in."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy

from testbed.audio import Samples
from testbed.processes import Process, free_port, is_bound, poll

__all__ = ["SIPpCallee", "SIPpCaller", "played_speech"]

HOST = "127.0.0.1"
# Recordings that the scenario uac_pcap plays, by names relative to where it runs.
_RECORDINGS = Path("/usr/share/sip-tester")
# It would open its screens on a terminal, and read keys from standard input.
_ALWAYS = ("-i", HOST, "-mi", HOST, "-nostdin", "-trace_err")


class SIPpCaller(Process):
    """SIPp as UAC: it calls, stays for a while, and hangs up. It echoes what it hears.

    Its exit status is 0 when all calls went as its scenario says.

    Args:
        folder: For its log.
        port: UDP port on loopback to call.
        user: Whom to call there.
        calls: How many calls.
        duration_ms: How long each is.
        at_once: How many there are at a time.
        plays: Whether it plays 7 s of PCMA and the digit 1 from captures of RTP instead of
            echoing (its scenario "uac_pcap", which lasts 9 s); as root only, for raw sockets.
    """

    def __init__(
        self,
        folder: Path,
        port: int,
        user: str,
        *,
        calls: int = 1,
        duration_ms: int = 1000,
        at_once: int = 1,
        plays: bool = False,
    ) -> None:
        if plays:
            (folder / "pcap").symlink_to(_RECORDINGS)
        # An echo would mix with what it plays.
        media = ("-sn", "uac_pcap") if plays else ("-sn", "uac", "-rtp_echo")
        super().__init__(
            "sipp-uac",
            [
                *("sipp", *media, f"{HOST}:{port}", "-s", user, *_ALWAYS),
                *("-p", str(free_port()), "-mp", str(free_port())),
                *("-m", str(calls), "-l", str(at_once), "-d", str(duration_ms)),
            ],
            folder,
        )


class SIPpCallee(Process):
    """SIPp as UAS: it rings, answers, echoes what it hears, and waits for the BYE.

    It ends after that many calls, with status 0 when they went as its scenario says.

    Args:
        folder: For its log.
        calls: How many calls it takes.

    Attributes:
        host: The address that it listens on.
        port: Its UDP port.
    """

    def __init__(self, folder: Path, *, calls: int = 1) -> None:
        self.host, self.port = HOST, free_port()
        super().__init__(
            "sipp-uas",
            [
                *("sipp", "-sn", "uas", "-rtp_echo", *_ALWAYS, "-m", str(calls)),
                *("-p", str(self.port), "-mp", str(free_port())),
            ],
            folder,
        )
        try:
            # It says nothing where there is no terminal.
            if not poll(lambda: is_bound(self.port) or self.popen.poll() is not None, 10):
                raise self.failure("does not listen")
        except BaseException:
            self.end()
            raise


def played_speech() -> Samples:
    """What a caller that plays says, at 8 kHz: read from the capture, without SIPp."""
    capture = (_RECORDINGS / "g711a.pcap").read_bytes()
    order = "<" if capture[:4] == bytes.fromhex("d4c3b2a1") else ">"
    coded = bytearray()
    position = 24  # of the first record: its header has times, length here and on the wire
    while position < len(capture):
        (length,) = struct.unpack_from(f"{order}8xI", capture, position)
        # 42 octets of Ethernet, IP and UDP, 12 of RTP.
        coded += capture[position + 16 + 54 : position + 16 + length]
        position += 16 + length
    return _decode_a_law(bytes(coded))


def _decode_a_law(coded: bytes) -> Samples:
    """Samples from -1 to 1 (ITU-T G.711, table 1)."""
    octets = numpy.frombuffer(coded, numpy.uint8).astype(int) ^ 0x55
    segment, step = octets >> 4 & 7, (octets & 15) * 16 + 8
    size = numpy.where(segment == 0, step, (step + 256) << numpy.maximum(segment - 1, 0))
    return numpy.where(octets & 0x80, size, -size) / 32768
