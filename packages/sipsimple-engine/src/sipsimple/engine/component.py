"""What a layer of the stack must be, to be started by the Engine.

A layer is a distribution with an entry point in the group `sipsimple.components`. The entry
point names an object, usually an instance of a class of its own, that is a `Component`:

```toml
[project.entry-points."sipsimple.components"]
video = "example.video.component:component"
```

The Engine knows a layer by nothing else, ours as well as those of others. The options of a
component are keyword arguments of `Engine.start()`, its public names are names of
`sipsimple`, and the object itself is `Engine().component("video")`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, runtime_checkable

from sipsimple.pjproject.notifications import NotificationKind

__all__ = [
    "GROUP",
    "Component",
    "ComponentContext",
    "EndingComponent",
    "NotifyingComponent",
    "PollingComponent",
]

#: The entry-point group in which distributions name their components.
GROUP = "sipsimple.components"


class ComponentContext(Protocol):
    """What the Engine gives to a component that it starts."""

    def post(self, name: str, sender: object, data: dict[str, object]) -> None:
        """Queue a notification.

        It is delivered in the Engine's thread, behind everything queued before. This
        returns at once, may be called from any thread and runs no code of observers.

        Args:
            name: Name of the notification.
            sender: The object that sends it; None stands for the Engine.
            data: Its data attributes. `timestamp` is added, unless it is there.
        """


class Component(Protocol):
    """A layer of the stack. All of its attributes may be plain ones."""

    @property
    def name(self) -> str:
        """What it is called, as in `Engine().component(name)`: "signaling", "audio"."""

    @property
    def distribution(self) -> str:
        """The distribution to install for it, for messages."""

    @property
    def requires(self) -> tuple[str, ...]:
        """Names of components that, where installed, start before it and stop after it."""

    @property
    def default_start_options(self) -> Mapping[str, object]:
        """Its options for `Engine.start()`, with their defaults.

        No two components may have an option of the same name.
        """

    @property
    def public_names(self) -> Mapping[str, str]:
        """What `from sipsimple import *` gives of it: names, each with its module."""

    @property
    def start(self) -> Callable[..., None]:
        """`start(context, **options)`: start the layer, in the Engine's thread.

        Args:
            context: A `ComponentContext`, valid until `stop()` returns.
            options: All of its options, as the application gave them, with the defaults of
                the others.

        Raises:
            TypeError: An option has a value of the wrong type.
            ValueError: The value of an option is out of range.
            SIPCoreError: It cannot start. Whatever is raised, nothing is left running.
        """

    @property
    def stop(self) -> Callable[[], None]:
        """`stop()`: end the layer and everything in it, in the Engine's thread.

        Takes a bounded time, and does nothing where it is stopped already. What
        applications still hold of it raises `SIPCoreError` from then on.
        """


@runtime_checkable
class PollingComponent(Protocol):
    """A component that does its network work in the Engine's thread: one at most."""

    def poll(self, timeout: float) -> None:
        """Do the work at hand, without the GIL.

        Args:
            timeout: Seconds to wait for work at most. It returns earlier when the event
                queue has something.
        """


@runtime_checkable
class EndingComponent(Protocol):
    """A component that ends what is alive (calls, registrations) before it is stopped."""

    def begin_stop(self) -> None:
        """Begin to end what is alive. The Engine keeps polling meanwhile."""

    def is_idle(self) -> bool:
        """Whether nothing is alive any more."""


@runtime_checkable
class NotifyingComponent(Protocol):
    """A component that says which notifications it sends."""

    @property
    def notifications(self) -> Iterable[NotificationKind]:
        """All of them: see `known_notifications()`.

        No two components may have one of the same name.
        """
