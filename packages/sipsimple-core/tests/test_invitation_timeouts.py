"""`Invitation`: when the other side says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from transaction_timers import set_transaction_timers

if TYPE_CHECKING:
    from conftest import InChild


def _tools() -> tuple[Any, Any]:
    import core_driver
    import invitation_phone

    # T1 of 10 ms: what takes 32 s takes 640 ms.
    set_transaction_timers(10, 100, 100, 640)
    return core_driver, invitation_phone


def _no_answer(rings: bool, cancels: bool) -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation, invite = tools.called(phone)
        if rings:
            phone.answer(invite, 180, "Ringing")
            tools.reported(driver, "EARLY")
        if cancels:
            invitation.disconnect()
        data = tools.reported(driver, "DISCONNECTED")
        assert data["prev_state"] == ("DISCONNECTING" if cancels else "CALLING")
        assert data["code"] == 408
        assert isinstance(data["reason"], str) and data["reason"]
        assert data.keys() == {"prev_state", "state", "code", "reason", "timestamp"}
        assert invitation.state == "DISCONNECTED"


@pytest.mark.parametrize(("rings", "cancels"), [(False, False), (False, True), (True, True)])
def test_an_invite_without_answer_ends_with_a_timeout(
    in_child: InChild, rings: bool, cancels: bool
) -> None:
    in_child(_no_answer, rings, cancels)


def _no_answer_to_bye() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.confirmed_outgoing(phone)
        invitation.disconnect()
        data = tools.reported(driver, "DISCONNECTED")
        assert (data["prev_state"], data["code"]) == ("DISCONNECTING", 408)
        assert "headers" not in data


def test_a_bye_without_answer_ends_the_session_all_the_same(in_child: InChild) -> None:
    in_child(_no_answer_to_bye)


def _no_ack_to_rejection() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.received(phone)
        invitation.disconnect(603)
        data = tools.reported(driver, "DISCONNECTED")
        assert data["prev_state"] == "DISCONNECTING"
        assert isinstance(data["code"], int)
        assert "method" not in data


def test_a_rejection_without_ack_ends_the_session_all_the_same(in_child: InChild) -> None:
    in_child(_no_ack_to_rejection)


def _no_ack_to_success(answers_bye: bool) -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.received(phone)
        invitation.set_offered_local_sdp(tools.sdp())
        invitation.accept_invite()
        phone.expect("200 INVITE")
        bye = phone.expect("BYE")
        if answers_bye:
            phone.answer(bye, 200, "OK")
        data = tools.reported(driver, "DISCONNECTED")
        assert (data["prev_state"], data["code"]) == ("CONNECTING", 200 if answers_bye else 408)
        assert "CONFIRMED" not in [state for _, state in tools.changes(driver)]


@pytest.mark.parametrize("answers_bye", [True, False])
def test_a_session_that_gets_no_ack_is_ended_with_bye(in_child: InChild, answers_bye: bool) -> None:
    in_child(_no_ack_to_success, answers_bye)


def _lost_ack() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation, invite = tools.called(phone)
        phone.answer(invite, 200, "OK", tools.sdp_text())
        first = phone.expect("ACK")
        tools.reported(driver, "CONFIRMED")
        phone._answered.clear()
        phone.answer(invite, 200, "OK", tools.sdp_text())
        assert phone.expect("ACK").headers["cseq"] == first.headers["cseq"]
        driver.run(0.05)
        assert [state for _, state in tools.changes(driver)] == [
            "CALLING", "CONNECTING", "CONFIRMED",
        ]  # fmt: skip
        assert invitation.state == "CONFIRMED"


def test_a_repeated_answer_gets_its_ack_again_and_changes_nothing(in_child: InChild) -> None:
    in_child(_lost_ack)
