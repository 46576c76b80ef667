"""The Engine that is fuzzed: reads whatever it is told, takes calls and ends them.

`python -m fuzz.sip.engine`: writes its ports as JSON when it runs, and ends when its standard
input does. Exit status 3 where there was an exception in the Engine's thread, or a notification
was not as it is documented.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import sys
from typing import Any

from zope.interface import implementer

from sipsimple import Engine, SDPConnection, SDPMedia, SDPSession, SIPCoreError
from sipsimple.engine import known_notifications
from sipsimple.notification import IObserver, Notification, NotificationCenter

#: Of so many calls one is answered; the others are rejected in several ways.
KINDS = 4


@implementer(IObserver)
class Listener:
    """Looks at all that every notification has."""

    def __init__(self) -> None:
        self.calls = 0
        self.exceptions: list[str] = []
        self._kinds = known_notifications()

    def handle_notification(self, notification: Notification) -> None:
        data = vars(notification.data)
        # What is made when it is read.
        repr((notification.sender, data))
        for problem in self._kinds[notification.name].problems(data):
            self._report(f"{problem}\n")
        if notification.name == "SCEngineGotException":
            self._report(data["traceback"])
        elif notification.name == "SCInvitationChangedState":
            # It may have ended meanwhile, or its offer makes no answer.
            with contextlib.suppress(SIPCoreError, ValueError):
                self.on_call(notification.sender, data["state"])

    def _report(self, text: str) -> None:
        self.exceptions.append(text)
        os.write(2, text.encode("utf-8", "backslashreplace"))

    def on_call(self, call: Any, state: str) -> None:
        if state == "INCOMING":
            self.calls += 1
            kind = self.calls % KINDS
            if kind == 0:
                call.respond_to_invite_provisionally(180)
                call.set_offered_local_sdp(_answer(call.get_offered_remote_sdp()))
                call.accept_invite()
            elif kind == 1:
                call.accept_invite()
            call.disconnect(486)
        elif state == "REINVITED":
            call.respond_to_reinvite(488)


def _answer(offer: SDPSession | None) -> SDPSession:
    media = [SDPMedia("audio", 5000, "RTP/AVP", formats=["0"])]
    if offer is not None:
        media += [
            SDPMedia(section.media, 0, section.transport, formats=section.formats[:1] or ["0"])
            for section in offer.media[1:]
        ]
    return SDPSession("127.0.0.1", connection=SDPConnection("127.0.0.1"), media=media)


def main() -> int:
    faulthandler.enable()
    listener = Listener()
    NotificationCenter().add_observer(listener)
    engine = Engine()
    options: dict[str, Any] = (
        {"auto_sound": False} if "auto_sound" in engine.default_start_options else {}
    )
    engine.start(local_ip="127.0.0.1", local_tls_port=None, log_level=0, **options)
    print(json.dumps({"udp": engine.local_udp_port, "tcp": engine.local_tcp_port}), flush=True)
    sys.stdin.read()
    engine.stop()
    print(json.dumps({"calls": listener.calls}), flush=True)
    return 3 if listener.exceptions else 0


if __name__ == "__main__":
    sys.exit(main())
