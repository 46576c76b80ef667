"""Objects whose `__init__()` has not been called, or has failed: they raise, and never crash."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conftest import InChild


def _attempt(function: Callable[..., object], *arguments: object) -> None:
    with contextlib.suppress(Exception):
        function(*arguments)


def _use_every_member(kind: type[Any]) -> int:
    """Read, set and call each member, most of them on a new object; how many there were."""
    members = [name for name in dir(kind) if name not in {"__init__", "__new__", "__class__"}]
    for name in members:
        for value in (None, True, 1, "x", kind.__new__(kind)):
            _attempt(setattr, kind.__new__(kind), name, value)
        for arguments in ((), (None,), (1,), ("x",), (kind.__new__(kind),), ("x", "x")):
            new = kind.__new__(kind)
            with contextlib.suppress(Exception):
                member = getattr(new, name)
                if callable(member):
                    _attempt(member, *arguments)
    return len(members)


def _every_class(running: bool) -> dict[str, int]:
    import core_driver

    import sipsimple.core

    counts = {}
    with core_driver.Driver() if running else contextlib.nullcontext():
        for name in sipsimple.core.__all__:
            kind = getattr(sipsimple.core, name)
            if inspect.isclass(kind) and not issubclass(kind, BaseException):
                counts[name] = _use_every_member(kind)
    return counts


def test_no_member_of_an_object_without_init_crashes(in_child: InChild) -> None:
    for running in (False, True):
        counts = in_child(_every_class, running)
        assert {"Invitation", "Registration", "PJSIPUA", "SIPURI"} <= set(counts)
        assert min(counts.values()) > 10
