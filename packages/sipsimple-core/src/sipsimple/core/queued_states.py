"""What the tables of `Registration` and `Publication` are made of.

Both keep something alive at a server: absent at first, it is placed there, is present and
refreshed before it expires, and is removed. A request of the application that cannot be
carried out at once, because a transaction is running, is queued. The queue holds one request,
and the last one wins. When the transaction has ended, the queued request is applied to the
new state.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Transition", "refresh_delay"]


class Transition(NamedTuple):
    """One row of the table.

    Attributes:
        state: State in which the event happens.
        event: What happens.
        following: State that follows; a notification tells where it differs from `state`.
        send: Request to send, by its name in the table, or nothing.
        queue: What the queue holds from now on; None leaves it, "" empties it.
    """

    state: str
    event: str
    following: str
    send: str = ""
    queue: str | None = None


def refresh_delay(expires: int) -> float:
    """When what is kept at a server is refreshed.

    Args:
        expires: Seconds that the server has granted.

    Returns:
        Seconds from its answer: a tenth before it expires, at least 5 s before; half the
        time where that is little.
    """
    return max(expires / 2, min(expires * 0.9, expires - 5.0), 0.5)
