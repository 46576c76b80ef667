"""The other side is told when a process ends, or stops its Engine, with a call going on."""

from __future__ import annotations

import signal

import pytest

from testbed.endpoint import Endpoint


@pytest.fixture
def call(endpoint) -> tuple[Endpoint, Endpoint, str]:
    """Alice, who calls, bob, and his side of the call; confirmed."""
    alice, bob = endpoint("alice"), endpoint("bob")
    bob.do("answer_all")
    outgoing = alice.do("call", caller="alice", callee="bob", host=bob.host, port=bob.port)
    alice.wait_for_state(outgoing, "CONFIRMED")
    incoming = bob.wait_for_call()
    bob.wait_for_state(incoming, "CONFIRMED")
    return alice, bob, incoming


def test_an_interrupted_process_hangs_up(call):
    alice, bob, incoming = call
    alice.signal(signal.SIGINT)
    assert alice.wait(10) == -signal.SIGINT
    assert bob.wait_for_state(incoming, "DISCONNECTED", 5).data["method"] == "BYE"
    alice.end()


def test_an_interpreter_that_exits_hangs_up(call):
    alice, bob, incoming = call
    alice.leave()
    assert alice.wait(10) == 0
    assert bob.wait_for_state(incoming, "DISCONNECTED", 5).data["method"] == "BYE"
    assert "Traceback" not in alice.output
    alice.end()


def test_an_engine_that_stops_hangs_up_and_unregisters(endpoint, registrar):
    alice, bob = endpoint("alice"), endpoint("bob")
    registration = bob.do(
        "register", user="bob", password="secret", host=registrar.host, port=registrar.port
    )
    bob.wait_for_state(registration, "registered")
    bob.do("answer_all")
    by = {"caller": "alice", "callee": "bob", "host": registrar.host, "port": registrar.port}
    outgoing = alice.do("call", **by)
    alice.wait_for_state(outgoing, "CONFIRMED")
    bob.stop()
    assert alice.wait_for_state(outgoing, "DISCONNECTED", 5).data["method"] == "BYE"
    # Nobody is there any more, which the registrar knows.
    again = alice.do("call", **by)
    assert alice.wait_for_state(again, "DISCONNECTED", 5).data["code"] == 480
    assert bob.events()[-1].name == "SCEngineDidEnd"
