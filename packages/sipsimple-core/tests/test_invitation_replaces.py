"""`Invitation`: sessions that take the place of others (RFC 3891), and attended transfer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sipsimple.core import SIPURI, Credentials, Invitation, Route, SIPCoreError
from sipsimple.pjproject.native import live_objects

if TYPE_CHECKING:
    from conftest import InChild


def _tools() -> tuple[Any, Any]:
    import core_driver
    import invitation_phone

    return core_driver, invitation_phone


def _replaces(phone: Any, more: str = "") -> str:
    """What names the session of the phone, as somebody else would say it to the stack."""
    tags = [header.partition(";tag=")[2] for header in (phone.remote, phone.local)]
    return f"{phone.call_id};to-tag={tags[0]};from-tag={tags[1]}{more}"


def _another(driver: Any, tools: Any, number: int) -> Any:
    phone = tools.Phone(driver)
    phone.call_id = f"other-{number}"
    phone.local = f"<sip:other@example.com>;tag=other-{number}"
    return phone


def _replaced() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        first = tools.confirmed_incoming(phone)
        assert first.replaces is None
        for number, (header, code) in enumerate(
            (
                ("unknown;to-tag=a;from-tag=b", 481),
                (_replaces(phone).replace("to-tag=", "to-tag=x"), 481),
                (_replaces(phone) + "\r\nReplaces: " + _replaces(phone), 400),
                (_replaces(phone, ";early-only"), 486),
            )
        ):
            other = _another(driver, tools, number)
            other.invite(Replaces=header)
            other.expect(f"{code} INVITE")
            other.ack_rejection()
        # Refused: the first one goes on.
        other = _another(driver, tools, 10)
        second = tools.received(other, Replaces=_replaces(phone), Require="replaces")
        assert second.replaces is first
        second.disconnect(603)
        other.expect("603 INVITE")
        other.ack_rejection()
        # No codec in common: likewise.
        other = _another(driver, tools, 11)
        second = tools.received(other, Replaces=_replaces(phone))
        second.set_offered_local_sdp(tools.sdp(codec="8 PCMA/8000"))
        second.accept_invite()
        other.expect("488 INVITE")
        other.ack_rejection()
        phone.sends_nothing("BYE")
        assert first.state == "CONFIRMED"
        # Accepted: it ends.
        other = _another(driver, tools, 12)
        second = tools.received(other, Replaces=_replaces(phone))
        second.set_offered_local_sdp(tools.sdp())
        second.accept_invite()
        other.expect("200 INVITE")
        other.ack()
        phone.answer(phone.expect("BYE"), 200, "OK")
        driver.until(lambda: first.state == "DISCONNECTED")
        driver.until(lambda: second.state == "CONFIRMED")
        assert second.replaces is first
        # It has ended just now: its place cannot be taken any more (RFC 3891 section 3).
        late = _another(driver, tools, 13)
        late.invite(Replaces=_replaces(phone))
        late.expect("603 INVITE")
        late.ack_rejection()


def test_an_accepted_session_takes_the_place_of_another(in_child: InChild) -> None:
    in_child(_replaced)


def _ended_before() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        first = tools.confirmed_incoming(phone)
        other = _another(driver, tools, 1)
        second = tools.received(other, Replaces=_replaces(phone))
        phone.next("BYE")
        phone.expect("200 BYE")
        driver.until(lambda: first.state == "DISCONNECTED")
        second.set_offered_local_sdp(tools.sdp())
        second.accept_invite()
        other.expect("200 INVITE")
        other.ack()
        driver.until(lambda: second.state == "CONFIRMED")
        assert not [n for n in driver.notifications if n.name == "SCEngineGotException"]


def test_the_session_to_be_replaced_may_end_before(in_child: InChild) -> None:
    in_child(_ended_before)


def _asked_for() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone, target = tools.Phone(driver), tools.Phone(driver)
        session = tools.confirmed_outgoing(phone)
        to_target = tools.outgoing(target)
        target_uri = SIPURI("example.net", user="carol", headers={"Subject": "Hello"})
        early = lambda: session.transfer(target_uri, to_target)  # noqa: E731
        assert "not established" in str(core_driver.raises(SIPCoreError, early))
        to_target.send_invite()
        target.answer(target.expect("INVITE"), 200, "OK", tools.sdp_text())
        target.expect("ACK")
        driver.until(lambda: to_target.state == "CONFIRMED")
        core_driver.raises(TypeError, lambda: session.transfer(target_uri, "x"))
        session.transfer(target_uri, to_target)
        refer_to = phone.expect("REFER").uri("refer-to")
        assert ";" not in refer_to.partition("?")[2]
        # Seen from the target, its own tag is the one of To.
        parsed = SIPURI.parse(refer_to)
        local = target.local.partition(";tag=")[2]
        remote = target.remote.partition(";tag=")[2]
        assert parsed.headers == {
            "Subject": "Hello",
            "Replaces": f"{target.call_id};to-tag={local};from-tag={remote}",
        }
        assert target_uri.headers == {"Subject": "Hello"}


def test_an_attended_transfer_names_the_session_to_be_replaced(in_child: InChild) -> None:
    in_child(_asked_for)


def _headers_of_uri() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        headers = {
            "Replaces": "a@b;to-tag=1;from-tag=2",
            "subject": "one",
            "Call-ID": "mine",
            "Route": "<sip:elsewhere@127.0.0.1;lr>",
            "body": "x",
            "X-Two": "a\r\nVia: b",
            "Require": "nothing",
        }
        call = Invitation(
            Credentials(SIPURI("example.com", user="alice")),
            SIPURI("example.com", user="peer", headers=headers),
            Route("127.0.0.1", phone.port),
        )
        call.set_offered_local_sdp(tools.sdp())
        call.send_invite({"Subject": "two"})
        invite = phone.expect("INVITE")
        assert invite.line == "INVITE sip:peer@example.com SIP/2.0"
        assert invite.headers["to"] == "<sip:peer@example.com>"
        assert invite.all("Replaces") == ["a@b;to-tag=1;from-tag=2"]
        assert invite.all("Subject") == ["two"]
        assert len(invite.all("Call-ID")) == len(invite.all("Via")) == 1
        assert "mine" not in invite.text
        assert "elsewhere" not in invite.text
        assert "nothing" not in invite.text
        assert "x-two" not in invite.headers
        assert call.callee_uri.headers == headers


def test_headers_of_a_uri_are_sent_where_they_do_no_harm(in_child: InChild) -> None:
    in_child(_headers_of_uri)


def _all_parties() -> list[str]:
    """Transferor, transferee and target are six sessions of one stack."""
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        port = driver.ua.local_udp_port
        answered: set[Invitation] = set()

        def call(user: str, uri: SIPURI | None = None) -> Invitation:
            invitation = Invitation(
                Credentials(SIPURI("127.0.0.1", user="caller")),
                uri or SIPURI("127.0.0.1", user=user, port=port),
                Route("127.0.0.1", port),
            )
            invitation.set_offered_local_sdp(tools.sdp())
            invitation.send_invite()
            return invitation

        def answer(caller: Invitation) -> Invitation:
            incoming: Invitation = driver.until(
                lambda: next((i for i in live_objects(Invitation) if i.state == "INCOMING"), None)
            )
            incoming.set_offered_local_sdp(tools.sdp(6000))
            incoming.accept_invite()
            answered.add(incoming)
            driver.until(lambda: caller.state == incoming.state == "CONFIRMED")
            return incoming

        def told(name: str) -> Any:
            found = driver.until(
                lambda: next((n for n in driver.notifications if n.name == name), None)
            )
            driver.notifications.remove(found)
            return found

        to_transferee = call("transferee")
        transferee = answer(to_transferee)
        to_target = call("target")
        target = answer(to_target)
        driver.notifications.clear()
        to_transferee.transfer(to_target.remote_uri, to_target)
        wanted = told("SCInvitationGotTransfer").data["refer_to"]
        transferee.accept_transfer()
        new = call("", wanted)
        taking = answer(new)
        assert taking.replaces is target
        transferee.report_transfer(200)
        told("SCInvitationTransferDidEnd")
        driver.until(lambda: target.state == to_target.state == "DISCONNECTED")
        to_transferee.disconnect()
        driver.until(lambda: transferee.state == "DISCONNECTED")
        return [session.state for session in (new, taking)]


def test_an_attended_transfer_leaves_one_call(in_child: InChild) -> None:
    assert in_child(_all_parties) == ["CONFIRMED", "CONFIRMED"]


def test_a_session_that_is_not_initialized_replaces_none() -> None:
    assert Invitation.__new__(Invitation).replaces is None
    with pytest.raises(SIPCoreError):
        Invitation.__new__(Invitation).transfer(SIPURI("example.net"))
