"""What is posted: a `Notification` and its `NotificationData`, and the two special values."""

from __future__ import annotations

import datetime as dates
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any as Anything

    from sipsimple.notification.center import NotificationCenter

__all__ = ["Any", "Notification", "NotificationData", "UnknownSender"]


class _Marker(type):
    """Type of the special values: they are classes that print as their name."""

    def __repr__(cls) -> str:
        return cls.__name__


class Any(metaclass=_Marker):
    """Stands for every name, or every sender, where an observer is added."""


class UnknownSender(metaclass=_Marker):
    """The sender of a notification that was posted without one."""


class NotificationData:
    """The data of a notification; each keyword argument becomes an attribute.

    Source: `application.notification.NotificationData` of python-application.
    """

    def __init__(self, /, **attributes: object) -> None:
        self.__dict__.update(attributes)

    @classmethod
    def _reading(cls, attributes: dict[str, object]) -> NotificationData:
        """Data whose attributes are read from this very dict, which may make them only then."""
        data = cls.__new__(cls)
        data.__dict__ = attributes
        return data

    # Which attributes there are depends on the notification.
    def __getattr__(self, name: str) -> Anything:
        # An attribute is looked for in the items that a dict has; a subclass may make others.
        try:
            return vars(self)[name]
        except KeyError:
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute {name!r}"
            ) from None

    def __repr__(self) -> str:
        attributes = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({attributes})"


class Notification:
    """One notification, as every observer of it gets it.

    Args:
        name: What happened.
        sender: The object that it happened to.
        data: The details; a new, empty `NotificationData` when None.

    Attributes:
        name: As given.
        sender: As given.
        data: As given.
        center: The `NotificationCenter` that delivers it.
        timestamp: When it was made, in seconds since the epoch, as a float. The time of an
            event of the SIP core is `data.timestamp`.

    Raises:
        ValueError: The name or the sender is `Any`.

    Source: `application.notification.Notification` of python-application.
    """

    center: NotificationCenter

    def __init__(self, name: str, sender: object = UnknownSender, data: object = None) -> None:
        everything: object = Any
        if name is everything or sender is everything:
            raise ValueError("a notification has one name and one sender, not Any")
        self.name = name
        self.sender = sender
        self.data: Anything = NotificationData() if data is None else data
        self.timestamp = time.time()

    @property
    def datetime(self) -> dates.datetime:
        """`timestamp` in local time, as a naive `datetime.datetime`."""
        return dates.datetime.fromtimestamp(self.timestamp)

    @property
    def utcdatetime(self) -> dates.datetime:
        """`timestamp` in UTC, as a naive `datetime.datetime`."""
        return dates.datetime.fromtimestamp(self.timestamp, dates.UTC).replace(tzinfo=None)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, {self.sender!r}, {self.data!r})"
