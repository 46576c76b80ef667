"""`Invitation`: calls that are sent elsewhere (RFC 3261 sections 8.1.3.4 and 21.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conftest import InChild


def _tools() -> tuple[Any, Any]:
    import core_driver
    import invitation_phone

    return core_driver, invitation_phone


def _redirected() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation, invite = tools.called(phone)
        phone.answer(
            invite, 302, "Moved Temporarily",
            Contact="<sip:new@192.0.2.1:5070>;q=0.7, <sip:old@192.0.2.2>;q=0.1",
        )  # fmt: skip
        phone.expect("ACK")
        data = tools.reported(driver, "DISCONNECTED")
        assert (data["code"], data["reason"]) == (302, "Moved Temporarily")
        places = [(str(uri), parameters) for uri, parameters in data["headers"]["Contact"]]
        assert places[-2:] == [
            ("sip:new@192.0.2.1:5070", {"q": 0.7}), ("sip:old@192.0.2.2", {"q": 0.1}),
        ]  # fmt: skip
        # It is up to the application whether it calls there.
        phone.sends_nothing("INVITE")
        assert invitation.state == "DISCONNECTED"


def test_a_redirected_call_ends_and_tells_where_to(in_child: InChild) -> None:
    in_child(_redirected)


def _redirects() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.received(phone)
        for code in (486, 400):
            error = core_driver.raises(
                ValueError, lambda code=code: invitation.disconnect(code, {"Contact": "<sip:a@b>"})
            )
            assert "Contact" in str(error)
        invitation.disconnect(302, {"Contact": "<sip:new@192.0.2.1:5070>", "X-Why": "out"})
        answer = phone.expect("302 INVITE")
        assert answer.all("Contact") == ["<sip:new@192.0.2.1:5070>"]
        assert answer.headers["x-why"] == "out"
        phone.ack_rejection()
        tools.reported(driver, "DISCONNECTED")


def test_a_call_can_be_sent_elsewhere(in_child: InChild) -> None:
    in_child(_redirects)
