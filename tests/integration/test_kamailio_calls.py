"""Calls by way of Kamailio, which stays in the route of everything within them."""

from __future__ import annotations

from pathlib import Path

import pytest

from testbed.audio import Samples, compare, read_wave
from testbed.endpoint import Endpoint
from testbed.kamailio import Kamailio
from testbed.processes import poll

TRANSPORTS = ("udp", "tcp", "tls")
LISTENING = {"local_tcp_port": 0, "local_tls_port": 0}


def register(
    endpoint: Endpoint, kamailio: Kamailio, transport: str = "udp", user: str = "bob"
) -> str:
    label: str = endpoint.do("register", user=user, password="secret", **kamailio.hop(transport))
    endpoint.wait_for_state(label, "registered")
    return label


def call(
    endpoint: Endpoint,
    kamailio: Kamailio,
    transport: str = "udp",
    callee: str = "bob",
    password: str = "secret",
) -> str:
    label: str = endpoint.do(
        "call", caller="alice", callee=callee, password=password, **kamailio.hop(transport)
    )
    return label


def converse(
    alice: Endpoint, bob: Endpoint, kamailio: Kamailio, by: tuple[str, str]
) -> tuple[str, str]:
    """Have bob register and alice call him; returns the labels of the call at both."""
    register(bob, kamailio, by[1])
    bob.do("answer_all")
    outgoing = call(alice, kamailio, by[0])
    alice.wait_for_state(outgoing, "CONFIRMED")
    incoming = bob.wait_for_call()
    bob.wait_for_state(incoming, "CONFIRMED")
    return outgoing, incoming


def sends(endpoint: Endpoint, label: str, other: Endpoint, other_label: str) -> bool:
    """Whether audio arrives at the other side soon."""

    def received() -> int:
        return int(other.do("audio", call=other_label)["packets_received"])

    before = received()
    return poll(lambda: received() > before + 10, 5) is True


def turns(endpoint: Endpoint, label: str, direction: str) -> bool:
    """Whether the audio gets that direction soon."""
    return poll(lambda: endpoint.do("audio", call=label)["direction"] == direction, 5) is True


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_speech_arrives_at_both_ends_and_the_callee_hangs_up(
    endpoint,
    kamailio: Kamailio,
    speech: Samples,
    speech_file: Path,
    tmp_path: Path,
    transport: str,
):
    alice, bob = endpoint("alice", **LISTENING), endpoint("bob", **LISTENING)
    outgoing, incoming = converse(alice, bob, kamailio, (transport, transport))
    ends = ((alice, outgoing), (bob, incoming))
    recordings = {}
    for end, label in ends:
        file = tmp_path / f"{end.name}.wav"
        recordings[file] = (end, end.do("record", call=label, file=str(file)))
    for end, label in ends:
        end.do("play", call=label, file=str(speech_file))
    for end, _ in ends:
        end.wait_for("SCWaveFileDidEnd", timeout=15)
    for file, (end, recording) in recordings.items():
        end.do("stop_recording", recording=recording)
        recorded, rate = read_wave(file)
        # As in test_two_endpoints.py: noise, silence or a wrong rate give next to nothing.
        assert compare(speech, recorded, 8000, rate).correlation > 0.85
    bob.do("hang_up", call=incoming)
    bob.wait_for_state(incoming, "DISCONNECTED")
    assert alice.wait_for_state(outgoing, "DISCONNECTED").data["method"] == "BYE"
    (bye,) = kamailio.requests("BYE")
    assert f"by {transport}:" in bye


@pytest.mark.parametrize(
    "by", [*((name, name) for name in TRANSPORTS), ("tls", "udp"), ("udp", "tcp")]
)
def test_a_call_is_held_and_resumed_and_the_caller_hangs_up(
    endpoint, kamailio: Kamailio, by: tuple[str, str]
):
    alice, bob = endpoint("alice", **LISTENING), endpoint("bob", **LISTENING)
    outgoing, incoming = converse(alice, bob, kamailio, by)
    assert sends(bob, incoming, alice, outgoing)
    for count, (direction, answered) in enumerate(
        [("sendonly", "recvonly"), ("sendrecv", "sendrecv")], 1
    ):
        alice.do("redirect_audio", call=outgoing, direction=direction)
        for end, label, state, has in (
            (alice, outgoing, "REINVITING", direction),
            (bob, incoming, "REINVITED", answered),
        ):
            end.wait_for(
                "SCInvitationChangedState",
                sender=label,
                prev_state=state,
                state="CONFIRMED",
                count=count,
            )
            assert turns(end, label, has)
    assert sends(bob, incoming, alice, outgoing)
    assert sends(alice, outgoing, bob, incoming)
    alice.do("hang_up", call=outgoing)
    alice.wait_for_state(outgoing, "DISCONNECTED")
    assert bob.wait_for_state(incoming, "DISCONNECTED").data["method"] == "BYE"
    # All of it went by way of the proxy.
    assert len(kamailio.requests("INVITE")) == 3
    assert len(kamailio.requests("BYE")) == 1


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_call_that_rings_is_cancelled(endpoint, kamailio: Kamailio, transport: str):
    alice, bob = endpoint("alice", **LISTENING), endpoint("bob", **LISTENING)
    register(bob, kamailio, transport)
    outgoing = call(alice, kamailio, transport)
    incoming = bob.wait_for_call()
    bob.do("ring", call=incoming)
    assert alice.wait_for_state(outgoing, "EARLY").data["code"] == 180
    alice.do("hang_up", call=outgoing)
    assert alice.wait_for_state(outgoing, "DISCONNECTED").data["code"] == 487
    assert bob.wait_for_state(incoming, "DISCONNECTED").data["method"] == "CANCEL"


def test_all_contacts_of_a_callee_ring_and_the_others_stop_when_one_answers(
    endpoint, kamailio: Kamailio
):
    alice, desk, mobile = endpoint("alice"), endpoint("desk"), endpoint("mobile")
    for end in (desk, mobile):
        register(end, kamailio)
    outgoing = call(alice, kamailio)
    at_desk, at_mobile = desk.wait_for_call(), mobile.wait_for_call()
    desk.do("ring", call=at_desk)
    mobile.do("ring", call=at_mobile)
    alice.wait_for("SCInvitationChangedState", sender=outgoing, state="EARLY", code=180, count=2)
    mobile.do("answer", call=at_mobile)
    alice.wait_for_state(outgoing, "CONFIRMED")
    mobile.wait_for_state(at_mobile, "CONFIRMED")
    assert desk.wait_for_state(at_desk, "DISCONNECTED").data["method"] == "CANCEL"
    assert sends(mobile, at_mobile, alice, outgoing)
    alice.do("hang_up", call=outgoing)
    assert mobile.wait_for_state(at_mobile, "DISCONNECTED").data["method"] == "BYE"


def test_a_callee_that_refuses_at_one_contact_can_answer_at_another(endpoint, kamailio: Kamailio):
    alice, desk, mobile = endpoint("alice"), endpoint("desk"), endpoint("mobile")
    for end in (desk, mobile):
        register(end, kamailio)
    desk.do("answer_all", code=486)
    outgoing = call(alice, kamailio)
    desk.wait_for_state(desk.wait_for_call(), "DISCONNECTED")
    incoming = mobile.wait_for_call()
    mobile.do("answer", call=incoming)
    alice.wait_for_state(outgoing, "CONFIRMED")


@pytest.mark.parametrize(("callee", "code"), [("bob", 480), ("nobody", 404)])
def test_a_callee_who_is_not_there_is_told_of(endpoint, kamailio: Kamailio, callee: str, code: int):
    alice = endpoint("alice")
    outgoing = call(alice, kamailio, callee=callee)
    assert alice.wait_for_state(outgoing, "DISCONNECTED").data["code"] == code


def test_who_has_unregistered_is_called_no_more(endpoint, kamailio: Kamailio):
    alice, bob = endpoint("alice"), endpoint("bob")
    registration = register(bob, kamailio)
    bob.do("unregister", registration=registration)
    bob.wait_for_state(registration, "unregistered")
    outgoing = call(alice, kamailio)
    assert alice.wait_for_state(outgoing, "DISCONNECTED").data["code"] == 480
    assert not bob.events("SCInvitationChangedState")


@pytest.mark.parametrize("code", [486, 603])
def test_a_refusal_reaches_the_caller(endpoint, kamailio: Kamailio, code: int):
    alice, bob = endpoint("alice"), endpoint("bob")
    register(bob, kamailio)
    bob.do("answer_all", code=code)
    outgoing = call(alice, kamailio)
    assert alice.wait_for_state(outgoing, "DISCONNECTED").data["code"] == code
    bob.wait_for_state(bob.wait_for_call(), "DISCONNECTED")


def test_a_callee_that_has_crashed_is_given_up(endpoint, kamailio: Kamailio):
    alice, bob = endpoint("alice"), endpoint("bob")
    register(bob, kamailio)
    bob.end()
    outgoing = call(alice, kamailio)
    assert alice.wait_for_state(outgoing, "DISCONNECTED", 15).data["code"] == 408


@pytest.fixture
def strict_kamailio(tmp_path: Path):
    """Kamailio that wants to know who calls."""
    users = dict.fromkeys(("alice", "bob"), "secret")
    with Kamailio(tmp_path / "kamailio", users, authenticate_calls=True) as process:
        yield process


def test_a_proxy_that_wants_credentials_gets_them(endpoint, strict_kamailio: Kamailio):
    alice, bob = endpoint("alice"), endpoint("bob")
    outgoing, incoming = converse(alice, bob, strict_kamailio, ("udp", "udp"))
    assert len(strict_kamailio.requests("INVITE")) == 2
    alice.do("hang_up", call=outgoing)
    assert bob.wait_for_state(incoming, "DISCONNECTED").data["method"] == "BYE"


def test_a_proxy_that_does_not_like_the_credentials_is_asked_once(
    endpoint, strict_kamailio: Kamailio
):
    alice, bob = endpoint("alice"), endpoint("bob")
    register(bob, strict_kamailio)
    outgoing = call(alice, strict_kamailio, password="wrong")
    assert alice.wait_for_state(outgoing, "DISCONNECTED").data["code"] == 407
    assert not poll(lambda: len(strict_kamailio.requests("INVITE")) > 2, 2)
    assert not bob.events("SCInvitationChangedState")
