"""`Invitation`: blind transfer, REFER and the NOTIFYs about it (RFC 3515)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sipsimple.core import SIPURI, Credentials, Invitation, SIPCoreError
from sipsimple.pjproject.native import live_objects

if TYPE_CHECKING:
    from conftest import InChild

INVITATION = Invitation(
    Credentials(SIPURI("example.com", user="alice")), SIPURI("example.com", user="peer")
)
PREFIX = "SCInvitationTransfer"


def _tools() -> tuple[Any, Any]:
    import core_driver
    import invitation_phone

    return core_driver, invitation_phone


def _told(driver: Any, name: str) -> dict[str, Any]:
    """Await a notification of this name; its data, and all up to it is forgotten."""
    found: Any = driver.until(
        lambda: next((n for n in driver.notifications if n.name == name), None)
    )
    assert found.sender in {id(invitation) for invitation in live_objects(Invitation)}
    del driver.notifications[: driver.notifications.index(found) + 1]
    return dict(found.data)


def _notify(phone: Any, state: str, body: str, **more: str) -> None:
    phone.next(
        "NOTIFY",
        body,
        **({"Event": "refer", "Subscription_State": state} | more),
        Content_Type="message/sipfrag;version=2.0",
    )


def _transferred() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.confirmed_outgoing(phone)
        driver.notifications.clear()
        invitation.transfer(SIPURI("example.net", user="carol"))
        again = lambda: invitation.transfer(SIPURI("example.net"))  # noqa: E731
        assert "another transfer" in str(core_driver.raises(SIPCoreError, again))
        refer = phone.expect("REFER")
        assert refer.headers["refer-to"] == "<sip:carol@example.net>"
        assert "contact" in refer.headers
        phone.answer(refer, 202, "Accepted")
        data = _told(driver, PREFIX + "DidStart")
        assert (data["code"], data["reason"]) == (202, "Accepted")
        assert data.keys() == {"timestamp", "code", "reason"}
        _notify(phone, "active;expires=60", "SIP/2.0 180 Ringing\r\n")
        phone.expect("200 NOTIFY")
        data = _told(driver, PREFIX + "GotNotify")
        assert (data["code"], data["reason"]) == (180, "Ringing")
        _notify(phone, "active", "hello")
        phone.expect("400 NOTIFY")
        _notify(phone, "active", "SIP/2.0 180 Ringing", Event="refer;id=999999")
        phone.expect("481 NOTIFY")
        _notify(phone, "terminated;reason=noresource", "SIP/2.0 200 OK")
        phone.expect("200 NOTIFY")
        assert _told(driver, PREFIX + "GotNotify")["code"] == 200
        assert _told(driver, PREFIX + "DidEnd")["code"] == 200
        _notify(phone, "terminated;reason=noresource", "SIP/2.0 200 OK")
        phone.expect("481 NOTIFY")
        assert driver.notifications == []
        assert invitation.state == "CONFIRMED"


def test_a_transfer_is_asked_for_and_its_progress_told(in_child: InChild) -> None:
    in_child(_transferred)


def _fails() -> None:
    core_driver, tools = _tools()
    target = SIPURI("example.net", user="carol")
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.confirmed_incoming(phone)
        driver.notifications.clear()
        invitation.transfer(target)
        phone.answer(phone.expect("REFER"), 603, "Decline")
        assert _told(driver, PREFIX + "DidFail")["code"] == 603
        # The NOTIFY may come before the 202.
        invitation.transfer(target)
        refer = phone.expect("REFER")
        _notify(phone, "terminated;reason=noresource", "SIP/2.0 486 Busy Here\r\n")
        phone.expect("200 NOTIFY")
        phone.answer(refer, 202, "Accepted")
        _told(driver, PREFIX + "DidStart")
        data = _told(driver, PREFIX + "DidFail")
        assert (data["code"], data["reason"]) == (486, "Busy Here")
        invitation.transfer(target)
        phone.answer(phone.expect("REFER"), 202, "Accepted")
        _notify(phone, "terminated;reason=giveup", "nonsense")
        phone.expect("400 NOTIFY")
        assert _told(driver, PREFIX + "DidFail")["code"] == 500
        # Without a subscription (RFC 4488).
        invitation.transfer(target)
        phone.answer(phone.expect("REFER"), 202, "Accepted", Refer_Sub="false")
        _told(driver, PREFIX + "DidEnd")
        # No NOTIFY ever, and the session ends.
        invitation.transfer(target)
        phone.answer(phone.expect("REFER"), 202, "Accepted")
        _told(driver, PREFIX + "DidStart")
        phone.next("BYE")
        phone.expect("200 BYE")
        assert _told(driver, PREFIX + "DidFail")["code"] == 481
        core_driver.raises(SIPCoreError, lambda: invitation.transfer(target))


def test_each_transfer_that_fails_is_told_once(in_child: InChild) -> None:
    in_child(_fails)


def _received() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.confirmed_incoming(phone)
        driver.notifications.clear()
        for header, code in (
            ({}, 400),
            ({"Refer_To": "<sip:a@b>\r\nRefer-To: <sip:c@d>"}, 400),
            ({"Refer_To": "<sip:a@b"}, 400),
            ({"Refer_To": "<tel:+123>"}, 416),
        ):
            phone.next("REFER", **header)
            phone.expect(f"{code} REFER")
        assert driver.notifications == []
        error = core_driver.raises(SIPCoreError, invitation.accept_transfer)
        assert str(error) == "accept_transfer(): no transfer waits for it"

        phone.next("REFER", Refer_To="<sip:carol@example.net>", Referred_By="<sip:bob@b>")
        data = _told(driver, "SCInvitationGotTransfer")
        assert data["refer_to"] == SIPURI("example.net", user="carol")
        assert data["referred_by"] == "<sip:bob@b>"
        invitation.reject_transfer()
        phone.expect("603 REFER")

        # There may be one (RFC 3892 section 3).
        twice = "<sip:bob@b>\r\nReferred-By: <sip:dave@b>"
        phone.next("REFER", Refer_To="<sip:carol@example.net>", Referred_By=twice)
        assert _told(driver, "SCInvitationGotTransfer")["referred_by"] == "<sip:bob@b>"
        invitation.reject_transfer()
        phone.expect("603 REFER")

        for header in (
            '"Carol <3, \\" and" <sip:carol@example.net>;x=y',
            "Carol <sip:carol@example.net>",
            "sip:carol@example.net;x=y",
        ):
            phone.next("REFER", Refer_To=header)
            data = _told(driver, "SCInvitationGotTransfer")
            assert data["refer_to"] == SIPURI("example.net", user="carol"), header
            invitation.reject_transfer(404)
            phone.expect("404 REFER")

        phone.next("REFER", Refer_To="sip:carol@example.net")
        _told(driver, "SCInvitationGotTransfer")
        invitation.accept_transfer()
        answer = phone.expect("202 REFER")
        assert "contact" in answer.headers
        notify = phone.expect("NOTIFY")
        assert notify.body == "SIP/2.0 100 Trying\r\n"
        assert notify.headers["event"] == "refer"
        assert notify.headers["content-type"].replace(" ", "") == "message/sipfrag;version=2.0"
        assert notify.headers["subscription-state"].startswith("active")
        phone.answer(notify, 200, "OK")
        phone.next("REFER", Refer_To="sip:dave@example.net")
        phone.expect("491 REFER")
        invitation.report_transfer(180, "Klingelt")
        notify = phone.expect("NOTIFY")
        assert notify.body == "SIP/2.0 180 Klingelt\r\n"
        phone.answer(notify, 200, "OK")
        invitation.report_transfer(200)
        notify = phone.expect("NOTIFY")
        assert notify.body == "SIP/2.0 200 OK\r\n"
        assert notify.headers["subscription-state"] == "terminated;reason=noresource"
        phone.answer(notify, 200, "OK")
        core_driver.raises(SIPCoreError, lambda: invitation.report_transfer(200))

        phone.next("REFER", Refer_To="sip:carol@example.net", Refer_Sub="false")
        _told(driver, "SCInvitationGotTransfer")
        invitation.accept_transfer()
        assert phone.expect("202 REFER").headers["refer-sub"] == "false"
        phone.sends_nothing("NOTIFY")

        # The session ends while a REFER waits.
        phone.next("REFER", Refer_To="sip:carol@example.net")
        _told(driver, "SCInvitationGotTransfer")
        phone.next("BYE")
        phone.expect("487 REFER")
        phone.expect("200 BYE")
        core_driver.raises(SIPCoreError, invitation.accept_transfer)


def test_a_refer_is_told_answered_and_reported_on(in_child: InChild) -> None:
    in_child(_received)


def _stopped() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.confirmed_incoming(phone)
        phone.next("REFER", Refer_To="<sip:carol@example.net>")
        _told(driver, "SCInvitationGotTransfer")
        invitation.transfer(SIPURI("example.net"))
        phone.expect("REFER")
    core_driver.raises(SIPCoreError, invitation.accept_transfer)


def test_the_core_stops_in_the_middle_of_transfers(in_child: InChild) -> None:
    in_child(_stopped)


def test_arguments_are_checked() -> None:
    with pytest.raises(TypeError, match="target_uri"):
        INVITATION.transfer("sip:a@b")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="response_code"):
        INVITATION.reject_transfer(200)
    with pytest.raises(TypeError, match="code"):
        INVITATION.report_transfer("200")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="reason"):
        INVITATION.report_transfer(200, "a\r\nb")
    with pytest.raises(SIPCoreError):
        INVITATION.transfer(SIPURI("example.net"))
