"""Examines mutations, not led by coverage: FOLDER SEED SECONDS COUNT EVERY, as `__main__.py` gives.

Each input is in the file `current` before it is examined, so that one that ends the process is
not lost; what raises does not end it. `python -m tests.fuzzing.worker --one FILE` examines a file
and tells by its exit status whether it was in order.
"""

from __future__ import annotations

import faulthandler
import hashlib
import json
import sys
import time
from pathlib import Path

from .current import PATIENCE, Current
from .findings import Findings
from .mutations import Mutator
from .oracle import examine
from .seeds import seeds

#: Kinds of outcomes that are worth an input in the pool.
MOST_KINDS = 20_000


def main(folder: Path, seed: int, seconds: float, count: int, every: int) -> None:
    """Examine until the time is up, or so many inputs are through."""
    mutator = Mutator(seeds(folder), seed)
    findings = Findings(folder, every)
    kinds: set[bytes] = set()
    done = 0
    begin = time.monotonic()
    with Current(folder / "current") as current:
        while done < count and (done % 64 or time.monotonic() - begin < seconds):
            data = mutator.next()
            current.begin(done, data)
            if done % 64 == 0:
                faulthandler.dump_traceback_later(PATIENCE, exit=True)
            done += 1
            outcome = findings.examine(data)
            kind = hashlib.blake2b(outcome.encode(), digest_size=8).digest()
            if kind not in kinds and len(kinds) < MOST_KINDS:
                kinds.add(kind)
                mutator.add(data)
    faulthandler.cancel_dump_traceback_later()
    print(json.dumps({"done": done, "seconds": time.monotonic() - begin}), flush=True)


if __name__ == "__main__":
    faulthandler.enable()
    if sys.argv[1] == "--one":
        faulthandler.dump_traceback_later(PATIENCE, exit=True)
        examine(Path(sys.argv[2]).read_bytes())
    else:
        main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), *map(int, sys.argv[4:]))
