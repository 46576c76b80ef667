"""Holds the notifications that a test sees against the tables that describe them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sipsimple.pjproject.notifications import NOTIFICATIONS, NotificationKind

__all__ = ["NotificationCheck"]


class NotificationCheck:
    """Looks at every notification, and remembers what is wrong with it.

    It does not raise where it looks: what is raised in a handler of the event queue, or in an
    observer, is caught and reported there, and no test fails of it.

    Args:
        tables: What may come, beside the notifications of sipsimple-pjproject.

    Attributes:
        found: What was wrong so far.
    """

    def __init__(self, *tables: Iterable[NotificationKind]) -> None:
        self._kinds = {kind.name: kind for table in (NOTIFICATIONS, *tables) for kind in table}
        self.found: list[str] = []

    def see(self, name: str, sender: object, data: Mapping[str, object]) -> None:
        """Look at a notification when it comes; tests change the data later.

        Args:
            name: Its name.
            sender: Who has sent it; None stands for the Engine.
            data: Its data.
        """
        kind = self._kinds.get(name)
        if kind is None:
            # Others are a test's own, as those that tell it that the queue is empty.
            if name.startswith("SC"):
                self.found.append(f"{name} is in no table")
            return
        self.found += kind.problems(data)
        senders = ["Engine"] if sender is None else [each.__name__ for each in type(sender).__mro__]
        if kind.sender not in senders:
            self.found.append(f"{name} comes from {senders[0]}, and not from {kind.sender}")

    def verify(self) -> None:
        """Fail where something was wrong.

        Raises:
            AssertionError: Says what, and does so once.
        """
        found, self.found = self.found, []
        assert not found, "notifications are not as described:\n" + "\n".join(found)
