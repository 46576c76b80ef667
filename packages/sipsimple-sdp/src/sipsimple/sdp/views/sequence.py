"""`AttributeList`: all attributes of one name, as a list of their values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableSequence
from typing import Generic, Protocol, Self, SupportsIndex, TypeVar, overload

from sipsimple.sdp.attribute import SDPAttribute
from sipsimple.sdp.views.attributes import AttributeOwner, convert, found, positions
from sipsimple.sdp.views.fields import check_items

__all__ = ["AttributeList", "AttributeValue"]


class AttributeValue(Protocol):
    """A class for the values of an attribute: what `parse()` reads, `str()` prints."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a value."""


T = TypeVar("T", bound=AttributeValue)


class AttributeList(MutableSequence[T], Generic[T]):
    """The values of all attributes of one name, in order, as a list that can be changed.

    It holds nothing: each access reads the `attributes` of its owner, and each change is made
    there. Attributes of other names keep their places. A line that cannot be parsed counts as
    an item, and raises `ValueError` when that item is read.

    Args:
        owner: Whose attributes they are, an `SDPSession` or `SDPMedia`.
        name: The name of the attributes, a str.
        kind: The class of the values.
    """

    __slots__ = ("_kind", "_name", "_owner")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, owner: AttributeOwner, name: str, kind: type[T]) -> None:
        self._owner = owner
        self._name = name
        self._kind = kind

    def __len__(self) -> int:
        return len(self._positions())

    @overload
    def __getitem__(self, index: SupportsIndex) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: SupportsIndex | slice) -> T | list[T]:
        items = found(self._owner, self._name)
        if isinstance(index, slice):
            return [self._convert(item) for item in items[index]]
        return self._convert(items[index])

    @overload
    def __setitem__(self, index: SupportsIndex, value: T) -> None: ...
    @overload
    def __setitem__(self, index: slice, value: Iterable[T]) -> None: ...
    def __setitem__(self, index: SupportsIndex | slice, value: T | Iterable[T]) -> None:
        if isinstance(index, slice):
            if index == slice(None) and self._is_same(value):
                # What `+=` ends with, where the view is a property.
                return
            self._replace(index, self._attributes(value))
        else:
            new = self._attributes([value])[0]
            self._owner.attributes[self._positions()[index]] = new

    def __delitem__(self, index: SupportsIndex | slice) -> None:
        chosen = self._positions()[index]
        for position in sorted(chosen if isinstance(chosen, list) else [chosen], reverse=True):
            del self._owner.attributes[position]

    def insert(self, index: SupportsIndex, value: T) -> None:
        """Put a value before another one; at the end, behind the last.

        Args:
            index: The index of the other one, an int.
            value: The value.

        Raises:
            TypeError: The value is of another class.
        """
        start, _, _ = slice(index, None).indices(len(self))
        self._replace(slice(start, start), self._attributes([value]))

    def extend(self, values: Iterable[T]) -> None:
        """Put values at the end, all or, if one is of another class, none."""
        end = len(self)
        self[end:] = values

    def reverse(self) -> None:
        """Turn the order around, also of lines that cannot be parsed."""
        attributes = self._owner.attributes
        places = self._positions()
        turned = [attributes[position] for position in reversed(places)]
        for position, attribute in zip(places, turned, strict=True):
            attributes[position] = attribute

    def clear(self) -> None:
        """Take all attributes of the name away."""
        del self[:]

    def index(self, value: object, start: int = 0, stop: int | None = None) -> int:
        """Where a value is first, as for a list; lines that cannot be parsed equal none.

        Raises:
            ValueError: It is not there.
        """
        items = found(self._owner, self._name)
        for index in range(*slice(start, stop).indices(len(items))):
            if self._equals(items[index], value):
                return index
        raise ValueError(f"{self._name}: {value!r} is not in the list")

    def count(self, value: object) -> int:
        """How often a value is there; lines that cannot be parsed equal none."""
        return sum(self._equals(item, value) for item in found(self._owner, self._name))

    def __contains__(self, value: object) -> bool:
        return any(self._equals(item, value) for item in found(self._owner, self._name))

    # Over what is there now, so that the loop may change the list.
    def __iter__(self) -> Iterator[T]:
        return map(self._convert, found(self._owner, self._name))

    def __reversed__(self) -> Iterator[T]:
        return map(self._convert, reversed(found(self._owner, self._name)))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, list | AttributeList):
            return list(self) == list(other)
        return NotImplemented

    def __repr__(self) -> str:
        return f"[{', '.join(self._shown(item) for item in found(self._owner, self._name))}]"

    def _shown(self, attribute: SDPAttribute) -> str:
        try:
            return repr(self._convert(attribute))
        except ValueError as error:
            return f"<{error}>"

    def _convert(self, attribute: SDPAttribute) -> T:
        return convert(attribute, self._kind.parse)

    def _equals(self, attribute: SDPAttribute, value: object) -> bool:
        try:
            return self._convert(attribute) == value
        except ValueError:
            return False

    def _is_same(self, value: object) -> bool:
        return (
            isinstance(value, AttributeList)
            and value._owner is self._owner
            and value._name == self._name
        )

    def _positions(self) -> list[int]:
        return positions(self._owner.attributes, (self._name,))

    def _attributes(self, values: object) -> list[SDPAttribute]:
        items = check_items(values, self._name, self._kind)
        return [SDPAttribute(self._name, str(item)) for item in items]

    def _replace(self, index: slice, new: list[SDPAttribute]) -> None:
        attributes = self._owner.attributes
        old = self._positions()
        start, stop, step = index.indices(len(old))
        chosen = old[index]
        if step != 1 and len(chosen) != len(new):
            raise ValueError(f"{self._name}: {len(new)} values for a slice of {len(chosen)}")
        for position, attribute in zip(chosen, new, strict=False):
            attributes[position] = attribute
        if len(chosen) > len(new):
            for position in reversed(chosen[len(new) :]):
                del attributes[position]
        elif len(chosen) < len(new):
            # Before the next item; behind the last one; at the end where there is none.
            behind = max(start, stop)
            last = old[-1] + 1 if old else len(attributes)
            place = old[behind] if behind < len(old) else last
            attributes[place:place] = new[len(chosen) :]
