"""Descriptions of line ends only, with line ends behind them, in every message that can have one.

pjproject's parser reads on behind them, and the process dies where nothing is done about it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from invitation_phone import Phone

    from conftest import InChild

BLANK = "\r\n"
#: The part is one empty line, in front of the one that belongs to the boundary.
PART = "--b\r\nContent-Type: application/sdp\r\n\r\n\r\n\r\n--b--\r\n"
PARTS = "multipart/mixed;boundary=b"


def _tools() -> tuple[Any, Any]:
    import core_driver  # in the child only
    import invitation_phone

    return core_driver, invitation_phone


def _with_more_behind(phone: Phone) -> None:
    """From now on its datagrams have more than their Content-Length says."""
    send = phone.send
    phone.send = lambda data: send(data + b"\r\n\r\n\r\n")  # type: ignore[method-assign]


def _invite(phone: Phone, tools: Any) -> None:
    _with_more_behind(phone)
    phone.invite(BLANK)
    phone.expect("400 INVITE")
    phone.ack_rejection()


def _invite_of_parts(phone: Phone, tools: Any) -> None:
    phone.invite(PART, Content_Type=PARTS)
    phone.expect("400 INVITE")
    phone.ack_rejection()


def _reinvite(phone: Phone, tools: Any) -> None:
    invitation = tools.confirmed_incoming(phone)
    _with_more_behind(phone)
    phone.next("INVITE", BLANK)
    phone.expect("415 INVITE")
    phone.ack_rejection()
    assert invitation.state == "CONFIRMED"


def _update(phone: Phone, tools: Any) -> None:
    tools.confirmed_incoming(phone)
    _with_more_behind(phone)
    phone.next("UPDATE", BLANK)
    phone.expect("488 UPDATE")


def _ack(phone: Phone, tools: Any) -> None:
    invitation = tools.received(phone, "")
    invitation.set_offered_local_sdp(tools.sdp())
    invitation.accept_invite()
    phone.expect("200 INVITE")
    _with_more_behind(phone)
    phone.ack(BLANK)
    phone.expect("BYE")


def _answer(phone: Phone, tools: Any) -> None:
    _, invite = tools.called(phone)
    _with_more_behind(phone)
    phone.answer(invite, 200, "OK", BLANK)
    phone.expect("ACK")
    phone.expect("BYE")


def _early_answer(phone: Phone, tools: Any) -> None:
    _, invite = tools.called(phone)
    _with_more_behind(phone)
    phone.answer(invite, 183, "Progress", BLANK)
    tools.reported(phone.driver, "EARLY")
    phone.answer(invite, 200, "OK", tools.sdp_text())
    tools.reported(phone.driver, "CONFIRMED")


PLAYS = {
    "INVITE": _invite,
    "INVITE of parts": _invite_of_parts,
    "re-INVITE": _reinvite,
    "UPDATE": _update,
    "ACK": _ack,
    "answer": _answer,
    "early answer": _early_answer,
}


def _survives(play: str) -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        PLAYS[play](tools.Phone(driver), tools)
        peer = core_driver.Peer(driver)
        assert peer.ask(peer.request("OPTIONS")).code == 200


@pytest.mark.parametrize("play", PLAYS)
def test_it_is_refused_like_any_other_bad_description(in_child: InChild, play: str) -> None:
    in_child(_survives, play)
