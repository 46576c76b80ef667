"""One side of calls, in the process of a test's own program; only sipsimple's public API.

Programs of this folder are run by the tests beside it, each in a process, since the Engine
is once per process. They say what they found on standard output.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Any

from zope.interface import implementer

from sipsimple import (
    SIPURI,
    AudioTransport,
    Credentials,
    Engine,
    Invitation,
    Route,
    RTPTransport,
    SDPConnection,
    SDPSession,
)
from sipsimple.engine import known_notifications
from sipsimple.notification import IObserver, Notification, NotificationCenter
from testbed.processes import rtp_port_range

HOST = "127.0.0.1"
OPTIONS = {
    "local_ip": HOST,
    "local_tcp_port": None,
    "local_tls_port": None,
    "auto_sound": False,
    "codecs": ["g711"],
    "rtp_port_range": rtp_port_range(),
    "log_level": 0,
}


def wait_until(condition: Callable[[], Any], timeout: float = 20, what: str = "") -> Any:
    """Ask until the answer is true, and return it."""
    deadline = time.monotonic() + timeout
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"{what or condition} within {timeout} s"
        time.sleep(0.001)
    return answer


def resident() -> int:
    """Resident memory of this process in KiB."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def descriptors() -> list[str]:
    """What the open file descriptors of this process refer to."""
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            found.append(os.readlink(f"/proc/self/fd/{name}"))
        except FileNotFoundError:
            continue  # the one that listed the folder
    return sorted(found)


def threads() -> int:
    """How many threads this process has, those of pjlib included."""
    return len(os.listdir("/proc/self/task"))


class Call:
    """An invitation and its audio.

    Attributes:
        confirmed, ended: Set when it gets there.
    """

    def __init__(self, invitation: Invitation) -> None:
        self.invitation = invitation
        self.audio: AudioTransport | None = None
        self.confirmed = threading.Event()
        self.ended = threading.Event()

    def _describe(self, remote: SDPSession | None) -> None:
        transport = RTPTransport(HOST)
        transport.set_INIT()
        # Packets are waited for and counted, and most of these calls have nothing to hear: after
        # a second of that, silence detection would send no more.
        self.audio = AudioTransport(transport, remote, 0, enable_silence_detection=False)
        media = self.audio.get_local_media(remote is None)
        session = SDPSession(HOST, connection=SDPConnection(HOST), media=[media])
        self.invitation.set_offered_local_sdp(session)

    def send(self) -> Call:
        """Send the INVITE with an offer."""
        self._describe(None)
        self.invitation.send_invite()
        return self

    def answer(self) -> None:
        """Accept it."""
        self._describe(self.invitation.get_offered_remote_sdp())
        self.invitation.accept_invite()

    def received(self) -> int:
        """How many RTP packets have arrived."""
        statistics = self.audio and self.audio.statistics
        return statistics.packets_received if statistics else 0

    def talk(self, packets: int = 2) -> Call:
        """Wait until it is established and packets have arrived."""
        wait_until(self.confirmed.is_set, what="CONFIRMED")
        try:
            wait_until(lambda: self.received() >= packets, what=f"{packets} packets")
        except AssertionError as error:
            error.add_note(self.state())
            raise
        return self

    def state(self) -> str:
        """What to know of it when it fails."""
        audio = self.audio
        if audio is None:
            return f"{self.invitation}, no audio"
        return (
            f"{self.invitation}: {self.invitation.state}, ended {self.ended.is_set()}; "
            f"started {audio.is_started}, active {audio.is_active}, {audio.direction}, "
            f"{audio.statistics}, transport {audio.transport.state}\n"
            f"{self.invitation.get_active_local_sdp()}{self.invitation.get_active_remote_sdp()}"
        )

    def hang_up(self) -> None:
        """End it and wait for its end."""
        self.invitation.disconnect()
        wait_until(self.ended.is_set, what="DISCONNECTED")


@implementer(IObserver)
class Party:
    """Starts the Engine, calls, and answers all that call.

    Attributes:
        calls: Those that live, by invitation.
        completed: How many have ended.
        problems: Tracebacks of `SCEngineGotException`, and what was wrong with notifications.
        names: Of all notifications.
    """

    def __init__(self, **options: Any) -> None:
        self.engine = Engine()
        self.calls: dict[Invitation, Call] = {}
        self.incoming = 0
        self.completed = 0
        self.problems: list[str] = []
        self.names: list[str] = []
        self._kinds = known_notifications()
        NotificationCenter().add_observer(self)
        # By its name as well: what only observers of everything get is logged too.
        NotificationCenter().add_observer(self, name="SCEngineGotException")
        self.engine.start(**{**OPTIONS, **options})

    def call(self, port: int) -> Call:
        """Call whoever listens on a port of loopback."""
        credentials = Credentials(SIPURI(HOST, user="alice"))
        callee = SIPURI(HOST, user="bob", port=port)
        call = Call(Invitation(credentials, callee, Route(HOST, port)))
        self.calls[call.invitation] = call
        return call.send()

    def handle_notification(self, notification: Notification) -> None:
        """Answer, start audio, and keep count."""
        name, sender, data = notification.name, notification.sender, notification.data
        self.names.append(name)
        self.problems += self._kinds[name].problems(vars(data))
        if name == "SCEngineGotException":
            self.problems.append(data.traceback)
        if not isinstance(sender, Invitation):
            return
        if name == "SCInvitationChangedState" and data.state == "INCOMING":
            self.incoming += 1
            self.calls[sender] = Call(sender)
            self.calls[sender].answer()
        call = self.calls.get(sender)
        if call is None:
            return
        if name == "SCInvitationGotSDPUpdate":
            if data.succeeded and call.audio is not None and not call.audio.is_started:
                call.audio.start(data.local_sdp, data.remote_sdp, 0)
        elif data.state == "CONFIRMED":
            call.confirmed.set()
        elif data.state == "DISCONNECTED":
            if call.audio is not None:
                call.audio.stop()
            del self.calls[sender]
            self.completed += 1
            call.ended.set()
