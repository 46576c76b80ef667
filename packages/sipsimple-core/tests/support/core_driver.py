"""Drives a `PJSIPUA` in a scenario: polls, drains, keeps the notifications."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from types import SimpleNamespace, TracebackType
from typing import Any, Self

from sipsimple.core import PJSIPUA, SIPCoreError
from sipsimple.core.notifications import NOTIFICATIONS
from sipsimple.pjproject.events import queue
from sipsimple.pjproject.runtime import live_pools, set_log_level
from testbed.memory import heap_in_use, resident
from testbed.notification_check import NotificationCheck
from testbed.processes import free_port

SECONDS = 5.0

#: Sees every notification that a driver gets; `core_child.py` verifies it in the end.
check = NotificationCheck(NOTIFICATIONS)


class Driver:
    """A running `PJSIPUA` and what it has reported.

    Args:
        options: Of `PJSIPUA`; `local_ip` is loopback unless given.
    """

    def __init__(self, **options: Any) -> None:
        set_log_level(options.pop("log_level", 0))
        self.ua = PJSIPUA(**{"local_ip": "127.0.0.1", **options})
        self.notifications: list[SimpleNamespace] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.ua.close()
        self.drain()
        if error is None:
            check.verify()

    def _handle(self, name: str, sender: object, data: dict[str, object]) -> None:
        check.see(name, sender, data)
        if name == "SCEngineGotException":
            # To raise it here would only report it once more.
            check.found.append(str(data["traceback"]))
            return
        # Not the sender itself: it should be free to die.
        self.notifications.append(SimpleNamespace(name=name, sender=id(sender), data=data))

    def drain(self) -> None:
        queue.drain(self._handle)

    def turn(self, seconds: float = 0.05) -> None:
        self.ua.poll(seconds)
        self.drain()

    def run(self, seconds: float) -> None:
        """Run for so long, for what should not happen."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.turn(min(0.05, max(0.0, end - time.monotonic())))

    def until(self, condition: Callable[[], object], seconds: float = SECONDS) -> Any:
        """Run until the condition holds, and return its value."""
        end = time.monotonic() + seconds
        while not (value := condition()):
            assert time.monotonic() < end, f"not so within {seconds} s: {self.notifications}"
            self.turn()
        return value

    def settle(self, pools: int) -> None:
        """Run until no more than so many memory pools are left: until transactions have ended."""
        self.until(lambda: live_pools() <= pools, 30)

    def states(self) -> list[str]:
        """The states that registrations and publications have been reported in, and forgotten."""
        states = [
            notification.data["state"]
            for notification in self.notifications
            if notification.name in ("SCRegistrationChangedState", "SCPublicationChangedState")
        ]
        self.notifications.clear()
        return states

    def stop(self, seconds: float = SECONDS) -> None:
        """What the Engine does at its end."""
        self.ua.begin_stop()
        self.until(self.ua.is_idle, seconds)
        self.ua.close()
        self.drain()
        check.verify()


class Peer:
    """A bare UDP socket that sends what it is told to.

    Args:
        driver: Whose UA it talks to, on UDP.
    """

    def __init__(self, driver: Driver, ip: str = "127.0.0.1") -> None:
        family = socket.AF_INET6 if ":" in ip else socket.AF_INET
        self.driver = driver
        self.ip = ip
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.bind((ip, 0))
        self.socket.setblocking(False)
        self.port = self.socket.getsockname()[1]
        self.count = 0

    def request(self, method: str, uri: str = "sip:token@127.0.0.1", **headers: str) -> bytes:
        """A request with a new branch and Call-ID; `headers` replace those that it has."""
        self.count += 1
        host = f"[{self.ip}]" if ":" in self.ip else self.ip
        fields = {
            "Via": f"SIP/2.0/UDP {host}:{self.port};rport;branch=z9hG4bK-{self.count}",
            "From": "<sip:peer@example.com>;tag=peer",
            "To": "<sip:token@example.com>",
            "Call-ID": f"call-{self.count}",
            "CSeq": f"1 {method}",
            "Max-Forwards": "70",
            **{name.replace("_", "-"): value for name, value in headers.items()},
            "Content-Length": "0",
        }
        lines = [f"{method} {uri} SIP/2.0", *(f"{name}: {fields[name]}" for name in fields)]
        return "\r\n".join([*lines, "", ""]).encode()

    def send(self, data: bytes) -> None:
        self.socket.sendto(data, (self.ip, self.driver.ua.local_udp_port))

    def receive(self) -> bytes | None:
        try:
            return self.socket.recv(65535)
        except BlockingIOError:
            return None

    def ask(self, data: bytes) -> Answer:
        """Send and await one answer."""
        self.send(data)
        return Answer(self.driver.until(self.receive))


class Answer:
    """A response, taken apart without PJSIP."""

    def __init__(self, data: bytes) -> None:
        head, _, self.body = data.decode().partition("\r\n\r\n")
        line, *fields = head.split("\r\n")
        _, code, self.reason = line.split(" ", 2)
        self.code = int(code)
        self.headers = {
            name.lower(): value.strip()
            for name, _, value in (field.partition(":") for field in fields)
        }

    def tokens(self, header: str) -> set[str]:
        return {token.strip() for token in self.headers[header].split(",")}


def raises(kind: type[BaseException], call: Callable[[], object]) -> BaseException:
    """The exception of this kind that the call raises."""
    try:
        call()
    except kind as error:
        return error
    raise AssertionError(f"{call} did not raise {kind.__name__}")


__all__ = [
    "Answer",
    "Driver",
    "Peer",
    "SIPCoreError",
    "free_port",
    "heap_in_use",
    "raises",
    "resident",
]
