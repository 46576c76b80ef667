from __future__ import annotations

import doctest
from pathlib import Path


def test_the_examples_of_the_readme_work() -> None:
    readme = Path(__file__).parents[1] / "README.md"
    # What print() shows ends its lines with CR, as SDP does.
    failed, tried = doctest.testfile(
        str(readme),
        module_relative=False,
        optionflags=doctest.NORMALIZE_WHITESPACE,
    )
    assert (failed, tried > 5) == (0, True)
