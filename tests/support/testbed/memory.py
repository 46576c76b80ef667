"""What a process holds of memory, as its allocator and the kernel tell."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

__all__ = ["give_back", "heap_in_use", "is_sanitized", "resident"]

_SANITIZER = "__sanitizer_get_current_allocated_bytes"


class _MallocInfo(ctypes.Structure):
    """What `mallinfo2(3)` of glibc returns."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    ]


def heap_in_use() -> int:
    """Bytes that `malloc()` has handed out: exact, where resident memory hides small leaks.

    Small objects of Python are not among them: it takes them from places of its own.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, _SANITIZER):
        told = library[_SANITIZER]
        told.restype = ctypes.c_size_t
        return int(told())
    library.mallinfo2.restype = _MallocInfo
    info = library.mallinfo2()
    return int(info.uordblks + info.hblkhd)


def is_sanitized() -> bool:
    """Whether this process runs under AddressSanitizer."""
    return hasattr(ctypes.CDLL(None), _SANITIZER)


def give_back() -> None:
    """Have the heap give back what is free of it: where it is says nothing of a leak."""
    ctypes.CDLL(None).malloc_trim(0)


def resident() -> int:
    """Bytes of this process in memory, as the kernel counts them."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
