"""The notifications of the Engine itself, as a table.

`sipsimple.engine.components.known_notifications()` joins it with those of the layers.
"""

from __future__ import annotations

from sipsimple.pjproject.notifications import DataAttribute, NotificationKind

__all__ = ["NOTIFICATIONS"]

NOTIFICATIONS = (
    NotificationKind("SCEngineWillStart", "Engine", "`start()` begins"),
    NotificationKind("SCEngineDidStart", "Engine", "the components run"),
    NotificationKind(
        "SCEngineDidFail",
        "Engine",
        "the components cannot be started, or the Engine stops after a failure",
        (DataAttribute("reason", str, "the class of the exception, and what it says"),),
    ),
    NotificationKind(
        "SCEngineWillEnd",
        "Engine",
        "`stop()` was called; calls and registrations are about to end",
    ),
    NotificationKind("SCEngineDidEnd", "Engine", "the Engine ran and has stopped; always the last"),
)
