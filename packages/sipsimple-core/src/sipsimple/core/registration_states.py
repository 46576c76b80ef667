"""The state machine of `Registration`, as a table.

Everything that can happen to a registration is a row here; `registration.pyx` runs on this
table, the diagram in the documentation is drawn from it and a test walks every row.

A request of the application that cannot be carried out at once, because a transaction is
running, is queued: `queue` names it. The queue holds one request, and the last one wins.
When the transaction has ended, the queued request is applied to the new state.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["EVENTS", "STATES", "TRANSITIONS", "Transition", "refresh_delay"]

STATES = ("unregistered", "registering", "registered", "unregistering")

#: `register` and `unregister` are calls of the application, `success` and `failure` final
#: responses (or their absence), `refresh` is the timer.
EVENTS = ("register", "unregister", "success", "failure", "refresh")


class Transition(NamedTuple):
    """A row of the table.

    Attributes:
        state: State in which the event happens.
        event: What happens.
        following: State that follows; a notification tells where it differs from `state`.
        send: Request to send: "REGISTER", "un-REGISTER" or nothing.
        queue: What the queue holds from now on; None leaves it, "" empties it.
    """

    state: str
    event: str
    following: str
    send: str = ""
    queue: str | None = None


TRANSITIONS = (
    Transition("unregistered", "register", "registering", send="REGISTER"),
    Transition("unregistered", "unregister", "unregistered"),
    Transition("registering", "register", "registering", queue=""),
    Transition("registering", "unregister", "registering", queue="unregister"),
    Transition("registering", "success", "registered"),
    Transition("registering", "failure", "unregistered"),
    Transition("registered", "register", "registering", send="REGISTER"),
    Transition("registered", "unregister", "unregistering", send="un-REGISTER"),
    Transition("registered", "refresh", "registering", send="REGISTER"),
    Transition("unregistering", "register", "unregistering", queue="register"),
    Transition("unregistering", "unregister", "unregistering", queue=""),
    Transition("unregistering", "success", "unregistered"),
    # The binding may live on at the registrar; it is not refreshed any more and expires.
    Transition("unregistering", "failure", "unregistered"),
)


def refresh_delay(expires: int) -> float:
    """When a registration is refreshed.

    Args:
        expires: Seconds that the registrar has granted.

    Returns:
        Seconds from its answer: a tenth before it expires, at least 5 s before; half the
        time where that is little.
    """
    return max(expires / 2, min(expires * 0.9, expires - 5.0), 0.5)
