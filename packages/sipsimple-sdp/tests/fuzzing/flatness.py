"""What memory did over many inputs, and what of it is called flat.

Imports nothing of the package: the process that starts the others has no sanitizers, without which
the extensions made for the fuzzer cannot be loaded.
"""

from __future__ import annotations

from dataclasses import dataclass

# What may come on top, for all inputs and for each of them. What has been given out hardly changes:
# less than the smallest object or block (32 bytes) at each input is seen within ten thousand.
_HEAP = (128 * 1024, 8)
_BLOCKS = (100, 0.05)
# Resident memory comes and goes by what the allocators keep for later, which is a lot under
# AddressSanitizer.
_RESIDENT = (2 * 1024 * 1024, 8)
_RESIDENT_SANITIZED = (16 * 1024 * 1024, 8)


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
        sanitized: Whether AddressSanitizer was there, which keeps a lot for later.
    """

    inputs: int
    resident: float
    heap: float
    blocks: float
    pools: int
    total: int
    sanitized: bool = False

    @property
    def is_flat(self) -> bool:
        """Whether nothing leaks."""
        resident = _RESIDENT_SANITIZED if self.sanitized else _RESIDENT
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
