"""How the end of a detection is told."""

from __future__ import annotations

from sipsimple.pjproject.events import queue

__all__ = ["post_nat_type"]


def post_nat_type(nat_type: str | None, error: str | None) -> None:
    """Queue `SCEngineDetectedNATType`.

    Args:
        nat_type: The name of the type; `None` if there is none.
        error: Why there is none; `None` if there is one.
    """
    if nat_type is not None:
        data: dict[str, object] = {"succeeded": True, "nat_type": nat_type}
    else:
        data = {"succeeded": False, "error": error}
    queue.post("SCEngineDetectedNATType", None, data)
