"""The programs of the guide to transfers do what their page says, exactly as they stand there."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from testbed.endpoint import Endpoint
from testbed.pages import Program, programs

PAGE = "docs/transfer.md"


def test_the_page_has_these_programs():
    assert [name for name, _ in programs(PAGE)] == ["transfer.py", "transferee.py"]


@pytest.mark.parametrize("consulting", [False, True], ids=["blind", "attended"])
def test_a_call_is_passed_on(endpoint: Callable[..., Endpoint], tmp_path: Path, consulting: bool):
    carol = endpoint("carol")
    carol.do("answer_all")
    target = f"sip:carol@{carol.host}:{carol.port}"
    with Program(PAGE, "transferee.py", tmp_path / "bob") as bob:
        uri = bob.expect("^call (sip:.*)$", 10)[1]
        how = ("attended",) if consulting else ()
        with Program(PAGE, "transfer.py", tmp_path / "alice", uri, target, *how) as alice:
            assert alice.wait(30) == 0, alice.output
        assert "they report 200 OK" in alice.output
        assert alice.output.rstrip().endswith("transferred")
        new = carol.wait_for_call(2 if consulting else 1)
        carol.wait_for_state(new, "CONFIRMED")
        bob.expect("^call DISCONNECTED", 10)  # the one that was transferred
        carol.do("hang_up", call=new)
        carol.wait_for_state(new, "DISCONNECTED")
        bob.signal(signal.SIGINT)
        assert bob.wait(10) == 0, bob.output
        assert "Traceback" not in bob.output, bob.output


def test_the_target_is_busy(endpoint: Callable[..., Endpoint], tmp_path: Path):
    carol = endpoint("carol")
    carol.do("answer_all", code=486)
    target = f"sip:carol@{carol.host}:{carol.port}"
    with Program(PAGE, "transferee.py", tmp_path / "bob") as bob:
        uri = bob.expect("^call (sip:.*)$", 10)[1]
        with Program(PAGE, "transfer.py", tmp_path / "alice", uri, target) as alice:
            assert alice.wait(30) == 0, alice.output
        assert "they report 486 Busy Here" in alice.output
        assert alice.output.rstrip().endswith("no")
