"""PJSIPUA: the loop that polls it."""

from __future__ import annotations

import signal
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

from sipsimple.core import PJSIPUA, SIPURI, Credentials, Route, SIPCoreError, send_message
from sipsimple.pjproject.events import queue

if TYPE_CHECKING:
    from conftest import InChild


def _modules() -> Any:
    import core_driver  # in the child only

    return core_driver


def _idle() -> tuple[int, float]:
    with PJSIPUA(local_ip="127.0.0.1") as ua:
        ua.poll(0)
        turns, began, cpu = 0, time.monotonic(), time.process_time()
        while time.monotonic() < began + 1:
            ua.poll(0.25)
            queue.drain(print)
            turns += 1
        return turns, time.process_time() - cpu


def test_an_idle_loop_sleeps(in_child: InChild) -> None:
    turns, cpu = in_child(_idle)
    assert turns <= 6
    assert cpu < 0.1


def _latencies(count: int) -> list[float]:
    latencies: list[float] = []

    def handle(name: str, sender: object, data: dict[str, Any]) -> None:
        if name == "Test":
            latencies.append(time.perf_counter() - data["sent"])

    def push() -> None:
        for _ in range(count):
            time.sleep(0.002)
            queue.post("Test", None, {"sent": time.perf_counter()})

    with PJSIPUA(local_ip="127.0.0.1") as ua:
        thread = threading.Thread(target=push)
        thread.start()
        deadline = time.monotonic() + 10
        while len(latencies) < count and time.monotonic() < deadline:
            ua.poll(5)
            queue.drain(handle)
        thread.join()
    return latencies


def test_an_event_of_another_thread_ends_the_sleep(in_child: InChild) -> None:
    latencies = sorted(in_child(_latencies, 200))
    assert len(latencies) == 200
    assert latencies[100] < 0.001


def _many_pushers() -> tuple[int, float]:
    seen = 0

    def handle(name: str, sender: object, data: dict[str, Any]) -> None:
        nonlocal seen
        seen += 1

    def push() -> None:
        for _ in range(2000):
            queue.post("Test", None, {})

    with PJSIPUA(local_ip="127.0.0.1") as ua:
        threads = [threading.Thread(target=push) for _ in range(4)]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + 10
        while seen < 8000 and time.monotonic() < deadline:
            ua.poll(1)
            queue.drain(handle)
        for thread in threads:
            thread.join()
        # No wake-up is left over that would end every later sleep.
        began = time.monotonic()
        ua.poll(0.2)
        return seen, time.monotonic() - began


def test_no_wake_up_is_lost_or_left_over(in_child: InChild) -> None:
    seen, slept = in_child(_many_pushers)
    assert seen == 8000
    assert slept >= 0.19


def _poll_in_two_threads() -> None:
    driver = _modules()
    deadline = time.monotonic() + 5

    def sleep_in_poll() -> None:
        while time.monotonic() < deadline:
            try:
                ua.poll(5)  # may end early: the other thread wakes it as it leaves its own
            except SIPCoreError as error:
                if "stopped" in str(error):
                    return

    with PJSIPUA(local_ip="127.0.0.1") as ua:
        thread = threading.Thread(target=sleep_in_poll)
        thread.start()
        refusal = None
        while refusal is None:  # until the other thread is in its poll
            try:
                ua.poll(0)
            except SIPCoreError as error:
                refusal = str(error)
            assert time.monotonic() < deadline
        assert "another thread" in refusal
        began = time.monotonic()
        ua.close()
        assert time.monotonic() - began < 1, "close() waited for the poll to time out"
        thread.join(5)
        assert not thread.is_alive()
        driver.raises(TypeError, lambda: ua.poll("1"))  # type: ignore[arg-type]


def test_close_ends_the_poll_of_another_thread(in_child: InChild) -> None:
    in_child(_poll_in_two_threads)


def _interrupted() -> float:
    def handler(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGALRM, handler)
    with PJSIPUA(local_ip="127.0.0.1") as ua:
        began = time.monotonic()
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        try:
            ua.poll(10)
            time.sleep(0.01)  # a handler runs between two bytecodes
        except KeyboardInterrupt:
            return time.monotonic() - began
    raise AssertionError("the signal had no effect")


def test_a_signal_ends_the_sleep(in_child: InChild) -> None:
    assert in_child(_interrupted) < 5


def _timers_of_a_late_turn(count: int) -> tuple[int, int]:
    """Datagrams of so many requests, and those of the one turn that their first timers wait for."""
    received = [0, 0]
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent,
        PJSIPUA(local_ip="127.0.0.1", local_tcp_port=None, local_tls_port=None) as ua,
    ):
        silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**20)
        silent.bind(("127.0.0.1", 0))
        silent.settimeout(0.2)
        port = silent.getsockname()[1]

        def receive() -> int:
            number = 0
            try:
                while silent.recv(65536):
                    number += 1
            except TimeoutError:
                return number

        credentials = Credentials(SIPURI("127.0.0.1", user="alice"))
        for number in range(count):
            to_uri = SIPURI("127.0.0.1", user=f"bob{number}", port=port)
            send_message(credentials, to_uri, "text", "plain", b"x", Route("127.0.0.1", port))
        received[0] = receive()
        time.sleep(0.6)  # past T1, when each is sent again (RFC 3261 section 17.1.2.2)
        ua.poll(0)
        received[1] = receive()
    return received[0], received[1]


def test_one_turn_serves_all_timers_that_are_due(in_child: InChild) -> None:
    # Else a program that keeps the GIL busy, and so the turns rare, has timers minutes late.
    assert in_child(_timers_of_a_late_turn, 100) == (100, 100)
