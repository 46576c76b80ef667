"""What a benchmark is told, what it gives, and how it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Comparison", "Measurement", "Settings", "aligned", "table"]


@dataclass(frozen=True)
class Settings:
    """How long and how hard to measure.

    Attributes:
        folder: Where programs, logs and statistics go.
        calls: Calls or transactions per measurement.
        rate: Calls or transactions per second.
        message_rate: MESSAGE requests per second.
        idle_seconds: For how long idle CPU is measured.
        packets: Packets whose latency is measured.
        sdp_iterations: Parse-and-print rounds in C; ours runs as many.
    """

    folder: Path
    calls: int
    rate: int
    message_rate: int
    idle_seconds: float
    packets: int
    sdp_iterations: int


@dataclass(frozen=True)
class Measurement:
    """One figure of one subject, and what else was seen while it was taken."""

    value: float
    details: dict[str, object] = field(default_factory=dict)


@dataclass
class Comparison:
    """One line of the table.

    Attributes:
        name: Key in the JSON file.
        what: For people.
        unit: Of the value.
        more_is_better: Whether a larger value is the better one.
        ours: Our measurement, or why there is none.
        native: PJSIP's C code's, or why there is none.
    """

    name: str
    what: str
    unit: str
    more_is_better: bool
    ours: Measurement | str
    native: Measurement | str

    @property
    def ratio(self) -> float | None:
        """Our cost as a multiple of C's: 1 is as good as C, 2 costs twice as much."""
        if isinstance(self.ours, str) or isinstance(self.native, str):
            return None
        if not self.ours.value or not self.native.value:
            return None
        quotient = self.ours.value / self.native.value
        return 1 / quotient if self.more_is_better else quotient

    def as_dict(self) -> dict[str, object]:
        """The figures as they stand in the JSON file."""

        def side(measurement: Measurement | str) -> dict[str, object]:
            if isinstance(measurement, str):
                return {"error": measurement}
            return {"value": measurement.value, **measurement.details}

        return {
            "what": self.what,
            "unit": self.unit,
            "more_is_better": self.more_is_better,
            "ours": side(self.ours),
            "pjsip_c": side(self.native),
            "cost_ratio": None if self.ratio is None else round(self.ratio, 3),
        }


def table(comparisons: Sequence[Comparison]) -> str:
    """The comparisons as text: value of ours, of C, and our cost as a multiple of C's."""
    head = ("", "unit", "ours", "PJSIP in C", "cost ratio")
    rows = [head]
    notes = []
    for line in comparisons:
        ratio = "" if line.ratio is None else f"{line.ratio:.2f}"
        rows.append((line.what, line.unit, _cell(line.ours), _cell(line.native), ratio))
        for side, value in (("ours", line.ours), ("PJSIP in C", line.native)):
            if isinstance(value, str):
                notes.append(f"{line.what}, {side}: {value}")
            elif value.details.get("failed"):
                notes.append(f"{line.what}, {side}: {value.details['failed']} failed")
    return "\n".join([aligned(rows, left=2), *(f"! {note}" for note in notes)])


def aligned(rows: Sequence[Sequence[str]], *, left: int) -> str:
    """Rows as text, in columns, with a line under the first.

    Args:
        rows: All of the same length, the first one the heads.
        left: How many columns are not of numbers.
    """
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    text = []
    for index, row in enumerate(rows):
        cells = [
            cell.ljust(width) if column < left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        text.append("  ".join(cells).rstrip())
        if index == 0:
            text.append("  ".join("-" * width for width in widths))
    return "\n".join(text)


def _cell(measurement: Measurement | str) -> str:
    if isinstance(measurement, str):
        return "failed"
    return f"{measurement.value:,.0f}" if measurement.value >= 100 else f"{measurement.value:.2f}"
