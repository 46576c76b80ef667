"""The state machine of `Publication`, as a table.

Everything that can happen to a publication is a row here; `publication.pyx` runs on this
table and a test walks every row.
"""

from __future__ import annotations

from sipsimple.core.queued_states import Transition, refresh_delay

__all__ = ["EVENTS", "STATES", "TRANSITIONS", "Transition", "refresh_delay"]

STATES = ("unpublished", "publishing", "published", "unpublishing")

#: `publish` and `unpublish` are calls of the application, `success` and `failure` final
#: responses (or their absence), `refresh` is the timer, and `forgotten` a 412: the server does
#: not know the entity-tag any more (RFC 3903 section 4.4).
EVENTS = ("publish", "unpublish", "success", "failure", "refresh", "forgotten")

TRANSITIONS = (
    Transition("unpublished", "publish", "publishing", send="PUBLISH"),
    Transition("unpublished", "unpublish", "unpublished"),
    # Unlike a REGISTER, the next PUBLISH may say something else.
    Transition("publishing", "publish", "publishing", queue="publish"),
    Transition("publishing", "unpublish", "publishing", queue="unpublish"),
    Transition("publishing", "success", "published"),
    Transition("publishing", "failure", "unpublished"),
    # Anew, with what the application has given last.
    Transition("publishing", "forgotten", "publishing", send="PUBLISH", queue=""),
    Transition("published", "publish", "publishing", send="PUBLISH"),
    Transition("published", "unpublish", "unpublishing", send="un-PUBLISH"),
    Transition("published", "refresh", "publishing", send="refreshing PUBLISH"),
    Transition("unpublishing", "publish", "unpublishing", queue="publish"),
    Transition("unpublishing", "unpublish", "unpublishing", queue=""),
    Transition("unpublishing", "success", "unpublished"),
    # What was published may live on at the server; it is not refreshed any more and expires.
    Transition("unpublishing", "failure", "unpublished"),
)
