"""Calls with SIPp, which follows the scenarios that it brings, and echoes what it hears."""

from __future__ import annotations

from pathlib import Path

from testbed.audio import Samples, compare, read_wave
from testbed.endpoint import Endpoint
from testbed.sipp import SIPpCallee, SIPpCaller, played_speech


def echo(endpoint: Endpoint, call: str, speech: Samples, speech_file: Path, file: Path) -> float:
    """How well speech comes back."""
    recording = endpoint.do("record", call=call, file=str(file))
    endpoint.do("play", call=call, file=str(speech_file))
    endpoint.wait_for("SCWaveFileDidEnd", timeout=10)
    endpoint.do("stop_recording", recording=recording)
    recorded, rate = read_wave(file)
    # The last tenth of a second may still have been on its way.
    return compare(speech[:-800], recorded, 8000, rate).correlation


def test_sipp_answers_our_call_and_hears_us(
    endpoint, speech: Samples, speech_file: Path, tmp_path: Path
):
    alice = endpoint("alice")
    with SIPpCallee(tmp_path) as sipp:
        call = alice.do("call", caller="alice", callee="service", host=sipp.host, port=sipp.port)
        alice.wait_for_state(call, "CONFIRMED")
        assert echo(alice, call, speech, speech_file, tmp_path / "echo.wav") > 0.9
        assert alice.do("audio", call=call)["codec"] == "PCMU"
        alice.do("hang_up", call=call)
        assert alice.wait_for_state(call, "DISCONNECTED").data["code"] == 200
        assert sipp.wait(20) == 0, sipp.output


def test_sipp_calls_us_hears_us_and_hangs_up(
    endpoint, speech: Samples, speech_file: Path, tmp_path: Path
):
    bob = endpoint("bob")
    bob.do("answer_all")
    with SIPpCaller(tmp_path, bob.port, "bob", duration_ms=5000) as sipp:
        call = bob.wait_for_call()
        bob.wait_for_state(call, "CONFIRMED")
        assert echo(bob, call, speech, speech_file, tmp_path / "echo.wav") > 0.9
        assert bob.wait_for_state(call, "DISCONNECTED").data["method"] == "BYE"
        assert sipp.wait(10) == 0, sipp.output


def test_twenty_calls_of_sipp_in_a_row_all_succeed(endpoint, tmp_path: Path):
    bob = endpoint("bob")
    bob.do("answer_all")
    with SIPpCaller(tmp_path, bob.port, "bob", calls=20, duration_ms=20) as sipp:
        assert sipp.wait(30) == 0, sipp.output
    for number in range(1, 21):
        bob.wait_for_state(f"call-{number}", "DISCONNECTED")


def test_the_speech_and_the_digit_that_sipp_plays_from_captures_arrive(endpoint, tmp_path: Path):
    bob = endpoint("bob")
    bob.do("answer_all")
    with SIPpCaller(tmp_path, bob.port, "bob", plays=True) as sipp:
        call = bob.wait_for_call()
        bob.wait_for_state(call, "CONFIRMED")
        heard = tmp_path / "heard.wav"
        recording = bob.do("record", call=call, file=str(heard))
        assert bob.wait_for_digits(call, 1, 15) == "1"
        audio = bob.do("audio", call=call)
        bob.do("stop_recording", recording=recording)
        assert bob.wait_for_state(call, "DISCONNECTED").data["method"] == "BYE"
        assert sipp.wait(10) == 0, sipp.output
    assert bob.digits(call) == "1"
    assert (audio["codec"], audio["packets_lost"]) == ("PCMA", 0)
    # It speaks as soon as it has sent its ACK, maybe before the recording begins.
    recorded, rate = read_wave(heard)
    assert compare(played_speech()[4000:], recorded, 8000, rate).correlation > 0.95
