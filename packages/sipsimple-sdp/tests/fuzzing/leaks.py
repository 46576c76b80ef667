"""Whether memory stays flat over many inputs: FOLDER SEED COUNT, as `__main__.py` gives.

The process that looks for wrong answers keeps what it finds new, and so grows; this one keeps
nothing, and examines every input in full. After a warm-up its resident memory is measured after
each of some rounds of new mutations, and what it grows by is told for one input; so is what malloc
and the interpreter have given out. One object or block of C that is lost for each input shows.
"""

from __future__ import annotations

import ctypes
import faulthandler
import gc
import itertools
import json
import os
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sipsimple.pjproject.runtime import live_pools

from .current import PATIENCE, Current
from .findings import Findings
from .mutations import Mutator
from .seeds import seeds

__all__ = ["Flatness", "measure", "slope"]

#: Rounds that are measured, after half as many to warm up.
ROUNDS = 20
# What may come on top, for all inputs and for each of them. What has been given out hardly changes:
# less than the smallest object or block (32 bytes) at each input is seen within ten thousand.
_HEAP = (128 * 1024, 8)
_BLOCKS = (100, 0.05)
# Resident memory comes and goes by what the allocators keep for later, which is a lot under
# AddressSanitizer.
_RESIDENT = (2 * 1024 * 1024, 8)
_RESIDENT_SANITIZED = (16 * 1024 * 1024, 8)
_SANITIZER = "__sanitizer_get_current_allocated_bytes"


class _Mallinfo(ctypes.Structure):
    """What mallinfo2() of glibc tells."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks"),
            *("uordblks", "fordblks", "keepcost"),
        )
    ]


@dataclass(frozen=True)
class Flatness:
    """What memory did.

    Attributes:
        inputs: How many inputs were measured.
        resident: Bytes of resident memory that came on top for each, the slope over all rounds.
        heap: Bytes that malloc has given out, likewise; 0 where it does not tell.
        blocks: Blocks that the interpreter has given out, likewise; 0 with PYTHONMALLOC=malloc.
        pools: Memory pools of pjproject that are left over.
        total: KiB of resident memory at the end.
    """

    inputs: int
    resident: float
    heap: float
    blocks: float
    pools: int
    total: int

    @property
    def is_flat(self) -> bool:
        """Whether nothing leaks."""
        resident = _RESIDENT_SANITIZED if "ASAN_OPTIONS" in os.environ else _RESIDENT
        measured = ((self.resident, resident), (self.heap, _HEAP), (self.blocks, _BLOCKS))
        return self.pools <= 0 and all(
            one * self.inputs <= fixed + each * self.inputs for one, (fixed, each) in measured
        )

    def __str__(self) -> str:
        return (
            f"memory over {self.inputs:,} inputs after the warm-up: {self.resident:+.1f} bytes "
            f"resident, {self.heap:+.1f} bytes and {self.blocks:+.3f} blocks allocated for each, "
            f"{self.pools} pools left, {self.total:,} KiB in all: "
            f"{'flat' if self.is_flat else 'IT GROWS'}"
        )


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
    )


def slope(levels: Sequence[float]) -> float:
    """What is added from one to the next: the median over all pairs, whatever a few of them do."""
    pairs = itertools.combinations(enumerate(levels), 2)
    return statistics.median((two - one) / (later - first) for (first, one), (later, two) in pairs)


def _levels() -> tuple[int, int, int]:
    """Bytes of resident memory and of malloc, and blocks, after all is given back that can be."""
    gc.collect()
    library = ctypes.CDLL(None)
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)
    heap = 0
    if hasattr(library, _SANITIZER):
        told = library[_SANITIZER]
        told.restype = ctypes.c_size_t
        heap = told()
    elif hasattr(library, "mallinfo2"):
        library.mallinfo2.restype = _Mallinfo
        info = library.mallinfo2()
        heap = info.uordblks + info.hblkhd
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE"), heap, sys.getallocatedblocks()


def main(folder: Path, seed: int, count: int) -> None:
    """Measure, and print it as JSON."""
    mutator = Mutator(seeds(folder), seed)
    findings = Findings(folder, every=1)
    numbers = itertools.count()
    with Current(folder / "current") as current:

        def examine(data: bytes) -> None:
            number = next(numbers)
            current.begin(number, data)
            if number % 64 == 0:
                faulthandler.dump_traceback_later(PATIENCE, exit=True)
            findings.examine(data)

        flatness = measure(examine, mutator.next, count)
    faulthandler.cancel_dump_traceback_later()
    print(json.dumps(asdict(flatness)), flush=True)


if __name__ == "__main__":
    faulthandler.enable()
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
