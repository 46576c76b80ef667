"""`Invitation`: sessions that the other side begins."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

import pytest

from sipsimple.core import SIPURI, SIPCoreError
from sipsimple.pjproject.events import queue
from sipsimple.pjproject.loader import LIBRARY_FOLDER
from sipsimple.sdp import SDPAttribute

if TYPE_CHECKING:
    from conftest import InChild


def _tools() -> tuple[Any, Any]:
    import core_driver
    import invitation_phone

    return core_driver, invitation_phone


# ---- a call


def _call() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.received(phone, Subject="Hi", X_Extra="é")
        assert invitation.state == "INCOMING"
        assert invitation.is_outgoing is False
        assert invitation.credentials is None
        assert invitation.route is None
        assert invitation.caller_uri == invitation.remote_uri
        assert invitation.caller_uri == SIPURI("example.com", user="peer")
        assert invitation.caller_uri.display == "Peer"
        assert invitation.callee_uri == invitation.local_uri == SIPURI("127.0.0.1", user="token")
        assert invitation.call_id == phone.call_id
        assert repr(invitation) == '<Invitation from "Peer" <sip:peer@example.com>, INCOMING>'
        assert invitation.get_offered_remote_sdp().media[0].port == 4000
        assert invitation.get_offered_local_sdp() is None
        assert invitation.get_active_remote_sdp() is None
        invitation.respond_to_invite_provisionally(extra_headers={"X-Ring": "1"})
        assert invitation.state == "EARLY"
        ringing = phone.expect("180 INVITE")
        assert ringing.headers["x-ring"] == "1"
        assert ringing.body == ""
        invitation.set_offered_local_sdp(tools.sdp())
        invitation.accept_invite(extra_headers={"X-Accept": "2"})
        assert invitation.state == "CONNECTING"
        accepted = phone.expect("200 INVITE")
        assert accepted.headers["x-accept"] == "2"
        assert "x-ring" not in accepted.headers
        assert "m=audio 5000" in accepted.body
        assert accepted.uri("contact") == f"sip:token@127.0.0.1:{driver.ua.local_udp_port}"
        phone.ack()
        tools.reported(driver, "CONFIRMED")

        incoming, early, update, connecting, confirmed = driver.notifications
        assert {n.sender for n in driver.notifications} == {id(invitation)}
        for notification in driver.notifications:
            del notification.data["timestamp"]
        headers = incoming.data.pop("headers")
        assert incoming.data == {
            "prev_state": "NULL",
            "state": "INCOMING",
            "method": "INVITE",
            "request_uri": SIPURI("127.0.0.1", user="token", port=driver.ua.local_udp_port),
            "body": tools.sdp_text().encode(),
        }
        assert headers["Subject"] == "Hi"
        assert headers["X-Extra"] == "é"
        assert headers["Via"][0][4]["received"] == "127.0.0.1"
        assert headers["Via"][0][4]["rport"] == phone.port
        assert early.data == {"prev_state": "INCOMING", "state": "EARLY"}
        assert update.data["succeeded"] is True
        assert update.data["local_sdp"].media == tools.sdp().media
        assert update.data["remote_sdp"].media[0].port == 4000
        assert connecting.data == {"prev_state": "EARLY", "state": "CONNECTING"}
        assert confirmed.data["method"] == "ACK"
        assert confirmed.data["headers"]["CSeq"] == (1, "ACK")
        assert confirmed.data["body"] is None

        driver.notifications.clear()
        phone.next("BYE")
        phone.expect("200 BYE")
        data = tools.reported(driver, "DISCONNECTED")
        assert data["method"] == "BYE"
        assert invitation.state == "DISCONNECTED"
        assert invitation.call_id is None


def test_a_call_is_taken_and_ended_by_the_other_side(in_child: InChild) -> None:
    in_child(_call)


def _ended_here() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.confirmed_incoming(phone)
        invitation.disconnect(extra_headers={"X-Why": "enough"})
        bye = phone.expect("BYE")
        assert bye.headers["x-why"] == "enough"
        phone.answer(bye, 200, "OK")
        assert tools.reported(driver, "DISCONNECTED")["code"] == 200


def test_a_call_is_taken_and_ended_here(in_child: InChild) -> None:
    in_child(_ended_here)


def _rejected(code: int | None, rings: bool) -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.received(phone)
        if rings:
            invitation.respond_to_invite_provisionally(182, {"X-Queue": "3", "X-Both": "old"})
            phone.expect("182 INVITE")
        tools.changes(driver)
        if code is None:
            code = 486
            invitation.disconnect(extra_headers={"X-Both": "new"})
        else:
            invitation.disconnect(code, {"X-Both": "new"})
        assert invitation.state == "DISCONNECTING"
        rejection = phone.expect(f"{code} INVITE")
        assert rejection.all("X-Both") == ["new"]
        assert "x-queue" not in rejection.headers
        assert rejection.body == ""
        driver.run(0.1)
        assert invitation.state == "DISCONNECTING"
        phone.ack_rejection()
        data = tools.reported(driver, "DISCONNECTED")
        assert (data["prev_state"], data["method"]) == ("DISCONNECTING", "ACK")
        assert [state for _, state in tools.changes(driver)] == ["DISCONNECTING", "DISCONNECTED"]


@pytest.mark.parametrize(("code", "rings"), [(None, False), (603, True), (404, False)])
def test_a_call_is_rejected_and_ends_with_the_ack(
    in_child: InChild, code: int | None, rings: bool
) -> None:
    in_child(_rejected, code, rings)


def _cancelled(rings: bool) -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.received(phone)
        if rings:
            invitation.respond_to_invite_provisionally()
            phone.expect("180 INVITE")
        phone.cancel()
        phone.expect("200 CANCEL")
        phone.expect("487 INVITE")
        phone.ack_rejection()
        data = tools.reported(driver, "DISCONNECTED")
        assert data["prev_state"] == ("EARLY" if rings else "INCOMING")
        assert data["method"] == "CANCEL"
        assert data["headers"]["CSeq"] == (1, "CANCEL")
        assert "code" not in data
        core_driver.raises(SIPCoreError, invitation.accept_invite)


@pytest.mark.parametrize("rings", [False, True])
def test_cancel_by_the_caller_ends_the_session(in_child: InChild, rings: bool) -> None:
    in_child(_cancelled, rings)


def _gone_before_it_was_seen() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        phone.invite()
        driver.ua.poll(1)
        phone.cancel()
        driver.ua.poll(1)
        driver.run(0.1)
        assert tools.changes(driver) == [("NULL", "INCOMING"), ("INCOMING", "DISCONNECTED")]
        phone.expect("487 INVITE")


def test_a_session_may_end_before_python_sees_it(in_child: InChild) -> None:
    in_child(_gone_before_it_was_seen)


def _contact_that_is_no_sip_uri() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        phone.invite(Contact="<tel:+15550100>")
        phone.expect("400 INVITE")
        assert tools.changes(driver) == []


def test_an_invite_whose_contact_cannot_be_answered_to_gets_400(in_child: InChild) -> None:
    in_child(_contact_that_is_no_sip_uri)


# ---- SDP


def _no_sdp_set(rings: bool) -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.received(phone)
        if rings:
            invitation.respond_to_invite_provisionally()
        invitation.accept_invite()
        phone.expect("488 INVITE")
        phone.ack_rejection()
        tools.reported(driver, "DISCONNECTED")
        data = tools.reported(driver, "DISCONNECTING")
        assert (data["code"], data["reason"]) == (488, "Not Acceptable Here")
        assert "CONNECTING" not in [state for _, state in tools.changes(driver)]


@pytest.mark.parametrize("rings", [False, True])
def test_a_call_accepted_without_sdp_gets_488(in_child: InChild, rings: bool) -> None:
    in_child(_no_sdp_set, rings)


def _no_common_codec() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.received(phone)
        invitation.set_offered_local_sdp(tools.sdp(codec="97 speex/16000"))
        invitation.accept_invite()
        phone.expect("488 INVITE")
        phone.ack_rejection()
        tools.reported(driver, "DISCONNECTED")
        (update,) = tools.updates(driver)
        assert update["succeeded"] is False
        assert update["error"]
        assert "local_sdp" not in update


def test_an_offer_without_a_common_codec_gets_488(in_child: InChild) -> None:
    in_child(_no_common_codec)


def _not_negotiable(attribute: str, reason: str) -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.received(phone)
        description = tools.sdp()
        name, _, value = attribute.partition(":")
        description.media[0].attributes.append(SDPAttribute(name, value))
        error = core_driver.raises(
            ValueError, lambda: invitation.set_offered_local_sdp(description)
        )
        assert reason in str(error)
        invitation.set_offered_local_sdp(tools.sdp())
        invitation.accept_invite()
        phone.expect("200 INVITE")
        phone.ack()
        tools.reported(driver, "CONFIRMED")


@pytest.mark.parametrize(
    ("attribute", "reason"),
    [
        ("rtpmap:200 opus/48000/2", "local_sdp: media[0].attributes[1]: '200 opus/48000/2'"),
        ("fmtp:128 x=1", "is not about a payload type from 0 to 127"),
        ("rtpmap:0 PCMA/8000", "is the second rtpmap of 0"),
        ("rtpmap:x", "is not of the form type name/rate"),
    ],
)
def test_a_description_that_pjmedia_is_not_safe_with_is_refused(
    in_child: InChild, attribute: str, reason: str
) -> None:
    in_child(_not_negotiable, attribute, reason)


def _everything_declined() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.received(phone)
        invitation.set_offered_local_sdp(tools.sdp(port=0))
        invitation.accept_invite()
        phone.expect("488 INVITE")
        phone.ack_rejection()
        tools.reported(driver, "DISCONNECTED")
        (update,) = tools.updates(driver)
        assert update["succeeded"] is False
        assert "PJMEDIA_SDPNEG_ENOMEDIA" in update["error"]
        assert "CONNECTING" not in [state for _, state in tools.changes(driver)]


def test_an_answer_without_a_single_stream_gets_488(in_child: InChild) -> None:
    in_child(_everything_declined)


def _offer_in_response(answers: bool) -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.received(phone, "")
        assert invitation.get_offered_remote_sdp() is None
        invitation.set_offered_local_sdp(tools.sdp())
        invitation.accept_invite()
        assert "m=audio 5000" in phone.expect("200 INVITE").body
        assert invitation.get_offered_local_sdp().media == tools.sdp().media
        phone.ack(tools.sdp_text() if answers else "")
        if answers:
            tools.reported(driver, "CONFIRMED")
            assert invitation.get_active_remote_sdp().media[0].port == 4000
        else:
            phone.answer(phone.expect("BYE"), 200, "OK")
            tools.reported(driver, "DISCONNECTED")
            assert "CONFIRMED" not in [state for _, state in tools.changes(driver)]


@pytest.mark.parametrize("answers", [False, True])
def test_an_invite_without_offer_gets_one_and_its_ack_must_answer_it(
    in_child: InChild, answers: bool
) -> None:
    in_child(_offer_in_response, answers)


def _early_media() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.received(phone)
        invitation.set_offered_local_sdp(tools.sdp())
        invitation.respond_to_invite_provisionally(183)
        assert "m=audio 5000" in phone.expect("183 INVITE").body
        driver.until(lambda: tools.updates(driver))
        core_driver.raises(SIPCoreError, lambda: invitation.set_offered_local_sdp(tools.sdp()))
        invitation.accept_invite()
        assert "m=audio 5000" in phone.expect("200 INVITE").body
        phone.ack()
        tools.reported(driver, "CONFIRMED")
        assert len(tools.updates(driver)) == 1


def test_early_media_is_sent_with_183(in_child: InChild) -> None:
    in_child(_early_media)


# ---- what cannot become a session


def _refused() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        for body, more, code in (
            ("v=0\r\nnonsense\r\n", {}, 400),
            ("hello", {"Content_Type": "text/plain"}, 415),
            (None, {"Require": "teleportation"}, 420),
            (None, {"Contact": "*"}, 400),
        ):
            phone = tools.Phone(driver)
            phone.invite(body, **more)
            phone.expect(f"{code} INVITE")
            phone.ack_rejection()
        driver.run(0.1)
        assert driver.notifications == []


def test_invites_that_cannot_be_served_are_refused_without_a_session(in_child: InChild) -> None:
    in_child(_refused)


def _wrong_calls() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.received(phone)

        def all_raise(*names: str) -> None:
            state = invitation.state
            driver.drain()
            driver.notifications.clear()
            for name in names:
                error = core_driver.raises(SIPCoreError, getattr(invitation, name))
                assert f"{name}()" in str(error)
            assert invitation.state == state
            driver.run(0.05)
            assert driver.notifications == []

        all_raise("send_invite", "send_reinvite", "respond_to_reinvite")
        invitation.respond_to_invite_provisionally()
        all_raise(
            "send_invite", "send_reinvite", "respond_to_reinvite",
            "respond_to_invite_provisionally",
        )  # fmt: skip
        invitation.set_offered_local_sdp(tools.sdp())
        invitation.accept_invite()
        answers = ("respond_to_invite_provisionally", "accept_invite", "respond_to_reinvite")
        all_raise("send_invite", "send_reinvite", *answers)
        phone.expect("200 INVITE")
        phone.ack()
        tools.reported(driver, "CONFIRMED")
        all_raise("send_invite", "send_reinvite", *answers)
        phone.next("BYE")
        tools.reported(driver, "DISCONNECTED")
        all_raise("send_invite", "send_reinvite", "disconnect", *answers)


def test_calls_that_the_state_does_not_allow_raise_and_change_nothing(in_child: InChild) -> None:
    in_child(_wrong_calls)


def _hung_up_before_the_ack() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.received(phone)
        invitation.set_offered_local_sdp(tools.sdp())
        invitation.accept_invite()
        phone.expect("200 INVITE")
        invitation.disconnect()
        assert invitation.state == "DISCONNECTING"
        phone.sends_nothing("BYE")
        phone.ack()
        phone.answer(phone.expect("BYE"), 200, "OK")
        tools.reported(driver, "DISCONNECTED")
        assert [state for _, state in tools.changes(driver)][-3:] == [
            "CONNECTING", "DISCONNECTING", "DISCONNECTED",
        ]  # fmt: skip


def test_bye_waits_for_the_ack(in_child: InChild) -> None:
    in_child(_hung_up_before_the_ack)


def _read_late() -> None:
    core_driver, tools = _tools()
    pjsip = ctypes.CDLL(str(LIBRARY_FOLDER / "libpjsip.so.2"))
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        phone.invite()
        while phone.receive() is None:  # the 100
            driver.ua.poll(0.05)
        # There is nothing that PJSIP takes and cannot read again: its parser has to forget what it
        # knows. The call does not depend on it.
        for _ in range(2):
            pjsip.deinit_sip_parser()
        told = []
        queue.drain(lambda name, sender, data: told.append((name, sender, data)))
        ((name, invitation, data),) = told
        assert (name, data["state"]) == ("SCInvitationChangedState", "INCOMING")
        for read in (lambda: data["headers"], lambda: invitation.caller_uri, invitation.__repr__):
            with pytest.raises(ValueError, match="cannot be parsed again"):
                read()
        for _ in range(2):
            pjsip.init_sip_parser()
        assert data["headers"]["From"][0] == invitation.caller_uri
        assert invitation.callee_uri.user == "token"
        assert invitation.callee_uri is invitation.callee_uri
        invitation.disconnect(500)
        phone.expect("500 INVITE")
        phone.ack_rejection()
        tools.reported(driver, "DISCONNECTED")


def test_an_invite_is_read_when_somebody_wants_to_know(in_child: InChild) -> None:
    in_child(_read_late)
