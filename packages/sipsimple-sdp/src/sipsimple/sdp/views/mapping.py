"""`AttributeMapping`: all attributes of one name, found by what their values begin with."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import ItemsView, Iterable, Iterator, Mapping, MutableMapping, ValuesView
from typing import ClassVar, Generic, TypeVar

from sipsimple.sdp.attribute import SDPAttribute
from sipsimple.sdp.views.attributes import AttributeOwner, convert, found, positions, replace
from sipsimple.sdp.views.fields import check_items
from sipsimple.sdp.views.sequence import AttributeList, AttributeValue

__all__ = ["AttributeMapping"]

K = TypeVar("K")
V = TypeVar("V", bound=AttributeValue)


class AttributeMapping(MutableMapping[K, V], Generic[K, V]):
    """The values of all attributes of one name, by what they begin with.

    It holds nothing: each access reads the `attributes` of its owner, and each change is made
    there. Of several lines with the same key the first counts, and a change leaves only one.
    A line with a key but otherwise malformed raises `ValueError` when it is read, and a line
    without a key is in no mapping.

    Args:
        owner: Whose attributes they are, an `SDPMedia`.
    """

    __slots__ = ("_owner",)

    _name: ClassVar[str]
    _kind: type[V]

    def __init__(self, owner: AttributeOwner) -> None:
        self._owner = owner

    @abstractmethod
    def _read_key(self, value: str) -> K | None:
        """The key that an attribute's value begins with, or `None`."""

    @abstractmethod
    def _key_of(self, value: V) -> K:
        """The key that a value stands under."""

    def add(self, value: V) -> None:
        """Set a value under its own key.

        Args:
            value: The value, which takes the place of the one with that key.

        Raises:
            TypeError: The value is of another class.
        """
        check_items([value], self._name, self._kind)
        self[self._key_of(value)] = value

    def assign(self, values: Mapping[K, V] | Iterable[V]) -> None:
        """Replace everything.

        Args:
            values: The new values, or a mapping of them.

        Raises:
            TypeError: A value is of another class.
            ValueError: A value stands under a key that is not its own, or two have the same.
        """
        if isinstance(values, Mapping):
            for key, value in values.items():
                self._check_pair(key, value)
            values = values.values()
        lines = AttributeList(self._owner, self._name, self._kind)
        new = check_items(values, self._name, self._kind)
        if len({self._key_of(value) for value in new}) < len(new):
            raise ValueError(f"{self._name}: two values have the same key")
        lines[:] = new

    def __getitem__(self, key: K) -> V:
        for attribute in found(self._owner, self._name):
            if self._begins_with(attribute, key):
                return convert(attribute, self._kind.parse)
        raise KeyError(key)

    def __setitem__(self, key: K, value: V) -> None:
        self._check_pair(key, value)
        new = SDPAttribute(self._name, str(value))
        attributes = self._owner.attributes
        everything = positions(attributes, (self._name,))
        old = self._positions(key)
        if old:
            attributes[old[0]] = new
        else:
            attributes.insert(everything[-1] + 1 if everything else len(attributes), new)
        for position in reversed(old[1:]):
            del attributes[position]

    def __delitem__(self, key: K) -> None:
        old = self._positions(key)
        if not old:
            raise KeyError(key)
        for position in reversed(old):
            del self._owner.attributes[position]

    def clear(self) -> None:
        """Take all attributes of the name away, those without a key too."""
        replace(self._owner, (self._name,), None)

    def __iter__(self) -> Iterator[K]:
        return iter(self._lines())

    def __len__(self) -> int:
        return len(self._lines())

    def __contains__(self, key: object) -> bool:
        # Without reading the rest of the line, which may be malformed.
        lines = found(self._owner, self._name)
        return any(self._begins_with(attribute, key) for attribute in lines)

    def items(self) -> ItemsView[K, V]:
        """The keys and values."""
        return _Items(self)

    def values(self) -> ValuesView[V]:
        """The values."""
        return _Values(self)

    def __repr__(self) -> str:
        shown: list[str] = []
        for key, attribute in self._lines().items():
            try:
                shown.append(f"{key!r}: {convert(attribute, self._kind.parse)!r}")
            except ValueError as error:
                shown.append(f"{key!r}: <{error}>")
        return f"{{{', '.join(shown)}}}"

    def _lines(self) -> dict[K, SDPAttribute]:
        lines: dict[K, SDPAttribute] = {}
        for attribute in found(self._owner, self._name):
            key = self._read_key(attribute.value)
            if key is not None:
                lines.setdefault(key, attribute)
        return lines

    def _begins_with(self, attribute: SDPAttribute, key: object) -> bool:
        own = self._read_key(attribute.value)
        return own is not None and own == key

    def _positions(self, key: K) -> list[int]:
        attributes = self._owner.attributes
        return [
            position
            for position in positions(attributes, (self._name,))
            if self._begins_with(attributes[position], key)
        ]

    def _check_pair(self, key: object, value: V) -> None:
        check_items([value], self._name, self._kind)
        if self._key_of(value) != key:
            raise ValueError(f"{self._name}[{key!r}]: {value!r} belongs to another key")


# The views of collections.abc look every key up, which takes long for thousands of lines.
class _Items(ItemsView[K, V]):
    _mapping: AttributeMapping[K, V]

    def __iter__(self) -> Iterator[tuple[K, V]]:
        for key, attribute in self._mapping._lines().items():
            yield key, convert(attribute, self._mapping._kind.parse)


class _Values(ValuesView[V]):
    _mapping: AttributeMapping[object, V]

    def __iter__(self) -> Iterator[V]:
        for attribute in self._mapping._lines().values():
            yield convert(attribute, self._mapping._kind.parse)
