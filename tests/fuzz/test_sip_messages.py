"""Half a minute of malformed SIP messages; `./nox -s fuzz_sip` runs it for long."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]


def _fuzz(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # What this process imports is what is tested, wherever it comes from.
    path = os.pathsep.join(map(str, (TESTS, TESTS / "support", *sys.path)))
    return subprocess.run(
        [sys.executable, "-m", "fuzz.sip", "--folder", folder, *arguments],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_malformed_messages_leave_the_engine_well(tmp_path: Path) -> None:
    done = _fuzz(tmp_path / "fuzz", "--seconds", "30")
    assert done.returncode == 0, done.stdout + done.stderr
    told = re.search(r"^([\d,]+) messages, .* 0 findings$", done.stdout, re.M)
    assert told, done.stdout
    assert int(told[1].replace(",", "")) > 5000


def test_an_engine_that_dies_is_a_finding(tmp_path: Path) -> None:
    done = _fuzz(tmp_path / "fuzz", "--datagrams", "400", "--die-after", "300")
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search(r"finding-1: the Engine ended with -9$", done.stdout, re.M), done.stdout
    kept = sorted((tmp_path / "fuzz" / "finding-1").glob("*.sip"))
    assert 100 <= len(kept) <= 300
