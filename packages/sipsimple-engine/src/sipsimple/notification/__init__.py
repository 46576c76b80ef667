"""Notifications: who posts them need not know who listens.

The names and their meaning are those of `application.notification` of python-application.
Where that is installed and works, they are its very objects, so that an application has one
`NotificationCenter` whichever name it imports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sipsimple.notification.installed import notification_objects

if TYPE_CHECKING:
    from sipsimple.notification.center import NotificationCenter
    from sipsimple.notification.notification import (
        Any,
        Notification,
        NotificationData,
        UnknownSender,
    )
    from sipsimple.notification.observer import IObserver, ObserverWeakrefProxy

__all__ = [
    "Any",
    "IObserver",
    "Notification",
    "NotificationCenter",
    "NotificationData",
    "ObserverWeakrefProxy",
    "UnknownSender",
]

if not TYPE_CHECKING:
    globals().update(notification_objects(__all__))
