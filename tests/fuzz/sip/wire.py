"""Sends messages to the Engine, over UDP and TCP, and sees that it still answers."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable

HOST = "127.0.0.1"
#: Seconds for an answer; the rest is given up.
PATIENCE = 20.0
#: What a response takes from its request (RFC 3261 section 8.2.6.2).
_ECHOED = (b"Via:", b"From:", b"To:", b"Call-ID:", b"CSeq:")


class NoAnswerError(Exception):
    """The Engine does not answer any more."""


class Wire:
    """The peer's sockets.

    Args:
        udp: Port of the Engine.
        tcp: The same.
    """

    def __init__(self, udp: int, tcp: int) -> None:
        self._udp = (HOST, udp)
        self._tcp = (HOST, tcp)
        self._datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._datagrams.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self._datagrams.bind((HOST, 0))
        self._stream: socket.socket | None = None
        self.port: int = self._datagrams.getsockname()[1]

    def close(self) -> None:
        self._datagrams.close()
        self._drop_stream()

    def send_datagram(self, data: bytes) -> None:
        self._datagrams.sendto(data, self._udp)

    def send_on_stream(self, data: bytes) -> None:
        """Send on a connection, a new one where the Engine has closed the last."""
        for _ in range(2):
            try:
                if self._stream is None:
                    self._stream = socket.create_connection(self._tcp, PATIENCE)
                    self._stream.settimeout(PATIENCE)
                self._stream.sendall(data)
                self._read_stream()
                return
            except OSError:
                self._drop_stream()

    def _read_stream(self) -> None:
        assert self._stream is not None
        while select.select([self._stream], [], [], 0)[0]:
            if not self._stream.recv(65536):
                raise ConnectionResetError("the Engine has closed the connection")

    def _drop_stream(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def new_stream(self) -> None:
        """What a half message has spoilt ends with its connection."""
        self._drop_stream()

    def wait(self, number: int, is_alive: Callable[[], bool]) -> None:
        """Wait until the Engine has dealt with all that was sent: it answers in order.

        Args:
            number: Of this question, no other has it.
            is_alive: Whether it is worth while to wait.

        Raises:
            NoAnswerError: It does not within `PATIENCE`, or has died.
        """
        mark = b"z9hG4bKmark%x" % number
        request = b"\r\n".join(
            [
                b"OPTIONS sip:engine@127.0.0.1 SIP/2.0",
                b"Via: SIP/2.0/UDP 127.0.0.1:%d;rport;branch=%s" % (self.port, mark),
                b"From: <sip:fuzz@127.0.0.1>;tag=mark",
                b"To: <sip:engine@127.0.0.1>",
                b"Call-ID: mark%x" % number,
                b"CSeq: 1 OPTIONS",
                b"Max-Forwards: 70",
                b"Content-Length: 0",
                b"",
                b"",
            ]
        )
        deadline = time.monotonic() + PATIENCE
        while is_alive() and time.monotonic() < deadline:
            # Datagrams can be lost where a buffer is full: the question is repeated.
            self.send_datagram(request)
            if self._answered(mark, 1.0):
                return
        raise NoAnswerError(f"no answer to OPTIONS within {PATIENCE:.0f} s")

    def _answered(self, mark: bytes, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._datagrams.settimeout(left)
            try:
                data = self._datagrams.recv(65536)
            except TimeoutError:
                return False
            except ConnectionRefusedError:
                time.sleep(0.05)  # nobody listens: it has died, or is about to
                continue
            if data.startswith(b"BYE "):
                self._answer(data)
            elif mark in data and data.startswith(b"SIP/2.0 200"):
                return True
        return False

    def _answer(self, request: bytes) -> None:
        """Let a session of the Engine's end, which would repeat its BYE for half a minute."""
        lines = request.partition(b"\r\n\r\n")[0].split(b"\r\n")
        kept = [line for line in lines if line.startswith(_ECHOED)]
        self.send_datagram(b"\r\n".join([b"SIP/2.0 200 OK", *kept, b"Content-Length: 0", b"", b""]))
