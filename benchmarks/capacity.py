"""How much a user agent carries: the highest clean rate, memory of a dialog, delay under load."""

from __future__ import annotations

import re
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from calls import AGENT, WARM_UP, perf_server, served
from latency import send_invites
from native import Native
from processes import BenchmarkError, Subject
from results import Settings, aligned
from sipp import Load, offer_load

__all__ = ["capacity_table", "measure_capacity"]

#: Calls per second between which the highest clean rate is sought, and how exactly.
LOWEST, HIGHEST, STEPS = 200, 8000, 6
#: Calls per second at which the dialogs to hold are made.
HOLD_RATE = 500

Running = Callable[[], AbstractContextManager[tuple[Subject, str]]]
Figures = dict[str, float | None]


def measure_capacity(native: Native, settings: Settings, *, quick: bool) -> dict[str, Figures]:
    """Measure pjsip-perf and ours, calls without media; keys of the result are their names.

    Args:
        native: Builds pjsip-perf.
        settings: Where files go, and how many packets are timed.
        quick: Hold 1,000 dialogs instead of 10,000, and try each rate for a shorter time.
    """
    sides: dict[str, Running] = {
        "pjsip-perf": lambda: perf_server(native, "2", settings),
        "sipsimple": lambda: served([sys.executable, AGENT, "uas"], settings),
    }
    result: dict[str, Figures] = {}
    for name, start in sides.items():
        rate = _highest_clean_rate(start, settings.folder, seconds=2 if quick else 5)
        held, memory = _held_dialogs(start, settings.folder, 1000 if quick else 10_000)
        result[name] = {"clean_rate": rate, "dialogs": held, "bytes_per_dialog": memory}
    half = int(result["sipsimple"]["clean_rate"] or 0) // 2
    result["sipsimple"].update(_delay_under_load(half, settings))
    return result


def _highest_clean_rate(start: Running, folder: Path, seconds: int) -> float:
    """Binary search; a rate is clean where nothing failed and nothing was sent again.

    Each rate gets a fresh process: what the transactions of the one before have left behind
    would otherwise be on the account of the next.
    """
    low, high = 0, HIGHEST
    rate = LOWEST * 8
    for _ in range(STEPS):
        with start() as (_subject, target):
            offer_load("caller", target, WARM_UP, 100, folder, timeout=20)
            try:
                load = offer_load("caller", target, rate * seconds, rate, folder, timeout=30)
            except BenchmarkError:
                load = Load(0, 1, 0, 0)
        if _is_clean(load, rate * seconds):
            low = rate
        else:
            high = rate
        rate = max(LOWEST, (low + high) // 2)
    return low


def _is_clean(load: Load, count: int) -> bool:
    """Whether every call ran to its end without anything sent twice."""
    return load.calls == count and not load.failed and not load.retransmissions


def _held_dialogs(start: Running, folder: Path, count: int) -> tuple[float, float]:
    """Hold so many dialogs at once; gives how many were completed and the octets of each."""
    pause = count * 1000 // HOLD_RATE + 3000
    with start() as (subject, target):
        offer_load("caller", target, WARM_UP, 100, folder, timeout=20)
        before = _resident(subject)
        loads: list[Load] = []

        def offer() -> None:
            timeout = pause / 1000 * 2 + 30
            loads.append(
                offer_load("caller", target, count, HOLD_RATE, folder, timeout, pause=pause)
            )

        offering = threading.Thread(target=offer)
        offering.start()
        # All of them stand now, and the first one ends in a second and a half.
        time.sleep(pause / 1000 - 1.5)
        after = _resident(subject)
        offering.join()
    if not loads:
        raise BenchmarkError("the dialogs could not be offered")
    return loads[0].calls, (after - before) / count


def _resident(subject: Subject) -> int:
    """Octets of resident memory."""
    text = Path(f"/proc/{subject.process.pid}/status").read_text()
    match = re.search(r"VmRSS:\s+(\d+) kB", text)
    if match is None:
        raise BenchmarkError(f"{subject.name} has no resident memory")
    return int(match[1]) * 1024


def _delay_under_load(rate: int, settings: Settings) -> Figures:
    """Microseconds from `sendto()` to the observer, while calls come at this rate."""
    if not rate:
        return {}
    folder, seconds = settings.folder, max(4, settings.packets // 100)
    with served([sys.executable, AGENT, "busy"], settings) as (subject, target):
        port = int(target.rpartition(":")[2])
        count = rate * seconds
        arguments = ("caller", target, count, rate, folder, seconds + 20)
        offering = threading.Thread(target=offer_load, args=arguments)
        offering.start()
        time.sleep(0.5)
        send_invites(port, settings.packets)
        was_loaded = offering.is_alive()
        offering.join()
        delays = sorted(int(line) / 1000 for line in subject.lines(0.5) if line.isdigit())
    if not was_loaded or len(delays) < settings.packets * 0.9:
        raise BenchmarkError(f"only {len(delays)} of {settings.packets} calls were seen under load")
    return {
        "delay_rate": rate,
        "delay_median_us": round(delays[len(delays) // 2], 1),
        "delay_p99_us": round(delays[int(len(delays) * 0.99)], 1),
    }


def capacity_table(figures: dict[str, Figures]) -> str:
    """The figures as text; the ratio is ours divided by pjsip-perf's."""
    floor, ours = figures["pjsip-perf"], figures["sipsimple"]
    rows = [("", "sipsimple", "pjsip-perf", "ratio")]
    for key, what in (
        ("clean_rate", "highest clean rate, calls per s"),
        ("dialogs", "dialogs held at once"),
        ("bytes_per_dialog", "resident octets for each"),
        ("delay_rate", "rate of the next two, calls per s"),
        ("delay_median_us", "packet to observer, median, µs"),
        ("delay_p99_us", "packet to observer, p99, µs"),
    ):
        mine, other = ours.get(key), floor.get(key)
        ratio = f"{mine / other:.2f}" if mine is not None and other else ""
        rows.append((what, _cell(mine), _cell(other), ratio))
    return aligned(rows, left=1)


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"
