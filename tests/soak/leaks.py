"""Calls, registrations and the rest by the thousand: `python -m soak.leaks OPTIONS`, as JSON.

Each kind is done in batches. After a batch all transactions have ended, and what this process
holds is the same as after the batch before: else there is a leak. Exit status 1 for one.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import json
import statistics
import sys
import time
from typing import Any

from sipsimple.pjproject.runtime import live_pools
from soak.common import Sample, shorten_timers, started_engine
from soak.operations import KINDS, WITHIN_SESSIONS, Operations

#: So many at once.
WINDOW = 16
#: Of all, so many come before the first figure: the heap has seen its most by then.
WARM_UP = 0.25
#: Bytes for each: less than any object of ours takes. And bytes in all, whatever their number: so
#: much the heap moves by itself, and resident memory with the places that are in use in it.
PER_OPERATION = 16
IN_ALL = {"heap": 512 << 10, "resident": 4 << 20}


class Stalled(Exception):
    """What should have ended has not."""


class Leaks:
    """One run.

    Args:
        options: From the command line.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self.batch: int = options.batch
        self.patience: float = options.patience
        self.keep: int = options.keep
        self.kept: list[Any] = []
        self.linger = (options.timeout or 32000) / 1000
        self.engine = started_engine()
        self.operations = Operations(self.engine, options.server)
        self.pools = live_pools()

    def run(self, kind: str, count: int) -> dict[str, Any]:
        """Do one kind so often; what was seen.

        Raises:
            Stalled: It does not go on.
        """
        operations = self.operations
        if kind in WITHIN_SESSIONS:
            operations.open_sessions(WINDOW)
            self._wait(operations.opened, "sessions")
            self._settle(warm=True)
        begin, before = time.monotonic(), operations.done
        warm = max(1, round(count * WARM_UP / self.batch)) * self.batch
        samples: list[tuple[int, Sample]] = []
        for number in range(0, count + warm, self.batch):
            self._do(kind, self.batch)
            self._settle(warm=number < warm)
            if number + self.batch >= warm:
                samples.append((number + self.batch, Sample.take()))
        seconds = time.monotonic() - begin
        if kind in WITHIN_SESSIONS:
            operations.close_sessions()
            self._wait(lambda: not operations.live, "the end of sessions")
        return {"done": operations.done - before, "seconds": round(seconds, 1), **judge(samples)}

    def _do(self, kind: str, count: int) -> None:
        operations = self.operations
        before = operations.done
        for number in range(1, count + 1):
            operations.begin(kind)
            least = before + number - (WINDOW - 1)
            self._wait(lambda least=least: operations.done >= least, kind)
        self._wait(lambda: operations.done >= before + count, kind)
        for _ in range(self.keep):
            self.kept.append(operations.idle())

    def _settle(self, *, warm: bool) -> None:
        """Wait for the end of transactions, as the number of memory pools tells it."""
        end = time.monotonic() + self.linger + (self.patience if not warm else 2.0)
        while live_pools() > self.pools and time.monotonic() < end:
            time.sleep(0.02)
        if warm:
            # What is made once and stays, and what sessions take that last.
            self.pools = live_pools()

    def _wait(self, condition: Any, what: str) -> None:
        operations = self.operations
        with operations.changed:
            while not condition():
                before = operations.done
                end = time.monotonic() + self.patience
                while not condition() and operations.done == before:
                    # Not all that is waited for notifies.
                    operations.changed.wait(0.05)
                    if time.monotonic() > end:
                        raise Stalled(f"{what}: nothing in {self.patience:.0f} s")


def judge(samples: list[tuple[int, Sample]]) -> dict[str, Any]:
    """Figures of samples, each after so many operations, and what is wrong with them."""
    (begin, first), (end, last) = samples[0], samples[-1]
    count = end - begin
    result: dict[str, Any] = {"measured": count, "problems": []}
    for name in ("resident", "heap"):
        numbers = [number for number, _ in samples]
        values = [getattr(sample, name) for _, sample in samples]
        # Not from the first to the last: which pools pjlib keeps for reuse changes it by a MB.
        slope = statistics.linear_regression(numbers, values).slope
        growth = slope * count
        result[f"{name} per operation"] = round(slope, 2)
        result[name] = [value // 1024 for value in values]
        if growth > IN_ALL[name] + PER_OPERATION * count:
            result["problems"].append(f"{name}: {growth:.0f} bytes more after {count}")
    result["untrimmed"] = [sample.untrimmed // 1024 for _, sample in samples]
    for name in ("pools", "descriptors", "threads"):
        values = [getattr(first, name), getattr(last, name)]
        result[name] = values
        if values[1] > values[0]:
            result["problems"].append(f"{name}: {values[1]} after {values[0]}")
    return result


def main() -> int:
    parser = argparse.ArgumentParser(prog="soak.leaks", description=__doc__)
    parser.add_argument("--server", type=int, required=True, help="port of soak.server")
    parser.add_argument("--batch", type=int, default=1000)
    parser.add_argument("--timeout", type=int, default=0, help="of transactions, in ms (32 s)")
    parser.add_argument("--keep", type=int, default=0, help="so many of each batch stay alive")
    parser.add_argument(
        "--patience", type=float, default=90, help="seconds until what has not ended never will"
    )
    for kind in KINDS:
        parser.add_argument(f"--{kind}", type=int, default=0)
    options = parser.parse_args()
    faulthandler.enable()
    shorten_timers(options.timeout)
    leaks = Leaks(options)
    results: dict[str, Any] = {}
    problems: list[str] = []
    with contextlib.suppress(Stalled):
        for kind in KINDS:
            if count := getattr(options, kind):
                try:
                    results[kind] = leaks.run(kind, count)
                except Stalled as error:
                    faulthandler.dump_traceback(all_threads=True)
                    problems.append(str(error))
                    raise
                problems += [f"{kind}: {problem}" for problem in results[kind].pop("problems")]
                print(f"{kind}: {results[kind]}", file=sys.stderr, flush=True)
    leaks.engine.stop()
    problems += leaks.operations.exceptions
    if leaks.operations.outcomes.total() > leaks.operations.done / 2:
        # One or another may, on a machine that has no time for it.
        problems.append("most operations did not end as they should")
    failed = dict(leaks.operations.outcomes)
    print(json.dumps({"kinds": results, "failed": failed, "problems": problems}), flush=True)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
