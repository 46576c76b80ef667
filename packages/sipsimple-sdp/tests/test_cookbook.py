"""The documentation's cookbook of session descriptions: each task by itself."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

COOKBOOK = Path(__file__).parents[3] / "docs" / "sdp-cookbook.md"
# What print() shows ends its lines with CR, as SDP does.
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def tasks() -> dict[str, str]:
    """The text below each heading, by the heading."""
    _, *parts = re.split(r"^## (.*)\n", COOKBOOK.read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


@pytest.mark.parametrize("heading", tasks())
def test_each_task_works_without_the_others(heading: str) -> None:
    test = doctest.DocTestParser().get_doctest(tasks()[heading], {}, heading, str(COOKBOOK), 0)
    report: list[str] = []
    results = doctest.DocTestRunner(optionflags=FLAGS).run(test, out=report.append)
    assert results.attempted >= 4
    assert results.failed == 0, "".join(report)


def test_there_are_ten_tasks_and_more() -> None:
    assert len(tasks()) >= 10
