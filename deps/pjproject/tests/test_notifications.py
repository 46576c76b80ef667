"""The records that describe notifications, and what they find wrong with data."""

from __future__ import annotations

import datetime

import pytest

from sipsimple.pjproject.events import queue
from sipsimple.pjproject.notifications import (
    NOTIFICATIONS,
    DataAttribute,
    Kind,
    NotificationKind,
    Where,
)

NOW = datetime.datetime.now(datetime.UTC)

ENDED = NotificationKind(
    "SCThingDidEnd",
    "Thing",
    "it is over",
    (
        DataAttribute("state", str, "how", values=("well", "badly")),
        DataAttribute("number", int, "how many", absent="nobody counted"),
        DataAttribute("error", str, "why", where=Where("state", ("badly",)), none="nobody knows"),
        DataAttribute("place", str, "where", where=Where("number")),
    ),
)


def wrong(**data: object) -> list[str]:
    """What is wrong with these data, without the name that every problem begins with."""
    problems = ENDED.problems({"timestamp": NOW, **data})
    return [problem.removeprefix("SCThingDidEnd: ") for problem in problems]


def test_data_as_they_are_described_are_right() -> None:
    assert wrong(state="well") == []
    assert wrong(state="badly", error=None) == []
    assert wrong(state="badly", error="why not", number=1, place="here") == []


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({}, "state is missing"),
        ({"state": None}, "state is None"),
        ({"state": b"well"}, "state is b'well', and no str"),
        ({"state": "so-so"}, "state is 'so-so', and none of ('well', 'badly')"),
        ({"state": "well", "number": True, "place": ""}, "number is True, and no int"),
        ({"state": "well", "number": None, "place": ""}, "number is None"),
        ({"state": "well", "number": 1}, "place is missing"),
        ({"state": "well", "place": ""}, "place is there, but only together with `number`"),
        ({"state": "badly"}, "error is missing"),
        ({"state": "well", "error": None}, 'error is there, but only where `state` is "badly"'),
        ({"state": "well", "code": 1}, "code is not described"),
        ({"state": "well", "timestamp": None}, "timestamp is None"),
    ],
)
def test_what_is_wrong_is_named(data: dict[str, object], problem: str) -> None:
    assert wrong(**data) == [problem]


def test_a_timestamp_is_there_and_has_a_time_zone() -> None:
    assert ENDED.problems({"state": "well"}) == ["SCThingDidEnd: timestamp is missing"]
    assert wrong(state="well", timestamp=NOW.replace(tzinfo=None)) == ["timestamp has no time zone"]


@pytest.mark.parametrize(
    ("kind", "right", "others"),
    [
        (list[str], [[], ["a"]], ["a", [1], ("a",)]),
        (list[tuple[str, int]], [[("a", 1)]], [[("a",)], [("a", "1")], [("a", 1, 1)]]),
        (dict[str, object], [{}, {"a": None}], [{1: "a"}, []]),
        (str | int, ["a", 1], [b"", True]),
        (bool, [True], [1]),
    ],
)
def test_types_are_looked_into(kind: Kind, right: list[object], others: list[object]) -> None:
    attribute = DataAttribute("x", kind, "anything")
    assert [value for value in right if attribute.problem({"x": value})] == []
    assert [value for value in others if not attribute.problem({"x": value})] == []


def test_a_type_is_written_as_in_an_annotation() -> None:
    def text(kind: Kind, none: str = "") -> str:
        return DataAttribute("x", kind, "anything", none=none).type_text

    assert text(str) == "str"
    assert text(list[tuple[str, int]], "nobody knows") == "list[tuple[str, int]] | None"
    assert text(str | int) == "str | int"


def test_what_is_said_not_to_be_sent_is_wrong_as_such() -> None:
    kind = NotificationKind("SCNever", "Thing", "it cannot happen", unavailable="so it does not")
    assert kind.problems({"timestamp": NOW}) == ["SCNever is not sent: so it does not"]


def test_the_queue_reports_an_exception_as_it_is_described() -> None:
    (kind,) = [kind for kind in NOTIFICATIONS if kind.name == "SCEngineGotException"]
    reported: list[dict[str, object]] = []

    def handler(name: str, sender: object, data: dict[str, object]) -> None:
        if name == kind.name:
            reported.append(data)
        elif name == "Provoking":
            raise RuntimeError(name)

    queue.post("Provoking", None, {})
    queue.drain(handler)
    assert [kind.problems(data) for data in reported] == [[]]
