"""The state machine of `Registration`, as a table.

Everything that can happen to a registration is a row here; `registration.pyx` runs on this
table, the diagram in the documentation is drawn from it and a test walks every row.
"""

from __future__ import annotations

from sipsimple.core.queued_states import Transition, refresh_delay

__all__ = ["EVENTS", "STATES", "TRANSITIONS", "Transition", "refresh_delay"]

STATES = ("unregistered", "registering", "registered", "unregistering")

#: `register` and `unregister` are calls of the application, `success` and `failure` final
#: responses (or their absence), `refresh` is the timer.
EVENTS = ("register", "unregister", "success", "failure", "refresh")

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
