from __future__ import annotations

import contextlib
import gc
import os
from pathlib import Path

from sipsimple.pjproject.runtime import live_pools
from sipsimple.sdp import SDPParseError, SDPSession, pjmedia

from .descriptions import ALL


def _resident_kib() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def _cycle() -> None:
    for text in ALL.values():
        session = SDPSession.parse(text)
        session.copy()
        bytes(session)
        repr(session)
        pjmedia.print_by_pjmedia(session)
        pjmedia.parse_by_pjmedia(text)
        for end in (10, len(text) // 2):
            with contextlib.suppress(SDPParseError):
                SDPSession.parse(text[:end])
            with contextlib.suppress(SDPParseError):
                pjmedia.parse_by_pjmedia(text[:end])
        session.media[0].formats *= 1000
        with contextlib.suppress(ValueError):
            session.validate()


def test_memory_is_flat_over_thousands_of_cycles() -> None:
    for _ in range(300):
        _cycle()
    gc.collect()
    pools, before = live_pools(), _resident_kib()
    for _ in range(1500):
        _cycle()
    gc.collect()
    growth = _resident_kib() - before
    print(f"resident memory after 1,500 more cycles: {growth:+d} KiB of {before} KiB")
    assert live_pools() == pools
    assert growth < 512
