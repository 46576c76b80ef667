"""`Invitation`: sessions that begin here."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import pytest

from sipsimple.core import SIPURI, Credentials, Invitation, Route, SIPCoreError

if TYPE_CHECKING:
    from conftest import InChild

CALLEE = SIPURI("example.com", user="peer")
CREDENTIALS = Credentials(SIPURI("example.com", user="alice"), token="token")


def _tools() -> tuple[Any, Any]:
    import core_driver
    import invitation_phone

    return core_driver, invitation_phone


# ---- the object


def test_a_new_object_is_null_and_knows_its_parties() -> None:
    invitation = Invitation(CREDENTIALS, CALLEE, Route("192.0.2.1"))
    assert invitation.state == "NULL"
    assert invitation.is_outgoing is True
    assert invitation.credentials == CREDENTIALS
    assert invitation.credentials is not CREDENTIALS
    assert invitation.caller_uri == invitation.local_uri == CREDENTIALS.uri
    assert invitation.callee_uri == invitation.remote_uri == CALLEE
    assert invitation.callee_uri is not CALLEE
    assert invitation.route == Route("192.0.2.1")
    assert invitation.call_id is None
    assert repr(invitation) == "<Invitation to sip:peer@example.com, NULL>"
    assert Invitation(CREDENTIALS, CALLEE).route is None


@pytest.mark.parametrize(
    "name",
    [
        "state", "is_outgoing", "credentials", "caller_uri", "callee_uri", "local_uri",
        "remote_uri", "route", "call_id",
    ],
)  # fmt: skip
def test_attributes_cannot_be_assigned(name: str) -> None:
    invitation = Invitation(CREDENTIALS, CALLEE)
    with pytest.raises(AttributeError):
        setattr(invitation, name, None)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((None, CALLEE), "credentials"),
        ((CREDENTIALS, "sip:peer@example.com"), "callee_uri"),
        ((CREDENTIALS, CALLEE, "192.0.2.1"), "route"),
    ],
)
def test_arguments_of_the_wrong_type_are_named(arguments: Any, name: str) -> None:
    with pytest.raises(TypeError, match=name):
        Invitation(*arguments)


def test_without_a_running_core_methods_say_so() -> None:
    invitation = Invitation(CREDENTIALS, CALLEE)
    for call in (
        invitation.send_invite,
        invitation.accept_invite,
        invitation.disconnect,
        invitation.get_active_local_sdp,
        invitation.get_offered_remote_sdp,
    ):
        with pytest.raises(SIPCoreError, match="start the Engine first"):
            call()
    assert invitation.state == "NULL"


# ---- a call


def _call() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.outgoing(phone)
        offer = invitation.get_offered_local_sdp()
        assert offer == tools.sdp() or offer.media == tools.sdp().media
        assert invitation.get_active_local_sdp() is None
        before = datetime.datetime.now(datetime.UTC)
        invitation.send_invite(extra_headers={"X-Extra": "é", "Subject": "Hi"})
        assert invitation.state == "CALLING"
        invite = phone.expect("INVITE")
        assert invite.line == "INVITE sip:peer@example.com SIP/2.0"
        assert invite.headers["x-extra"] == "é"
        assert invite.headers["subject"] == "Hi"
        assert invite.headers["from"].startswith('"Alice" <sip:alice@example.com>;tag=')
        assert invite.headers["call-id"] == invitation.call_id
        assert invite.uri("contact") == f"sip:token@127.0.0.1:{driver.ua.local_udp_port}"
        assert "m=audio 5000" in invite.body
        assert invitation.get_offered_local_sdp().media == tools.sdp().media

        phone.answer(invite, 100, "Trying")
        phone.answer(invite, 180, "Ringing", X_Ring="1")
        tools.reported(driver, "EARLY")
        phone.answer(invite, 180, "Still Ringing")
        driver.until(lambda: len(driver.notifications) == 3)
        phone.answer(invite, 200, "Fine", tools.sdp_text())
        phone.expect("ACK")
        tools.reported(driver, "CONFIRMED")

        calling, early, again, connecting, update, confirmed = driver.notifications
        assert {n.sender for n in driver.notifications} == {id(invitation)}
        times = [n.data.pop("timestamp") for n in driver.notifications]
        assert before <= times[0] <= times[-1] <= datetime.datetime.now(datetime.UTC)
        assert times == sorted(times)
        assert calling.data == {"prev_state": "NULL", "state": "CALLING"}
        headers = early.data.pop("headers")
        assert early.data == {
            "prev_state": "CALLING", "state": "EARLY", "code": 180, "reason": "Ringing",
            "body": None,
        }  # fmt: skip
        assert headers["X-Ring"] == "1"
        assert headers["CSeq"][1] == "INVITE"
        assert headers["To"][1] == "peer"
        assert again.data["prev_state"] == again.data["state"] == "EARLY"
        assert again.data["reason"] == "Still Ringing"
        assert (connecting.data["code"], connecting.data["reason"]) == (200, "Fine")
        assert connecting.data["body"] == tools.sdp_text().encode()
        assert connecting.data["headers"]["Content-Type"] == ("application/sdp", "")
        assert update.name == "SCInvitationGotSDPUpdate"
        assert update.data.keys() == {"succeeded", "local_sdp", "remote_sdp"}
        assert update.data["succeeded"] is True
        assert update.data["local_sdp"].media == tools.sdp().media
        assert update.data["remote_sdp"].media[0].port == 4000
        assert confirmed.data == {"prev_state": "CONNECTING", "state": "CONFIRMED"}
        assert invitation.get_active_local_sdp().media == tools.sdp().media
        assert invitation.get_active_remote_sdp().media[0].port == 4000
        assert invitation.get_offered_local_sdp() is None
        assert invitation.get_offered_remote_sdp() is None

        driver.notifications.clear()
        invitation.disconnect(extra_headers={"X-Why": "enough"})
        assert invitation.state == "DISCONNECTING"
        bye = phone.expect("BYE")
        assert bye.headers["x-why"] == "enough"
        phone.answer(bye, 200, "Bye")
        disconnected = tools.reported(driver, "DISCONNECTED")
        assert (disconnected["code"], disconnected["reason"]) == (200, "Bye")
        assert tools.changes(driver) == [
            ("CONFIRMED", "DISCONNECTING"), ("DISCONNECTING", "DISCONNECTED"),
        ]  # fmt: skip
        assert invitation.call_id is None
        assert invitation.get_active_local_sdp() is None


def test_a_call_is_made_and_ended_here(in_child: InChild) -> None:
    in_child(_call)


def _ended_there() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.confirmed_outgoing(phone)
        tools.changes(driver)
        phone.next("BYE", Reason="SIP;cause=16")
        phone.expect("200 BYE")
        data = tools.reported(driver, "DISCONNECTED")
        assert data["prev_state"] == "CONFIRMED"
        assert data["method"] == "BYE"
        assert data["request_uri"].user == "token"
        assert data["headers"]["Reason"] == "SIP;cause=16"
        assert data["body"] is None
        assert "code" not in data
        assert invitation.state == "DISCONNECTED"


def test_a_call_is_ended_by_the_other_side(in_child: InChild) -> None:
    in_child(_ended_there)


def _rejected(code: int) -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation, invite = tools.called(phone)
        phone.answer(invite, code, "No", Retry_After="3 (later)")
        phone.expect("ACK")
        data = tools.reported(driver, "DISCONNECTED")
        assert (data["code"], data["reason"]) == (code, "No")
        assert data["headers"]["Retry-After"] == (3, "later", {})
        assert tools.changes(driver) == [("NULL", "CALLING"), ("CALLING", "DISCONNECTED")]
        assert invitation.state == "DISCONNECTED"


@pytest.mark.parametrize("code", [302, 404, 480, 486, 503, 603])
def test_a_negative_response_ends_the_session(in_child: InChild, code: int) -> None:
    in_child(_rejected, code)


def _tagless() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation, invite = tools.called(phone)
        phone.answer(invite, 183, "Somewhere", tag="")
        assert tools.reported(driver, "EARLY")["code"] == 183
        phone.answer(invite, 200, "OK", tools.sdp_text())
        tools.reported(driver, "CONFIRMED")
        assert [state for _, state in tools.changes(driver)] == [
            "CALLING", "EARLY", "CONNECTING", "CONFIRMED",
        ]  # fmt: skip
        assert invitation.state == "CONFIRMED"


def test_a_provisional_response_without_to_tag_counts(in_child: InChild) -> None:
    in_child(_tagless)


# ---- CANCEL


def _cancelled_early() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation, invite = tools.called(phone)
        phone.answer(invite, 180, "Ringing")
        tools.reported(driver, "EARLY")
        invitation.disconnect(extra_headers={"Reason": 'SIP;cause=200;text="elsewhere"'})
        cancel = phone.expect("CANCEL")
        assert cancel.headers["reason"] == 'SIP;cause=200;text="elsewhere"'
        assert cancel.headers["via"] == invite.headers["via"]
        phone.answer(cancel, 200, "OK")
        phone.answer(invite, 487, "Terminated")
        phone.expect("ACK")
        data = tools.reported(driver, "DISCONNECTED")
        assert (data["prev_state"], data["code"]) == ("DISCONNECTING", 487)


def test_disconnect_cancels_a_call_that_rings(in_child: InChild) -> None:
    in_child(_cancelled_early)


def _cancelled_before_any_response(first: int) -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation, invite = tools.called(phone)
        invitation.disconnect(extra_headers={"X-Late": "yes"})
        assert invitation.state == "DISCONNECTING"
        phone.sends_nothing("CANCEL")
        phone.answer(invite, first, "Something")
        cancel = phone.expect("CANCEL")
        assert cancel.headers["x-late"] == "yes"
        phone.answer(cancel, 200, "OK")
        phone.answer(invite, 487, "Terminated")
        tools.reported(driver, "DISCONNECTED")
        assert tools.changes(driver) == [
            ("NULL", "CALLING"), ("CALLING", "DISCONNECTING"), ("DISCONNECTING", "DISCONNECTED"),
        ]  # fmt: skip


@pytest.mark.parametrize("first", [100, 180])
def test_cancel_waits_for_the_first_response(in_child: InChild, first: int) -> None:
    in_child(_cancelled_before_any_response, first)


def _crossed(rings: bool) -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation, invite = tools.called(phone)
        if rings:
            phone.answer(invite, 180, "Ringing")
            tools.reported(driver, "EARLY")
        invitation.disconnect()
        phone.answer(invite, 200, "OK", tools.sdp_text())
        phone.expect("ACK")
        phone.answer(phone.expect("BYE"), 200, "OK")
        tools.reported(driver, "DISCONNECTED")
        states = [state for _, state in tools.changes(driver)]
        assert states[-2:] == ["DISCONNECTING", "DISCONNECTED"]
        assert "CONFIRMED" not in states


@pytest.mark.parametrize("rings", [False, True])
def test_an_answer_that_crosses_the_cancel_gets_ack_and_bye(in_child: InChild, rings: bool) -> None:
    in_child(_crossed, rings)


# ---- SDP


def _answered(body: str, fails: bool) -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation, invite = tools.called(phone)
        phone.answer(invite, 200, "OK", body)
        phone.expect("ACK")
        phone.answer(phone.expect("BYE"), 200, "OK")
        tools.reported(driver, "DISCONNECTED")
        reports = tools.updates(driver)
        assert [report["succeeded"] for report in reports] == ([False] if fails else [])
        assert all(isinstance(report["error"], str) and report["error"] for report in reports)
        assert [state for _, state in tools.changes(driver)] == [
            "CALLING", "CONNECTING", "DISCONNECTED",
        ]  # fmt: skip
        assert invitation.state == "DISCONNECTED"


def test_an_answer_without_sdp_ends_with_bye(in_child: InChild) -> None:
    in_child(_answered, "", False)


def test_an_answer_that_does_not_fit_ends_with_bye(in_child: InChild) -> None:
    _, tools = _tools()
    in_child(_answered, tools.sdp_text(codec="97 speex/16000"), True)


def test_an_answer_that_is_no_sdp_ends_with_bye(in_child: InChild) -> None:
    in_child(_answered, "v=0\r\nnonsense\r\n", True)


def _early_media() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation, invite = tools.called(phone)
        phone.answer(invite, 183, "Progress", tools.sdp_text(port=4002))
        driver.until(lambda: tools.updates(driver))
        assert invitation.state == "EARLY"
        assert invitation.get_active_remote_sdp().media[0].port == 4002
        phone.answer(invite, 200, "OK", tools.sdp_text(port=4002))
        phone.expect("ACK")
        tools.reported(driver, "CONFIRMED")


def test_early_media_is_negotiated_before_the_call_is_answered(in_child: InChild) -> None:
    in_child(_early_media)


def _no_offer() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = Invitation(CREDENTIALS, CALLEE, Route("127.0.0.1", phone.port))
        error = core_driver.raises(SIPCoreError, invitation.send_invite)
        assert "set_offered_local_sdp" in str(error)
        core_driver.raises(TypeError, lambda: invitation.set_offered_local_sdp("v=0"))
        invalid = tools.sdp()
        invalid.connection = None
        core_driver.raises(ValueError, lambda: invitation.set_offered_local_sdp(invalid))
        assert invitation.get_offered_local_sdp() is None
        assert (invitation.state, invitation.call_id) == ("NULL", None)
        mine = tools.sdp()
        invitation.set_offered_local_sdp(mine)
        mine.media[0].port = 1
        assert invitation.get_offered_local_sdp().media[0].port == 5000
        invitation.send_invite()
        phone.expect("INVITE")


def test_an_offer_has_to_be_set_and_is_copied(in_child: InChild) -> None:
    in_child(_no_offer)


# ---- errors


def _challenged() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.outgoing(phone, password="secret")
        invitation.send_invite(extra_headers={"X-Extra": "1"})
        invite = phone.expect("INVITE")
        challenge = 'Digest realm="r", nonce="n", algorithm=MD5, qop="auth"'
        phone.answer(invite, 401, "Who?", WWW_Authenticate=challenge)
        again = phone.expect("INVITE")
        assert 'username="alice"' in again.headers["authorization"]
        assert again.headers["x-extra"] == "1"
        phone.answer(again, 200, "OK", tools.sdp_text())
        tools.reported(driver, "CONFIRMED")
        assert [state for _, state in tools.changes(driver)] == [
            "CALLING", "CONNECTING", "CONFIRMED",
        ]  # fmt: skip


def test_a_challenge_is_answered_without_a_change_of_state(in_child: InChild) -> None:
    in_child(_challenged)


def _wrong_calls() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.outgoing(phone)

        def all_raise(*names: str) -> None:
            state = invitation.state
            call_id = invitation.call_id
            driver.drain()
            driver.notifications.clear()
            for name in names:
                error = core_driver.raises(SIPCoreError, getattr(invitation, name))
                assert f"{name}()" in str(error)
                assert state in str(error)
            assert (invitation.state, invitation.call_id) == (state, call_id)
            driver.run(0.05)
            assert driver.notifications == []

        answers = ("respond_to_invite_provisionally", "accept_invite", "respond_to_reinvite")
        all_raise("disconnect", "send_reinvite", *answers)
        invitation.send_invite()
        invite = phone.expect("INVITE")
        all_raise("send_invite", "send_reinvite", *answers)
        core_driver.raises(SIPCoreError, lambda: invitation.set_offered_local_sdp(tools.sdp()))
        phone.answer(invite, 180, "Ringing")
        tools.reported(driver, "EARLY")
        all_raise("send_invite", "send_reinvite", *answers)
        phone.answer(invite, 200, "OK", tools.sdp_text())
        tools.reported(driver, "CONFIRMED")
        all_raise("send_invite", *answers)
        invitation.disconnect()
        bye = phone.expect("BYE")
        all_raise("send_invite", "send_reinvite", "disconnect", *answers)
        phone.answer(bye, 200, "OK")
        tools.reported(driver, "DISCONNECTED")
        all_raise("send_invite", "send_reinvite", "disconnect", *answers)


def test_calls_that_the_state_does_not_allow_raise_and_change_nothing(in_child: InChild) -> None:
    in_child(_wrong_calls)


def _wrong_arguments() -> None:
    core_driver, tools = _tools()
    raises = core_driver.raises
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.outgoing(phone)
        for headers, kind in (
            ({"X-A": "b\r\nX-C: d"}, ValueError),
            ({"X-A\r\n": "b"}, ValueError),
            ({"": "b"}, ValueError),
            ({"Call-ID": "b"}, ValueError),
            ({"X-A": 1}, TypeError),
            ({1: "b"}, TypeError),
            ([("X-A", "b")], TypeError),
        ):
            for name in (
                "send_invite", "respond_to_invite_provisionally", "accept_invite", "disconnect",
                "send_reinvite", "respond_to_reinvite",
            ):  # fmt: skip
                method = getattr(invitation, name)
                error = raises(kind, lambda m=method, h=headers: m(extra_headers=h))
                assert "extra_headers" in str(error)
        for name, wrong in (
            ("respond_to_invite_provisionally", 200),
            ("respond_to_invite_provisionally", 100),
            ("disconnect", 200),
            ("disconnect", 700),
            ("respond_to_reinvite", 99),
        ):
            method = getattr(invitation, name)
            assert str(wrong) in str(raises(ValueError, lambda m=method, w=wrong: m(w)))
            assert "response_code" in str(raises(TypeError, lambda m=method: m("180")))
            assert "response_code" in str(raises(TypeError, lambda m=method: m(True)))
        assert invitation.state == "NULL"
        driver.run(0.05)
        assert driver.notifications == []


def test_wrong_arguments_are_named(in_child: InChild) -> None:
    in_child(_wrong_arguments)


def _no_way() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver(local_tls_port=None, local_tcp_port=None) as driver:
        phone = tools.Phone(driver)
        credentials = Credentials(SIPURI("example.com", user="alice"))
        invitation = Invitation(credentials, CALLEE, Route("127.0.0.1", phone.port, "tcp"))
        invitation.set_offered_local_sdp(tools.sdp())
        core_driver.raises(SIPCoreError, invitation.send_invite)
        assert (invitation.state, invitation.call_id) == ("NULL", None)
        assert invitation.get_offered_local_sdp() is not None
        driver.run(0.05)
        assert driver.notifications == []


def test_a_call_over_a_disabled_transport_raises_and_changes_nothing(in_child: InChild) -> None:
    in_child(_no_way)


def _refused() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        phone.socket.close()
        credentials = Credentials(SIPURI("example.com", user="alice"))
        invitation = Invitation(credentials, CALLEE, Route("127.0.0.1", phone.port, "tcp"))
        invitation.set_offered_local_sdp(tools.sdp())
        invitation.send_invite()
        data = tools.reported(driver, "DISCONNECTED")
        assert data["code"] in (502, 503)
        assert data["reason"]
        assert "headers" not in data
        assert tools.changes(driver) == [("NULL", "CALLING"), ("CALLING", "DISCONNECTED")]


def test_a_transport_error_ends_the_session_with_a_reason(in_child: InChild) -> None:
    in_child(_refused)
