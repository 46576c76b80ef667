"""`PJSIPUA.detect_nat_type()`: one notification for each call, whatever the server does."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

import core_driver

from sipsimple.core import PJSIPUA, SIPCoreError
from sipsimple.core.nat.detector import NATDetector
from sipsimple.core.nat.stun_message import BindingRequest

InChild: TypeAlias = Callable[..., object]

NAME = "SCEngineDetectedNATType"


@contextmanager
def server(answer: Callable[[bytes], bytes | None]) -> Iterator[int]:
    """A server of one socket that says what it is told to; gives its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as endpoint:
        endpoint.bind(("127.0.0.1", 0))
        port: int = endpoint.getsockname()[1]

        def serve() -> None:
            while (received := endpoint.recvfrom(2048))[0]:
                packet, source = received
                response = answer(packet)
                if response is not None:
                    endpoint.sendto(response, source)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield port
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
                end.sendto(b"", ("127.0.0.1", port))
            thread.join(10)


def response(packet: bytes, body: bytes, kind: bytes = b"\x01\x01") -> bytes:
    return kind + len(body).to_bytes(2) + packet[4:20] + body


def told(driver: core_driver.Driver, count: int, seconds: float = 25) -> list[dict[str, object]]:
    """The data of so many notifications, and of no more."""

    def found() -> list[dict[str, object]]:
        return [item.data for item in driver.notifications if item.name == NAME]

    driver.until(lambda: len(found()) >= count, seconds)
    driver.run(0.05)
    assert len(found()) == count
    assert all("timestamp" in data for data in found())
    return [{name: data[name] for name in data if name != "timestamp"} for data in found()]


def _refused() -> None:
    with core_driver.Driver() as driver:
        detect = driver.ua.detect_nat_type
        for address in (None, b"127.0.0.1", 5):
            core_driver.raises(TypeError, lambda address=address: detect(address))
        for address in ("", "a b", "a/b", "[::1", "a\n", "<a>", "x@y"):
            core_driver.raises(ValueError, lambda address=address: detect(address))
        for port in (None, "3478", True, 1.5):
            core_driver.raises(TypeError, lambda port=port: detect("127.0.0.1", port))
        for port in (0, -1, 65536):
            core_driver.raises(ValueError, lambda port=port: detect("127.0.0.1", port))
        ua = driver.ua
    core_driver.raises(SIPCoreError, lambda: ua.detect_nat_type("127.0.0.1"))
    core_driver.raises(SIPCoreError, lambda: PJSIPUA.__new__(PJSIPUA).detect_nat_type("127.0.0.1"))
    assert not [item for item in driver.notifications if item.name == NAME]


def test_wrong_arguments_and_states_are_refused(in_child: InChild) -> None:
    in_child(_refused)


def _failing() -> None:
    mapped = b"\x00\x01\x00\x08\x00\x01\x00\x09\x7f\x00\x00\x01"
    answers = {
        "the STUN server refused: 500 Busy": lambda packet: response(
            packet, b"\x00\x09\x00\x08\x00\x00\x05\x00Busy", b"\x01\x11"
        ),
        "the STUN server does not say where": lambda packet: response(packet, b""),
        "the STUN server has no second address": lambda packet: response(packet, mapped),
    }
    with core_driver.Driver() as driver:
        for count, (reason, answer) in enumerate(answers.items(), 1):
            with server(answer) as port:
                driver.ua.detect_nat_type("127.0.0.1", port)
                data = told(driver, count)[-1]
            assert data["succeeded"] is False
            assert reason in str(data["error"])


def test_a_server_that_cannot_tell_is_an_error_with_its_reason(in_child: InChild) -> None:
    in_child(_failing)


def _unreachable() -> None:
    with core_driver.Driver(nameservers=["127.0.0.1:9"]) as driver:
        driver.ua.detect_nat_type("::1")
        driver.ua.detect_nat_type("[::1]")
        driver.ua.detect_nat_type("stun.example.com")
        found = told(driver, 3)
    errors = sorted(str(data["error"]) for data in found)
    assert errors[:2] == ["::1 cannot be reached from 127.0.0.1"] * 2
    assert "stun.example.com" in errors[2]
    assert not any(data["succeeded"] for data in found)


def test_what_cannot_be_reached_is_an_error(in_child: InChild) -> None:
    in_child(_unreachable)


def _silent(count: int) -> None:
    with server(lambda packet: None) as port, core_driver.Driver() as driver:
        for _ in range(count):
            driver.ua.detect_nat_type("127.0.0.1", port)
        found = told(driver, count)
    assert found == [{"succeeded": True, "nat_type": "Blocked"}] * count


def test_a_server_that_is_silent_is_blocked(in_child: InChild) -> None:
    in_child(_silent, 3)


def _stopped() -> None:
    files = len(os.listdir("/proc/self/fd"))
    with server(lambda packet: None) as port:
        with core_driver.Driver() as driver:
            # More than run at a time.
            for _ in range(20):
                driver.ua.detect_nat_type("localhost", port)
        names = [item.name for item in driver.notifications]
        assert names == [NAME] * 20
        for item in driver.notifications:
            assert item.data["succeeded"] is False
            assert item.data["error"] == "the SIP core has stopped"
    threads = [one for one in threading.enumerate() if one.name == "sipsimple-nat"]
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
    del driver, threads
    assert len(os.listdir("/proc/self/fd")) == files


def test_what_is_on_its_way_when_the_core_stops_is_told_at_once(in_child: InChild) -> None:
    in_child(_stopped)


def _by_many(threads: int, calls: int) -> None:
    mapped = b"\x00\x01\x00\x08\x00\x01\x00\x09\x7f\x00\x00\x01"
    with (
        server(lambda packet: response(packet, mapped)) as port,
        core_driver.Driver() as driver,
    ):
        callers = [
            threading.Thread(
                target=lambda: [driver.ua.detect_nat_type("127.0.0.1", port) for _ in range(calls)]
            )
            for _ in range(threads)
        ]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        assert len(told(driver, threads * calls)) == threads * calls


def test_threads_may_call_it_at_the_same_time(in_child: InChild) -> None:
    in_child(_by_many, 8, 25)


def _no_room() -> None:
    def detections(fail: bool) -> tuple[list[object], list[BaseException]]:
        heard: list[object] = []
        errors: list[BaseException] = []
        detector = NATDetector(
            lambda host, until: [], "127.0.0.1", lambda name, error: heard.append(error)
        )
        start = threading.Thread.start

        def refuse(thread: threading.Thread) -> None:
            if fail:
                raise RuntimeError("can't start new thread")
            start(thread)

        threading.Thread.start = refuse  # type: ignore[method-assign]
        try:
            detector.detect("nowhere", 3478)
        except RuntimeError as error:
            errors.append(error)
        finally:
            threading.Thread.start = start  # type: ignore[method-assign]
        detector.close()
        return heard, errors

    heard, errors = detections(True)
    assert heard == []
    assert [str(error) for error in errors] == ["can't start new thread"]
    heard, errors = detections(False)
    assert (len(heard), errors) == (1, [])


def test_without_room_for_a_thread_nothing_is_told_later(in_child: InChild) -> None:
    in_child(_no_room)


def test_a_process_may_end_with_detections_on_their_way(in_child: InChild) -> None:
    in_child(_left, timeout=20)


def _left() -> None:
    with server(lambda packet: None) as port:
        driver = core_driver.Driver()
        driver.ua.detect_nat_type("127.0.0.1", port)
        assert BindingRequest().packet
