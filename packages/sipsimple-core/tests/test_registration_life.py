"""`Registration`: how its objects die, and threads that use them."""

from __future__ import annotations

import gc
import random
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from registrations import new_registration
from transaction_timers import set_transaction_timers

from sipsimple.core import Registration, SIPCoreError
from sipsimple.core.registration_states import STATES
from sipsimple.pjproject import runtime
from sipsimple.pjproject.native import live_objects

if TYPE_CHECKING:
    from core_registrar import Registrar

    from conftest import InChild


def _modules() -> Any:
    import core_driver  # in the child only

    return core_driver


# ---- how objects die


def _dropped(port: int) -> None:
    driver = _modules()
    with driver.Driver() as running:
        registration = new_registration(port)
        del registration  # unregistered: gone
        gc.collect()
        assert live_objects(Registration) == []

        registration = new_registration(port, expires=1)
        registration.register()
        del registration  # registering: lives on, and is refreshed
        gc.collect()
        running.until(lambda: len(running.notifications) >= 4)
        assert running.states()[:4] == ["registering", "registered"] * 2
        [registration] = live_objects(Registration)
        registration.unregister()
        del registration
        running.until(lambda: not live_objects(Registration))
        assert running.states()[-1] == "unregistered"

        cycle: list[Any] = [new_registration(port)]
        cycle.append(cycle)
        del cycle
        thread = threading.Thread(target=gc.collect)  # dies in a foreign thread
        thread.start()
        thread.join()
        assert live_objects(Registration) == []


def _dropped_and_failed(port: int) -> None:
    driver = _modules()
    with driver.Driver() as running:
        registration = new_registration(port, transport="tcp")
        registration.register()
        del registration
        gc.collect()
        running.until(lambda: not live_objects(Registration))
        assert running.states() == ["registering", "unregistered"]


def test_what_becomes_of_one_that_nobody_holds_is_told(in_child: InChild) -> None:
    with socket.socket() as closed:  # nobody listens
        closed.bind(("127.0.0.1", 0))
        in_child(_dropped_and_failed, closed.getsockname()[1])


def test_lives_as_long_as_it_is_registered(in_child: InChild, registrar: Registrar) -> None:
    in_child(_dropped, registrar.port)
    assert registrar.expiries[0] == 1
    assert registrar.expiries[-1] == 0


def _stopped(port: int) -> None:
    driver = _modules()
    running = driver.Driver()
    registrations = [new_registration(port) for _ in range(5)]
    registration: Registration | None
    for registration in registrations[:4]:
        registration.register()
    running.until(lambda: all(item.state == "registered" for item in registrations[:4]))
    registrations[0].register()  # stopped while it is registering
    running.stop()
    assert len(running.states()) == 2 * 4 + 2 + 2 * 4
    while registrations:
        registration = registrations.pop()
        assert registration.state == "unregistered"
        assert registration.expires == 300
        driver.raises(SIPCoreError, registration.register)
        driver.raises(SIPCoreError, registration.unregister)
    registration = None
    gc.collect()
    assert runtime.live_pools() == 0


def test_the_core_stops_under_live_registrations(in_child: InChild, registrar: Registrar) -> None:
    in_child(_stopped, registrar.port)
    assert registrar.expiries.count(0) == 4


def _stopped_with_a_queue(port: int) -> None:
    driver = _modules()
    running = driver.Driver()
    registration = new_registration(port)
    registration.register()
    running.until(lambda: registration.state == "registered")
    registration.unregister()
    registration.register()  # queued
    running.stop()
    assert running.states()[-1] == "unregistered"


def test_no_binding_is_left_when_the_core_stops(in_child: InChild, registrar: Registrar) -> None:
    registrar.delay = 0.3
    in_child(_stopped_with_a_queue, registrar.port)
    assert registrar.expiries == [300, 0]


def _closed_at_once(port: int, state: str) -> None:
    driver = _modules()
    running = driver.Driver()
    registration: Any = new_registration(port)
    registration.register()
    if state != "registering":
        running.until(lambda: registration.state == "registered")
    if state == "unregistering":
        registration.unregister()
    assert registration.state == state
    began = time.monotonic()
    running.ua.close()
    assert time.monotonic() - began < 1
    driver.raises(SIPCoreError, registration.register)
    running.drain()
    assert registration.state == "unregistered"
    registration = None
    gc.collect()
    assert live_objects(Registration) == []
    assert runtime.live_pools() == 0


@pytest.mark.parametrize("state", ["registering", "registered", "unregistering"])
def test_the_core_closes_in_any_state(in_child: InChild, registrar: Registrar, state: str) -> None:
    registrar.answer = lambda request, count: "" if state == "registering" else None
    in_child(_closed_at_once, registrar.port, state)


def _exit_registered(port: int) -> str:
    driver = _modules()
    running = driver.Driver()
    registration = new_registration(port)
    _kept.extend((running, registration))
    registration.register()
    running.until(lambda: registration.state == "registered")
    return registration.state


_kept: list[Any] = []


def test_the_interpreter_exits_with_a_live_registration(
    in_child: InChild, registrar: Registrar
) -> None:
    assert in_child(_exit_registered, registrar.port) == "registered"


def _create_and_drop(count: int) -> tuple[int, int]:
    driver = _modules()
    with driver.Driver():
        for _ in range(200):
            new_registration(5060, "secret", extra_headers={"X-A": "b"})
        memory, pools = driver.resident(), runtime.live_pools()
        for _ in range(count):
            new_registration(5060, "secret", extra_headers={"X-A": "b"})
        assert runtime.live_pools() == pools
        return driver.resident() - memory, pools


def test_memory_is_flat_over_creating_and_dropping(in_child: InChild) -> None:
    grown, _ = in_child(_create_and_drop, 1000)
    assert grown < 300_000


def _many_registrations(port: int, count: int) -> tuple[int, int, int]:
    driver = _modules()
    with driver.Driver() as running:

        def turn() -> None:
            registration = new_registration(port)
            registration.register()
            running.until(lambda: registration.state == "registered")
            registration.unregister()
            running.until(lambda: registration.state == "unregistered")
            running.notifications.clear()

        # Transactions linger for T4, 5 s, and only then are their pools reused: shorten it.
        set_transaction_timers(50, 100, 1, 100)
        for _ in range(200):
            turn()
        running.run(0.3)
        memory, pools = driver.resident(), runtime.live_pools()
        for _ in range(count):
            turn()
        running.run(0.3)
        return driver.resident() - memory, pools, runtime.live_pools()


def test_memory_is_flat_over_registrations(in_child: InChild, registrar: Registrar) -> None:
    grown, before, after = in_child(_many_registrations, registrar.port, 300, timeout=60)
    assert grown < 1_000_000
    assert after <= before


# ---- threads


def _threads(port: int, seconds: float, seed: int) -> None:
    import core_threads

    driver = _modules()
    running = driver.Driver()
    registrations = [new_registration(port) for _ in range(4)]
    choices = [random.Random(seed + number) for number in range(core_threads.COUNT)]

    def act(number: int) -> None:
        choice = choices[number]
        registration = choice.choice(registrations)
        choice.choice([registration.register, registration.unregister])()
        assert registration.state in STATES
        if choice.random() < 0.2:
            new_registration(port)

    core_threads.hammer(running, act, seconds)
    assert {registration.state for registration in registrations} == {"unregistered"}
    registrations.clear()
    gc.collect()
    # A thread may have been about to free one just then; PJSIP's pool of that one stays.
    assert runtime.live_pools() <= core_threads.COUNT


def test_any_thread_may_call_while_the_core_closes(in_child: InChild, registrar: Registrar) -> None:
    in_child(_threads, registrar.port, 2.0, 1)
