"""Fuzzes a running Engine: `python -m fuzz.sip --folder FOLDER`, with `tests` on the path.

Where the Engine dies, hangs, or has an exception in its thread, the messages that it got last are
kept, and another one is started. The exit status is 1 where anything was found.
"""

from __future__ import annotations

import argparse
import collections
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

from fuzz.sip.messages import filled, foreign, own
from fuzz.sip.vocabulary import VOCABULARY
from fuzz.sip.wire import NoAnswerError, Wire
from testbed.mutations import Mutator

#: Messages between two questions whether the Engine is well.
BATCH = 100
#: Of so many batches one goes over TCP.
ON_TCP = 5
#: Of so many messages one is not changed, so that there are calls to be disturbed.
INTACT = 10
#: INVITEs make sessions that last for half a minute: of those that come up, one in so many goes.
INVITES = 8
#: Seconds until no more sessions are there than before: transactions last for 32.
SETTLED = 60.0
#: Bytes that the Engine may grow by from then on.
GROWTH = 64 << 20


class Fuzzing:
    """One run.

    Args:
        options: From the command line.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self.folder: Path = options.folder
        self.deadline = time.monotonic() + options.seconds
        self.most: int = options.datagrams
        seeds = [*own(), *(foreign(options.seeds) if options.seeds else ())]
        self.mutator = Mutator(VOCABULARY, seeds, options.seed)
        self.die_after: int = options.die_after
        self.resident = 0
        self.begin = time.monotonic()
        self.sent = 0
        self.findings = 0
        self.last: collections.deque[bytes] = collections.deque(maxlen=3 * BATCH)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def is_over(self) -> bool:
        return time.monotonic() >= self.deadline or self.sent >= self.most or self.findings >= 20

    def run_engine(self) -> None:
        """Send messages to one Engine, until the time is over or something is found."""
        log = self.folder / "engine.log"
        with log.open("wb") as sink:
            engine = subprocess.Popen(
                [sys.executable, "-m", "fuzz.sip.engine"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=sink,
            )
        assert engine.stdin is not None and engine.stdout is not None
        line = engine.stdout.readline()
        if not line:
            engine.wait(30)
            raise SystemExit(f"the Engine does not start:\n{log.read_text()}")
        ports = json.loads(line)
        wire = Wire(ports["udp"], ports["tcp"])
        problem = ""
        self.resident, self.begin = 0, time.monotonic()
        try:
            self._send(wire, ports["udp"], engine)
            if self.resident and _resident(engine.pid) - self.resident > GROWTH:
                problem = f"grew from {self.resident:,} to {_resident(engine.pid):,} bytes"
        except NoAnswerError as error:
            if engine.poll() is None:
                problem = str(error)
        finally:
            wire.close()
        engine.stdin.close()
        try:
            status = engine.wait(60)
        except subprocess.TimeoutExpired:
            engine.kill()
            status = engine.wait()
            problem = problem or "the Engine does not stop"
        if status != 0 or problem:
            self._keep(problem or f"the Engine ended with {status}", log)

    def _send(self, wire: Wire, port: int, engine: subprocess.Popen[bytes]) -> None:
        batch = 0
        while not self.is_over() and engine.poll() is None:
            batch += 1
            on_stream = batch % ON_TCP == 0
            if on_stream:
                wire.new_stream()
            for _ in range(BATCH):
                data = self._next(wire.port, port)
                self.last.append(data)
                if on_stream:
                    wire.send_on_stream(data)
                else:
                    wire.send_datagram(data)
            wire.wait(batch, lambda: engine.poll() is None)
            self.sent += BATCH
            self._watch(engine)

    def _watch(self, engine: subprocess.Popen[bytes]) -> None:
        """Note what the Engine has grown to when its sessions are as many as they ever are."""
        if self.sent >= self.die_after:
            # Not by a signal that faulthandler reports: it reads the frames of running threads,
            # and now and then dies of that by another signal.
            engine.kill()
        if not self.resident and time.monotonic() - self.begin > SETTLED:
            self.resident = _resident(engine.pid)

    def _next(self, peer: int, port: int) -> bytes:
        mutator = self.mutator
        while True:
            data = mutator.chance.choice(mutator.pool)
            if not data.startswith(b"INVITE") or mutator.chance.randrange(INVITES) == 0:
                break
        if mutator.chance.randrange(INTACT):
            data = mutator.change(data)
        # Few numbers, so that messages meet the dialogs and transactions of others.
        return filled(data, peer, port, mutator.chance.randrange(1, 5000))

    def _keep(self, problem: str, log: Path) -> None:
        self.findings += 1
        place = self.folder / f"finding-{self.findings}"
        place.mkdir()
        for number, data in enumerate(self.last):
            (place / f"{number:03}.sip").write_bytes(data)
        shutil.copy(log, place / "engine.log")
        (place / "problem.txt").write_text(f"{problem}\n")
        print(f"{place}: {problem}", flush=True)


def _resident(process: int) -> int:
    """Resident memory of a process in bytes; 0 where it has ended."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * 4096
    except (OSError, IndexError):
        return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="fuzz.sip", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where findings go; is emptied")
    parser.add_argument("--seconds", type=float, default=60, help="for how long (60)")
    parser.add_argument("--datagrams", type=int, default=2**62, help="at most so many messages")
    parser.add_argument("--seed", type=int, default=1, help="chooses the mutations (1)")
    parser.add_argument("--seeds", type=Path, help="a folder with further messages to begin with")
    parser.add_argument(
        "--die-after", type=int, default=2**62, help="kill the Engine then, to see it noticed"
    )
    fuzzing = Fuzzing(parser.parse_args())
    begin = time.monotonic()
    while not fuzzing.is_over():
        fuzzing.run_engine()
    rate = fuzzing.sent / (time.monotonic() - begin)
    print(f"{fuzzing.sent:,} messages, {rate:,.0f} per second, {fuzzing.findings} findings")
    return 1 if fuzzing.findings else 0


if __name__ == "__main__":
    sys.exit(main())
