"""The data of notifications whose values are made when somebody asks for them."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, ValuesView
from typing import Any

__all__ = ["LazyData"]


class LazyData(dict[str, Any]):
    """A dict of which some items are made when they are first read.

    To convert the URIs, headers and body of a received message takes longer than everything
    else that is done for it, and most observers read few of them. Whoever goes through the
    whole dict, or copies it, gets them all.

    Args:
        made: Items that are there already.
        names: Keys of the others; a frozenset is not copied.
        read: Makes the value for one of them.
    """

    __slots__ = ("_names", "_read")

    def __init__(
        self, made: dict[str, Any], names: Iterable[str], read: Callable[[str], Any]
    ) -> None:
        super().__init__(made)
        self._names = frozenset(names)
        self._read = read

    def __missing__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        # Two threads that ask at the same time get the same object.
        return super().setdefault(name, self._read(name))

    def _all(self) -> LazyData:
        for name in self._names:
            self[name]
        # From now on it is as any other dict: what is taken out stays out.
        self._names = frozenset()
        return self

    def get(self, name: str, default: Any = None) -> Any:
        """The value, made if need be, or `default` where there is no such key."""
        try:
            return self[name]
        except KeyError:
            return default

    def setdefault(self, name: str, default: Any = None) -> Any:
        """The value, made if need be; `default`, stored, where there is no such key."""
        return self[name] if name in self._names else super().setdefault(name, default)

    def __contains__(self, name: object) -> bool:
        return name in self._names or super().__contains__(name)

    # With an `__iter__` of its own, `dict(data)` and `f(**data)` come here for the keys too.
    def __iter__(self) -> Iterator[str]:
        return dict.__iter__(self._all())

    def __reversed__(self) -> Iterator[str]:
        return dict.__reversed__(self._all())

    def __len__(self) -> int:
        return dict.__len__(self._all())

    def keys(self) -> KeysView[str]:  # type: ignore[override]  # the stubs have dict_keys
        """All keys."""
        return dict.keys(self._all())

    def values(self) -> ValuesView[Any]:  # type: ignore[override]
        """All values."""
        return dict.values(self._all())

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override]
        """All items."""
        return dict.items(self._all())

    def __delitem__(self, name: str) -> None:
        dict.__delitem__(self._all(), name)

    def pop(self, name: str, *default: Any) -> Any:
        """Take an item out, made if need be."""
        return dict.pop(self._all(), name, *default)

    def popitem(self) -> tuple[str, Any]:
        """Take the last item out, all of them made before."""
        return dict.popitem(self._all())

    def clear(self) -> None:
        """Take all items out, and make none."""
        self._names = frozenset()
        super().clear()

    def copy(self) -> dict[str, Any]:
        """A plain dict with all items."""
        return dict(self)

    def __eq__(self, other: object) -> bool:
        return dict.__eq__(self._all(), other)

    def __or__(self, other: Any) -> Any:
        return self.copy() | other

    def __ror__(self, other: Any) -> Any:
        return other | self.copy()

    def __reduce__(self) -> tuple[type, tuple[dict[str, Any]]]:
        return dict, (self.copy(),)

    __hash__ = None

    def __repr__(self) -> str:
        return repr(self.copy())
