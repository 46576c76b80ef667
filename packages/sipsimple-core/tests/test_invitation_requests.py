"""`Invitation`: INFO and MESSAGE within a session, and what else comes in there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sipsimple.core import SIPURI, Credentials, Invitation, SIPCoreError

if TYPE_CHECKING:
    from conftest import InChild

INVITATION = Invitation(
    Credentials(SIPURI("example.com", user="alice")), SIPURI("example.com", user="peer")
)


def _tools() -> tuple[Any, Any]:
    import core_driver
    import invitation_phone

    return core_driver, invitation_phone


def _told(driver: Any, name: str) -> dict[str, Any]:
    """Await a notification of this name; its data, and all that came is forgotten."""
    found: Any = driver.until(
        lambda: next((n for n in driver.notifications if n.name == name), None)
    )
    driver.notifications.clear()
    return dict(found.data)


# ---- sent


def _requests_are_sent() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.confirmed_outgoing(phone)
        tools.changes(driver)
        invitation.send_info(
            "application", "dtmf-relay", "Signal=5\r\nDuration=160\r\n", {"X-Extra": "1"}
        )
        info = phone.expect("INFO")
        assert info.headers["content-type"] == "application/dtmf-relay"
        assert info.headers["x-extra"] == "1"
        assert info.headers["call-id"] == invitation.call_id
        assert info.body == "Signal=5\r\nDuration=160\r\n"
        phone.answer(info, 200, "Done", X_Mark="a")
        data = _told(driver, "SCInvitationGotInfoResponse")
        assert (data["code"], data["reason"], data["body"]) == (200, "Done", None)
        assert data["headers"]["X-Mark"] == "a"
        assert data.keys() == {"timestamp", "code", "reason", "headers", "body"}

        invitation.send_message("text", "plain;charset=UTF-8", "Grüße".encode())
        message = phone.expect("MESSAGE")
        assert message.headers["content-type"].replace(" ", "") == "text/plain;charset=UTF-8"
        assert message.body == "Grüße"
        assert "contact" not in message.headers
        phone.answer(message, 415, "What")
        data = _told(driver, "SCInvitationGotMessageResponse")
        assert (data["code"], data["reason"]) == (415, "What")
        assert invitation.state == "CONFIRMED"


def test_info_and_message_are_sent_and_their_answers_told(in_child: InChild) -> None:
    in_child(_requests_are_sent)


def _challenged() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.outgoing(phone, "secret")
        invitation.send_invite()
        phone.answer(phone.expect("INVITE"), 200, "OK", tools.sdp_text())
        phone.expect("ACK")
        tools.reported(driver, "CONFIRMED")
        challenge = 'Digest realm="example.com", nonce="1", qop="auth"'
        invitation.send_message("text", "plain", "once")
        phone.answer(phone.expect("MESSAGE"), 407, "Who", Proxy_Authenticate=challenge)
        again = phone.expect("MESSAGE")
        assert 'username="alice"' in again.headers["proxy-authorization"]
        assert again.body == "once"
        phone.answer(again, 202, "Taken")
        assert _told(driver, "SCInvitationGotMessageResponse")["code"] == 202

        # The same nonce again: the password is wrong, and is not tried for ever.
        invitation.send_message("text", "plain", "twice")
        for _ in range(2):
            request = phone.expect("MESSAGE")
            phone.answer(request, 407, "Who", Proxy_Authenticate=challenge)
            if "proxy-authorization" in request.headers:
                break
        assert _told(driver, "SCInvitationGotMessageResponse")["code"] == 407
        phone.sends_nothing("MESSAGE")
        assert invitation.state == "CONFIRMED"


def test_a_challenge_is_answered_once(in_child: InChild) -> None:
    in_child(_challenged)


def _the_other_side_has_lost_the_session() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.confirmed_incoming(phone)
        tools.changes(driver)
        invitation.send_info("text", "plain", "?")
        phone.answer(phone.expect("INFO"), 481, "Gone")
        bye = phone.expect("BYE")
        assert _told(driver, "SCInvitationGotInfoResponse")["code"] == 481
        phone.answer(bye, 200, "OK")
        tools.reported(driver, "DISCONNECTED")
        phone.sends_nothing("BYE")
        assert invitation.state == "DISCONNECTED"


def test_a_481_ends_the_session(in_child: InChild) -> None:
    in_child(_the_other_side_has_lost_the_session)


def _no_answer_after_the_end() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.confirmed_outgoing(phone)
        invitation.send_info("text", "plain", "?")
        info = phone.expect("INFO")
        phone.next("BYE")
        phone.expect("200 BYE")
        tools.reported(driver, "DISCONNECTED")
        driver.notifications.clear()
        phone.answer(info, 200, "OK")
        driver.run(0.3)
        assert driver.notifications == []
        error = core_driver.raises(SIPCoreError, lambda: invitation.send_info("text", "plain", "?"))
        assert "DISCONNECTED" in str(error)


def test_nothing_is_told_or_sent_after_the_end(in_child: InChild) -> None:
    in_child(_no_answer_after_the_end)


def test_arguments_are_checked_before_the_state() -> None:
    for wrong in (("text", None, ""), (b"text", "plain", ""), ("text", "plain", 5)):
        with pytest.raises(TypeError):
            INVITATION.send_info(*wrong)  # type: ignore[arg-type]
    for kind, subkind in (
        ("", "plain"),
        ("a b", "plain"),
        ("text", "plain\r\nX: y"),
        ("a/b", "c"),
    ):
        with pytest.raises(ValueError, match="Content-Type"):
            INVITATION.send_message(kind, subkind, "")
    with pytest.raises(ValueError, match="extra_headers"):
        INVITATION.send_message("text", "plain", "", {"Content-Type": "text/html"})
    with pytest.raises(SIPCoreError):
        INVITATION.send_message("text", "plain", "")


# ---- received


def _requests_are_received() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.confirmed_incoming(phone)
        driver.notifications.clear()
        phone.next("INFO", "Signal=5", Content_Type="application/dtmf-relay", X_Extra="é")
        phone.expect("200 INFO")
        assert {n.sender for n in driver.notifications} == {id(invitation)}
        data = _told(driver, "SCInvitationGotInfo")
        assert data["body"] == b"Signal=5"
        assert (data["content_type"], data["content_subtype"]) == ("application", "dtmf-relay")
        assert data["headers"]["X-Extra"] == "é"
        assert data["request_uri"].user == "token"
        assert data.keys() == {
            "timestamp", "request_uri", "content_type", "content_subtype", "headers", "body",
        }  # fmt: skip
        phone.next("MESSAGE")
        phone.expect("200 MESSAGE")
        data = _told(driver, "SCInvitationGotMessage")
        assert (data["content_type"], data["content_subtype"]) == (None, None)
        assert data["body"] is None
        # The same request again is answered again and told once.
        branch = "z9hG4bK-again"
        phone.cseq += 1
        for _ in range(2):
            phone.say("INFO", "x", branch=branch, Content_Type="text/plain")
        phone.expect("200 INFO")
        driver.run(0.3)
        assert [n.name for n in driver.notifications] == ["SCInvitationGotInfo"]
        assert invitation.state == "CONFIRMED"


def test_info_and_message_are_answered_and_told(in_child: InChild) -> None:
    in_child(_requests_are_received)


def _other_requests() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.confirmed_incoming(phone)
        driver.notifications.clear()
        for method, code in (
            ("OPTIONS", 200),
            ("NOTIFY", 481),
            ("PUBLISH", 405),
            ("FROBNICATE", 501),
        ):
            phone.next(method, Event="presence", Subscription_State="active")
            answer = phone.expect(f"{code} {method}")
            if code in (200, 405):
                allowed = {name.strip() for name in answer.headers["allow"].split(",")}
                assert {"INVITE", "INFO"} <= allowed
        phone.next("INFO", Info_Package="unknown")
        phone.expect("469 INFO")
        driver.run(0.2)
        assert driver.notifications == []
        assert invitation.state == "CONFIRMED"


def test_what_is_not_understood_within_a_session_is_answered_as_outside(
    in_child: InChild,
) -> None:
    in_child(_other_requests)
