"""`Invitation`: how objects live and die, beside whatever threads do."""

from __future__ import annotations

import contextlib
import gc
import random
import sys
import threading
import time
import weakref
from typing import TYPE_CHECKING, Any

import pytest
from transaction_timers import set_transaction_timers

from sipsimple.core import SIPURI, Credentials, Invitation, Route, SIPCoreError
from sipsimple.core.invitation_states import STATES
from sipsimple.pjproject import runtime
from sipsimple.pjproject.native import live_objects

if TYPE_CHECKING:
    from conftest import InChild

CREDENTIALS = Credentials(SIPURI("example.com", user="alice"), token="token")
_kept: list[Any] = []


def _tools() -> tuple[Any, Any]:
    import core_driver
    import invitation_phone

    return core_driver, invitation_phone


def _to_oneself(driver: Any) -> Invitation:
    """A session to the stack that it comes from."""
    _, tools = _tools()
    port = driver.ua.local_udp_port
    invitation = Invitation(
        CREDENTIALS, SIPURI("127.0.0.1", user="token", port=port), Route("127.0.0.1", port)
    )
    invitation.set_offered_local_sdp(tools.sdp())
    return invitation


# ---- life


def _dropped() -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        tools.outgoing(phone)  # never sent: gone
        gc.collect()
        assert live_objects(Invitation) == []

        tools.outgoing(phone).send_invite()  # a call: lives on
        gc.collect()
        assert [invitation.state for invitation in live_objects(Invitation)] == ["CALLING"]
        phone.answer(phone.expect("INVITE"), 200, "OK", tools.sdp_text())
        tools.reported(driver, "CONFIRMED")
        gc.collect()
        [invitation] = live_objects(Invitation)
        invitation.disconnect()
        del invitation
        phone.answer(phone.expect("BYE"), 200, "OK")
        tools.reported(driver, "DISCONNECTED")
        driver.until(lambda: not live_objects(Invitation))
        assert [state for _, state in tools.changes(driver)] == [
            "CALLING", "CONNECTING", "CONFIRMED", "DISCONNECTING", "DISCONNECTED",
        ]  # fmt: skip

        caller = tools.Phone(driver)
        tools.received(caller)  # nobody takes it: stays, and can be cancelled
        gc.collect()
        assert [invitation.state for invitation in live_objects(Invitation)] == ["INCOMING"]
        caller.cancel()
        caller.expect("487 INVITE")
        driver.until(lambda: not live_objects(Invitation))

        cycle: list[Any] = [tools.outgoing(phone)]
        cycle.append(cycle)
        del cycle
        thread = threading.Thread(target=gc.collect)  # dies in a foreign thread
        thread.start()
        thread.join()
        assert live_objects(Invitation) == []


def test_an_object_lives_as_long_as_its_session(in_child: InChild) -> None:
    in_child(_dropped)


def _closed(state: str) -> None:
    core_driver, tools = _tools()
    driver = core_driver.Driver()
    phone = tools.Phone(driver)
    if state in ("INCOMING", "EARLY incoming", "CONNECTING", "DISCONNECTING incoming"):
        invitation = tools.received(phone)
        if state == "EARLY incoming":
            invitation.respond_to_invite_provisionally()
        elif state == "CONNECTING":
            invitation.set_offered_local_sdp(tools.sdp())
            invitation.accept_invite()
        elif state == "DISCONNECTING incoming":
            invitation.disconnect()
    elif state in ("NULL", "CALLING", "EARLY", "DISCONNECTING early"):
        invitation = tools.outgoing(phone)
        if state != "NULL":
            invitation.send_invite()
        if state == "EARLY":
            phone.answer(phone.expect("INVITE"), 180, "Ringing")
            tools.reported(driver, "EARLY")
        elif state == "DISCONNECTING early":
            invitation.disconnect()
    else:
        invitation = tools.confirmed_outgoing(phone)
        if state == "REINVITING":
            invitation.set_offered_local_sdp(tools.sdp())
            invitation.send_reinvite()
        elif state == "REINVITED":
            phone.next("INVITE", tools.sdp_text(version=2))
            tools.reported(driver, "REINVITED")
        elif state == "DISCONNECTING":
            invitation.disconnect()
        elif state == "DISCONNECTED":
            phone.next("BYE")
            tools.reported(driver, "DISCONNECTED")
    assert invitation.state == state.split(maxsplit=1)[0]
    driver.drain()
    driver.notifications.clear()
    driver.ua.close()
    assert invitation.state == ("NULL" if state == "NULL" else "DISCONNECTED")
    driver.drain()
    if state not in ("NULL", "DISCONNECTED"):
        data = tools.reported(driver, "DISCONNECTED")
        assert data["prev_state"] == state.split(maxsplit=1)[0]
        assert data["code"] == 503
        assert isinstance(data["reason"], str)
        assert "headers" not in data
    assert len(tools.changes(driver)) == (state not in ("NULL", "DISCONNECTED"))
    for name in (
        "send_invite", "accept_invite", "disconnect", "send_reinvite", "respond_to_reinvite",
        "get_active_local_sdp", "get_offered_remote_sdp",
    ):  # fmt: skip
        core_driver.raises(SIPCoreError, getattr(invitation, name))
    assert invitation.call_id is None
    del invitation
    gc.collect()
    assert live_objects(Invitation) == []
    assert runtime.live_pools() == 0


@pytest.mark.parametrize(
    "state",
    [
        "NULL", "CALLING", "EARLY", "DISCONNECTING early", "INCOMING", "EARLY incoming",
        "CONNECTING", "DISCONNECTING incoming", "CONFIRMED", "REINVITING", "REINVITED",
        "DISCONNECTING", "DISCONNECTED",
    ],
)  # fmt: skip
def test_the_core_closes_under_a_session_in_any_state(in_child: InChild, state: str) -> None:
    in_child(_closed, state)


def _closed_after_it_was_dropped(state: str) -> None:
    core_driver, tools = _tools()
    driver = core_driver.Driver()
    phone = tools.Phone(driver)
    if state == "INCOMING":
        invitation = tools.received(phone)
    elif state == "CALLING":
        invitation = tools.outgoing(phone)
        invitation.send_invite()
    else:
        invitation = tools.confirmed_outgoing(phone)
        if state == "DISCONNECTING":  # and nobody answers the BYE
            invitation.disconnect()
    assert invitation.state == state
    driver.drain()
    driver.notifications.clear()
    del invitation
    gc.collect()
    driver.ua.close()
    driver.drain()
    assert tools.changes(driver) == [(state, "DISCONNECTED")]
    gc.collect()
    assert live_objects(Invitation) == []
    assert runtime.live_pools() == 0


@pytest.mark.parametrize("state", ["CALLING", "INCOMING", "CONFIRMED", "DISCONNECTING"])
def test_the_end_of_a_session_that_nobody_holds_is_told_when_the_core_closes(
    in_child: InChild, state: str
) -> None:
    in_child(_closed_after_it_was_dropped, state)


def _closed_before_it_was_seen(drains: bool) -> None:
    core_driver, tools = _tools()
    driver = core_driver.Driver()
    phone = tools.Phone(driver)
    phone.invite()
    driver.ua.poll(1)
    driver.ua.close()
    if drains:
        assert tools.changes(driver) == [("NULL", "INCOMING"), ("INCOMING", "DISCONNECTED")]
    gc.collect()
    assert live_objects(Invitation) == []
    with core_driver.Driver() as again:
        changes = tools.changes(again)
        assert changes == ([] if drains else [("NULL", "INCOMING"), ("INCOMING", "DISCONNECTED")])
        assert live_objects(Invitation) == []
    assert runtime.live_pools() == 0


@pytest.mark.parametrize("drains", [False, True])
def test_the_core_closes_under_a_session_that_nobody_saw(in_child: InChild, drains: bool) -> None:
    in_child(_closed_before_it_was_seen, drains)


def _stopped() -> None:
    core_driver, tools = _tools()
    driver = core_driver.Driver()
    phones = [tools.Phone(driver) for _ in range(4)]
    confirmed = tools.confirmed_outgoing(phones[0])
    early, invite = tools.called(phones[1])
    phones[1].answer(invite, 180, "Ringing")
    driver.until(lambda: early.state == "EARLY")
    incoming = tools.received(phones[2])
    untouched = tools.outgoing(phones[3])
    driver.ua.begin_stop()
    assert not driver.ua.is_idle()
    phones[0].answer(phones[0].expect("BYE"), 200, "OK")
    phones[1].answer(phones[1].expect("CANCEL"), 200, "OK")
    phones[1].answer(invite, 487, "Terminated")
    phones[2].expect("480 INVITE")
    phones[2].ack_rejection()
    driver.until(driver.ua.is_idle)
    assert {confirmed.state, early.state, incoming.state} == {"DISCONNECTED"}
    assert untouched.state == "NULL"
    phones[3].invite()
    phones[3].expect("503 INVITE")
    driver.ua.close()


def test_the_core_hangs_up_when_it_stops(in_child: InChild) -> None:
    in_child(_stopped)


def _left_alive(state: str) -> None:
    core_driver, tools = _tools()
    driver = core_driver.Driver()
    phone = tools.Phone(driver)
    invitation = tools.called(phone)[0] if state == "CALLING" else tools.confirmed_incoming(phone)
    _kept.extend((driver, phone, invitation))


@pytest.mark.parametrize("state", ["CALLING", "CONFIRMED"])
def test_an_interpreter_may_exit_with_a_live_call(in_child: InChild, state: str) -> None:
    in_child(_left_alive, state)


# ---- memory


def _shorten_timers() -> None:
    # Transactions linger for up to 32 s, and only then are their pools reused.
    set_transaction_timers(50, 100, 1, 100)


def _one_call(driver: Any, reinvites: bool) -> None:
    _, tools = _tools()
    caller = _to_oneself(driver)
    caller.send_invite(extra_headers={"X-A": "b"})
    callee = driver.until(
        lambda: next((one for one in live_objects(Invitation) if not one.is_outgoing), None)
    )
    ends = [caller, callee]
    callee.respond_to_invite_provisionally()
    callee.set_offered_local_sdp(tools.sdp())
    callee.accept_invite()
    driver.until(lambda: {end.state for end in ends} == {"CONFIRMED"})
    if reinvites:
        caller.set_offered_local_sdp(tools.sdp(port=5010))
        caller.send_reinvite()
        driver.until(lambda: ends[1].state == "REINVITED")
        callee.set_offered_local_sdp(tools.sdp())
        callee.respond_to_reinvite(200)
        driver.until(lambda: ends[0].state == "CONFIRMED")
    caller.disconnect()
    ends.clear()
    del caller, callee
    driver.until(lambda: not live_objects(Invitation))
    driver.notifications.clear()


def _calls_until_flat(batch: int, batches: int, tolerance: int) -> tuple[list[int], int, int]:
    """Hold batches of calls until two in a row leave no more memory than tolerated.

    PJLIB keeps released pools for reuse, so the heap grows until it has met its peak of
    transactions at once: by how many batches that takes is chance, that it ends is not.
    """
    core_driver, _ = _tools()

    def used() -> int:
        gc.collect()
        # Python has small objects apart from the heap, in blocks of 64 bytes or so.
        return int(core_driver.heap_in_use()) + 64 * sys.getallocatedblocks()

    growth: list[int] = []
    with core_driver.Driver() as driver:
        _shorten_timers()
        for number in range(600):
            _one_call(driver, number % 2 == 0)
        driver.run(0.5)
        pools = runtime.live_pools()
        for _ in range(batches):
            before = used()
            for number in range(batch):
                _one_call(driver, number % 2 == 0)
            driver.run(0.5)
            growth.append(used() - before)
            if len(growth) > 1 and max(growth[-2:]) < tolerance:
                break
        return growth, pools, runtime.live_pools()


def test_memory_is_flat_over_calls(in_child: InChild) -> None:
    # Half a KiB per call: less than the smallest pool that could be lost.
    tolerance = 100 * 1024
    growth, before, after = in_child(_calls_until_flat, 200, 30, tolerance, timeout=180)
    assert max(growth[-2:]) < tolerance, growth
    assert after <= before


def _create_and_drop(count: int) -> int:
    core_driver, tools = _tools()
    description = tools.sdp()

    def turn() -> None:
        invitation = Invitation(CREDENTIALS, CREDENTIALS.uri, Route("127.0.0.1"))
        invitation.set_offered_local_sdp(description)

    with core_driver.Driver():
        for _ in range(200):
            turn()
        memory, pools = core_driver.resident(), runtime.live_pools()
        for _ in range(count):
            turn()
        assert runtime.live_pools() == pools
        return int(core_driver.resident() - memory)


def test_memory_is_flat_over_creating_and_dropping(in_child: InChild) -> None:
    assert in_child(_create_and_drop, 1000) < 300_000


# ---- threads


def _threads(seconds: float, seed: int) -> dict[str, int]:
    import core_threads

    core_driver, tools = _tools()
    living: dict[int, Invitation] = {}
    order: dict[int, str] = {}
    seen: dict[str, int] = dict.fromkeys(STATES, 0)

    class Recorder(core_driver.Driver):  # type: ignore[misc]
        def _handle(self, name: str, sender: object, data: dict[str, Any]) -> None:
            super()._handle(name, sender, data)
            if name == "SCInvitationChangedState":
                # What an object reports is one path through the table, without a gap.
                assert data["prev_state"] == order.pop(id(sender), "NULL")
                seen[data["state"]] += 1
                if data["state"] == "DISCONNECTED":
                    living.pop(id(sender), None)
                else:
                    order[id(sender)] = data["state"]
                    living[id(sender)] = sender
            self.notifications.clear()

    driver = Recorder()
    _shorten_timers()
    # The driver's turns must come between those of the threads.
    sys.setswitchinterval(0.0005)
    methods = (
        "accept_invite", "respond_to_invite_provisionally", "disconnect", "send_reinvite",
        "respond_to_reinvite", "get_active_local_sdp", "get_offered_local_sdp",
        "get_active_remote_sdp", "get_offered_remote_sdp", "send_invite",
    )  # fmt: skip

    choices = [random.Random(seed + number) for number in range(core_threads.COUNT)]

    def act(number: int) -> None:
        choice = choices[number]
        if len(living) < 8:
            _to_oneself(driver).send_invite()
        for invitation in tuple(living.values()):
            assert invitation.state in STATES
            assert isinstance(invitation.call_id, str | None)
            try:
                if choice.random() < 0.5:
                    invitation.set_offered_local_sdp(tools.sdp())
                name = choice.choice(methods)
                if name != "disconnect" or choice.random() < 0.3:
                    getattr(invitation, name)()
            except SIPCoreError:
                continue

    core_threads.hammer(driver, act, seconds)
    assert order == {}
    assert living == {}
    gc.collect()
    assert live_objects(Invitation) == []
    return seen


def test_any_thread_may_call_while_the_core_closes(in_child: InChild) -> None:
    seen = in_child(_threads, 3.0, 1, timeout=40)
    assert seen["CALLING"] > 100
    assert seen["DISCONNECTED"] > 100


def _sent_twice_at_once() -> int:
    core_driver, tools = _tools()
    switching = sys.getswitchinterval()
    lost = 0
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        sys.setswitchinterval(1e-5)
        for _ in range(60):
            invitation = tools.outgoing(phone)
            begin = threading.Barrier(2)

            def send(invitation: Any = invitation, begin: threading.Barrier = begin) -> None:
                begin.wait(10)
                with contextlib.suppress(SIPCoreError):
                    invitation.send_invite()

            threads = [threading.Thread(target=send) for _ in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(10)
            seen = weakref.ref(invitation)
            del invitation, send, threads, thread
            gc.collect()
            lost += seen() is None
        sys.setswitchinterval(switching)
    return lost


def test_a_call_sent_by_two_threads_at_once_keeps_its_object(in_child: InChild) -> None:
    assert in_child(_sent_twice_at_once) == 0


def _sent_twice_and_failed(seconds: float) -> int:
    core_driver, tools = _tools()
    sys.setswitchinterval(1e-6)
    end = time.monotonic() + seconds
    with core_driver.Driver() as driver:
        while time.monotonic() < end:
            # From loopback there is no way there: the end is told while the other one begins.
            invitation = Invitation(
                CREDENTIALS, SIPURI("example.com", user="peer"), Route("192.0.2.1", 5060)
            )
            invitation.set_offered_local_sdp(tools.sdp())
            begin = threading.Barrier(3)

            def send(invitation: Any = invitation, begin: threading.Barrier = begin) -> None:
                begin.wait(10)
                with contextlib.suppress(SIPCoreError):
                    invitation.send_invite()

            threads = [threading.Thread(target=send) for _ in range(2)]
            for thread in threads:
                thread.start()
            begin.wait(10)
            while any(thread.is_alive() for thread in threads):
                driver.drain()
            del invitation, send, threads, thread
        driver.drain()
        gc.collect()
        return len(live_objects(Invitation))


def test_a_call_sent_by_two_threads_is_not_kept_beyond_its_end(in_child: InChild) -> None:
    assert in_child(_sent_twice_and_failed, 4.0) == 0


def _lost(outgoing: bool) -> None:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        call = tools.confirmed_outgoing(phone) if outgoing else tools.received(phone)
        # What keeps it is taken away, which nothing does.
        [pins] = [
            each
            for each in gc.get_referrers(call)
            if isinstance(each, dict) and list(each.values()) == [call]
        ]
        pins.clear()
        del call
        gc.collect()
        assert live_objects(Invitation) == []
        if outgoing:
            phone.answer(phone.expect("BYE"), 200, "OK")
        else:
            phone.expect("480 INVITE")
            phone.ack_rejection()
        driver.run(0.1)


@pytest.mark.parametrize("outgoing", [True, False])
def test_a_call_whose_object_is_lost_is_hung_up(in_child: InChild, outgoing: bool) -> None:
    in_child(_lost, outgoing)
