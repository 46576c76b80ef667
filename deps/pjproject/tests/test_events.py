"""The event queue, as seen from Python."""

import ctypes
import logging
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from sipsimple.pjproject import runtime
from sipsimple.pjproject.events import queue
from sipsimple.pjproject.loader import LIBRARY_FOLDER

Notification = tuple[str, object, dict[str, Any]]


class Recorder:
    """A handler that remembers what it was given."""

    def __init__(self) -> None:
        self.notifications: list[Notification] = []

    def __call__(self, name: str, sender: object, data: dict[str, Any]) -> None:
        self.notifications.append((name, sender, data))

    @property
    def names(self) -> list[str]:
        return [name for name, _, _ in self.notifications]


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    queue.drain(lambda name, sender, data: None)
    yield Recorder()
    queue.drain(lambda name, sender, data: None)


def test_posted_notifications_arrive_in_order_with_sender_and_time(recorder: Recorder) -> None:
    sender = object()
    before = datetime.now(UTC)
    for index in range(5):
        queue.post("Posted", sender, {"index": index})
    assert queue.drain(recorder) == 5
    assert [data["index"] for _, _, data in recorder.notifications] == list(range(5))
    name, got, data = recorder.notifications[0]
    assert (name, got) == ("Posted", sender)
    assert before <= data["timestamp"] <= datetime.now(UTC)


def test_the_timestamp_is_taken_when_it_happened_not_when_it_is_read(recorder: Recorder) -> None:
    queue.post("Posted", None, {})
    happened = datetime.now(UTC)
    queue.wait(0)
    select.select([], [], [], 0.05)
    queue.drain(recorder)
    assert recorder.notifications[0][2]["timestamp"] <= happened


def test_the_descriptor_is_readable_exactly_while_something_waits(recorder: Recorder) -> None:
    assert select.select([queue.fileno()], [], [], 0)[0] == []
    queue.post("Posted", None, {})
    queue.post("Posted", None, {})
    assert select.select([queue.fileno()], [], [], 1)[0] == [queue.fileno()]
    queue.drain(recorder)
    assert select.select([queue.fileno()], [], [], 0)[0] == []


def test_wait_ends_when_another_thread_posts(recorder: Recorder) -> None:
    timer = threading.Timer(0.05, queue.post, ("Posted", None, {}))
    timer.start()
    assert queue.wait(10) is True
    timer.join(timeout=10)
    assert queue.drain(recorder) == 1


def test_wait_ends_at_its_timeout() -> None:
    assert queue.wait(0.01) is False


@pytest.mark.parametrize("kind", [ValueError, SystemExit, KeyboardInterrupt])
def test_an_exception_in_the_handler_is_reported_and_stops_nothing(
    recorder: Recorder, kind: type[BaseException]
) -> None:
    def handler(name: str, sender: object, data: dict[str, Any]) -> None:
        recorder(name, sender, data)
        if name == "Bad":
            raise kind("the reason")

    queue.post("Bad", None, {})
    queue.post("Good", None, {})
    assert queue.drain(handler) == 2
    assert recorder.names == ["Bad", "SCEngineGotException", "Good"]
    assert "the reason" in recorder.notifications[1][2]["traceback"]


def test_what_is_posted_while_draining_is_delivered_after_what_waited(recorder: Recorder) -> None:
    def handler(name: str, sender: object, data: dict[str, Any]) -> None:
        recorder(name, sender, data)
        if name == "First":
            queue.post("Third", None, {})
            assert queue.drain(handler) == 0

    queue.post("First", None, {})
    queue.post("Second", None, {})
    assert queue.drain(handler) == 3
    assert recorder.names == ["First", "Second", "Third"]
    assert not queue.wait(0)
    assert select.select([queue.fileno()], [], [], 0)[0] == []


def test_a_drain_ends_although_every_notification_posts_the_next(recorder: Recorder) -> None:
    def handler(name: str, sender: object, data: dict[str, Any]) -> None:
        recorder(name, sender, data)
        queue.post("Next", None, {})

    queue.post("First", None, {})
    count = queue.drain(handler)
    assert 1 < count <= 64 and len(recorder.names) == count
    # The rest waits, and whoever sleeps until something does wakes.
    assert select.select([queue.fileno()], [], [], 0)[0] == [queue.fileno()]
    assert queue.drain(recorder) == 1


def test_nothing_is_lost_when_many_threads_post(recorder: Recorder) -> None:
    def produce(number: int) -> None:
        for index in range(5000):
            queue.post("Posted", None, {"thread": number, "index": index})

    threads = [threading.Thread(target=produce, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    while len(recorder.notifications) < 20000:
        assert queue.wait(10), "a notification was lost"
        queue.drain(recorder)
    for thread in threads:
        thread.join(timeout=10)
    for number in range(4):
        indexes = [d["index"] for _, _, d in recorder.notifications if d["thread"] == number]
        assert indexes == list(range(5000))


def test_pjlib_logs_arrive_with_sender_level_and_message(recorder: Recorder) -> None:
    pjlib = ctypes.CDLL(str(LIBRARY_FOLDER / "libpj.so.2"))
    runtime.set_log_level(3)
    try:
        pjlib.pj_log_2(b"test.c", b"heard %d of %d", 1, 2)
        pjlib.pj_log_4(b"test.c", b"too detailed")
    finally:
        runtime.set_log_level(0)
    pjlib.pj_log_1(b"test.c", b"switched off")
    assert queue.drain(recorder) == 1
    [(name, sender, data)] = recorder.notifications
    assert (name, sender) == ("SCEngineLog", None)
    assert (data["sender"], data["level"], data["message"]) == ("test.c", 2, "heard 1 of 2")


@pytest.mark.parametrize(
    ("level", "severity"),
    [
        (1, logging.ERROR),
        (2, logging.WARNING),
        (3, logging.INFO),
        (4, logging.DEBUG),
        (5, logging.DEBUG),
    ],
)
def test_pjlib_logs_are_records_of_a_standard_logger(
    recorder: Recorder, caplog: pytest.LogCaptureFixture, level: int, severity: int
) -> None:
    caplog.set_level(logging.DEBUG, "sipsimple.pjsip")
    pjlib = ctypes.CDLL(str(LIBRARY_FOLDER / "libpj.so.2"))
    runtime.set_log_level(5)
    try:
        getattr(pjlib, f"pj_log_{level}")(b"test.c", b"heard 100%% of %d", 2)
    finally:
        runtime.set_log_level(0)
    queue.drain(recorder)
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("sipsimple.pjsip", severity)
    assert record.getMessage() == "test.c: heard 100% of 2"
    assert (record.pjsip_sender, record.pjsip_level) == ("test.c", level)  # type: ignore[attr-defined]
    [(_, _, data)] = recorder.notifications
    assert record.created == pytest.approx(data["timestamp"].timestamp(), abs=0.001)
    assert record.msecs == data["timestamp"].microsecond // 1000


def test_pjlib_logs_are_no_records_where_nobody_wants_their_level(
    recorder: Recorder, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.ERROR, "sipsimple.pjsip")
    pjlib = ctypes.CDLL(str(LIBRARY_FOLDER / "libpj.so.2"))
    runtime.set_log_level(5)
    try:
        pjlib.pj_log_2(b"test.c", b"a warning")
    finally:
        runtime.set_log_level(0)
    assert queue.drain(recorder) == 1
    assert (caplog.records, capfd.readouterr().err) == ([], "")


def test_pjlib_logs_are_not_written_to_stderr_unasked() -> None:
    program = """
import ctypes
from sipsimple.pjproject import runtime
from sipsimple.pjproject.events import queue
from sipsimple.pjproject.loader import LIBRARY_FOLDER
runtime.set_log_level(5)
ctypes.CDLL(str(LIBRARY_FOLDER / "libpj.so.2")).pj_log_1(b"test.c", b"an error")
assert queue.drain(lambda *arguments: None) == 1
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def succeeds_in_a_child(check: Callable[[], bool]) -> bool:
    """Fork; whether a check succeeds in the child, in time."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if check() else 1)
        finally:
            os._exit(1)
    return succeeds(child)


def succeeds(child: int, timeout: float = 10.0) -> bool:
    """Whether a child exits with 0 within a time; it is killed otherwise."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status == 0
        time.sleep(0.005)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return False


def readable() -> bool:
    return bool(select.select([queue.fileno()], [], [], 0)[0])


def test_a_child_of_fork_does_not_wake_its_parent(recorder: Recorder) -> None:
    def child() -> bool:
        queue.post("Child", None, {})
        return readable()

    assert succeeds_in_a_child(child)
    assert not readable()
    assert queue.drain(recorder) == 0


def test_a_parent_does_not_wake_its_child(recorder: Recorder) -> None:
    go, went = os.pipe()

    def child() -> bool:
        # Ends when the parent has posted, and with the parent.
        os.close(went)
        select.select([go], [], [], 5)
        return not readable()

    poster = threading.Timer(0.1, lambda: (queue.post("Parent", None, {}), os.write(went, b"!")))
    poster.start()
    try:
        assert succeeds_in_a_child(child)
    finally:
        poster.join(10)
        os.close(go)
        os.close(went)
    assert queue.drain(recorder) == 1


def test_a_child_of_fork_begins_with_an_empty_queue_that_works(recorder: Recorder) -> None:
    queue.post("Parent", None, {})

    def child() -> bool:
        taken = queue.drain(recorder)
        queue.post("Child", None, {})
        return taken == 0 and queue.wait(5) and queue.drain(recorder) == 1 and not readable()

    assert succeeds_in_a_child(child)
    assert readable()
    assert queue.drain(recorder) == 1
    assert recorder.names == ["Parent"]


def test_a_child_can_drain_when_its_parent_forked_while_draining(recorder: Recorder) -> None:
    outcomes = []

    def child() -> bool:
        queue.post("Child", None, {})
        return queue.drain(recorder) == 1 and recorder.names == ["Child"]

    def handler(name: str, sender: object, data: dict[str, Any]) -> None:
        if name == "First":
            # In another thread, which is the only one that the child has.
            thread = threading.Thread(target=lambda: outcomes.append(succeeds_in_a_child(child)))
            thread.start()
            thread.join(20)
        outcomes.append(name)

    queue.post("First", None, {})
    queue.post("Second", None, {})
    assert queue.drain(handler) == 2
    assert outcomes == [True, "First", "Second"]


def test_a_handler_that_forks_does_not_deliver_twice(recorder: Recorder) -> None:
    children = []

    def handler(name: str, sender: object, data: dict[str, Any]) -> None:
        recorder(name, sender, data)
        if name == "First":
            children.append(os.fork())

    parent = os.getpid()
    queue.post("First", None, {})
    queue.post("Second", None, {})
    try:
        queue.drain(handler)
    finally:
        if os.getpid() != parent:
            queue.post("Child", None, {})
            queue.drain(recorder)
            os._exit(0 if recorder.names == ["First", "Child"] else 1)
    assert recorder.names == ["First", "Second"]
    assert succeeds(children[0])
