"""baresip, a SIP client, headless: driven over TCP, it plays from a file and records to files."""

from __future__ import annotations

import json
import re
import socket
import time
from pathlib import Path
from typing import Any

import numpy

from testbed.audio import RATE, Samples, read_wave, write_wave
from testbed.processes import Process, TestbedError, free_port, poll

__all__ = ["Baresip"]

HOST = "127.0.0.1"

_CONFIG = """
poll_method epoll
sip_listen {host}:{port}
audio_source aufile,{speech}
audio_player aubridge,nowhere
audio_alert aubridge,nowhere
rtp_ports {rtp_port}-{last_rtp_port}
module_path {modules}
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module_tmp account.so
module_app menu.so
module ctrl_tcp.so
ctrl_tcp_listen {host}:{control_port}
snd_path {folder}
"""


class Baresip(Process):
    """baresip with one account, ready when this returns. It hangs up when its file ends.

    Args:
        folder: For its files; made.
        speech: What it says, at 8 kHz; a second of silence comes before and behind it.
        auto_answer: Whether it answers calls.
        account: Further parameters of its account (the format of its `accounts` file).
        user: Its name, with a host where it registers at one.

    Attributes:
        host: The address that it listens on.
        port: Its UDP port.
    """

    def __init__(
        self,
        folder: Path,
        speech: Samples,
        *,
        auto_answer: bool = False,
        account: str = "",
        user: str | None = None,
    ) -> None:
        folder.mkdir()
        self._folder = folder
        self.host, self.port = HOST, free_port()
        control_port, rtp_port = free_port(), free_port()
        write_wave(folder / "speech.wav", numpy.pad(speech, RATE), RATE)
        (folder / "config").write_text(
            _CONFIG.format(
                host=HOST,
                port=self.port,
                speech=folder / "speech.wav",
                rtp_port=rtp_port,
                last_rtp_port=rtp_port + 20,
                control_port=control_port,
                folder=folder,
                modules=_modules(),
            )
        )
        mode = "auto" if auto_answer else "manual"
        parameters = f"transport=udp>;audio_codecs=PCMU;answermode={mode};{account or 'regint=0'}"
        aor = user or f"baresip@{HOST}:{self.port}"
        (folder / "accounts").write_text(f"<sip:{aor};{parameters}\n")
        (folder / "contacts").touch()
        super().__init__("baresip", ["baresip", "-f", folder], folder)
        try:
            control = poll(lambda: _connect(control_port), 10)
            if control is None:
                raise self.failure("does not open its control port")
            self._control = control
        except BaseException:
            super().end()
            raise
        self._data = b""
        self.messages: list[dict[str, Any]] = []

    def command(self, name: str, parameters: str = "") -> None:
        """Have it do something, such as `dial` an address.

        Raises:
            TestbedError: It does not say that it did.
        """
        text = json.dumps({"command": name, "params": parameters}).encode()
        self._control.sendall(b"%d:%s," % (len(text), text))
        reply = self._expect({"response": True}, 5)
        if not reply["ok"]:
            raise self.failure(f"{name} {parameters}: {reply}")

    def wait_for(self, kind: str, timeout: float = 10) -> dict[str, Any]:
        """Wait for an event, such as "CALL_ESTABLISHED"; one that has come already counts."""
        return self._expect({"event": True, "type": kind}, timeout)

    def heard(self) -> Samples:
        """What it has recorded of the other side, at 8 kHz, when the call is over."""
        files = sorted(self._folder.glob("dump-*-dec.wav"))
        if not files:
            raise self.failure("recorded nothing")
        samples, rate = read_wave(files[-1])
        assert rate == RATE, rate
        return samples

    def end(self, timeout: float = 5) -> None:
        """End it, where it has not ended."""
        self._control.close()
        super().end(timeout)

    def _expect(self, wanted: dict[str, object], timeout: float) -> dict[str, Any]:
        """A message with these values; it is taken, so that the next like it is another."""
        deadline = time.monotonic() + timeout
        while True:
            for message in self.messages:
                if wanted.items() <= message.items():
                    self.messages.remove(message)
                    return message
            self._control.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                data = self._control.recv(65536)
            except TimeoutError:
                data = b""
            if not data:
                raise self.failure(f"no {wanted} within {timeout} s, but {self.messages}")
            self._data += data
            # Netstrings: a length, a colon, the text, a comma.
            while match := re.match(rb"(\d+):", self._data):
                end = match.end() + int(match[1])
                if len(self._data) <= end:
                    break
                self.messages.append(json.loads(self._data[match.end() : end]))
                self._data = self._data[end + 1 :]


def _modules() -> Path:
    """The folder of its modules, which Debian has here since bookworm or below the triplet."""
    for folder in (Path("/usr/lib/baresip/modules"), *Path("/usr/lib").glob("*/baresip/modules")):
        if folder.is_dir():
            return folder
    raise TestbedError("baresip is not installed (Debian's baresip-core)")


def _connect(port: int) -> socket.socket | None:
    try:
        return socket.create_connection((HOST, port), 1)
    except OSError:
        return None
