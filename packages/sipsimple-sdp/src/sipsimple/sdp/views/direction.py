"""Who sends media to whom (RFC 8866 section 6.7)."""

from __future__ import annotations

from typing import Final, Literal, cast

from sipsimple.sdp.attribute import SDPAttribute
from sipsimple.sdp.views.attributes import AttributeOwner, positions, replace
from sipsimple.sdp.views.fields import check_line, shown

__all__ = ["DIRECTIONS", "Direction", "own_direction", "set_direction"]

Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]
DIRECTIONS: Final[tuple[Direction, ...]] = ("sendrecv", "sendonly", "recvonly", "inactive")


def own_direction(owner: AttributeOwner) -> Direction | None:
    """What the attributes of a session or section say themselves; `None` if nothing."""
    attributes = list(owner.attributes)
    for position in positions(attributes, DIRECTIONS):
        return cast(Direction, attributes[position].name)
    return None


def set_direction(owner: AttributeOwner, value: object) -> None:
    """Let one attribute say the direction; `None` to let none."""
    if value is None:
        replace(owner, DIRECTIONS, None)
        return
    name = check_line(value, "direction")
    if name not in DIRECTIONS:
        raise ValueError(f"direction: {shown(name)} is none of {', '.join(DIRECTIONS)}")
    replace(owner, DIRECTIONS, SDPAttribute(name, ""))
