"""A minute of the fuzzer, with the wheels as they are shipped; `./nox -s fuzz` runs it for long."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "packages" / "sipsimple-sdp"


def test_a_minute_of_mutated_descriptions_finds_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzzing", "--folder", tmp_path / "fuzz", "--seconds", "60"],
        cwd=PACKAGE,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = re.search(r"^([\d,]+) inputs, .* 0 findings, 0 ended the process$", done.stdout, re.M)
    assert told, done.stdout
    assert int(told[1].replace(",", "")) > 5000
    assert re.search(r"^memory over 10,000 inputs .*: flat$", done.stdout, re.M), done.stdout
