"""`Invitation`: provisional responses that are sent reliably (RFC 3262)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conftest import InChild


def _tools() -> tuple[Any, Any]:
    import core_driver
    import invitation_phone

    return core_driver, invitation_phone


def _an_outgoing_call() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation, invite = tools.called(phone)
        assert "100rel" in invite.headers["supported"]
        reliable = {"Require": "100rel", "RSeq": "7"}
        phone.answer(invite, 183, "Session Progress", tools.sdp_text(), **reliable)
        prack = phone.expect("PRACK")
        cseq = invite.headers["cseq"]
        assert prack.headers["rack"] == f"7 {cseq}"
        assert prack.headers["to"].endswith(";tag=peer")
        phone.answer(prack, 200, "OK")
        (update,) = tools.updates(driver)
        assert update["succeeded"] is True
        # Sent again, since the PRACK might be late: it is no new response.
        phone.answer(invite, 183, "Session Progress", tools.sdp_text(), **reliable)
        phone.sends_nothing("PRACK")
        phone.answer(invite, 180, "Ringing", Require="100rel", RSeq="8")
        prack = phone.expect("PRACK")
        assert prack.headers["rack"] == f"8 {cseq}"
        phone.answer(prack, 200, "OK")
        phone.answer(invite, 200, "OK")
        phone.expect("ACK")
        tools.reported(driver, "CONFIRMED")
        assert len(tools.updates(driver)) == 1
        assert [state for _, state in tools.changes(driver)] == [
            "CALLING", "EARLY", "EARLY", "CONNECTING", "CONFIRMED",
        ]  # fmt: skip
        invitation.disconnect()
        phone.answer(phone.expect("BYE"), 200, "OK")
        tools.reported(driver, "DISCONNECTED")


def test_reliable_responses_get_prack(in_child: InChild) -> None:
    in_child(_an_outgoing_call)


def _an_incoming_call() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.received(phone, Require="100rel")
        invitation.set_offered_local_sdp(tools.sdp())
        invitation.respond_to_invite_provisionally(183)
        progress = phone.expect("183 INVITE")
        assert "100rel" in progress.headers["require"]
        assert "m=audio 5000" in progress.body
        number = progress.headers["rseq"]
        # Sent again until it is acknowledged (RFC 3262 section 3).
        again = driver.until(phone.receive, 3.0)
        assert again.startswith(b"SIP/2.0 183")
        phone.next("PRACK", RAck=f"{number} 1 INVITE")
        phone.expect("200 PRACK")
        phone.sends_nothing("183 INVITE", 1.5)
        invitation.accept_invite()
        answer = phone.expect("200 INVITE")
        assert answer.body == ""
        phone.say("ACK", cseq=1)
        tools.reported(driver, "CONFIRMED")
        (update,) = tools.updates(driver)
        assert update["succeeded"] is True
        invitation.disconnect()
        phone.answer(phone.expect("BYE"), 200, "OK")
        tools.reported(driver, "DISCONNECTED")


def test_a_caller_who_requires_it_gets_reliable_responses(in_child: InChild) -> None:
    in_child(_an_incoming_call)


def _supported() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.received(phone, Supported="100rel")
        invitation.set_offered_local_sdp(tools.sdp())
        invitation.respond_to_invite_provisionally(180)
        ringing = phone.expect("180 INVITE")
        assert "rseq" not in ringing.headers
        invitation.accept_invite()
        phone.expect("200 INVITE")
        phone.ack()
        tools.reported(driver, "CONFIRMED")


def test_who_only_supports_it_gets_plain_responses(in_child: InChild) -> None:
    in_child(_supported)


def _without_prack() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.received(phone, Require="100rel")
        invitation.respond_to_invite_provisionally(180)
        number = phone.expect("180 INVITE").headers["rseq"]
        # The caller gives up in the middle.
        phone.cancel()
        phone.expect("200 CANCEL")
        phone.expect("487 INVITE")
        phone.ack_rejection()
        tools.reported(driver, "DISCONNECTED")
        phone.next("PRACK", RAck=f"{number} 1 INVITE")
        phone.expect("481 PRACK")


def test_a_cancelled_call_that_waits_for_prack_ends(in_child: InChild) -> None:
    in_child(_without_prack)
