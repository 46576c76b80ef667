"""SIPp as a presence agent that misbehaves as it is told: one answer after the other."""

from __future__ import annotations

import re
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from xml.sax.saxutils import escape

from core_registrar import Request, parse

_ANSWER = """
SIP/2.0 {status}
[last_Via:]
[last_From:]
[last_To:];tag=[pid]t[call_number]
[last_Call-ID:]
[last_CSeq:]
{headers}Content-Length: 0

"""


def challenge(
    nonce: str, realm: str = "test", kind: str = "401 Unauthorized", more: str = ""
) -> str:
    """A 401 or 407 for `SIPpAgent`."""
    header = "Proxy-Authenticate" if kind.startswith("407") else "WWW-Authenticate"
    return f'{kind}\n{header}: Digest realm="{realm}", nonce="{nonce}", qop="auth"{more}'


def _scenario(steps: tuple[str | tuple[str, ...], ...]) -> str:
    parts = ['<?xml version="1.0" encoding="UTF-8" ?>', '<scenario name="agent">']
    for step in steps:
        parts.append('<recv request="PUBLISH" />')
        for answer in (step,) if isinstance(step, str) else step:
            if answer.isdigit():
                parts.append(f'<pause milliseconds="{answer}" />')
                continue
            status, *lines = answer.split("\n")
            headers = "".join(f"{line}\n" for line in lines)
            text = _ANSWER.format(status=escape(status), headers=headers)
            parts.append(f"<send><![CDATA[{text}]]></send>")
    return "\n".join([*parts, "</scenario>"])


def _is_bound(port: int) -> bool:
    return f":{port:04X} " in Path("/proc/net/udp").read_text()


class SIPpAgent:
    """Awaits as many PUBLISH requests as there are steps, and ends with the last.

    Args:
        folder: For its files.
        steps: What to answer each with: "200 OK" and, after line ends, further headers; a
            tuple of several, where a number is a pause in milliseconds.
        port: UDP port on loopback; 0 for a free one.

    Attributes:
        port: Its port.
    """

    def __init__(self, folder: Path, *steps: str | tuple[str, ...], port: int = 0) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", port))
            self.port: int = probe.getsockname()[1]
        name = f"agent-{self.port}-{time.monotonic_ns()}"
        self._messages = folder / f"{name}.log"
        scenario = folder / f"{name}.xml"
        scenario.write_text(_scenario(steps))
        self._process = subprocess.Popen(
            [
                *("sipp", "-sf", str(scenario), "-i", "127.0.0.1", "-p", str(self.port)),
                *("-m", "1", "-nostdin", "-timeout", "25", "-deadcall_wait", "0"),
                *("-trace_msg", "-message_file", str(self._messages)),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=folder,
        )

    def __enter__(self) -> Self:
        end = time.monotonic() + 10
        while not _is_bound(self.port):
            assert self._process.poll() is None, self._process.communicate()
            assert time.monotonic() < end
            time.sleep(0.01)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def requests(self) -> list[Request]:
        """What came, once all that was awaited has, and nothing else."""
        _, errors = self._process.communicate(timeout=10)
        log = self._messages.read_bytes()
        assert self._process.returncode == 0, (errors.decode(), log.decode(errors="replace"))
        found = []
        for match in re.finditer(rb"message received \[(\d+)\] bytes\s*:\s*\n\n", log):
            found.append(parse(log[match.end() :][: int(match[1])], "udp"))
        return found
