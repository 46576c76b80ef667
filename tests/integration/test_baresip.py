"""Calls with baresip, in both directions, with speech both ways."""

from __future__ import annotations

from pathlib import Path

from testbed.audio import Samples, compare, read_wave
from testbed.baresip import Baresip
from testbed.endpoint import Endpoint
from testbed.registrar import RegistrarProcess


def converse(endpoint: Endpoint, call: str, speech_file: Path, file: Path) -> None:
    """Speak and record, until baresip hangs up at the end of its own file."""
    recording = endpoint.do("record", call=call, file=str(file))
    endpoint.do("play", call=call, file=str(speech_file))
    ended = endpoint.wait_for_state(call, "DISCONNECTED", 15)
    assert ended.data["method"] == "BYE"
    endpoint.do("stop_recording", recording=recording)


def assert_heard(speech: Samples, recorded: Samples, rate: int) -> None:
    # A jitter buffer that adapts to a busy machine costs more in so short a speech.
    assert compare(speech, recorded, 8000, rate).correlation > 0.9


def test_baresip_calls_us_and_both_hear_each_other(
    endpoint, speech: Samples, speech_file: Path, tmp_path: Path
):
    bob = endpoint("bob")
    bob.do("answer_all")
    with Baresip(tmp_path / "baresip", speech) as baresip:
        baresip.command("dial", f"sip:bob@{bob.host}:{bob.port}")
        call = bob.wait_for_call()
        bob.wait_for_state(call, "CONFIRMED")
        converse(bob, call, speech_file, tmp_path / "heard.wav")
        baresip.wait_for("CALL_CLOSED")
        assert_heard(speech, *read_wave(tmp_path / "heard.wav"))
        assert_heard(speech, baresip.heard(), 8000)
    audio = bob.do("audio", call=call)
    assert (audio["codec"], audio["packets_lost"]) == ("PCMU", 0)


def test_we_call_baresip_through_the_registrar_and_both_hear_each_other(
    endpoint, registrar: RegistrarProcess, speech: Samples, speech_file: Path, tmp_path: Path
):
    alice = endpoint("alice")
    at = f"{registrar.host}:{registrar.port}"
    with Baresip(
        tmp_path / "baresip",
        speech,
        auto_answer=True,
        user=f"bob@{at}",
        account=f"auth_user=bob;auth_pass=secret;regint=600;outbound=sip:{at}",
    ) as baresip:
        baresip.expect(r"200 OK .*\[1 binding\]", 10)
        call = alice.do(
            "call",
            caller="alice",
            callee="bob",
            host=registrar.host,
            port=registrar.port,
            password="secret",
        )
        alice.wait_for_state(call, "CONFIRMED")
        converse(alice, call, speech_file, tmp_path / "heard.wav")
        baresip.wait_for("CALL_CLOSED")
        assert_heard(speech, *read_wave(tmp_path / "heard.wav"))
        assert_heard(speech, baresip.heard(), 8000)
    audio = alice.do("audio", call=call)
    assert (audio["codec"], audio["packets_lost"]) == ("PCMU", 0)
