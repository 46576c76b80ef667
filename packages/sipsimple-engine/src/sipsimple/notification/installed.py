"""Finds out whose notification objects are to be used: python-application's or ours."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Sequence
from types import ModuleType

from sipsimple.notification import center, notification, observer

__all__ = ["notification_objects"]

logger = logging.getLogger("sipsimple.notification")

_METHODS = ("add_observer", "remove_observer", "discard_observer", "post_notification")


def notification_objects(names: Sequence[str]) -> dict[str, object]:
    """The objects of these names: python-application's where it is importable, else ours.

    Args:
        names: Public names of `application.notification`.
    """
    module = _application_notification(names)
    if module is not None:
        return {name: getattr(module, name) for name in names}
    ours = {**vars(notification), **vars(observer), **vars(center)}
    return {name: ours[name] for name in names}


def _application_notification(names: Sequence[str]) -> ModuleType | None:
    try:
        module = importlib.import_module("application.notification")
    except ModuleNotFoundError:
        return None
    except Exception as error:  # such as the SyntaxError of its releases for Python 2
        logger.debug("application.notification is installed but cannot be used: %r", error)
        return None
    kind = getattr(module, "NotificationCenter", None)
    if all(hasattr(module, name) for name in names) and all(
        callable(getattr(kind, method, None)) for method in _METHODS
    ):
        return module
    return None  # "application" is a common name: this one is something else
