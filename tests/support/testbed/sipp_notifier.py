"""SIPp as a notifier (RFC 6665) that keeps to a script: one subscription, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from testbed.processes import Process, free_port, is_bound, poll

__all__ = ["SIPpNotifier", "Step", "answer", "expect", "notify", "wait"]

HOST = "127.0.0.1"

Step = str
"""A part of a scenario."""

# What a NOTIFY needs of the SUBSCRIBE.
_KEEP = """<action>
<ereg regexp="sip:[^>]*" search_in="hdr" header="Contact:" assign_to="contact"/>
<ereg regexp="&lt;.*" search_in="hdr" header="From:" assign_to="from"/>
<ereg regexp="&lt;[^>]*>" search_in="hdr" header="To:" assign_to="to"/>
</action>"""


def expect(what: str | int) -> Step:
    """Await a request, by its method, or a response, by its code."""
    if isinstance(what, int):
        return f'<recv response="{what}" timeout="10000"/>'
    return f'<recv request="{what}" timeout="10000">{_KEEP}</recv>'


def answer(code: int, reason: str = "X", tag: str = "[call_number]", **headers: str) -> Step:
    """Answer the SUBSCRIBE that came last; a name's "_" stands for "-"."""
    if code < 300:
        headers = {"Contact": "<sip:[local_ip]:[local_port]>", "Expires": "300", **headers}
    return _message(
        f"SIP/2.0 {code} {reason}",
        ["[last_Via:]", "[last_From:]", f"To: [$to];tag={tag}", "[last_Call-ID:]", "[last_CSeq:]"],
        headers,
    )


def notify(
    state: str, body: str = "", kind: str = "application/pidf+xml", tag: str = "[call_number]"
) -> Step:
    """Send a NOTIFY within the dialog."""
    headers = {"Event": "presence", "Subscription_State": state}
    if body:
        headers["Content_Type"] = kind
    return _message(
        "NOTIFY [$contact] SIP/2.0",
        [
            "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]",
            f"From: [$to];tag={tag}",
            "To: [$from]",
            "Call-ID: [call_id]",
            "CSeq: [cseq] NOTIFY",
            "Contact: <sip:[local_ip]:[local_port]>",
            "Max-Forwards: 70",
        ],
        headers,
        body,
    )


def wait(milliseconds: int) -> Step:
    """Do nothing for a while."""
    return f'<pause milliseconds="{milliseconds}"/>'


def _message(line: str, fields: Sequence[str], headers: dict[str, str], body: str = "") -> Step:
    lines = [
        line,
        *fields,
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
        "Content-Length: [len]",
        "",
        body,
    ]
    # SIPp counts the CSeq up with each request that it sends.
    return f"<send><![CDATA[\n{chr(10).join(lines)}\n]]></send>"


class SIPpNotifier(Process):
    """A notifier on UDP that takes one subscription. Its exit status is 0 when all went so.

    Args:
        folder: For its scenario and its log.
        steps: What it does.

    Attributes:
        host: The address that it listens on.
        port: Its UDP port.
    """

    def __init__(self, folder: Path, *steps: Step) -> None:
        self.host, self.port = HOST, free_port()
        scenario = folder / "notifier.xml"
        uses = '<Reference variables="contact,from,to"/>'
        scenario.write_text(
            '<?xml version="1.0" encoding="ISO-8859-1"?>\n<!DOCTYPE scenario SYSTEM "sipp.dtd">\n'
            '<scenario name="notifier">\n' + "\n".join(steps) + f"\n{uses}</scenario>"
        )
        super().__init__(
            "sipp-notifier",
            [
                *("sipp", "-sf", str(scenario), "-i", HOST, "-p", str(self.port), "-m", "1"),
                *("-nostdin", "-trace_err", "-base_cseq", "100"),
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
