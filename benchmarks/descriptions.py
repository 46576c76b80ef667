"""What parsing and printing a session description costs."""

from __future__ import annotations

import sys
from pathlib import Path

from native import Native
from processes import BenchmarkError, run
from results import Measurement, Settings

__all__ = ["OURS", "TYPICAL", "measure_reading", "measure_sdp", "work", "work_in_c"]

HERE = Path(__file__).resolve().parent
TYPICAL = HERE / "typical.sdp"
OURS = "sipsimple-sdp"


def measure_sdp(native: Native | None, settings: Settings) -> Measurement:
    """Parse-and-print rounds per CPU second, on a typical description of two media."""
    return _measure(native, "print", settings)


def measure_reading(native: Native | None, settings: Settings) -> Measurement:
    """The same, with every field read in between; in C a field is read by naming it."""
    return _measure(native, "read", settings)


def _measure(native: Native | None, what: str, settings: Settings) -> Measurement:
    count = settings.sdp_iterations
    if native is None:
        return work(Path(sys.executable), OURS, what, count)
    return work_in_c(native, count)


def work_in_c(native: Native, count: int) -> Measurement:
    """Rounds per CPU second of pjmedia's own parser and printer, by `c/sdp_bench.c`."""
    command: list[str | Path] = [native.program("sdp_bench"), TYPICAL, str(count)]
    return _measurement(run(command, timeout=120), count)


def work(python: Path, package: str, what: str, count: int) -> Measurement:
    """Rounds per CPU second of one package.

    Args:
        python: An interpreter that has it.
        package: One of those that `subjects/sdp.py` knows.
        what: "print" or "read".
        count: How many rounds.

    Raises:
        BenchmarkError: It cannot be imported, or does not manage.
    """
    command: list[str | Path] = [python, HERE / "subjects" / "sdp.py", package, what, TYPICAL]
    return _measurement(run([*command, str(count)], timeout=240), count)


def _measurement(text: str, count: int) -> Measurement:
    try:
        nanoseconds, size, *same = (int(word) for word in text.split())
    except ValueError:
        raise BenchmarkError(f"the program said {text.strip()!r}") from None
    details: dict[str, object] = {
        "us_each": round(nanoseconds / count / 1000, 2),
        "bytes": size,
    }
    if same:
        details["same_text"] = bool(same[0])
    return Measurement(value=count / (nanoseconds / 1e9), details=details)
