"""Inputs that broke a promise: made small, and kept with what was raised."""

from __future__ import annotations

import faulthandler
import hashlib
import traceback
import zlib
from pathlib import Path

from .minimize import minimize
from .oracle import examine

__all__ = ["Findings"]

#: Seconds for making one input small.
MINIMIZING = 20


class Findings:
    """What was found, one input for each place in the code.

    Args:
        folder: Takes `finding-….sdp`, and `finding-….txt` with the traceback.
        every: One of so many inputs is examined in full, the others are parsed and printed.
    """

    def __init__(self, folder: Path, every: int) -> None:
        self.folder = folder
        self.every = every
        self.places: set[str] = set()

    def examine(self, data: bytes) -> str:
        """Put an input through the oracle; what is raised is kept.

        Which ones are examined in full depends on the input alone: the same one ends the same.

        Returns:
            Which kind of outcome it was; "" where something was raised.
        """
        quickly = zlib.crc32(data) % self.every != 0
        try:
            return examine(data, quickly=quickly)
        except Exception as error:
            self._keep(data, error)
            return ""

    def _keep(self, data: bytes, error: Exception) -> None:
        place = _place(error)
        if place in self.places:
            return
        self.places.add(place)

        def shows(other: bytes) -> bool:
            try:
                examine(other)
            except Exception as another:
                return _place(another) == place
            return False

        faulthandler.cancel_dump_traceback_later()
        small = minimize(data, shows, MINIMIZING)
        name = f"finding-{hashlib.sha256(place.encode()).hexdigest()[:8]}"
        (self.folder / f"{name}.sdp").write_bytes(small)
        report = "".join(traceback.format_exception(error))
        text = f"{place}\n\n{small!r}\n\n{report}"
        (self.folder / f"{name}.txt").write_text(text, "utf-8", "backslashreplace")


def _place(error: BaseException) -> str:
    """The same for the same mistake: what was raised, and the lines that it came through."""
    # Without our own frame, which is not the same one while the input is made small.
    frames = traceback.extract_tb(error.__traceback__)[1:][-2:]
    places = " ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
    return f"{type(error).__name__} {places}"
