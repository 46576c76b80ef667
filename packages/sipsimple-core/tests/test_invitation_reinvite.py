"""`Invitation`: re-INVITEs and UPDATEs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sipsimple.core import SIPCoreError

if TYPE_CHECKING:
    from conftest import InChild


def _tools() -> tuple[Any, Any]:
    import core_driver
    import invitation_phone

    return core_driver, invitation_phone


# ---- from here


def _sent(incoming: bool) -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = (tools.confirmed_incoming if incoming else tools.confirmed_outgoing)(phone)
        driver.notifications.clear()
        error = core_driver.raises(SIPCoreError, invitation.send_reinvite)
        assert "set_offered_local_sdp" in str(error)
        invitation.set_offered_local_sdp(tools.sdp(port=5010))
        invitation.send_reinvite(extra_headers={"X-Again": "1"})
        assert invitation.state == "REINVITING"
        again = phone.expect("INVITE")
        assert again.headers["x-again"] == "1"
        assert "m=audio 5010" in again.body
        assert invitation.get_active_local_sdp().media[0].port == 5000
        assert invitation.get_offered_local_sdp().media[0].port == 5010
        core_driver.raises(SIPCoreError, invitation.send_reinvite)
        phone.answer(again, 200, "OK", tools.sdp_text(port=4010, version=2))
        phone.expect("ACK")
        data = tools.reported(driver, "CONFIRMED")
        assert (data["prev_state"], data["code"]) == ("REINVITING", 200)
        (update,) = tools.updates(driver)
        assert update["local_sdp"].media[0].port == 5010
        assert update["remote_sdp"].media[0].port == 4010
        assert tools.changes(driver) == [
            ("CONFIRMED", "REINVITING"), ("REINVITING", "CONFIRMED"),
        ]  # fmt: skip
        # and once more, at once
        invitation.set_offered_local_sdp(tools.sdp(port=5020))
        invitation.send_reinvite()
        phone.answer(phone.expect("INVITE"), 200, "OK", tools.sdp_text(port=4020, version=3))
        tools.reported(driver, "CONFIRMED")
        assert invitation.get_active_remote_sdp().media[0].port == 4020


@pytest.mark.parametrize("incoming", [False, True])
def test_a_reinvite_changes_the_descriptions(in_child: InChild, incoming: bool) -> None:
    in_child(_sent, incoming)


def _sent_and_rejected(code: int) -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.confirmed_outgoing(phone)
        driver.notifications.clear()
        for port in (5010, 5020):
            invitation.set_offered_local_sdp(tools.sdp(port=port))
            invitation.send_reinvite()
            phone.answer(phone.expect("INVITE"), code, "No")
            phone.expect("ACK")
            data = tools.reported(driver, "CONFIRMED")
            assert (data["prev_state"], data["code"], data["reason"]) == ("REINVITING", code, "No")
            assert tools.updates(driver) == []
            assert invitation.get_active_local_sdp().media[0].port == 5000
            assert invitation.get_offered_local_sdp() is None
            driver.notifications.clear()


@pytest.mark.parametrize("code", [488, 491])
def test_a_rejected_reinvite_leaves_the_call_as_it_was(in_child: InChild, code: int) -> None:
    in_child(_sent_and_rejected, code)


def _sent_into_nothing() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.confirmed_outgoing(phone)
        driver.notifications.clear()
        invitation.set_offered_local_sdp(tools.sdp(port=5010))
        invitation.send_reinvite()
        phone.answer(phone.expect("INVITE"), 481, "Gone")
        phone.answer(phone.expect("BYE"), 200, "OK")
        tools.reported(driver, "DISCONNECTED")
        assert tools.changes(driver) == [
            ("CONFIRMED", "REINVITING"), ("REINVITING", "DISCONNECTED"),
        ]  # fmt: skip
        assert invitation.state == "DISCONNECTED"


def test_a_reinvite_answered_with_481_ends_the_call(in_child: InChild) -> None:
    in_child(_sent_into_nothing)


def _hung_up_while_reinviting() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.confirmed_outgoing(phone)
        invitation.set_offered_local_sdp(tools.sdp(port=5010))
        invitation.send_reinvite()
        again = phone.expect("INVITE")
        invitation.disconnect()
        phone.answer(phone.expect("BYE"), 200, "OK")
        tools.reported(driver, "DISCONNECTED")
        phone.answer(again, 487, "Terminated")
        phone.expect("ACK")
        assert [state for _, state in tools.changes(driver)][-3:] == [
            "REINVITING", "DISCONNECTING", "DISCONNECTED",
        ]  # fmt: skip


def test_a_call_can_be_ended_during_a_reinvite(in_child: InChild) -> None:
    in_child(_hung_up_while_reinviting)


# ---- from the other side


def _received(incoming: bool) -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = (tools.confirmed_incoming if incoming else tools.confirmed_outgoing)(phone)
        driver.notifications.clear()
        for round in (1, 2):
            offer = tools.sdp_text(port=4000 + round, version=1 + round)
            phone.next("INVITE", offer, X_Again="1")
            data = tools.reported(driver, "REINVITED")
            assert (data["prev_state"], data["method"]) == ("CONFIRMED", "INVITE")
            assert data["headers"]["X-Again"] == "1"
            assert data["body"] == offer.encode()
            assert invitation.get_offered_remote_sdp().media[0].port == 4000 + round
            assert invitation.get_active_remote_sdp().media[0].port == 4000 + round - 1
            invitation.respond_to_reinvite(extra_headers={"X-Ring": "1"})
            assert phone.expect("180 INVITE").headers["x-ring"] == "1"
            assert invitation.state == "REINVITED"
            error = core_driver.raises(SIPCoreError, lambda: invitation.respond_to_reinvite(200))
            assert "set_offered_local_sdp" in str(error)
            invitation.set_offered_local_sdp(tools.sdp(port=5000 + round))
            invitation.respond_to_reinvite(200, {"X-Accept": "2"})
            assert invitation.state == "CONFIRMED"
            accepted = phone.expect("200 INVITE")
            assert accepted.headers["x-accept"] == "2"
            assert "x-ring" not in accepted.headers
            assert f"m=audio {5000 + round}" in accepted.body
            phone.ack()
            data = tools.reported(driver, "CONFIRMED")
            assert data.keys() == {"prev_state", "state", "timestamp"}
            (update,) = tools.updates(driver)
            assert update["remote_sdp"].media[0].port == 4000 + round
            assert invitation.get_active_local_sdp().media[0].port == 5000 + round
            assert tools.changes(driver) == [
                ("CONFIRMED", "REINVITED"), ("REINVITED", "CONFIRMED"),
            ]  # fmt: skip
        phone.next("BYE")
        phone.expect("200 BYE")
        tools.reported(driver, "DISCONNECTED")


@pytest.mark.parametrize("incoming", [False, True])
def test_a_reinvite_is_accepted(in_child: InChild, incoming: bool) -> None:
    in_child(_received, incoming)


def _received_and_rejected(code: int, answer: dict[str, Any] | None) -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.confirmed_incoming(phone)
        driver.notifications.clear()
        for _ in range(2):
            phone.next("INVITE", tools.sdp_text(port=4010, version=2))
            tools.reported(driver, "REINVITED")
            if answer is not None:
                invitation.set_offered_local_sdp(tools.sdp(**answer))
                invitation.respond_to_reinvite(200)
            else:
                invitation.respond_to_reinvite(code)
            phone.expect(f"{code} INVITE")
            phone.say("ACK", branch=phone.branch)
            tools.reported(driver, "CONFIRMED")
            assert [update["succeeded"] for update in tools.updates(driver)] == (
                [] if answer is None else [False]
            )
            assert invitation.get_active_remote_sdp().media[0].port == 4000
            assert invitation.get_offered_remote_sdp() is None
            driver.notifications.clear()


@pytest.mark.parametrize(
    ("code", "answer"),
    [(488, None), (603, None), (488, {"codec": "97 speex/16000"}), (488, {"port": 0})],
)
def test_a_rejected_or_unfit_reinvite_leaves_the_call_as_it_was(
    in_child: InChild, code: int, answer: dict[str, Any] | None
) -> None:
    in_child(_received_and_rejected, code, answer)


def _received_without_offer() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.confirmed_outgoing(phone)
        driver.notifications.clear()
        phone.next("INVITE")
        assert tools.reported(driver, "REINVITED")["body"] is None
        assert invitation.get_offered_remote_sdp() is None
        invitation.set_offered_local_sdp(tools.sdp(port=5010))
        invitation.respond_to_reinvite(200)
        assert "m=audio 5010" in phone.expect("200 INVITE").body
        phone.ack(tools.sdp_text(port=4010, version=2))
        driver.until(lambda: tools.updates(driver))
        assert invitation.get_active_local_sdp().media[0].port == 5010
        assert invitation.get_active_remote_sdp().media[0].port == 4010


def test_a_reinvite_without_offer_gets_one(in_child: InChild) -> None:
    in_child(_received_without_offer)


def _received_and_cancelled() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.confirmed_incoming(phone)
        for _ in range(2):
            driver.notifications.clear()
            phone.next("INVITE", tools.sdp_text(port=4010, version=2))
            tools.reported(driver, "REINVITED")
            phone.cancel()
            phone.expect("200 CANCEL")
            phone.expect("487 INVITE")
            phone.say("ACK", branch=phone.branch)
            data = tools.reported(driver, "CONFIRMED")
            assert (data["prev_state"], data["method"]) == ("REINVITED", "CANCEL")
            core_driver.raises(SIPCoreError, invitation.respond_to_reinvite)
            assert invitation.get_offered_remote_sdp() is None


def test_a_reinvite_can_be_cancelled_by_the_other_side(in_child: InChild) -> None:
    in_child(_received_and_cancelled)


def _ended_while_reinvited(here: bool) -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.confirmed_incoming(phone)
        phone.next("INVITE", tools.sdp_text(port=4010, version=2))
        tools.reported(driver, "REINVITED")
        if here:
            invitation.disconnect()
            phone.expect("487 INVITE")
            phone.answer(phone.expect("BYE"), 200, "OK")
        else:
            phone.next("BYE")
            phone.expect("200 BYE")
            phone.expect("487 INVITE")
        data = tools.reported(driver, "DISCONNECTED")
        assert data["prev_state"] == ("DISCONNECTING" if here else "REINVITED")


@pytest.mark.parametrize("here", [False, True])
def test_a_reinvite_that_the_end_overtakes_gets_487(in_child: InChild, here: bool) -> None:
    in_child(_ended_while_reinvited, here)


def _glare() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.confirmed_incoming(phone)
        invitation.set_offered_local_sdp(tools.sdp(port=5010))
        invitation.send_reinvite()
        ours = phone.expect("INVITE")
        phone.next("INVITE", tools.sdp_text(port=4010, version=2))
        phone.expect("491 INVITE")
        phone.say("ACK", branch=phone.branch)
        phone.answer(ours, 491, "Pending")
        driver.until(lambda: invitation.state == "CONFIRMED")
        phone.next("INVITE", tools.sdp_text(port=4010, version=2))
        tools.reported(driver, "REINVITED")


def test_two_reinvites_that_cross_get_491(in_child: InChild) -> None:
    in_child(_glare)


def _update() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.confirmed_outgoing(phone)
        driver.notifications.clear()
        phone.next("UPDATE", tools.sdp_text(port=4010, version=2))
        assert "m=audio 5000" in phone.expect("200 UPDATE").body
        (update,) = driver.until(lambda: tools.updates(driver))
        assert update["remote_sdp"].media[0].port == 4010
        assert tools.changes(driver) == []
        assert invitation.state == "CONFIRMED"


def test_an_update_is_answered_with_the_local_description(in_child: InChild) -> None:
    in_child(_update)


def _held_by_update(incoming: bool) -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        if incoming:
            invitation = tools.confirmed_incoming(phone)
        else:
            invitation = tools.confirmed_outgoing(phone)
        for version, (theirs, ours) in enumerate(
            (
                ("sendonly", "recvonly"),
                ("inactive", "inactive"),
                ("recvonly", "sendonly"),
                ("sendrecv", "sendrecv"),
            ),
            2,
        ):
            phone.next("UPDATE", tools.sdp_text(version=version) + f"a={theirs}\r\n")
            assert f"a={ours}\r\n" in phone.expect("200 UPDATE").body
            driver.until(
                lambda ours=ours: invitation.get_active_local_sdp().media[0].get_direction() == ours
            )


@pytest.mark.parametrize("incoming", [False, True])
def test_who_was_held_by_an_update_sends_again_after_the_next(
    in_child: InChild, incoming: bool
) -> None:
    in_child(_held_by_update, incoming)


def _held_here_and_updated() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.confirmed_outgoing(phone)
        description = tools.sdp()
        description.media[0].direction = "sendonly"
        invitation.set_offered_local_sdp(description)
        invitation.send_reinvite()
        answer = tools.sdp_text(version=2) + "a=recvonly\r\n"
        phone.answer(phone.expect("INVITE"), 200, "OK", answer)
        tools.reported(driver, "CONFIRMED")
        phone.next("UPDATE", tools.sdp_text(version=3))
        assert "a=sendonly\r\n" in phone.expect("200 UPDATE").body


def test_an_update_does_not_end_a_hold_of_ours(in_child: InChild) -> None:
    in_child(_held_here_and_updated)
