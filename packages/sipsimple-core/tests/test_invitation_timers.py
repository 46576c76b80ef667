"""`Invitation`: session timers, RFC 4028."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sipsimple.core import SIPURI, Credentials, Invitation, Route

if TYPE_CHECKING:
    from conftest import InChild


def _tools() -> tuple[Any, Any]:
    import core_driver
    import invitation_phone

    return core_driver, invitation_phone


def _required_by_the_caller() -> dict[str, str]:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.received(
            phone, Supported="timer", Require="timer", Session_Expires="120;refresher=uac"
        )
        invitation.set_offered_local_sdp(tools.sdp())
        invitation.accept_invite()
        answer = phone.expect("200 INVITE")
        phone.ack()
        tools.reported(driver, "CONFIRMED")
        # A refresh without SDP changes nothing but the timer.
        driver.notifications.clear()
        phone.next("UPDATE", Supported="timer", Session_Expires="120;refresher=uac")
        refreshed = phone.expect("200 UPDATE")
        assert refreshed.headers["session-expires"] == "120;refresher=uac"
        assert refreshed.body == ""
        assert driver.notifications == []
        return answer.headers  # type: ignore[no-any-return]


def test_a_session_timer_is_granted(in_child: InChild) -> None:
    headers = in_child(_required_by_the_caller)
    assert headers["session-expires"] == "120;refresher=uac"
    assert headers["require"] == "timer"
    assert "timer" in headers["supported"]


def _too_small() -> str:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        phone.invite(Supported="timer", Session_Expires="10")
        refusal = phone.expect("422 INVITE")
        phone.ack_rejection()
        driver.run(0.1)
        assert driver.notifications == []
        # The caller tries again with what it was told.
        phone.cseq += 1
        phone.remote = phone.remote.partition(";")[0]
        tools.received(phone, Supported="timer", Session_Expires=refusal.headers["min-se"])
        return refusal.headers["min-se"]  # type: ignore[no-any-return]


def test_a_session_interval_that_is_too_small_gets_422(in_child: InChild) -> None:
    assert in_child(_too_small) == "90"


def _offered() -> tuple[str, str]:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation, invite = tools.called(phone)
        phone.answer(invite, 422, "Session Interval Too Small", Min_SE="3600")
        phone.expect("ACK")
        again = phone.expect("INVITE")
        assert invitation.state == "CALLING"
        phone.answer(again, 200, "OK", tools.sdp_text(), Session_Expires="3600;refresher=uas")
        phone.expect("ACK")
        tools.reported(driver, "CONFIRMED")
        assert [state for _, state in tools.changes(driver)] == [
            "CALLING", "CONNECTING", "CONFIRMED",
        ]  # fmt: skip
        invitation.disconnect()
        phone.answer(phone.expect("BYE"), 200, "OK")
        tools.reported(driver, "DISCONNECTED")
        return invite.headers["session-expires"], again.headers["session-expires"]


def test_a_caller_asks_for_a_timer_and_for_more_after_422(in_child: InChild) -> None:
    assert in_child(_offered) == ("1800", "3600")


def _not_wanted() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        incoming, outgoing = tools.Phone(driver), tools.Phone(driver)
        invitation = tools.received(incoming)
        invitation.set_offered_local_sdp(tools.sdp())
        invitation.accept_invite()
        answer = incoming.expect("200 INVITE")
        assert not {"session-expires", "require"} & answer.headers.keys()
        incoming.ack()
        tools.confirmed_outgoing(outgoing)


def test_peers_without_session_timers_are_served(in_child: InChild) -> None:
    in_child(_not_wanted)


# ---- options


def _configured() -> tuple[str, str, str]:
    core_driver, tools = _tools()
    with core_driver.Driver(session_expires=600, min_session_expires=300) as driver:
        phone = tools.Phone(driver)
        _, invite = tools.called(phone)
        phone.answer(invite, 486, "Busy Here")
        phone.expect("ACK")
        caller = tools.Phone(driver)
        caller.invite(Supported="timer", Session_Expires="299")
        refusal = caller.expect("422 INVITE")
        caller.ack_rejection()
        return (
            invite.headers["session-expires"],
            invite.headers["min-se"],
            refusal.headers["min-se"],
        )


def test_the_intervals_are_options(in_child: InChild) -> None:
    assert in_child(_configured) == ("600", "300", "300")


def _turned_off() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver(session_expires=None) as driver:
        phone = tools.Phone(driver)
        phone.invite(**{"Require": "timer", "Session-Expires": "90"})
        refused = phone.expect("420 INVITE")
        assert refused.headers["unsupported"] == "timer"
        assert "timer" not in refused.headers.get("supported", "")
        _, invite = tools.called(tools.Phone(driver))
        assert not {"session-expires", "min-se"} & invite.headers.keys()
        assert "timer" not in invite.headers["supported"]
    # The next one has its own.
    with core_driver.Driver() as driver:
        _, invite = tools.called(tools.Phone(driver))
        assert "timer" in invite.headers["supported"]


def test_none_turns_session_timers_off(in_child: InChild) -> None:
    in_child(_turned_off)


@pytest.mark.parametrize("name", ["Session-Expires", "Min-SE", "x"])
def test_the_headers_of_timers_are_the_core_s(in_child: InChild, name: str) -> None:
    in_child(_refused_header, name)


def _refused_header(name: str) -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        invitation = tools.outgoing(tools.Phone(driver))
        error = core_driver.raises(
            ValueError, lambda: invitation.send_invite(extra_headers={name: "100"})
        )
        assert name in str(error)


# ---- refreshes of the other side


def _too_small_within(method: str) -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.confirmed_incoming(phone)
        body = tools.sdp_text(version=2) if method == "INVITE" else ""
        phone.next(method, body, Supported="timer", Session_Expires="60")
        assert phone.expect(f"422 {method}").headers["min-se"] == "90"
        driver.notifications.clear()
        if method == "INVITE":
            phone.ack_rejection()
        phone.next(method, body, Supported="timer", Session_Expires="90;refresher=uac")
        if method == "INVITE":
            tools.reported(driver, "REINVITED")
            invitation.set_offered_local_sdp(tools.sdp())
            invitation.respond_to_reinvite(200)
        assert phone.expect(f"200 {method}").headers["session-expires"] == "90;refresher=uac"
        if method == "INVITE":
            phone.ack()
            tools.reported(driver, "CONFIRMED")
        else:
            assert driver.notifications == []
        assert invitation.state == "CONFIRMED"


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_a_refresh_with_a_small_interval_gets_422_and_the_next_one_passes(
    in_child: InChild, method: str
) -> None:
    in_child(_too_small_within, method)


# ---- refreshes, on the clock: the smallest interval there may be takes its time

SCENARIOS = Path(__file__).parent / "support"


@contextmanager
def _sipp(scenario: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    command = ["sipp", "-i", "127.0.0.1", "-nostdin", "-m", "1", "-timeout", "100"]
    command += ["-sf", str(SCENARIOS / scenario), *arguments]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def _unused_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _states(driver: Any, invitation: Any) -> list[str]:
    return [
        notification.data["state"]
        for notification in driver.notifications
        if notification.name == "SCInvitationChangedState" and notification.sender == id(invitation)
    ]


def _kept() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        calls: list[Any] = []
        for allow in ("INVITE, ACK, BYE", "INVITE, ACK, BYE, UPDATE"):
            phone = tools.Phone(driver)
            call = tools.received(
                phone, Supported="timer", Session_Expires="90;refresher=uas", Allow=allow
            )
            call.set_offered_local_sdp(tools.sdp())
            call.accept_invite()
            phone.expect("200 INVITE")
            phone.ack()
            calls.append((phone, call))
        driver.until(lambda: all(call.state == "CONFIRMED" for _, call in calls))
        driver.notifications.clear()
        (bare, by_invite), (phone, by_update) = calls

        first = bare.expect("INVITE", 60)
        assert first.headers["session-expires"] == "90;refresher=uac"
        bare.answer(first, 491, "Request Pending")
        bare.expect("ACK")
        # It crossed one of the other side: it is tried again.
        again = bare.expect("INVITE")
        assert again.headers["session-expires"] == "90;refresher=uac"
        answer = tools.sdp_text(version=2)
        bare.answer(again, 200, "OK", answer, Session_Expires="90;refresher=uac")
        bare.expect("ACK")
        update = phone.expect("UPDATE")
        phone.seen.clear()  # retransmissions of the time before
        assert update.headers["session-expires"] == "90;refresher=uac"
        assert update.body == ""
        # What is not accepted is asked for again.
        phone.answer(update, 422, "Session Interval Too Small", Min_SE="120")
        update = phone.expect("UPDATE")
        assert update.headers["session-expires"] == "120;refresher=uac"
        assert update.headers["min-se"] == "120"
        phone.answer(update, 200, "OK", Session_Expires="120;refresher=uac")
        driver.until(lambda: by_invite.state == "CONFIRMED")
        assert _states(driver, by_invite) == [
            "REINVITING", "CONFIRMED", "REINVITING", "CONFIRMED",
        ]  # fmt: skip
        assert _states(driver, by_update) == []


def _required_by_sipp() -> list[str]:
    core_driver, tools = _tools()
    states: list[str] = []

    class Acceptor(core_driver.Driver):  # type: ignore[misc]
        def _handle(self, name: str, sender: Any, data: dict[str, Any]) -> None:
            super()._handle(name, sender, data)
            states.append(data.get("state", ""))
            if data.get("state") == "INCOMING":
                sender.set_offered_local_sdp(tools.sdp())
                sender.accept_invite()

    with (
        Acceptor() as driver,
        _sipp("timer_required.xml", f"127.0.0.1:{driver.ua.local_udp_port}") as sipp,
    ):
        driver.until(lambda: sipp.poll() is not None, 80)
        assert sipp.returncode == 0
        driver.run(0.1)
    return [state for state in states if state]


def _not_refreshed_by_sipp(port: int) -> tuple[list[str], dict[str, Any]]:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver, _sipp("timer_offered.xml", "-p", str(port)) as sipp:
        call = Invitation(
            Credentials(SIPURI("example.com", user="alice")),
            SIPURI("127.0.0.1", user="service", port=port),
            Route("127.0.0.1", port),
        )
        call.set_offered_local_sdp(tools.sdp())
        call.send_invite()
        driver.until(lambda: call.state == "CONFIRMED", 15)
        driver.until(lambda: call.state == "DISCONNECTED", 90)
        data = tools.reported(driver, "DISCONNECTED")
        driver.until(lambda: sipp.poll() is not None)
        assert sipp.returncode == 0
        return _states(driver, call), data


def test_the_stack_refreshes_as_agreed_and_hangs_up_where_the_other_side_does_not(
    in_child: InChild,
) -> None:
    # Side by side, for the sake of time.
    with ThreadPoolExecutor(3) as pool:
        kept = pool.submit(in_child, _kept, timeout=90)
        required = pool.submit(in_child, _required_by_sipp, timeout=100)
        ended = pool.submit(in_child, _not_refreshed_by_sipp, _unused_port(), timeout=120)
    kept.result()
    assert required.result() == ["INCOMING", "CONNECTING", "CONFIRMED", "DISCONNECTED"]
    states, data = ended.result()
    assert states == ["CALLING", "CONNECTING", "CONFIRMED", "DISCONNECTED"]
    assert (data["prev_state"], data["code"]) == ("CONFIRMED", 408)
    assert "refresh" in data["reason"]
