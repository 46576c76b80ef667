"""Finds the layers that are installed, through their entry points."""

from __future__ import annotations

import functools
import importlib.metadata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from sipsimple.engine.component import GROUP, Component, NotifyingComponent, PollingComponent
from sipsimple.engine.notifications import NOTIFICATIONS
from sipsimple.pjproject import SIPCoreError
from sipsimple.pjproject.notifications import NOTIFICATIONS as PJPROJECT_NOTIFICATIONS
from sipsimple.pjproject.notifications import NotificationKind

__all__ = ["Installed", "installed", "known_notifications"]

_MEMBERS = (
    "name",
    "distribution",
    "requires",
    "default_start_options",
    "public_names",
    "start",
    "stop",
)


@dataclass(frozen=True)
class Installed:
    """The components that are installed, in the order in which they are started.

    Attributes:
        components: Those that could be loaded, by name.
        problems: What is wrong with the others, or between them; the Engine does not
            start while there are any.
    """

    components: dict[str, Component]
    problems: tuple[str, ...]

    def check(self) -> None:
        """Refuse to go on with what is installed if anything is wrong with it.

        Raises:
            SIPCoreError: Says what.
        """
        if self.problems:
            raise SIPCoreError("; ".join(self.problems))


@functools.cache
def installed() -> Installed:
    """What is installed; looked up once, since loading a component may take a while."""
    components: list[Component] = []
    problems: list[str] = []
    for entry_point in _entry_points():
        try:
            components.append(_component(entry_point.load()))
        except Exception as error:
            origin = entry_point.dist.name if entry_point.dist else entry_point.value
            problems.append(
                f"component {entry_point.name!r} of {origin} cannot be loaded: "
                f"{type(error).__name__}: {error}"
            )
    by_name: dict[str, Component] = {}
    for component in components:
        other = by_name.setdefault(component.name, component)
        if other is not component:
            problems.append(
                f"component {component.name!r} is in both {other.distribution} "
                f"and {component.distribution}"
            )
    problems += _conflicts(by_name.values())
    return Installed(_in_starting_order(by_name, problems), tuple(problems))


def known_notifications() -> dict[str, NotificationKind]:
    """The notifications of everything that is installed, by name.

    Those of other people's layers are among them where these say which they send, as a
    `NotifyingComponent`.

    Returns:
        A new dict. It also has those that this version does not send, which say why.
    """
    kinds = [*NOTIFICATIONS, *PJPROJECT_NOTIFICATIONS]
    for component in installed().components.values():
        kinds += _notifications(component)
    return {kind.name: kind for kind in kinds}


def _notifications(component: Component) -> Iterable[NotificationKind]:
    return component.notifications if isinstance(component, NotifyingComponent) else ()


def _entry_points() -> list[importlib.metadata.EntryPoint]:
    """The entry points, each once: a folder that is on the path twice gives them twice."""
    unique = {
        (entry_point.name, entry_point.value): entry_point
        for entry_point in importlib.metadata.entry_points(group=GROUP)
    }
    return [unique[key] for key in sorted(unique)]


def _component(candidate: object) -> Component:
    missing = [member for member in _MEMBERS if not hasattr(candidate, member)]
    if missing:
        raise TypeError(f"{candidate!r} is no component: it lacks {', '.join(missing)}")
    return cast(Component, candidate)


def _conflicts(components: Iterable[Component]) -> list[str]:
    problems = []
    options: dict[str, str] = {"log_level": "sipsimple-engine"}
    names: dict[str, str] = {}
    notifications = {
        **{each.name: "sipsimple-pjproject" for each in PJPROJECT_NOTIFICATIONS},
        **{each.name: "sipsimple-engine" for each in NOTIFICATIONS},
    }
    poller = None
    for component in components:
        for kind, taken, mine in (
            ("option", options, list(component.default_start_options)),
            ("public name", names, list(component.public_names)),
            ("notification", notifications, [each.name for each in _notifications(component)]),
        ):
            for key in mine:
                owner = taken.setdefault(key, component.distribution)
                if owner != component.distribution:
                    problems.append(
                        f"{kind} {key!r} is in both {owner} and {component.distribution}"
                    )
        if isinstance(component, PollingComponent):
            if poller is not None:
                problems.append(
                    f"components {poller!r} and {component.name!r} both want to poll in "
                    f"the Engine's thread, and only one can"
                )
            poller = component.name
    return problems


def _in_starting_order(by_name: dict[str, Component], problems: list[str]) -> dict[str, Component]:
    ordered: dict[str, Component] = {}

    def place(name: str, below: tuple[str, ...]) -> None:
        if name in ordered or name not in by_name:
            return
        if name in below:
            problems.append(f"components require each other: {' -> '.join((*below, name))}")
            return
        for required in by_name[name].requires:
            place(required, (*below, name))
        ordered[name] = by_name[name]

    for name in by_name:
        place(name, ())
    return ordered
