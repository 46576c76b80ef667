"""The examples do what they say."""

from __future__ import annotations

import sys
from pathlib import Path

from testbed.audio import Samples, compare, read_wave
from testbed.processes import Process

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


class Example(Process):
    def __init__(self, name: str, folder: Path, *arguments: object) -> None:
        words = [str(argument) for argument in (*arguments, "--local-ip", "127.0.0.1")]
        super().__init__(name, [sys.executable, EXAMPLES / f"{name}.py", *words], folder)


def test_register_registers_and_unregisters(registrar, tmp_path: Path):
    account = f"sip:alice@{registrar.host}:{registrar.port}"
    with Example("register", tmp_path, account, "--password", "secret") as example:
        assert example.wait(20) == 0
        registered, unregistered = example.output.splitlines()
    assert registered.startswith("registered ") and "sip:" in registered
    assert unregistered == "unregistered: 200 OK"


def test_register_says_why_it_failed(registrar, tmp_path: Path):
    account = f"sip:alice@{registrar.host}:{registrar.port}"
    with Example("register", tmp_path, account, "--password", "wrong") as example:
        assert example.wait(20) == 1
        assert example.output.startswith("unregistered: 40")


def test_call_plays_a_file_to_answer_which_records_it(
    registrar, speech: Samples, speech_file: Path, tmp_path: Path
):
    at = f"{registrar.host}:{registrar.port}"
    heard = tmp_path / "heard.wav"
    account = ("--account", f"sip:bob@{at}", "--password", "secret")
    with Example("answer", tmp_path, heard, *account) as answer:
        answer.expect("^account registered$", 10)
        arguments = (f"sip:alice@{at}", f"sip:bob@{at}", speech_file, "--digits", "42#")
        with Example("call", tmp_path, *arguments) as call:
            assert call.wait(30) == 0, call.output
            assert "CONFIRMED" in call.output
        assert answer.wait(10) == 0, answer.output
    digits = [line[-1] for line in answer.output.splitlines() if line.startswith("digit ")]
    assert "".join(digits) == "42#"
    recorded, rate = read_wave(heard)
    # Speex, which is preferred, keeps what is heard and not the waveform.
    assert compare(speech, recorded, 8000, rate).correlation > 0.7
