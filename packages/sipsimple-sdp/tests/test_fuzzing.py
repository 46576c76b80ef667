"""A short run of the fuzzer (`./nox -s fuzz` runs it for long), and what it must be able to do."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from sipsimple.sdp import SDPSession

from .fuzzing import findings, oracle
from .fuzzing.findings import Findings
from .fuzzing.minimize import minimize
from .fuzzing.mutations import LARGEST, Mutator
from .fuzzing.oracle import examine
from .fuzzing.seeds import seeds


def test_every_seed_keeps_the_promises() -> None:
    for data in seeds():
        assert examine(data)


def test_every_seed_keeps_them_cut_at_every_line() -> None:
    for data in seeds():
        lines = data.splitlines(keepends=True)
        for end in range(0, len(lines), 7):
            assert examine(b"".join(lines[:end]))


def test_three_thousand_mutations_keep_the_promises() -> None:
    mutator = Mutator(seeds(), 20261)
    parsed = Counter(examine(mutator.next()).startswith("parsed") for _ in range(3000))
    assert parsed[True] > 500
    assert parsed[False] > 500


def test_the_same_seed_makes_the_same_inputs() -> None:
    one, other = Mutator(seeds(), 7), Mutator(seeds(), 7)
    inputs = [one.next() for _ in range(300)]
    assert inputs == [other.next() for _ in range(300)]
    assert len(set(inputs)) > 290
    assert all(len(data) <= LARGEST for data in inputs)


def test_an_input_is_made_small_and_still_shows_it() -> None:
    data = b"a=1\r\n" * 50 + b"b=xBADx\r\n" + b"c=2\r\n" * 50
    assert minimize(data, lambda other: b"BAD" in other, 10) == b"BAD"


def test_what_breaks_a_promise_is_found_once_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fragile(data: bytes, *, quickly: bool = False) -> str:
        if b"inactive" in data:
            raise IndexError(f"{len(data)} bytes")
        return "fine"

    monkeypatch.setattr(findings, "examine", fragile)
    found = Findings(tmp_path, every=8)
    assert found.examine(b"v=0\r\n") == "fine"
    assert found.examine(b"v=0\r\na=inactive\r\n") == ""
    assert found.examine(b"o=x\r\na=inactive\r\n") == ""
    (kept,) = tmp_path.glob("*.sdp")
    assert kept.read_bytes() == b"inactive"
    assert "IndexError" in kept.with_suffix(".txt").read_text()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda session: setattr(session, "name", "other"),
        lambda session: session.media[0].formats.append("0"),
    ],
)
def test_the_oracle_sees_a_parser_that_is_not_stable(
    wrong: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unstable:
        calls = 0

        @classmethod
        def parse(cls, data: bytes | str) -> SDPSession:
            cls.calls += 1
            session = SDPSession.parse(data)
            if cls.calls == 2:
                wrong(session)  # type: ignore[operator]
            return session

    monkeypatch.setattr(oracle, "SDPSession", Unstable)
    with pytest.raises(AssertionError, match="does not parse to an equal description"):
        oracle.examine(next(data for data in seeds() if b"\r\nm=" in data and b"s=-\r\n" in data))
