"""What the tables of notifications are made of, and the table of this package.

Each package that posts notifications has a module `notifications` with a tuple
`NOTIFICATIONS`: which ones there are, who sends them and what their data holds. The page of the
documentation is made from these tables, and the tests hold them against every notification that
they see. `sipsimple.engine.known_notifications()` joins those of the layers that are installed.
"""

from __future__ import annotations

import datetime
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

__all__ = ["NOTIFICATIONS", "TIMESTAMP", "DataAttribute", "Kind", "NotificationKind", "Where"]

#: A class, a parametrized list, tuple or dict, or a union of these.
Kind: TypeAlias = type[Any] | types.UnionType


@dataclass(frozen=True, slots=True)
class Where:
    """A condition on another attribute of the same data.

    Attributes:
        attribute: Its name.
        values: What it is to be one of; empty where it only has to be there.
    """

    attribute: str
    values: tuple[object, ...] = ()

    def __str__(self) -> str:
        """In words."""
        if not self.values:
            return f"only together with `{self.attribute}`"
        return f"only where `{self.attribute}` is {' or '.join(map(_shown, self.values))}"

    def holds(self, data: Mapping[str, object]) -> bool:
        """Whether it does in these data."""
        if not self.values:
            return self.attribute in data
        return data.get(self.attribute) in self.values


@dataclass(frozen=True, slots=True)
class DataAttribute:
    """An attribute of the data of a notification.

    It is always there, and never None, unless this says otherwise.

    Attributes:
        name: Its name.
        kind: What it is an instance of, when it is not None.
        meaning: What it tells.
        unit: Of a number, such as "seconds".
        values: All that it can be, where there is such a list.
        where: It is there exactly where this holds; None where there is no such rule.
        absent: When it may be missing for another reason; empty where it never is.
        none: When it is None; empty where it never is.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    values: tuple[object, ...] = ()
    where: Where | None = None
    absent: str = ""
    none: str = ""

    @property
    def type_text(self) -> str:
        """Its type as in an annotation, such as `str | None`."""
        return _type_text(self.kind) + (" | None" if self.none else "")

    def problem(self, data: Mapping[str, object]) -> str:
        """What is wrong with it in the data of a notification; empty where nothing is.

        Args:
            data: All of the data.
        """
        expected = self.where is None or self.where.holds(data)
        if self.name not in data:
            return f"{self.name} is missing" if expected and not self.absent else ""
        if not expected:
            return f"{self.name} is there, but {self.where}"
        value = data[self.name]
        if value is None:
            return "" if self.none else f"{self.name} is None"
        if not _is_instance(value, self.kind):
            return f"{self.name} is {value!r}, and no {_type_text(self.kind)}"
        if self.values and value not in self.values:
            return f"{self.name} is {value!r}, and none of {self.values}"
        if isinstance(value, datetime.datetime) and value.tzinfo is None:
            return f"{self.name} has no time zone"
        return ""


#: What all notifications have.
TIMESTAMP = DataAttribute(
    "timestamp", datetime.datetime, "when it happened, with a time zone; not when it was delivered"
)


@dataclass(frozen=True, slots=True)
class NotificationKind:
    """A notification that there is.

    Attributes:
        name: Its name.
        sender: The name of the class that sends it. "Engine" also stands for the sender None,
            as which the event queue hands it to a stack without one.
        meaning: What has happened.
        attributes: Those of its data, but for `timestamp`.
        unavailable: Why this version does not send it; empty where it does.
    """

    name: str
    sender: str
    meaning: str
    attributes: tuple[DataAttribute, ...] = ()
    unavailable: str = ""

    def problems(self, data: Mapping[str, object]) -> list[str]:
        """Everything in the data of a notification that is not as it is described here.

        Args:
            data: Its data, with `timestamp`.
        """
        if self.unavailable:
            return [f"{self.name} is not sent: {self.unavailable}"]
        described = (*self.attributes, TIMESTAMP)
        unknown = sorted(set(data) - {attribute.name for attribute in described})
        found = [attribute.problem(data) for attribute in described]
        found += [f"{name} is not described" for name in unknown]
        return [f"{self.name}: {problem}" for problem in found if problem]


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _type_text(kind: Kind) -> str:
    parts = [_type_text(part) for part in typing.get_args(kind)]
    if isinstance(kind, types.UnionType):
        return " | ".join(parts)
    return f"{kind.__name__}[{', '.join(parts)}]" if parts else kind.__name__


def _is_instance(value: object, kind: Kind) -> bool:
    """As `isinstance()`, which does not look into containers, and takes True for an int."""
    if isinstance(kind, types.UnionType):
        return any(_is_instance(value, part) for part in typing.get_args(kind))
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin is None:
        return isinstance(value, kind) and not (kind is int and isinstance(value, bool))
    if not isinstance(value, origin):
        return False
    if isinstance(value, dict):
        return all(
            _is_instance(name, parts[0]) and _is_instance(item, parts[1])
            for name, item in value.items()
        )
    if isinstance(value, tuple):
        return len(value) == len(parts) and all(map(_is_instance, value, parts))
    return all(_is_instance(item, parts[0]) for item in value)


NOTIFICATIONS = (
    NotificationKind(
        "SCEngineLog",
        "Engine",
        "a log message of pjproject up to `log_level`; also a record of the logger "
        "`sipsimple.pjsip` of Python's `logging` (1 is `ERROR`, 2 `WARNING`, 3 `INFO`, 4 and 5 "
        "`DEBUG`), which nobody sees unless `logging` is configured",
        (
            DataAttribute("sender", str, "the module or object of pjproject that wrote it"),
            DataAttribute("level", int, "from 1, the most critical, to 5"),
            DataAttribute("message", str, "what it says"),
        ),
    ),
    NotificationKind(
        "SCEngineGotException",
        "Engine",
        "an exception in the thread that delivers notifications, such as one that an observer "
        "raised; logged where nobody observes it by this name",
        (DataAttribute("traceback", str, "the traceback, in lines as Python prints it"),),
    ),
)
