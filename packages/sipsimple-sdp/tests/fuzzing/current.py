"""The input that is being examined, in a file that outlives the process that examines it."""

from __future__ import annotations

import mmap
from pathlib import Path
from types import TracebackType

from .mutations import LARGEST

__all__ = ["PATIENCE", "Current"]

#: Seconds for one input; the slowest that is known takes a hundredth of it.
PATIENCE = 10
_HEADER = 16


class Current:
    """The file, for the process that examines.

    Args:
        path: Is made, or made anew.
    """

    def __init__(self, path: Path) -> None:
        with path.open("w+b") as file:
            file.truncate(_HEADER + LARGEST)
            self._map = mmap.mmap(file.fileno(), _HEADER + LARGEST)

    def __enter__(self) -> Current:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._map.close()

    def begin(self, number: int, data: bytes) -> None:
        """Note the next input, and how many were before."""
        self._map[_HEADER : _HEADER + len(data)] = data
        self._map[:_HEADER] = number.to_bytes(8, "big") + len(data).to_bytes(8, "big")

    @staticmethod
    def read(path: Path) -> tuple[int, bytes]:
        """What a process noted last: how many were before, and the input."""
        content = path.read_bytes()
        number, length = (int.from_bytes(content[at : at + 8], "big") for at in (0, 8))
        return number, content[_HEADER : _HEADER + length]
