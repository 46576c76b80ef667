"""Reading and writing the list of attributes, which alone holds what the views show."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Protocol, TypeVar

from sipsimple.sdp.attribute import SDPAttribute
from sipsimple.sdp.views.fields import shown

__all__ = [
    "AttributeOwner",
    "convert",
    "found",
    "has",
    "positions",
    "read",
    "replace",
    "switch",
    "write",
]

T = TypeVar("T")

# Their values are keys or passwords, which no error may show.
_SECRET = frozenset(("crypto", "ice-pwd", "key-mgmt"))


class AttributeOwner(Protocol):
    """What has `a=` lines: a session or a media section."""

    @property
    def attributes(self) -> list[SDPAttribute]:
        """The lines, the same list at each access."""


def positions(attributes: Iterable[object], names: Collection[str]) -> list[int]:
    """Where in a list the attributes with one of the names are.

    Anything else that the user put in the list is for the printer to refuse.
    """
    return [
        position
        for position, attribute in enumerate(attributes)
        if isinstance(attribute, SDPAttribute) and attribute.name in names
    ]


def found(owner: AttributeOwner, name: str) -> list[SDPAttribute]:
    """All attributes of a name, as they are now."""
    attributes = list(owner.attributes)
    return [attributes[position] for position in positions(attributes, (name,))]


def convert(attribute: SDPAttribute, parse: Callable[[str], T]) -> T:
    """The value of an attribute, as its RFC has it.

    Raises:
        ValueError: It cannot be parsed; tells the line and the reason.
    """
    try:
        return parse(attribute.value)
    except ValueError as error:
        line = f"a={attribute.name}" if attribute.name in _SECRET else shown(str(attribute))
        raise ValueError(f"{line}: {error}") from None


def read(owner: AttributeOwner, name: str, parse: Callable[[str], T]) -> T | None:
    """The value of the first attribute of a name; `None` if there is none.

    Raises:
        ValueError: It cannot be parsed; tells the line and the reason.
    """
    for attribute in list(owner.attributes):
        if isinstance(attribute, SDPAttribute) and attribute.name == name:
            return convert(attribute, parse)
    return None


def replace(owner: AttributeOwner, names: Collection[str], new: SDPAttribute | None) -> None:
    """Leave one attribute, or none, of those with one of the names.

    The new one takes the place of the first, or the end of the list. It is another object, since
    the same `SDPAttribute` may stand in the list of another section too.
    """
    attributes = owner.attributes
    old = positions(attributes, names)
    if new is not None and old:
        attributes[old.pop(0)] = new
    elif new is not None:
        attributes.append(new)
    for position in reversed(old):
        del attributes[position]


def has(owner: AttributeOwner, name: str) -> bool:
    """Whether there is an attribute of the name."""
    return bool(found(owner, name))


def switch(owner: AttributeOwner, name: str, value: object, what: str) -> None:
    """Add an attribute without value if there is none, or take all of the name away."""
    if not isinstance(value, bool):
        raise TypeError(f"{what}: must be bool, not {type(value).__name__}")
    if not value:
        replace(owner, (name,), None)
    elif not has(owner, name):
        replace(owner, (name,), SDPAttribute(name, ""))


def write(owner: AttributeOwner, name: str, value: str | None) -> None:
    """Let one attribute of a name say a value; `None` to take all of the name away."""
    replace(owner, (name,), None if value is None else SDPAttribute(name, value))
