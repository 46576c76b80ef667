"""Requests that come too late or too early for the session of their dialog are answered too.

Without an answer their transactions would stay, and with them the dialog.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from transaction_timers import set_transaction_timers

if TYPE_CHECKING:
    from core_driver import Driver
    from invitation_phone import Message, Phone

    from conftest import InChild


def _tools() -> tuple[Any, Any]:
    import core_driver  # in the child only
    import invitation_phone

    # Transactions end within a second.
    set_transaction_timers(10, 100, 100, 640)
    return core_driver, invitation_phone


def _hung_up_here(phone: Phone, tools: Any) -> None:
    invitation = tools.confirmed_incoming(phone)
    local, remote = phone.local, phone.remote
    invitation.disconnect()
    phone.answer(phone.expect("BYE"), 200, "OK")
    phone.local, phone.remote = local, remote
    tools.reported(phone.driver, "DISCONNECTED")


def _hung_up_there(phone: Phone, tools: Any) -> None:
    tools.confirmed_incoming(phone)
    phone.next("BYE")
    phone.expect("200 BYE")
    tools.reported(phone.driver, "DISCONNECTED")


def _rejected(phone: Phone, tools: Any) -> None:
    tools.received(phone).disconnect(486)
    phone.expect("486 INVITE")
    phone.ack_rejection()
    tools.reported(phone.driver, "DISCONNECTED")


ENDS = {"hung up here": _hung_up_here, "hung up there": _hung_up_there, "rejected": _rejected}


def _late(end: str, method: str) -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        pools = _pools(driver)
        phone = tools.Phone(driver)
        ENDS[end](phone, tools)
        phone.next(method, tools.sdp_text(version=2))
        phone.expect(f"481 {method}")
        if method == "INVITE":
            phone.ack_rejection()
        driver.notifications.clear()
        driver.settle(pools)


def _pools(driver: Driver) -> int:
    from sipsimple.pjproject.runtime import live_pools

    driver.turn()
    return live_pools()


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
@pytest.mark.parametrize("end", ENDS)
def test_behind_the_end_there_is_no_session(in_child: InChild, end: str, method: str) -> None:
    in_child(_late, end, method)


def _answers_in_vain(phone: Phone, invite: Message) -> None:
    """The phone has a dialog by a response that is lost or late."""
    phone.local, phone.remote = f"{invite.headers['to']};tag=peer", invite.headers["from"]
    phone.call_id, phone.target = invite.headers["call-id"], invite.uri("contact")


def _early_bye(answered: bool) -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        pools = _pools(driver)
        phone = tools.Phone(driver)
        invitation, invite = tools.called(phone)
        _answers_in_vain(phone, invite)
        phone.next("BYE")
        phone.expect("200 BYE")
        ended = tools.reported(driver, "DISCONNECTED")
        assert ended["code"] == 487
        assert (ended["prev_state"], invitation.state) == ("CALLING", "DISCONNECTED")
        if answered:
            phone.answer(invite, 200, "OK", tools.sdp_text())
            phone.expect("ACK")
        driver.notifications.clear()
        del invitation, ended
        driver.settle(pools)


@pytest.mark.parametrize("answered", [True, False])
def test_a_bye_that_overtakes_every_response_ends_the_session(
    in_child: InChild, answered: bool
) -> None:
    in_child(_early_bye, answered)


def _early_invite() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        _, invite = tools.called(phone)
        _answers_in_vain(phone, invite)
        phone.next("INVITE", tools.sdp_text())
        phone.expect("491 INVITE")
        phone.ack_rejection()
        phone.answer(invite, 200, "OK", tools.sdp_text())
        phone.expect("ACK")
        tools.reported(driver, "CONFIRMED")


def test_an_invite_that_meets_ours_has_to_wait(in_child: InChild) -> None:
    in_child(_early_invite)
