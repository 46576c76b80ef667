"""`Invitation`: re-INVITEs that cross each other are tried again (RFC 3261 section 14.1)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from sipsimple.core import SIPCoreError

if TYPE_CHECKING:
    from conftest import InChild


def _tools() -> tuple[Any, Any]:
    import core_driver
    import invitation_phone

    return core_driver, invitation_phone


def _confirmed(phone: Any, outgoing: bool) -> Any:
    _, tools = _tools()
    begin = tools.confirmed_outgoing if outgoing else tools.confirmed_incoming
    invitation = begin(phone)
    tools.changes(phone.driver)
    return invitation


def _rejected(phone: Any, invitation: Any) -> Any:
    """A re-INVITE of ours has got 491; the message."""
    _, tools = _tools()
    invitation.set_offered_local_sdp(tools.sdp(5002))
    invitation.send_reinvite({"X-Extra": "1"})
    request = phone.expect("INVITE")
    phone.answer(request, 491, "Request Pending")
    phone.expect("ACK")
    assert tools.reported(phone.driver, "CONFIRMED")["code"] == 491
    assert tools.changes(phone.driver) == [
        ("CONFIRMED", "REINVITING"), ("REINVITING", "CONFIRMED"),
    ]  # fmt: skip
    return request


def _tried_again(outgoing: bool, least: float, most: float) -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = _confirmed(phone, outgoing)
        first = _rejected(phone, invitation)
        begin = time.monotonic()
        second = phone.expect("INVITE", 6.0)
        assert least - 0.1 < time.monotonic() - begin < most + 0.5
        assert second.headers["x-extra"] == "1"
        assert "m=audio 5002" in second.body
        numbers = [int(m.headers["cseq"].split(" ")[0]) for m in (first, second)]
        assert numbers[1] == numbers[0] + 1
        assert invitation.state == "REINVITING"
        phone.answer(second, 200, "OK", tools.sdp_text(version=2))
        phone.expect("ACK")
        tools.reported(driver, "CONFIRMED")
        assert tools.changes(driver) == [
            ("CONFIRMED", "REINVITING"), ("REINVITING", "CONFIRMED"),
        ]  # fmt: skip
        assert invitation.get_active_local_sdp().media[0].port == 5002
        phone.sends_nothing("INVITE", 0.5)


@pytest.mark.parametrize(("outgoing", "least", "most"), [(True, 2.1, 4.0), (False, 0.0, 2.0)])
def test_a_reinvite_that_got_491_is_tried_again(
    in_child: InChild, outgoing: bool, least: float, most: float
) -> None:
    in_child(_tried_again, outgoing, least, most)


def _the_other_side_is_first(late: float) -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = _confirmed(phone, False)
        _rejected(phone, invitation)
        phone.next("INVITE", tools.sdp_text(4002, 2))
        tools.reported(driver, "REINVITED")
        tools.changes(driver)
        # Longer than the other side's time could be: ours waits for the application's answer.
        phone.sends_nothing("INVITE", 2.5)
        invitation.set_offered_local_sdp(tools.sdp(5000))
        invitation.respond_to_reinvite(200)
        phone.expect("200 INVITE")
        if late:
            phone.sends_nothing("INVITE", late)
        phone.ack()
        again = phone.expect("INVITE", 4.0)
        assert "m=audio 5002" in again.body
        phone.answer(again, 200, "OK", tools.sdp_text(4002, 3))
        phone.expect("ACK")
        driver.until(lambda: invitation.state == "CONFIRMED")
        assert [state for _, state in tools.changes(driver)] == [
            "CONFIRMED", "REINVITING", "CONFIRMED",
        ]  # fmt: skip


@pytest.mark.parametrize("late", [0.0, 2.5], ids=["acknowledged at once", "late"])
def test_it_waits_for_a_reinvite_of_the_other_side_to_end(in_child: InChild, late: float) -> None:
    in_child(_the_other_side_is_first, late)


def _the_application_is_first() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = _confirmed(phone, True)
        _rejected(phone, invitation)
        invitation.set_offered_local_sdp(tools.sdp(5004))
        invitation.send_reinvite()
        request = phone.expect("INVITE", 1.0)
        assert "m=audio 5004" in request.body
        assert "x-extra" not in request.headers
        phone.answer(request, 200, "OK", tools.sdp_text(version=2))
        phone.expect("ACK")
        driver.until(lambda: invitation.state == "CONFIRMED")
        phone.sends_nothing("INVITE", 4.2)


def test_a_new_reinvite_of_the_application_takes_its_place(in_child: InChild) -> None:
    in_child(_the_application_is_first)


def _ended() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = _confirmed(phone, False)
        _rejected(phone, invitation)
        invitation.disconnect()
        phone.answer(phone.expect("BYE"), 200, "OK")
        tools.reported(driver, "DISCONNECTED")
        phone.sends_nothing("INVITE", 2.2)
        assert core_driver.raises(SIPCoreError, invitation.send_reinvite)
        # And the core closes under one that waits.
        other = tools.Phone(driver)
        waiting = _confirmed(other, True)
        _rejected(other, waiting)
    assert waiting.state == "DISCONNECTED"


def test_nothing_is_tried_again_after_the_end(in_child: InChild) -> None:
    in_child(_ended)
