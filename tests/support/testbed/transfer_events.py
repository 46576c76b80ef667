"""The notifications that tell who asked for a transfer how it goes."""

from __future__ import annotations

from testbed.endpoint import Endpoint

__all__ = ["ENDED", "FAILED", "STARTED", "told"]

_PREFIX = "SCInvitationTransfer"
STARTED = f"{_PREFIX}DidStart"
ENDED = f"{_PREFIX}DidEnd"
FAILED = f"{_PREFIX}DidFail"


def told(endpoint: Endpoint, call: str) -> list[tuple[str, int]]:
    """Their names, without what all have in common, and codes, in their order."""
    return [
        (event.name.removeprefix(_PREFIX), event.data["code"])
        for event in endpoint.events(sender=call)
        if event.name.startswith(_PREFIX)
    ]
