"""What both soaks are made of: an Engine, descriptions, and what this process holds."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from dataclasses import dataclass
from typing import Any

from sipsimple import SDPConnection, SDPMedia, SDPSession
from sipsimple.engine import Engine
from sipsimple.pjproject.loader import LIBRARY_FOLDER
from sipsimple.pjproject.runtime import live_pools
from testbed import memory

HOST = "127.0.0.1"
PIDF = ("application", "pidf+xml", b"<presence/>")
#: PJSIP's own, in milliseconds (RFC 3261, table 4).
T1, T2, T4 = 500, 4000, 5000


def shorten_timers(milliseconds: int) -> None:
    """Let transactions end after so long, instead of 32 s; to be called before the Engine starts.

    How often a message is repeated stays as it is. 0 changes nothing.
    """
    if milliseconds:
        library = ctypes.CDLL(str(LIBRARY_FOLDER / "libpjsip.so.2"))
        library.pjsip_tsx_set_timers(T1, T2, min(T4, milliseconds // 4), milliseconds)


def started_engine() -> Engine:
    """An Engine on loopback, with UDP alone."""
    engine = Engine()
    options: dict[str, Any] = (
        {"auto_sound": False} if "auto_sound" in engine.default_start_options else {}
    )
    engine.start(local_ip=HOST, local_tcp_port=None, local_tls_port=None, log_level=0, **options)
    return engine


def description(port: int = 5000, formats: tuple[str, ...] = ("0",)) -> SDPSession:
    """Audio that nobody sends or hears."""
    media = SDPMedia("audio", port, "RTP/AVP", formats=list(formats))
    return SDPSession(HOST, connection=SDPConnection(HOST), media=[media])


@dataclass
class Sample:
    """What this process holds.

    Attributes:
        resident: Bytes of memory, as the kernel counts them, after the heap has
            given back what is free: how much of it is free and still resident depends on where
            in the heap the last operations were, and says nothing of a leak.
        untrimmed: The same before that.
        heap: Bytes that `malloc()` and Python's allocator have handed out; pools that pjlib
            keeps for reuse are among them.
        pools: Memory pools of pjlib that are in use.
        descriptors: Open files.
        threads: Threads, those of pjlib included.
    """

    resident: int
    untrimmed: int
    heap: int
    pools: int
    descriptors: int
    threads: int

    @classmethod
    def take(cls) -> Sample:
        gc.collect()
        untrimmed = memory.resident()
        memory.give_back()
        return cls(
            memory.resident(),
            untrimmed,
            # Python has small objects apart from the heap, in blocks of 64 bytes or so.
            memory.heap_in_use() + 64 * sys.getallocatedblocks(),
            live_pools(),
            # One of them is what lists the folder.
            len(os.listdir("/proc/self/fd")) - 1,
            len(os.listdir("/proc/self/task")),
        )
