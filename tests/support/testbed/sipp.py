"""SIPp, a SIP traffic generator (Debian's sip-tester), with the scenarios that are built in."""

from __future__ import annotations

from pathlib import Path

from testbed.processes import Process, free_udp_port, is_bound, poll

__all__ = ["SIPpCallee", "SIPpCaller"]

HOST = "127.0.0.1"
# It would open its screens on a terminal, and read keys from standard input.
_ALWAYS = ("-i", HOST, "-mi", HOST, "-nostdin", "-trace_err", "-rtp_echo")


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
    ) -> None:
        super().__init__(
            "sipp-uac",
            [
                *("sipp", "-sn", "uac", f"{HOST}:{port}", "-s", user, *_ALWAYS),
                *("-p", str(free_udp_port()), "-mp", str(free_udp_port())),
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
        self.host, self.port = HOST, free_udp_port()
        super().__init__(
            "sipp-uas",
            [
                *("sipp", "-sn", "uas", *_ALWAYS, "-m", str(calls)),
                *("-p", str(self.port), "-mp", str(free_udp_port())),
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
