"""`Invitation`: calls that a proxy forks to several callees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conftest import InChild


def _tools() -> tuple[Any, Any]:
    import core_driver
    import invitation_phone

    return core_driver, invitation_phone


def _a_later_callee_gets_the_call() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation, invite = tools.called(phone)
        phone.answer(invite, 180, "Ringing", tag="first")
        phone.answer(invite, 180, "Ringing", tag="second")
        driver.until(lambda: len(driver.notifications) == 3)
        tags = [n.data["headers"]["To"][1] for n in driver.notifications[1:]]
        assert tags == ["first", "second"]
        phone.answer(invite, 200, "OK", tools.sdp_text(), tag="first")
        ack = phone.expect("ACK")
        assert ack.headers["to"].endswith(";tag=first")
        tools.reported(driver, "CONFIRMED")
        invitation.disconnect()
        bye = phone.expect("BYE")
        assert bye.headers["to"].endswith(";tag=first")
        phone.answer(bye, 200, "OK")
        tools.reported(driver, "DISCONNECTED")
        assert [state for _, state in tools.changes(driver)] == [
            "CALLING", "EARLY", "EARLY", "CONNECTING", "CONFIRMED", "DISCONNECTING",
            "DISCONNECTED",
        ]  # fmt: skip


def test_all_ringing_callees_are_one_session_and_the_first_answer_takes_it(
    in_child: InChild,
) -> None:
    in_child(_a_later_callee_gets_the_call)


def _the_second_leg_is_ended() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        other = tools.Phone(driver)
        invitation, invite = tools.called(phone)
        phone.answer(invite, 180, "Ringing", tag="first")
        phone.answer(invite, 180, "Ringing", tag="second")
        phone.answer(invite, 200, "OK", tools.sdp_text(), tag="first")
        assert phone.expect("ACK").headers["to"].endswith(";tag=first")
        tools.reported(driver, "CONFIRMED")
        tools.changes(driver)
        # The other callee has a Contact of its own, which ACK and BYE go to.
        other.answer(invite, 200, "OK", tools.sdp_text(), tag="second")
        ack = other.expect("ACK")
        bye = other.expect("BYE")
        for request in (ack, bye):
            assert request.headers["to"].endswith(";tag=second")
            assert request.line.split(" ")[1] == f"sip:peer@127.0.0.1:{other.port}"
            assert request.headers["call-id"] == invite.headers["call-id"]
            assert request.headers["from"] == invite.headers["from"]
        assert ack.headers["cseq"].split(" ")[0] == invite.headers["cseq"].split(" ")[0]
        assert int(bye.headers["cseq"].split(" ")[0]) > int(ack.headers["cseq"].split(" ")[0])
        other.answer(bye, 200, "OK")
        phone.sends_nothing("BYE")
        assert invitation.state == "CONFIRMED"
        assert driver.notifications == []
        invitation.disconnect()
        phone.answer(phone.expect("BYE"), 200, "OK")
        tools.reported(driver, "DISCONNECTED")


def test_a_second_callee_who_answers_gets_ack_and_bye(in_child: InChild) -> None:
    in_child(_the_second_leg_is_ended)


def _odd_second_answers() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation, invite = tools.called(phone)
        phone.answer(invite, 200, "OK", tools.sdp_text(), tag="first")
        phone.expect("ACK")
        tools.reported(driver, "CONFIRMED")
        tools.changes(driver)
        phone.answer(invite, 200, "OK", tools.sdp_text(), tag="")
        phone.answer(invite, 200, "OK", "garbage", tag="third")
        assert phone.expect("ACK").headers["to"].endswith(";tag=third")
        assert phone.expect("BYE").headers["to"].endswith(";tag=third")
        assert invitation.state == "CONFIRMED"
        assert tools.changes(driver) == []


def test_second_answers_without_tag_or_sense_do_no_harm(in_child: InChild) -> None:
    in_child(_odd_second_answers)
