"""Transfers (RFC 3515, RFC 5589) with baresip in every role, and between three endpoints."""

from __future__ import annotations

from pathlib import Path

from testbed.audio import Samples
from testbed.baresip import Baresip
from testbed.endpoint import Endpoint, Event
from testbed.transfer_events import ENDED, FAILED, STARTED, told

ASKED = "SCInvitationGotTransfer"


def uri(of: Endpoint | Baresip, user: str) -> str:
    return f"sip:{user}@{of.host}:{of.port}"


def calling(caller: Endpoint, callee: Endpoint | Baresip, user: str) -> str:
    """A call that stands; its label."""
    call = caller.do("call", caller="alice", callee=user, host=callee.host, port=callee.port)
    caller.wait_for_state(call, "CONFIRMED")
    return call


def called_by(baresip: Baresip, bob: Endpoint) -> str:
    """The label of a call from baresip, which stands."""
    baresip.command("dial", uri(bob, "bob"))
    call = bob.wait_for_call()
    bob.wait_for_state(call, "CONFIRMED")
    baresip.wait_for("CALL_ESTABLISHED")
    return call


def asked(endpoint: Endpoint, call: str) -> Event:
    return endpoint.wait_for(ASKED, sender=call)


def test_baresip_is_transferred_to_somebody_who_answers(endpoint, speech: Samples, tmp_path: Path):
    alice, carol = endpoint("alice"), endpoint("carol")
    carol.do("answer_all")
    with Baresip(tmp_path / "baresip", speech, auto_answer=True) as baresip:
        call = calling(alice, baresip, "baresip")
        alice.do("transfer", call=call, target=uri(carol, "carol"))
        assert alice.wait_for(STARTED, sender=call).data["code"] == 202
        transferred = carol.wait_for_call()
        incoming = carol.wait_for_state(transferred, "INCOMING")
        assert incoming.data["headers"]["User-Agent"].startswith("baresip")
        carol.wait_for_state(transferred, "CONFIRMED")
        assert alice.wait_for(ENDED, sender=call).data["code"] == 200
        first, *provisional, last, end = told(alice, call)
        assert (first, last, end) == (("DidStart", 202), ("GotNotify", 200), ("DidEnd", 200))
        assert all(name == "GotNotify" and 100 <= code < 200 for name, code in provisional)
        alice.do("hang_up", call=call)
        alice.wait_for_state(call, "DISCONNECTED")
        carol.do("hang_up", call=transferred)
        carol.wait_for_state(transferred, "DISCONNECTED")


def test_a_call_goes_on_when_whom_baresip_is_sent_to_is_busy(
    endpoint, speech: Samples, tmp_path: Path
):
    alice, carol = endpoint("alice"), endpoint("carol")
    carol.do("answer_all", code=486)
    with Baresip(tmp_path / "baresip", speech, auto_answer=True) as baresip:
        call = calling(alice, baresip, "baresip")
        alice.do("transfer", call=call, target=uri(carol, "carol"))
        assert alice.wait_for(FAILED, sender=call).data["code"] == 486
        assert alice.events("SCInvitationChangedState", call)[-1].data["state"] == "CONFIRMED"
        # Another one may follow.
        carol.do("answer_all")
        alice.do("transfer", call=call, target=uri(carol, "carol"))
        assert alice.wait_for(ENDED, sender=call).data["code"] == 200


def test_baresip_transfers_us(endpoint, speech: Samples, tmp_path: Path):
    bob, carol = endpoint("bob"), endpoint("carol")
    bob.do("answer_all")
    carol.do("answer_all")
    with Baresip(tmp_path / "baresip", speech) as baresip:
        call = called_by(baresip, bob)
        baresip.command("transfer", uri(carol, "carol"))
        target = asked(bob, call).data["refer_to"]
        assert target == uri(carol, "carol")
        bob.do("accept_transfer", call=call)
        new = bob.do("call_uri", uri=target)
        bob.wait_for_state(new, "CONFIRMED")
        bob.do("report_transfer", call=call, code=200)
        # It has done its part.
        assert bob.wait_for_state(call, "DISCONNECTED").data["method"] == "BYE"
        baresip.wait_for("CALL_CLOSED")
        assert carol.wait_for_call()
        bob.do("hang_up", call=new)
        bob.wait_for_state(new, "DISCONNECTED")


def test_we_refuse_to_be_transferred_by_baresip(endpoint, speech: Samples, tmp_path: Path):
    bob = endpoint("bob")
    bob.do("answer_all")
    with Baresip(tmp_path / "baresip", speech) as baresip:
        call = called_by(baresip, bob)
        baresip.command("transfer", "sip:nobody@127.0.0.1:9")
        asked(bob, call)
        bob.do("reject_transfer", call=call)
        failed = baresip.wait_for("TRANSFER_FAILED")
        assert "603" in failed["param"]
        # So baresip 1.0 does then.
        assert bob.wait_for_state(call, "DISCONNECTED").data["method"] == "BYE"


def test_a_consultation_becomes_a_call_of_the_other_two(endpoint):
    alice, bob, carol = endpoint("alice"), endpoint("bob"), endpoint("carol")
    bob.do("answer_all")
    carol.do("answer_all")
    first = calling(alice, bob, "bob")
    consultation = calling(alice, carol, "carol")
    alice.do("transfer", call=first, target=uri(carol, "carol"), replaced=consultation)
    called = bob.wait_for_call()
    target = asked(bob, called).data["refer_to"]
    assert target.startswith(uri(carol, "carol")) and "Replaces=" in target
    bob.do("accept_transfer", call=called)
    new = bob.do("call_uri", uri=target)
    bob.wait_for_state(new, "CONFIRMED")
    bob.do("report_transfer", call=called, code=200)
    assert alice.wait_for(ENDED, sender=first).data["code"] == 200
    # The one that was replaced has been ended by the one who was consulted.
    assert alice.wait_for_state(consultation, "DISCONNECTED").data["method"] == "BYE"
    replacing = carol.wait_for_call(2)
    carol.wait_for_state(replacing, "CONFIRMED")
    carol.wait_for_state(carol.wait_for_call(1), "DISCONNECTED")
    alice.do("hang_up", call=first)
    alice.wait_for_state(first, "DISCONNECTED")
    bob.wait_for_state(called, "DISCONNECTED")
    bob.do("hang_up", call=new)
    carol.wait_for_state(replacing, "DISCONNECTED")
