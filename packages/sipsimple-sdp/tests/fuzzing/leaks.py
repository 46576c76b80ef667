"""Whether memory stays flat over many inputs: FOLDER SEED COUNT, as `__main__.py` gives.

The process that looks for wrong answers keeps what it finds new, and so grows; this one keeps
nothing, and examines every input in full. After a warm-up its resident memory is measured after
each of some rounds of new mutations, and what it grows by is told for one input; so is what malloc
and the interpreter have given out. One object or block of C that is lost for each input shows.
"""

from __future__ import annotations

import faulthandler
import gc
import itertools
import json
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from sipsimple.pjproject.runtime import live_pools

from .current import PATIENCE, Current
from .findings import Findings
from .flatness import Flatness
from .mutations import Mutator
from .seeds import seeds

# Behind mutations.py, which says where it is.
from testbed import memory  # isort: skip

__all__ = ["measure", "slope"]

#: Rounds that are measured, after half as many to warm up.
ROUNDS = 20


def measure(
    examine: Callable[[bytes], object], inputs: Callable[[], bytes], count: int
) -> Flatness:
    """Examine inputs in rounds and see what is left of each.

    Args:
        examine: Is given each input.
        inputs: Makes the next input.
        count: How many inputs, without those of the warm-up.
    """
    each = max(1, count // ROUNDS)
    for _ in range(each * ROUNDS // 2):
        examine(inputs())
    pools = live_pools()
    levels = [_levels()]
    for _ in range(ROUNDS):
        for _ in range(each):
            examine(inputs())
        levels.append(_levels())
    resident, heap, blocks = (slope(one) / each for one in zip(*levels, strict=True))
    return Flatness(
        inputs=each * ROUNDS,
        resident=resident,
        heap=heap,
        blocks=blocks,
        pools=live_pools() - pools,
        total=levels[-1][0] // 1024,
        sanitized=memory.is_sanitized(),
    )


def slope(levels: Sequence[float]) -> float:
    """What is added from one to the next: the median over all pairs, whatever a few of them do."""
    pairs = itertools.combinations(enumerate(levels), 2)
    return statistics.median((two - one) / (later - first) for (first, one), (later, two) in pairs)


def _levels() -> tuple[int, int, int]:
    """Bytes of resident memory and of malloc, and blocks, after all is given back that can be."""
    gc.collect()
    memory.give_back()
    return memory.resident(), memory.heap_in_use(), sys.getallocatedblocks()


def main(folder: Path, seed: int, count: int) -> None:
    """Measure, and print it as JSON."""
    mutator = Mutator(seeds(folder), seed)
    findings = Findings(folder, every=1)
    numbers = itertools.count()
    with Current(folder / "current") as current:

        def examine(data: bytes) -> None:
            number = next(numbers)
            current.begin(number, data)
            # At each: a process that gets little of the processor is no hang.
            faulthandler.dump_traceback_later(PATIENCE, exit=True)
            findings.examine(data)

        flatness = measure(examine, mutator.next, count)
    faulthandler.cancel_dump_traceback_later()
    print(json.dumps(asdict(flatness)), flush=True)


if __name__ == "__main__":
    faulthandler.enable()
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
