from __future__ import annotations

import doctest
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import InChild


def _examples(readme: str) -> tuple[int, int]:
    results = doctest.testfile(readme, module_relative=False)
    return results.failed, results.attempted


def test_the_examples_of_the_readme_work(in_child: InChild) -> None:
    failed, tried = in_child(_examples, str(Path(__file__).parents[1] / "README.md"))
    assert (failed, tried > 5) == (0, True)
