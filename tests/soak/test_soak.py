"""A few seconds of each soak; `./nox -s soak` runs them for long."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

KINDS = (
    *("calls", "registrations", "subscriptions", "publications"),
    *("messages", "requests", "transfers"),
)
TESTS = Path(__file__).resolve().parents[1]


def _soak(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # What this process imports is what is tested, wherever it comes from.
    path = os.pathsep.join(map(str, (TESTS, TESTS / "support", *sys.path)))
    return subprocess.run(
        [sys.executable, "-m", "soak", "--folder", folder, "--timeout", "2000", *arguments],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


def test_eight_threads_at_random_work_or_get_typed_errors_until_the_stop(tmp_path: Path) -> None:
    done = _soak(tmp_path / "soak", "threads", "--seconds", "3")
    assert done.returncode == 0, done.stdout + done.stderr
    told = re.search(r"^8 threads, seed 1: ([\d,]+) actions done", done.stdout, re.M)
    assert told, done.stdout
    assert int(told[1].replace(",", "")) > 300, done.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_what_begins_and_ends_leaves_nothing(tmp_path: Path, kind: str) -> None:
    others = [f"--{other}=0" for other in KINDS if other != kind]
    done = _soak(tmp_path / "soak", "leaks", "--batch", "30", f"--{kind}=60", *others)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(rf"^{kind} +90 in .*, of the last 60: heap", done.stdout, re.M), done.stdout


def test_what_stays_alive_is_a_leak(tmp_path: Path) -> None:
    arguments = ["--batch", "10", "--registrations", "20", "--keep", "5", "--patience", "1"]
    others = [f"--{kind}=0" for kind in KINDS if kind != "registrations"]
    done = _soak(tmp_path / "soak", "leaks", *arguments, *others)
    assert done.returncode == 1, done.stdout + done.stderr
    problem = r"^leaks: registrations: pools: \d+ after \d+$"
    assert re.search(problem, done.stdout, re.M), done.stdout
