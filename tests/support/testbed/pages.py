"""The programs that stand on the pages of the documentation, run as they stand there."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from testbed.processes import Process

__all__ = ["ROOT", "Program", "programs"]

ROOT = Path(__file__).resolve().parents[3]


def programs(page: str) -> list[tuple[str, str]]:
    """The programs of a page, each with the name of a file that stands last above it."""
    text = (ROOT / page).read_text()
    found = []
    for match in re.finditer(r"```python\n(.*?)```", text, re.DOTALL):
        names = re.findall(r"`(\w+\.py)`", text[: match.start()])
        found.append((names[-1] if names else "program.py", match[1]))
    return found


class Program(Process):
    """A program of a page, as if it had been saved in the folder and run there."""

    def __init__(self, page: str, name: str, folder: Path, *arguments: object) -> None:
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(dict(programs(page))[name])
        words = [str(argument) for argument in arguments]
        super().__init__(
            name, [sys.executable, name, *words], folder, environment={"PYTHONFAULTHANDLER": "1"}
        )
