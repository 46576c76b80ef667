"""Packages that do the same work on a session description: ours, and those of others on PyPI."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from descriptions import HERE, OURS, TYPICAL, work, work_in_c
from native import Native
from processes import BenchmarkError, run
from results import Measurement, Settings, aligned

__all__ = ["PackageLine", "measure_import", "measure_packages", "packages_table"]

PEERS = ("aiosipua", "sippy", "aiortc", "sdp-transform")
NATIVE = "PJSIP in C"
ROUNDS = 5
#: Descriptions that are kept alive while memory is measured.
KEPT = 10_000

_IMPORT = """
import os, time
from pathlib import Path
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
before, begin = resident(), time.perf_counter_ns()
import sipsimple.sdp
print(time.perf_counter_ns() - begin, resident() - before)
"""


@dataclass(frozen=True)
class PackageLine:
    """What one package takes.

    Attributes:
        name: Of the package, or "PJSIP in C".
        print_us: Microseconds of CPU to parse and print.
        read_us: The same, and to read every field in between; None where that costs nothing.
        kept_bytes: Resident memory of one description that is kept; None if not measured.
        same_text: Whether what it prints is what it parsed.
    """

    name: str
    print_us: float
    read_us: float | None
    kept_bytes: int | None
    same_text: bool | None


def measure_packages(
    native: Native, peers: Path | None, settings: Settings
) -> tuple[list[PackageLine], list[str]]:
    """Measure C, ours and the peers, all in this run.

    Args:
        native: For the C program.
        peers: A Python that has the peers; None to leave them out.
        settings: How many rounds.

    Returns:
        The lines, and what could not be measured and why.
    """
    count = max(1, settings.sdp_iterations // ROUNDS)
    subjects: list[tuple[str, Path, int]] = [(OURS, Path(sys.executable), count)]
    if peers is not None:
        # They take many times as long for each.
        subjects += [(name, peers, max(1000, count // 20)) for name in PEERS]
    costs: dict[tuple[str, str], list[Measurement]] = {}
    errors: dict[str, str] = {}
    # In turns, so that what else the machine does befalls all of them.
    for _ in range(ROUNDS):
        try:
            costs.setdefault((NATIVE, "print"), []).append(work_in_c(native, count))
        except BenchmarkError as error:
            errors[NATIVE] = str(error)
        for name, python, rounds in subjects:
            for what in ("print", "read"):
                try:
                    measured = work(python, name, what, rounds)
                except BenchmarkError as error:
                    errors[name] = str(error)
                    continue
                costs.setdefault((name, what), []).append(measured)
    lines = []
    if NATIVE not in errors:
        lines.append(PackageLine(NATIVE, _least(costs[NATIVE, "print"]), None, None, None))
    for name, python, _ in subjects:
        if name not in errors:
            printing, reading = costs[name, "print"], costs[name, "read"]
            same = bool(printing[0].details["same_text"])
            kept = _kept_bytes(python, name)
            lines.append(PackageLine(name, _least(printing), _least(reading), kept, same))
    return lines, [f"{name}: {error}" for name, error in errors.items()]


def _least(measurements: Sequence[Measurement]) -> float:
    """Microseconds of the best round: nothing makes a loop faster than it is, much slower."""
    return 1e6 / max(one.value for one in measurements)


def _kept_bytes(python: Path, name: str) -> int:
    script = HERE / "subjects" / "sdp.py"
    text = run([python, script, name, "keep", TYPICAL, str(KEPT)], timeout=120)
    return int(text) // KEPT


def packages_table(lines: Sequence[PackageLine]) -> str:
    """The lines as text, each cost also as a multiple of C's and of ours."""
    native = next((line.print_us for line in lines if line.kept_bytes is None), None)
    ours = next((line for line in lines if line.name == OURS), None)

    def times(cost: float | None, of: float | None) -> str:
        return "" if cost is None or not of else f"{cost / of:.2f}"

    rows = [
        (
            *("SDP", "parse+print µs", "of C", "of ours"),
            *("parse+read+print µs", "of C", "of ours", "bytes kept", "same text"),
        )
    ]
    for line in lines:
        rows.append(
            (
                line.name,
                f"{line.print_us:.2f}",
                times(line.print_us, native),
                times(line.print_us, ours and ours.print_us),
                "" if line.read_us is None else f"{line.read_us:.2f}",
                times(line.read_us, native),
                times(line.read_us, ours and ours.read_us),
                "" if line.kept_bytes is None else f"{line.kept_bytes:,}",
                "" if line.same_text is None else "yes" if line.same_text else "no",
            )
        )
    return aligned(rows, left=1)


def measure_import(repeat: int) -> dict[str, float]:
    """What `import sipsimple.sdp` takes in a fresh process, medians.

    Returns:
        Milliseconds of wall clock, and KiB of resident memory.
    """
    taken = [
        [int(word) for word in run([sys.executable, "-I", "-c", _IMPORT], timeout=30).split()]
        for _ in range(repeat)
    ]
    return {
        "import_ms": round(statistics.median(one[0] for one in taken) / 1e6, 2),
        "import_kib": round(statistics.median(one[1] for one in taken) / 1024),
    }


def as_dicts(lines: Sequence[PackageLine]) -> list[dict[str, object]]:
    """The lines as they stand in the JSON file."""
    return [asdict(line) for line in lines]
