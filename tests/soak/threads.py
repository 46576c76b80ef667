"""Threads that do everything at random: `python -m soak.threads OPTIONS`, as JSON.

Each call works or raises a typed error; what was begun is told of within a bound; the Engine
stops while the threads go on. Exit status 1 where something of this is not so, and the
tracebacks of all threads where something hangs.
"""

from __future__ import annotations

import argparse
import faulthandler
import gc
import json
import os
import sys
import threading
import time
from collections import Counter
from typing import Any

from sipsimple import SIPCoreError
from sipsimple.pjproject.runtime import live_pools
from soak.actions import KINDS, Actions, Callee
from soak.common import shorten_timers, started_engine
from soak.objects import Objects

#: Seconds in which each thread has to come back from what it does.
PATIENCE = 120.0
#: As much as this may be on its way.
OUTSTANDING = 400
#: Seconds between two actions of a thread around the stop. Most of them fail at once by then: eight
#: threads that do nothing but that would leave the Engine's thread little of the interpreter.
PAUSE = 0.002
#: Seconds in which threads go on after the stop, with what is left.
AFTERWARDS = 0.5
#: Seconds that the last transactions have, beyond their time.
SETTLING = 10.0
#: Pools that may be there then, beyond those of the beginning: some are made once when needed.
LASTING = 5
#: States in which nothing goes on, and nothing will.
ENDED = ("unregistered", "unpublished", "TERMINATED", "DISCONNECTED", "NULL")


class Crowd:
    """The threads, and who watches them.

    Args:
        options: From the command line.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.engine = started_engine()
        # A transaction, and the notification that comes after its end.
        self.objects = Objects((options.timeout or 32000) / 1000 + PATIENCE)
        seed = options.seed
        self.callee = Callee(self.objects, f"{seed} callee")
        self.actions = [
            Actions(self.engine, self.objects, options.server, f"{seed} {number}")
            for number in range(options.threads)
        ]
        self.at = [time.monotonic()] * options.threads
        self.going = threading.Event()
        self.over = threading.Event()
        self.resting = threading.Semaphore(0)
        self.outstanding = 0
        self.pools = [live_pools()]
        self.pause = self.quiet = 0.0

    def run(self) -> dict[str, Any]:
        """Do all of it; the report."""
        threads = [
            threading.Thread(target=self._act, args=(number,), name=f"soak-{number}", daemon=True)
            for number in range(len(self.actions))
        ]
        self.going.set()
        for thread in threads:
            thread.start()
        end = time.monotonic() + self.options.seconds
        while time.monotonic() < end and not self.objects.violations:
            self._watch()
        begin = time.monotonic()
        self._quiet()
        self.quiet = time.monotonic() - begin
        # While the threads go on, and with all that lives by then.
        self.pause = PAUSE
        self.going.set()
        end = time.monotonic() + AFTERWARDS
        while time.monotonic() < end:
            self._watch()
        begin = time.monotonic()
        try:
            self.engine.stop()
        except SIPCoreError as error:
            self.objects.violations.append(str(error))
            faulthandler.dump_traceback(all_threads=True)
        stopped = time.monotonic() - begin
        time.sleep(AFTERWARDS)
        self.over.set()
        for thread in threads:
            thread.join(PATIENCE)
            if thread.is_alive():
                self._hang(f"{thread.name} does not end")
        return self._report(stopped)

    def _act(self, number: int) -> None:
        actions = self.actions[number]
        while not self.over.is_set():
            if not self.going.is_set():
                self.resting.release()
                self._rest()
            elif self.outstanding > OUTSTANDING:
                time.sleep(0.005)
            else:
                actions.act()
                if self.pause:
                    time.sleep(self.pause)
            self.at[number] = time.monotonic()

    def _rest(self) -> None:
        while not self.going.wait(0.1) and not self.over.is_set():
            pass

    def _quiet(self) -> None:
        """Let the threads rest, end the calls, and wait for all that is due."""
        self.going.clear()
        for _ in self.actions:
            if not self.resting.acquire(timeout=PATIENCE):
                self._hang("a thread does not rest")
        while self.objects.outstanding():
            self._watch(resting=True)
        for kind in KINDS:
            for held in self.objects.all(kind):
                held.end()
                self.objects.expect(held, "end", lambda held: held.subject.state in ENDED)
        while self.objects.outstanding():
            self._watch(resting=True)
        self._forget()

    def _forget(self) -> None:
        """Drop all that has ended, and wait for the end of transactions; what that leaves."""
        self.objects.clear()
        end = time.monotonic() + (self.options.timeout or 32000) / 1000 + SETTLING
        while live_pools() > self.pools[0] and time.monotonic() < end:
            gc.collect()
            self._watch(resting=True)
        # Told, not judged: some dialogs stay until the stop when threads have raced for them.
        self.pools.append(live_pools())

    def _watch(self, *, resting: bool = False) -> None:
        """A moment; sees to it that all threads go on, and that what is due comes."""
        # For the case that not even this thread goes on.
        faulthandler.dump_traceback_later(PATIENCE, exit=True)
        time.sleep(0.05)
        self.outstanding = self.objects.outstanding()
        slowest = min(range(len(self.at)), key=self.at.__getitem__)
        if not resting and time.monotonic() - self.at[slowest] > PATIENCE:
            self._hang(f"soak-{slowest} has not come back in {PATIENCE:.0f} s")

    def _hang(self, what: str) -> None:
        print(f"hang: {what}", file=sys.stderr, flush=True)
        faulthandler.dump_traceback(all_threads=True)
        os._exit(4)

    def _report(self, stopped: float) -> dict[str, Any]:
        faulthandler.cancel_dump_traceback_later()
        done: Counter[str] = Counter()
        raised: Counter[str] = Counter()
        for actions in self.actions:
            done += actions.done
            raised += actions.raised
        if self.objects.last != "SCEngineDidEnd":
            self.objects.violations.append(f"last was {self.objects.last}")
        self.objects.clear()
        return {
            "seed": self.options.seed,
            "threads": len(self.actions),
            "quiet in": round(self.quiet, 2),
            "stopped in": round(stopped, 2),
            "pools": self.pools,
            "pools left": live_pools(),
            "done": dict(done.most_common()),
            "raised": dict(raised.most_common()),
            "notifications": dict(self.objects.heard.most_common()),
            "problems": self.objects.violations[:50],
        }


def main() -> int:
    parser = argparse.ArgumentParser(prog="soak.threads", description=__doc__)
    parser.add_argument("--server", type=int, required=True, help="port of soak.server")
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--timeout", type=int, default=0, help="of transactions, in ms (32 s)")
    options = parser.parse_args()
    faulthandler.enable()
    shorten_timers(options.timeout)
    report = Crowd(options).run()
    print(json.dumps(report), flush=True)
    return 1 if report["problems"] else 0


if __name__ == "__main__":
    sys.exit(main())
