"""Register an account, show where it can be reached, and unregister again.

python register.py sip:alice@example.com --password secret
"""

import argparse
import queue

from zope.interface import implementer

from sipsimple import SIPURI, Credentials, Engine, Registration, Route
from sipsimple.notification import IObserver, Notification, NotificationCenter


@implementer(IObserver)
class Changes(queue.Queue[Notification]):
    """Hands notifications from the Engine's thread to the main one."""

    def handle_notification(self, notification: Notification) -> None:
        self.put(notification)


def main() -> int:
    parser = argparse.ArgumentParser(description="Register a SIP account.")
    parser.add_argument("account", help="such as sip:alice@example.com")
    parser.add_argument("--password", default="")
    parser.add_argument("--local-ip", help="address of the interface to use")
    options = parser.parse_args()

    changes = Changes()
    NotificationCenter().add_observer(changes, name="SCRegistrationChangedState")
    engine = Engine()
    engine.start(local_ip=options.local_ip, auto_sound=False)
    try:
        account = SIPURI.parse(options.account)
        # Straight to the host of the account; without a route, DNS would be asked for it.
        registration = Registration(
            Credentials(account, options.password), Route(account.host, account.port or 5060)
        )
        registration.register()
        while True:
            change = changes.get(timeout=40).data
            if change.state == "registered":
                print(f"registered {change.contact_uri} for {change.expires} s")
                registration.unregister()
            elif change.state == "unregistered":
                print(f"unregistered: {change.code} {change.reason}")
                return 0 if change.code == 200 else 1
    finally:
        engine.stop()


if __name__ == "__main__":
    raise SystemExit(main())
