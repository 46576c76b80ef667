"""Holds short calls with a peer, one after the other: `calls.py PORT WARM_UP CALLS`.

What is measured on the way is said as JSON, in KiB and counts. A transaction stays for 5 s
after its end (RFC 3261, timer K). The warm-up is of so many seconds that as many end as begin,
and of shorter calls than follow, so that there are never more of them than there were.
"""

from __future__ import annotations

import gc
import json
import sys
import time

from party import Party, descriptors, resident, threads, wait_until

port, warm_up, count = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
party = Party()
before = descriptors()


def measure() -> dict[str, object]:
    assert not party.calls
    gc.collect()
    # A socket may close a moment after its call has ended.
    wait_until(lambda: len(descriptors()) <= len(before), 5, f"{descriptors()} against {before}")
    return {"resident": resident(), "descriptors": descriptors(), "threads": threads()}


end = time.monotonic() + warm_up
while time.monotonic() < end:
    party.call(port).talk(1).hang_up()
warm = party.completed
samples = [measure()]
for _ in range(4):
    for _ in range(count // 4):
        party.call(port).talk(3).hang_up()
    samples.append(measure())
result = {"samples": samples, "completed": party.completed - warm, "problems": party.problems}
party.engine.stop()
print(json.dumps(result))
