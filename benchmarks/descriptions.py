"""What parsing and printing a session description costs."""

from __future__ import annotations

import sys
from pathlib import Path

from native import Native
from processes import BenchmarkError, run
from results import Measurement, Settings

__all__ = ["measure_sdp"]

HERE = Path(__file__).resolve().parent
TYPICAL = HERE / "typical.sdp"


def measure_sdp(native: Native | None, settings: Settings) -> Measurement:
    """Parse-and-print rounds per CPU second, on a typical description of two media."""
    command: list[str | Path]
    if native is not None:
        command = [native.program("sdp_bench")]
    else:
        command = [sys.executable, HERE / "subjects" / "sdp.py"]
    text = run([*command, TYPICAL, str(settings.sdp_iterations)], timeout=120)
    try:
        nanoseconds, size = (int(word) for word in text.split())
    except ValueError:
        raise BenchmarkError(f"{command[0]} said {text.strip()!r}") from None
    return Measurement(
        value=settings.sdp_iterations / (nanoseconds / 1e9),
        details={"us_each": round(nanoseconds / settings.sdp_iterations / 1000, 2), "bytes": size},
    )
