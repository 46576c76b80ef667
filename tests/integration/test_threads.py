"""Threads of the application call methods without pause while calls come and go."""

from __future__ import annotations

import json
import os
from pathlib import Path

from testbed.programs import answering, run_program

# A minute of it: SIPSIMPLE_HAMMER_SECONDS=60 pytest tests/integration/test_threads.py -s
SECONDS = float(os.environ.get("SIPSIMPLE_HAMMER_SECONDS", "10"))


def test_every_method_works_or_raises_a_typed_error_while_calls_come_and_go(tmp_path: Path):
    with answering() as peer:
        done = run_program("hammer.py", peer.port, SECONDS, tmp_path, timeout=SECONDS + 60)
    result = json.loads(done.output)
    print(json.dumps({name: found for name, found in result.items() if found}, indent=1))
    assert result["violations"] == []
    assert result["problems"] == []
    assert result["stuck"] == []
    assert result["held"] >= SECONDS / 2
    assert result["incoming"] >= result["held"] // 2
    kinds = {"attributes", "get_* methods", "wrong-state calls", "bridge", "objects"}
    assert set(result["calls"]) == kinds
    assert min(result["calls"].values()) > 50 * SECONDS
    assert done.errors == ""
