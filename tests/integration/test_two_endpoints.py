"""A call between two endpoints of ours, with and without a proxy between them."""

from __future__ import annotations

from pathlib import Path

import pytest

from testbed.audio import Samples, compare, read_wave
from testbed.endpoint import Endpoint
from testbed.processes import poll
from testbed.registrar import RegistrarProcess

DIGITS = "1234567890*#ABCD"


def register(endpoint: Endpoint, registrar: RegistrarProcess, password: str = "secret") -> str:
    registration: str = endpoint.do(
        "register",
        user=endpoint.name,
        password=password,
        host=registrar.host,
        port=registrar.port,
    )
    return registration


def call(
    alice: Endpoint,
    bob: Endpoint,
    registrar: RegistrarProcess | None = None,
    callee: str = "bob",
) -> str:
    by = registrar or bob
    label: str = alice.do(
        "call", caller="alice", callee=callee, host=by.host, port=by.port, password="secret"
    )
    return label


def test_speech_and_digits_arrive_in_a_call_through_the_registrar(
    endpoint, registrar, speech: Samples, speech_file: Path, tmp_path: Path
):
    alice, bob = endpoint("alice"), endpoint("bob")
    registered = bob.wait_for_state(register(bob, registrar), "registered")
    assert registered.data["code"] == 200
    bob.do("answer_all")
    outgoing = call(alice, bob, registrar)
    alice.wait_for_state(outgoing, "CONFIRMED")
    incoming = bob.wait_for_call()
    bob.wait_for_state(incoming, "CONFIRMED")
    # Both ways at once.
    recordings = {}
    for end, label in ((alice, outgoing), (bob, incoming)):
        file = tmp_path / f"{end.name}.wav"
        recordings[file] = (end, end.do("record", call=label, file=str(file)))
    for end, label in ((alice, outgoing), (bob, incoming)):
        end.do("play", call=label, file=str(speech_file))
    alice.do("dial", call=outgoing, digits=DIGITS[:1])
    for end in (alice, bob):
        end.wait_for("SCWaveFileDidEnd", timeout=10)
    alice.do("dial", call=outgoing, digits=DIGITS[1:])
    bob.do("dial", call=incoming, digits=DIGITS)
    assert bob.wait_for_digits(incoming, 16, 15) == DIGITS
    assert alice.wait_for_digits(outgoing, 16, 15) == DIGITS
    for file, (end, recording) in recordings.items():
        end.do("stop_recording", recording=recording)
        recorded, rate = read_wave(file)
        # Alice's first digit took the place of a fifth of a second of what bob hears; as much is
        # lost where the machine has no time for the clock of the bridge. Noise, silence or a
        # wrong rate give next to nothing. The demo, which runs alone, wants 0.95.
        assert compare(speech, recorded, 8000, rate).correlation > 0.85
    for end, label in ((alice, outgoing), (bob, incoming)):
        audio = end.do("audio", call=label)
        assert audio["codec"] == "PCMU"
        assert audio["packets_received"] > 300
        assert audio["packets_lost"] == 0
        assert audio["jitter"] < 0.02
    bob.do("hang_up", call=incoming)
    bob.wait_for_state(incoming, "DISCONNECTED")
    assert alice.wait_for_state(outgoing, "DISCONNECTED").data["method"] == "BYE"


def test_the_states_of_both_sides_are_reported_in_order(endpoint):
    alice, bob = endpoint("alice"), endpoint("bob")
    bob.do("answer_all")
    outgoing = call(alice, bob)
    alice.wait_for_state(outgoing, "CONFIRMED")
    incoming = bob.wait_for_call()
    bob.wait_for_state(incoming, "CONFIRMED")
    alice.do("hang_up", call=outgoing)
    alice.wait_for_state(outgoing, "DISCONNECTED")
    bob.wait_for_state(incoming, "DISCONNECTED")
    states = {
        end.name: [
            (event.data["prev_state"], event.data["state"])
            for event in end.events("SCInvitationChangedState")
        ]
        for end in (alice, bob)
    }
    assert states["alice"] == [
        ("NULL", "CALLING"),
        ("CALLING", "EARLY"),
        ("EARLY", "CONNECTING"),
        ("CONNECTING", "CONFIRMED"),
        ("CONFIRMED", "DISCONNECTING"),
        ("DISCONNECTING", "DISCONNECTED"),
    ]
    assert states["bob"] == [
        ("NULL", "INCOMING"),
        ("INCOMING", "EARLY"),
        ("EARLY", "CONNECTING"),
        ("CONNECTING", "CONFIRMED"),
        ("CONFIRMED", "DISCONNECTED"),
    ]


def test_silence_is_not_sent_where_silence_detection_is_on(endpoint):
    alice, bob = endpoint("alice"), endpoint("bob")
    bob.do("answer_all")
    by = {"caller": "alice", "callee": "bob", "host": bob.host, "port": bob.port}
    outgoing = alice.do("call", **by, silence_detection=True)
    alice.wait_for_state(outgoing, "CONFIRMED")
    assert poll(lambda: alice.do("audio", call=outgoing)["packets_received"] >= 150, 10)
    # pjmedia begins to listen for silence after 0.6 s (PJMEDIA_STREAM_VAD_SUSPEND_MSEC).
    assert alice.do("audio", call=outgoing)["packets_sent"] < 75


@pytest.mark.parametrize("code", [486, 603])
def test_a_refused_call_ends_with_the_code_of_the_callee(endpoint, code: int):
    alice, bob = endpoint("alice"), endpoint("bob")
    bob.do("answer_all", code=code)
    outgoing = call(alice, bob)
    assert alice.wait_for_state(outgoing, "DISCONNECTED").data["code"] == code
    bob.wait_for_state(bob.wait_for_call(), "DISCONNECTED")


def test_an_answer_that_declines_the_only_stream_becomes_a_488(endpoint):
    alice, bob = endpoint("alice"), endpoint("bob")
    bob.do("answer_all", audio=False)
    outgoing = call(alice, bob)
    # RFC 3264 section 6: an offer of which nothing is accepted is rejected.
    assert alice.wait_for_state(outgoing, "DISCONNECTED").data["code"] == 488
    incoming = bob.wait_for_call()
    refused = bob.wait_for("SCInvitationGotSDPUpdate", sender=incoming)
    assert refused.data["succeeded"] is False
    assert "PJMEDIA_SDPNEG_ENOMEDIA" in refused.data["error"]
    bob.wait_for_state(incoming, "DISCONNECTED")
    for end in (alice, bob):
        changes = end.events("SCInvitationChangedState")
        assert "CONFIRMED" not in [change.data["state"] for change in changes]
    assert alice.do("audio", call=outgoing)["is_active"] is False


def test_a_callee_without_a_common_codec_refuses_the_call(endpoint):
    alice = endpoint("alice", codecs=["gsm"])
    bob = endpoint("bob", codecs=["g711"])
    bob.do("answer_all")
    outgoing = call(alice, bob)
    assert alice.wait_for_state(outgoing, "DISCONNECTED").data["code"] == 488
    bob.wait_for_state(bob.wait_for_call(), "DISCONNECTED")


def test_a_call_that_nobody_answers_can_be_cancelled(endpoint, registrar):
    alice, bob = endpoint("alice"), endpoint("bob")
    bob.wait_for_state(register(bob, registrar), "registered")
    outgoing = call(alice, bob, registrar)
    incoming = bob.wait_for_call()
    bob.do("ring", call=incoming)
    assert alice.wait_for_state(outgoing, "EARLY").data["code"] == 180
    alice.do("hang_up", call=outgoing)
    assert alice.wait_for_state(outgoing, "DISCONNECTED").data["code"] == 487
    assert bob.wait_for_state(incoming, "DISCONNECTED").data["method"] == "CANCEL"


def test_a_call_to_somebody_who_is_not_registered_ends_with_480(endpoint, registrar):
    alice = endpoint("alice")
    outgoing = call(alice, alice, registrar)
    assert alice.wait_for_state(outgoing, "DISCONNECTED").data["code"] == 480


def test_a_call_to_somebody_whom_the_registrar_does_not_know_ends_with_404(endpoint, registrar):
    alice = endpoint("alice")
    outgoing = call(alice, alice, registrar, callee="nobody")
    assert alice.wait_for_state(outgoing, "DISCONNECTED").data["code"] == 404


def test_a_wrong_password_is_refused(endpoint, registrar):
    alice = endpoint("alice")
    registration = register(alice, registrar, "wrong")
    refused = alice.wait_for_state(registration, "unregistered")
    assert refused.data["code"] in {401, 403}


def test_who_has_unregistered_is_called_no_more(endpoint, registrar):
    alice, bob = endpoint("alice"), endpoint("bob")
    registration = register(bob, registrar)
    bob.wait_for_state(registration, "registered")
    bob.do("unregister", registration=registration)
    assert bob.wait_for_state(registration, "unregistered").data["code"] == 200
    outgoing = call(alice, bob, registrar)
    assert alice.wait_for_state(outgoing, "DISCONNECTED").data["code"] == 480
    assert not bob.events("SCInvitationChangedState")
