"""A SIP endpoint in a process of its own: commands in, notifications out, over a pipe.

The process runs `testbed.agent`, which uses nothing of sipsimple but its public API. Everything
that is waited for has a deadline, and what fails shows the log of the process.
"""

from __future__ import annotations

import datetime
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from testbed.processes import SUPPORT, Process

__all__ = ["Endpoint", "Event"]

_T = TypeVar("_T")

_START_SECONDS = 30.0


@dataclass(frozen=True)
class Event:
    """A notification of the endpoint.

    Attributes:
        name: Its name, such as "SCInvitationChangedState".
        sender: The label of its sender, such as "call-1", "call-1/audio" or "engine".
        data: Its data as JSON has it; objects as text, bytes as text with surrogate escapes.
    """

    name: str
    sender: str
    data: dict[str, Any]

    @property
    def time(self) -> datetime.datetime:
        """Its timestamp."""
        return datetime.datetime.fromisoformat(self.data["timestamp"])


class Endpoint(Process):
    """An endpoint with a running Engine.

    Leaving the `with` block stops its Engine. It is an error when that hangs, when the
    process crashes, or when meanwhile an exception was reported or a notification came that
    was not as it is documented.

    Args:
        name: What to call it.
        folder: For its log and files.
        options: Options of `Engine.start()` beside those that keep it on loopback.

    Attributes:
        host: The address that it listens on.
        port: Its UDP port.
        exceptions_expected: Set this where a test provokes exceptions.
    """

    def __init__(self, name: str, folder: Path, **options: object) -> None:
        ours, theirs = socket.socketpair()
        # The sipsimple of this process, wherever it has it from.
        paths = [str(SUPPORT), *filter(None, [os.environ.get("PYTHONPATH")])]
        with theirs:
            super().__init__(
                name,
                [sys.executable, "-m", "testbed.agent", str(theirs.fileno())],
                folder,
                environment={"PYTHONPATH": os.pathsep.join(paths), "PYTHONFAULTHANDLER": "1"},
                pass_fds=(theirs.fileno(),),
            )
        self._socket = ours
        self._changed = threading.Condition()
        self._events: list[Event] = []
        self._replies: dict[int, dict[str, Any]] = {}
        self._wrong: list[str] = []
        self._commands = 0
        self._over = self._ended = False
        self.exceptions_expected = False
        self._reader = threading.Thread(target=self._read, name=f"{name}-pipe", daemon=True)
        self._reader.start()
        self.host = "127.0.0.1"
        try:
            self.port = int(self.do("start", options=options, timeout=_START_SECONDS)["port"])
        except BaseException:
            self.end()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            error.add_note(str(self.failure("was running")))
            self.end()
            return
        try:
            if not self._ended:
                self.stop()
        finally:
            self.end()
        # Of one that was not stopped.
        self._verify()

    # ---- commands

    def do(self, command: str, *, timeout: float = 10, **arguments: object) -> Any:
        """Have it do something: see `testbed.agent.Agent` for what there is.

        Args:
            command: The name of a method there, without "do_".
            timeout: How many seconds it may take.
            arguments: What the method takes.

        Returns:
            What it returned.

        Raises:
            TestbedError: It raised, took too long, or the process is gone.
        """
        with self._changed:
            self._commands += 1
            number = self._commands
        line = json.dumps({"id": number, "command": command, "arguments": arguments})
        try:
            self._socket.sendall(line.encode() + b"\n")
        except OSError:
            raise self.failure(f"is gone, cannot {command}") from None
        reply = self._wait(lambda: self._replies.pop(number, None), timeout)
        if reply is None:
            state = "is gone" if self._over else f"took more than {timeout} s"
            raise self.failure(f"{state}: {command} {arguments}")
        if "error" in reply:
            raise self.failure(f"{command} {arguments}: {reply['error']}")
        return reply["result"]

    def leave(self) -> None:
        """Let its main program end without stopping the Engine, whatever still lives."""
        self._socket.shutdown(socket.SHUT_WR)

    def stop(self) -> None:
        """Stop its Engine and let it exit.

        Raises:
            TestbedError: That takes too long, its exit status is not 0, an exception was
                reported that nobody expected, or a notification was not as it is documented.
        """
        if self.popen.poll() is None:
            self.do("stop", timeout=20)
            self._socket.shutdown(socket.SHUT_WR)
        status = self.wait(10)
        self._reader.join(5)
        if status != 0:
            raise self.failure(f"exit status {status}")
        self._ended = True
        exceptions = self.events("SCEngineGotException")
        if exceptions and not self.exceptions_expected:
            raise self.failure(f"an exception was reported:\n{exceptions[0].data['traceback']}")
        self._verify()

    def end(self, timeout: float = 5) -> None:
        """End the process without further ado, where it has not ended; however it ended."""
        self._ended = True
        super().end(timeout)
        self._reader.join(5)
        self._socket.close()

    def _verify(self) -> None:
        """Fail where a notification was not as it is documented."""
        with self._changed:
            wrong, self._wrong = self._wrong, []
        if wrong:
            raise self.failure("notifications are not as described:\n" + "\n".join(wrong))

    # ---- notifications

    def events(self, name: str | None = None, sender: str | None = None) -> list[Event]:
        """What it has notified of until now.

        Args:
            name: Only these.
            sender: Only of this sender.
        """
        with self._changed:
            return [
                event
                for event in self._events
                if name in (None, event.name) and sender in (None, event.sender)
            ]

    def wait_for(
        self,
        name: str,
        *,
        sender: str | None = None,
        timeout: float = 10,
        count: int = 1,
        **data: object,
    ) -> Event:
        """Wait for a notification; one that has come already counts.

        Args:
            name: Its name.
            sender: The label of its sender, None for any.
            timeout: For how many seconds.
            count: How many of the kind; the last of them is returned.
            data: Values that its data must have.

        Raises:
            TestbedError: It does not come.
        """

        def found() -> Event | None:
            matching = [
                event
                for event in self.events(name, sender)
                if all(event.data.get(key) == value for key, value in data.items())
            ]
            return matching[count - 1] if len(matching) >= count else None

        event = self._wait(found, timeout)
        if event is None:
            seen = "\n".join(
                f"  {event.name} {event.sender} {event.data.get('state', '')}"
                for event in self.events()
                if event.name != "SCEngineSIPTrace"
            )
            state = "is gone" if self._over else f"within {timeout} s"
            raise self.failure(f"no {name} {sender or ''} {data}: {state}; there were:\n{seen}")
        return event

    def wait_for_state(self, sender: str, state: str, timeout: float = 10) -> Event:
        """Wait until a call or a registration gets into a state.

        Raises:
            TestbedError: It does not.
        """
        kind = sender.partition("-")[0]
        name = {"call": "SCInvitationChangedState", "registration": "SCRegistrationChangedState"}
        return self.wait_for(name[kind], sender=sender, state=state, timeout=timeout)

    def wait_for_call(self, number: int = 1, timeout: float = 10) -> str:
        """Wait for an incoming call.

        Args:
            number: Which one, counted from 1.
            timeout: For how many seconds.

        Returns:
            Its label.
        """
        name = "SCInvitationChangedState"
        return self.wait_for(name, state="INCOMING", count=number, timeout=timeout).sender

    def digits(self, call: str) -> str:
        """The DTMF digits that have arrived in a call."""
        events = self.events("SCAudioTransportGotDTMF", f"{call}/audio")
        return "".join(event.data["digit"] for event in events)

    def wait_for_digits(self, call: str, count: int, timeout: float) -> str:
        """Wait until so many DTMF digits have arrived in a call, or the time is over.

        Returns:
            Those that have.
        """
        self._wait(lambda: len(self.digits(call)) >= count or None, timeout)
        return self.digits(call)

    # ---- the pipe

    def _wait(self, condition: Callable[[], _T | None], timeout: float) -> _T | None:
        deadline = time.monotonic() + timeout
        with self._changed:
            while (answer := condition()) is None and not self._over:
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    break
                self._changed.wait(remaining)
            return condition() if answer is None else answer

    def _read(self) -> None:
        with self._socket.makefile("rb") as lines:
            try:
                for line in lines:
                    self._take(json.loads(line))
            except (OSError, ValueError) as error:
                print(f"{self.name}: pipe: {error!r}", file=sys.stderr)
        with self._changed:
            self._over = True
            self._changed.notify_all()

    def _take(self, message: dict[str, Any]) -> None:
        with self._changed:
            if "id" in message:
                self._replies[message["id"]] = message
            elif "wrong" in message:
                self._wrong += message["wrong"]
            else:
                self._events.append(Event(message["name"], message["sender"], message["data"]))
            self._changed.notify_all()
