"""SIPp sends and takes MESSAGE requests (RFC 3428) outside of dialogs."""

from __future__ import annotations

from pathlib import Path

from testbed.processes import Process, free_port, is_bound, poll
from testbed.sipp_notifier import Step, expect

__all__ = ["SIPpReceiver", "SIPpSender"]

HOST = "127.0.0.1"
_HEAD = '<?xml version="1.0" encoding="ISO-8859-1"?>\n<!DOCTYPE scenario SYSTEM "sipp.dtd">\n'

# SIPp ends each line with CR and LF, the last one too.
_MESSAGE = """<send retrans="500"><![CDATA[
MESSAGE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:sipp@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 MESSAGE
Max-Forwards: 70
Content-Type: text/plain
Content-Length: [len]

number [call_number]
]]></send>
<recv response="200" timeout="10000"/>"""


class SIPpSender(Process):
    """SIPp sends messages and awaits 200 for each; its exit status is 0 when all went so.

    Args:
        folder: For its scenario and its log.
        port: Where to send them, on loopback.
        count: How many.
        rate: How many in a second.
        transport: "udp" or "tcp".
    """

    def __init__(
        self, folder: Path, port: int, count: int, rate: int, transport: str = "udp"
    ) -> None:
        scenario = folder / "sender.xml"
        scenario.write_text(f'{_HEAD}<scenario name="sender">{_MESSAGE}</scenario>')
        super().__init__(
            f"sipp-sender-{transport}",
            [
                *("sipp", f"{HOST}:{port}", "-sf", scenario, "-i", HOST, "-s", "somebody"),
                *("-t", f"{transport[0]}1", "-p", str(free_port()), "-nostdin", "-trace_err"),
                *("-m", str(count), "-r", str(rate), "-l", "1000"),
            ],
            folder,
        )


class SIPpReceiver(Process):
    """SIPp takes one message and does what the steps say; exit status 0 when all went so.

    Args:
        folder: For its scenario and its log.
        steps: What it does behind taking it.
        transport: "udp" or "tcp": the only one that it listens on.

    Attributes:
        uri: Where it listens.
    """

    def __init__(self, folder: Path, *steps: Step, transport: str = "udp") -> None:
        self.port = free_port()
        self.uri = f"sip:sipp@{HOST}:{self.port}"
        scenario = folder / "receiver.xml"
        uses = '<Reference variables="contact,from,to"/>'
        text = "\n".join([expect("MESSAGE"), *steps, uses])
        scenario.write_text(f'{_HEAD}<scenario name="receiver">{text}</scenario>')
        super().__init__(
            "sipp-receiver",
            [
                *("sipp", "-sf", scenario, "-i", HOST, "-p", str(self.port), "-m", "1"),
                *("-t", f"{transport[0]}1", "-nostdin", "-trace_err", "-trace_msg"),
                *("-message_file", str(folder / "messages.txt")),
            ],
            folder,
        )
        listens = is_bound if transport == "udp" else _is_listened_on
        try:
            # It says nothing where there is no terminal.
            if not poll(lambda: listens(self.port) or self.popen.poll() is not None, 10):
                raise self.failure("does not listen")
        except BaseException:
            self.end()
            raise
        self._messages = folder / "messages.txt"

    @property
    def traffic(self) -> str:
        """Everything that it has sent and received, as text."""
        return self._messages.read_text(errors="replace")


def _is_listened_on(port: int) -> bool:
    table = Path("/proc/net/tcp").read_text().splitlines()[1:]
    rows = [line.split() for line in table]
    return any(int(row[1].split(":")[1], 16) == port and row[3] == "0A" for row in rows)
