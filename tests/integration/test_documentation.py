"""The programs of the documentation do what their pages say, exactly as they stand there."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy
import pytest
from mypy import api

from testbed.audio import Samples, compare, read_wave, write_wave
from testbed.pages import ROOT, Program, programs
from testbed.presence_client import PresenceClient
from testbed.processes import poll
from testbed.sip import Message
from testbed.sipp_notifier import SIPpNotifier, answer, expect, notify

OFFER = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
AUDIO = "m=audio 4000 RTP/AVP 0\r\n"
PIDF = "application/pidf+xml"
NOTE = "{urn:ietf:params:xml:ns:pidf}note"
VIDEO = "m=video 4002 RTP/AVP 31\r\n"


def settings_on(page: str) -> list[str]:
    """The parts of a pyproject.toml that a page shows."""
    return re.findall(r"```toml\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)


def started(name: str, folder: Path, *arguments: object) -> Program:
    return Program("docs/getting-started.md", name, folder, *arguments)


class Machine(Program):
    """The answering machine, running."""

    def __init__(self, folder: Path, greeting: Path) -> None:
        (folder / "greeting.wav").write_bytes(greeting.read_bytes())
        self.folder = folder
        super().__init__("docs/getting-started.md", "answer.py", folder)
        self.uri = self.expect("^call (sip:.*)$", 10)[1]
        host, port = self.uri.rpartition("@")[2].split(":")
        self.address = (host, int(port))

    @property
    def recordings(self) -> list[Path]:
        """The files that it has made, in their order."""
        return sorted(self.folder.glob("message-*.wav"), key=lambda path: path.stem[-1])

    def stop(self) -> None:
        """Press Ctrl-C."""
        self.signal(signal.SIGINT)
        assert self.wait(10) == 0, self.output
        assert "Traceback" not in self.output, self.output


@pytest.fixture
def machine(tmp_path: Path, speech_file: Path) -> Iterator[Machine]:
    with Machine(tmp_path, speech_file) as process:
        yield process


class Phone:
    """Sends requests to the answering machine by hand, and takes what comes."""

    def __init__(self, machine: Machine) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(machine.address)
        self._socket.settimeout(5)
        self._uri = machine.uri
        host, port = self._socket.getsockname()
        self._own = f"{host}:{port}"
        self._name = time.monotonic_ns()

    def __enter__(self) -> Phone:
        return self

    def __exit__(self, *error: object) -> None:
        self._socket.close()

    def send(self, method: str, number: int = 1, *, to: str = "", sdp: str = "") -> None:
        """Send a request; `to` is the To header of the answer, within a dialog."""
        kind = "Content-Type: application/sdp\r\n" if sdp else ""
        self._socket.send(
            (
                f"{method} {self._uri} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP {self._own};branch=z9hG4bK{method}{number}{self._name}\r\n"
                f"Max-Forwards: 70\r\n"
                f"From: <sip:phone@{self._own}>;tag=1\r\n"
                f"To: {to or f'<{self._uri}>'}\r\n"
                f"Call-ID: {self._name}\r\nCSeq: {number} {method}\r\n"
                f"Contact: <sip:phone@{self._own}>\r\n"
                f"{kind}Content-Length: {len(sdp)}\r\n\r\n{sdp}"
            ).encode()
        )

    def final(self, method: str) -> Message:
        """The final response to a request."""
        while True:
            message = Message.parse(self._socket.recv(65535))
            if not message.is_request and message.method == method and message.code >= 200:
                return message


# ---- docs/getting-started.md


def test_register_registers_and_unregisters(registrar, tmp_path: Path):
    account = f"sip:alice@{registrar.host}:{registrar.port}"
    with started("register.py", tmp_path, account, "secret") as program:
        assert program.wait(20) == 0, program.output
    assert "registered 200 OK" in program.output
    assert "reached at sip:" in program.output
    assert program.output.splitlines()[-1] == "unregistered 200 OK"


def test_register_says_why_it_failed(registrar, tmp_path: Path):
    account = f"sip:alice@{registrar.host}:{registrar.port}"
    with started("register.py", tmp_path, account, "wrong") as program:
        assert program.wait(20) == 0, program.output
    assert "unregistered 40" in program.output and "reached" not in program.output


def test_publish_publishes_a_note_and_takes_it_back(kamailio, tmp_path: Path):
    account = f"sip:alice@{kamailio.host}:{kamailio.port}"
    bob = PresenceClient("bob", kamailio)
    with bob.socket, started("publish.py", tmp_path, account, "secret", "Lunch & tea") as program:
        program.expect("^for 300 seconds, as .+$", 20)
        document = bob.state("presence", PIDF)
        (note,) = [element.text for element in ElementTree.fromstring(document).iter(NOTE)]
        assert note == "Lunch & tea"
        program.signal(signal.SIGINT)
        assert program.wait(20) == 0, program.output
        assert poll(lambda: b"Lunch" not in bob.state("presence", PIDF), 5)
    assert "Traceback" not in program.output
    lines = [line.rstrip() for line in program.output.splitlines()]
    assert lines[-2:] == ["unpublishing", "unpublished 200 OK"]


def test_subscribe_shows_what_is_notified_and_why_it_ended(tmp_path: Path):
    steps = (
        *(expect("SUBSCRIBE"), answer(200), notify("pending"), expect(200)),
        *(notify("active", "<presence/>"), expect(200)),
        *(notify("terminated;reason=probation;retry-after=7"), expect(200)),
    )
    with SIPpNotifier(tmp_path, *steps) as sipp:
        whom = f"sip:bob@{sipp.host}:{sipp.port}"
        with started("subscribe.py", tmp_path, "sip:alice@127.0.0.1", "", whom) as program:
            assert program.wait(20) == 0, program.output
        assert sipp.wait(10) == 0, sipp.output
    lines = [line.rstrip() for line in program.output.splitlines() if line]  # SIPp ends bodies
    assert lines == [
        *("SENT", "ACCEPTED 200 X", "PENDING", "application/pidf+xml: <presence/>", "ACTIVE"),
        *("TERMINATED", "because of probation", "try again in 7 seconds"),
    ]


@pytest.mark.parametrize("answers", [True, False])
def test_ctrl_c_unsubscribes_and_waits_no_longer_than_it_has_to(tmp_path: Path, answers: bool):
    end = (answer(200), notify("terminated;reason=timeout"), expect(200)) if answers else ()
    steps = (expect("SUBSCRIBE"), answer(200), notify("active"), expect(200), expect("SUBSCRIBE"))
    with SIPpNotifier(tmp_path, *steps, *end) as sipp:
        whom = f"sip:bob@{sipp.host}:{sipp.port}"
        with started("subscribe.py", tmp_path, "sip:alice@127.0.0.1", "", whom) as program:
            program.expect("^ACTIVE", 10)
            program.signal(signal.SIGINT)
            assert program.wait(5) == 0, program.output
        assert sipp.wait(10) == 0, sipp.output
    assert "TERMINATED" in program.output
    assert ("because of timeout" in program.output) is answers
    assert "Traceback" not in program.output


class Chat(Program):
    """The program for messages, without anybody to write to."""

    def __init__(self, folder: Path) -> None:
        super().__init__("docs/getting-started.md", "message.py", folder, "sip:bob@localhost", "")
        self.uri = self.expect("^here is (sip:.*)$", 10)[1]


def write(folder: Path, whom: str, *lines: str) -> list[str]:
    """What the program for messages says when it is given these lines."""
    folder.mkdir()
    (folder / "message.py").write_text(dict(programs("docs/getting-started.md"))["message.py"])
    done = subprocess.run(
        [sys.executable, "message.py", "sip:alice@localhost", "", whom],
        cwd=folder,
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()[1:]


def test_messages_come_in_their_order_and_each_is_sent_when_the_last_was_answered(tmp_path: Path):
    lines = [f"line {number}, with an ü" for number in range(30)]
    with Chat(tmp_path) as chat:
        assert write(tmp_path / "alice", chat.uri, *lines, "x" * 3000) == []
        chat.signal(signal.SIGINT)
        assert chat.wait(10) == 0, chat.output
    told = [line.partition("sip:alice@localhost: ")[2] for line in chat.output.splitlines()]
    assert [line for line in told if line] == [*lines, "x" * 3000]
    assert chat.output.endswith("bye\n")


def test_a_message_that_is_not_delivered_is_said_to_be(tmp_path: Path):
    with SIPpNotifier(tmp_path, expect("MESSAGE"), answer(404, "Nobody here")) as sipp:
        whom = f"sip:nobody@{sipp.host}:{sipp.port}"
        assert write(tmp_path / "alice", whom, "one") == ["not delivered: 404 Nobody here"]
        assert sipp.wait(10) == 0, sipp.output


def test_two_callers_at_once_are_recorded_each_in_a_file(
    machine: Machine, speech: Samples, speech_file: Path, tmp_path: Path
):
    other = tmp_path / "other.wav"
    write_wave(other, numpy.ascontiguousarray(speech[::-1]), 8000)
    callers = [
        started("call.py", tmp_path / str(number), "sip:me@localhost", "", machine.uri, file)
        for number, file in enumerate((speech_file, other))
    ]
    for caller in callers:
        with caller:
            assert caller.wait(20) == 0, caller.output
        assert "CONFIRMED" in caller.output and "Traceback" not in caller.output
    machine.stop()
    assert machine.output.count("has left message-") == len(machine.recordings) == 2
    heard = [read_wave(path) for path in machine.recordings]
    likeness = [
        [compare(said, samples, 8000, rate).correlation for said in (speech, speech[::-1])]
        for samples, rate in heard
    ]
    if likeness[0][0] < likeness[0][1]:  # the other one was faster
        likeness.reverse()
    # Speex, which is preferred, keeps what is heard and not the waveform.
    assert min(likeness[0][0], likeness[1][1]) > 0.7, likeness
    assert max(likeness[0][1], likeness[1][0]) < 0.5, likeness


def test_the_machine_makes_the_offer_where_the_caller_makes_none(machine: Machine):
    with Phone(machine) as phone:
        phone.send("INVITE")
        answer = phone.final("INVITE")
        assert answer.code == 200 and b"m=audio" in answer.body
        phone.send("ACK", to=answer["To"], sdp=OFFER + AUDIO)
        assert poll(lambda: machine.recordings, 5)
        phone.send("BYE", 2, to=answer["To"])
        assert phone.final("BYE").code == 200
        machine.expect("has left message-", 5)
    machine.stop()


def test_the_machine_takes_the_audio_of_an_offer_and_refuses_one_without(machine: Machine):
    with Phone(machine) as phone:
        phone.send("INVITE", sdp=OFFER + VIDEO)
        answer = phone.final("INVITE")
        assert answer.code == 488
        phone.send("ACK", to=answer["To"])
    machine.expect("is refused: no audio is offered", 5)
    with Phone(machine) as phone:
        phone.send("INVITE", sdp=OFFER + VIDEO + AUDIO)
        answer = phone.final("INVITE")
        assert answer.code == 200
        assert re.findall(rb"m=(\w+) (\d+)", answer.body)[0] == (b"video", b"0")
        assert re.findall(rb"m=(\w+) ", answer.body) == [b"video", b"audio"]
        phone.send("ACK", to=answer["To"])
        # A re-INVITE is refused, and changes nothing.
        phone.send("INVITE", 2, to=answer["To"], sdp=OFFER + VIDEO + AUDIO)
        assert phone.final("INVITE").code == 488
        phone.send("ACK", 2, to=answer["To"])
        phone.send("BYE", 3, to=answer["To"])
        assert phone.final("BYE").code == 200
    machine.expect("has left message-", 5)
    machine.stop()


def test_ctrl_c_hangs_up_and_completes_the_recording(
    machine: Machine, speech_file: Path, tmp_path: Path
):
    arguments = ("sip:me@localhost", "", machine.uri, speech_file)
    with started("call.py", tmp_path / "caller", *arguments) as caller:
        caller.expect("^CONFIRMED", 10)
        machine.stop()
        assert caller.wait(20) == 0, caller.output
        assert "DISCONNECTED" in caller.output and "Traceback" not in caller.output
    (recording,) = machine.recordings
    read_wave(recording)


def test_ctrl_c_ends_a_call_whose_caller_is_gone(
    machine: Machine, speech_file: Path, tmp_path: Path
):
    arguments = ("sip:me@localhost", "", machine.uri, speech_file)
    with started("call.py", tmp_path / "caller", *arguments) as caller:
        caller.expect("^CONFIRMED", 10)
        assert poll(lambda: machine.recordings, 5)
        caller.signal(signal.SIGKILL)
        caller.wait(5)
    machine.stop()
    assert "has left message-" in machine.output
    (recording,) = machine.recordings
    read_wave(recording)


def test_without_a_greeting_or_a_file_the_programs_say_so_and_end(tmp_path: Path):
    with started("answer.py", tmp_path) as program:
        assert program.wait(10) == 1
        assert program.output == "greeting.wav is missing: it is what callers hear\n"
    nobody = ("sip:a@localhost", "", "sip:b@localhost", "no.wav")
    with started("call.py", tmp_path, *nobody) as program:
        assert program.wait(10) == 1
        assert program.output == "there is no file no.wav\n"


# ---- the other pages


@pytest.mark.parametrize("page", ["README.md", "docs/notifications.md"])
def test_the_first_program_of_a_page_runs(page: str, tmp_path: Path):
    ((name, _),) = programs(page)
    with Program(page, name, tmp_path) as program:
        assert program.wait(20) == 0, program.output
    assert "Traceback" not in program.output, program.output


def test_the_observer_passes_mypy_with_what_the_page_says(tmp_path: Path):
    ((name, program),) = programs("docs/notifications.md")
    settings = settings_on("docs/notifications.md")[0]
    (tmp_path / name).write_text(program)
    (tmp_path / "pyproject.toml").write_text(settings)
    options = ["--strict", "--no-incremental", f"--config-file={tmp_path / 'pyproject.toml'}"]
    output, errors, status = api.run([*options, str(tmp_path / name)])
    assert status == 0, output + errors


def test_both_pages_on_the_build_hook_show_what_the_project_of_the_tests_has():
    (one,) = settings_on("deps/pjproject/README.md")
    (other,) = settings_on("docs/reference/pjproject.md")
    assert one == other
    shown = tomllib.loads(one)
    # This one is really built, by tests/install/test_downstream.py.
    real = tomllib.loads((ROOT / "tests/install/downstream/pyproject.toml").read_text())
    names = [re.split("[<>=]", word)[0] for word in shown["build-system"]["requires"]]
    assert names == real["build-system"]["requires"]
    assert shown["build-system"]["build-backend"] == real["build-system"]["build-backend"]
    one_wheel, other_wheel = (
        each["tool"]["hatch"]["build"]["targets"]["wheel"] for each in (shown, real)
    )
    assert one_wheel["hooks"] == other_wheel["hooks"]
