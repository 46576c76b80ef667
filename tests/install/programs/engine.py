"""The Engine, with whatever is installed."""

import threading

from zope.interface import implementer

from sipsimple import Engine
from sipsimple.notification import IObserver, NotificationCenter

ended = threading.Event()


@implementer(IObserver)
class Observer:
    """Prints that the Engine started and ended."""

    def handle_notification(self, notification):
        if notification.name in ("SCEngineDidStart", "SCEngineDidEnd", "SCEngineDidFail"):
            print(notification.name, flush=True)
        if notification.name in ("SCEngineDidEnd", "SCEngineDidFail"):
            ended.set()


engine = Engine()
observer = Observer()
NotificationCenter().add_observer(observer, sender=engine)
options = {"local_ip": "127.0.0.1"}
has_audio = "auto_sound" in engine.default_start_options
if has_audio:
    options["auto_sound"] = False
engine.start(**options)
engine.stop()
assert ended.wait(10)
print("audio" if has_audio else "no audio")
