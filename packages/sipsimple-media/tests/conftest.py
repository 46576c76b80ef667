"""Each test with an argument `media` runs in a process of its own, with a deadline."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SUPPORT = Path(__file__).parent / "support"
DEADLINE = 60.0

sys.path.insert(0, str(SUPPORT))


@pytest.fixture
def media():
    """Stands for the helper that the test gets in its own process; see support/media_runner.py."""


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    names = pyfuncitem._fixtureinfo.argnames
    if "media" not in names:
        return None
    values = {name: pyfuncitem.funcargs[name] for name in names if name != "media"}
    process = subprocess.run(
        [
            sys.executable,
            SUPPORT / "media_runner.py",
            pyfuncitem.path,
            pyfuncitem.originalname,
            json.dumps(values, default=str),
        ],
        timeout=DEADLINE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    print(process.stdout)
    if process.returncode != 0:
        lines = process.stdout.strip().splitlines() or [""]
        pytest.fail(f"exit code {process.returncode}: {lines[-1]}", pytrace=False)
    return True
