"""Posts to whichever NotificationCenter is in use, and reports what observers raise."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any as Anything
from typing import Protocol, Self, TypeAlias

from sipsimple.notification.center import NotificationCenter, ReportError
from sipsimple.notification.notification import Notification, NotificationData

__all__ = ["Delivery", "Report", "data_with", "delivery_to"]

#: Told that an observer of a notification of this name raised.
Report: TypeAlias = Callable[[str, BaseException], None]


class Delivery(Protocol):
    """Posts notifications in one thread, between entering and leaving it."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exception: object) -> None: ...

    def post(self, name: str, sender: object, data: object) -> None:
        """Post a notification. What observers raise goes to the report, whatever its kind."""

    def is_observed(self, name: str, sender: object) -> bool:
        """Whether anyone asked for notifications of this name, and not just for all."""


def delivery_to(center: object, report: Report) -> Delivery:
    """The way to post to a center.

    Args:
        center: The `NotificationCenter`, ours or that of python-application.
        report: Told what observers raise. It may post notifications itself.
    """
    if isinstance(center, NotificationCenter):
        return _OwnDelivery(center, report)
    return _ForeignDelivery(center, report)


def data_with(kind: type, attributes: dict[str, object]) -> object:
    """The data of a notification.

    Args:
        kind: The `NotificationData` that is in use, ours or that of python-application.
        attributes: Its attributes; not to be used by the caller any more. A dict that makes its
            values when they are read, as for received messages, does so for ours alone.
    """
    if kind is NotificationData:
        return NotificationData._reading(attributes)
    return kind(**attributes)


class _OwnDelivery:
    def __init__(self, center: NotificationCenter, report: Report) -> None:
        self._center = center
        self._report: ReportError = lambda notification, _, error: report(notification.name, error)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        pass

    def post(self, name: str, sender: object, data: object) -> None:
        self._center._post(Notification(name, sender, data), self._report)

    def is_observed(self, name: str, sender: object) -> bool:
        return self._center._is_observed(name, sender)


class _ForeignDelivery(logging.Handler):
    """Through the center of python-application.

    That one logs the exceptions of observers and tells nobody else. A handler at the root
    logger sees them: they are the ones that were caught in its `post_notification()`.
    """

    def __init__(self, center: Anything, report: Report) -> None:
        super().__init__(logging.ERROR)
        self._center = center
        self._report = report
        self._thread = threading.get_ident()
        self._code = getattr(type(center).post_notification, "__code__", None)

    def __enter__(self) -> Self:
        self._thread = threading.get_ident()
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *exception: object) -> None:
        logging.getLogger().removeHandler(self)

    def post(self, name: str, sender: object, data: object) -> None:
        try:
            self._center.post_notification(name, sender=sender, data=data)
        except BaseException as error:  # it catches Exception only
            self._resume()
            self._report(name, error)

    def is_observed(self, name: str, sender: object) -> bool:
        return True  # it does not say; its own log has the rest

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread != self._thread or not record.exc_info:
            return
        if record.name.startswith("sipsimple."):  # what is known here already
            return
        error, trace = record.exc_info[1], record.exc_info[2]
        if error is None or trace is None or trace.tb_frame.f_code is not self._code:
            return
        self._report(_name_of_notification(trace), error)

    def _resume(self) -> None:
        """Take up deliveries again after an exception that broke them off.

        Until its queue is empty, the center takes every post in this thread for one by an
        observer, and delivers nothing.
        """
        waiting = getattr(self._center, "queue", None)
        if not waiting:
            return
        waiting.popleft()
        remaining = list(waiting)
        waiting.clear()
        for notification in remaining:
            self.post(notification.name, notification.sender, notification.data)


def _name_of_notification(trace: TracebackType) -> str:
    """Name of the notification that was being delivered, from the center's own variables."""
    for value in trace.tb_frame.f_locals.values():
        if all(hasattr(value, attribute) for attribute in ("name", "sender", "data")):
            return str(value.name)
    return ""
