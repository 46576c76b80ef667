"""An endpoint in a process of its own: commands in, notifications out, a deadline on everything.

The Engine is once per process, so every test that runs one runs it here. The process
executes `sipsimple_testing.phone` and speaks JSON lines: `{"call": name, "arguments": {…}}`
goes in, `{"result": …}` or `{"error": …}` and `{"name": …, "data": {…}}` come out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

SUPPORT = Path(__file__).resolve().parent.parent

Notification = dict[str, Any]


class EndpointError(AssertionError):
    """A deadline has passed, or the process has failed; says what it did last."""


class Endpoint:
    """Runs a phone in a process; use it as a context manager.

    Args:
        name: What it is called in errors.
        **options: Start options of its Engine.

    Attributes:
        notifications: All that have arrived, in order.
    """

    def __init__(self, name: str, **options: Any) -> None:
        self.name = name
        self.notifications: list[Notification] = []
        self._answers: deque[dict[str, Any]] = deque()
        self._changed = threading.Condition()
        self._log: deque[str] = deque(maxlen=60)
        self._ended = False
        self._seen = 0
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(SUPPORT)])}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sipsimple_testing.phone"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self._readers = [
            threading.Thread(target=self._read_output, daemon=True),
            threading.Thread(target=self._read_errors, daemon=True),
        ]
        for reader in self._readers:
            reader.start()
        self.call("start", options=options)

    # ---- talking to the process

    def call(self, function: str, timeout: float = 20.0, **arguments: Any) -> Any:
        """Call a method of the phone and return what it returns.

        Args:
            function: Name of a method of `sipsimple_testing.phone.Phone`.
            timeout: Seconds to wait for its answer.
            **arguments: JSON-able.

        Raises:
            EndpointError: It raised, or did not answer in time.
        """
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps({"call": function, "arguments": arguments}) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise self._error(f"{function}() cannot be called: the process has ended") from None
        with self._changed:
            if not self._changed.wait_for(lambda: self._answers or self._ended, timeout):
                raise self._error(f"{function}() did not answer within {timeout} s")
            if not self._answers:
                raise self._error(f"the process ended in {function}()")
            answer = self._answers.popleft()
        if "error" in answer:
            raise self._error(f"{function}() raised {answer['error']}")
        return answer["result"]

    def wait(self, name: str, timeout: float = 20.0, **data: Any) -> Notification:
        """Wait for the next notification with a name and data; those before it are skipped.

        Args:
            name: Name of the notification.
            timeout: Seconds to wait.
            **data: Values that its data must have.

        Raises:
            EndpointError: None came in time.
        """

        def matches(notification: Notification) -> bool:
            return notification["name"] == name and all(
                notification["data"].get(key) == value for key, value in data.items()
            )

        return self.wait_for(matches, timeout, f"{name} {data or ''}")

    def wait_for(
        self, matches: Callable[[Notification], bool], timeout: float, what: str
    ) -> Notification:
        """Wait for the next notification that a function accepts."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                while self._seen < len(self.notifications):
                    notification = self.notifications[self._seen]
                    self._seen += 1
                    if matches(notification):
                        return notification
                remaining = deadline - time.monotonic()
                if self._ended or remaining <= 0 or not self._changed.wait(remaining):
                    if self._seen < len(self.notifications):
                        continue
                    raise self._error(f"no {what} within {timeout} s")

    def collected(self, name: str) -> list[Mapping[str, Any]]:
        """The data of all notifications with a name so far."""
        with self._changed:
            return [item["data"] for item in self.notifications if item["name"] == name]

    def stop(self, timeout: float = 15.0) -> int:
        """Stop the Engine, end the process, and return its exit status."""
        if self.process.poll() is None:
            try:
                self.call("stop", timeout=timeout)
            finally:
                assert self.process.stdin is not None
                self.process.stdin.close()
                self._reap(timeout)
        return self.process.wait(timeout)

    def _reap(self, timeout: float) -> None:
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
            raise self._error(f"the process did not end within {timeout} s") from None
        for reader in self._readers:
            reader.join(timeout=5)

    def __enter__(self) -> Endpoint:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            status = self.stop()
            if status != 0:
                raise self._error(f"the process ended with status {status}")
        else:
            self.process.kill()
            self.process.wait(5)

    # ---- listening to it

    def _read_output(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            try:
                item = json.loads(line)
            except ValueError:
                self._log.append(line.rstrip())
                continue
            with self._changed:
                (self.notifications if "name" in item else self._answers).append(item)
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._log.append(line.rstrip())

    def _error(self, what: str) -> EndpointError:
        last = [
            f"  {item['name']} {item['data']}"
            for item in self.notifications[-15:]
            if item["name"] not in ("SCEngineLog", "SCEngineSIPTrace")
        ]
        log = [f"  {line}" for line in self._log]
        return EndpointError(
            "\n".join([f"{self.name}: {what}", "its last notifications:", *last, "its log:", *log])
        )
