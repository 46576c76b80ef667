"""What calls and objects take is given back: memory, file descriptors, threads."""

from __future__ import annotations

import json
from pathlib import Path

from testbed.programs import answering, run_program

CALLS = 200
WARM_UP_SECONDS = 7
# Two KiB per call, some ten times of what the heap moves by itself: the smallest pool is larger.
CALLS_LIMIT_KIB = 400

CYCLES = 1000
CYCLES_WITH_ENGINE = 300
# Streams go on to touch new pages of the heap for some 500 cycles, then none in thousands.
WARM_UP_CYCLES = 600
# Of 300 objects lost, each with no more than a pool, there would be at least twice as much.
CYCLES_LIMIT_KIB = 64


def test_two_hundred_calls_leave_no_memory_descriptor_or_thread(record_property):
    with answering() as peer:
        done = run_program("calls.py", peer.port, WARM_UP_SECONDS, CALLS, timeout=90)
    result = json.loads(done.output)
    assert result["problems"] == []
    assert result["completed"] == CALLS
    warm, *later = result["samples"]
    growth = [sample["resident"] - warm["resident"] for sample in later]
    record_property("resident_kib", [sample["resident"] for sample in result["samples"]])
    print(f"resident memory: {warm['resident']} KiB, then {growth}")
    assert growth[-1] < CALLS_LIMIT_KIB, growth
    for sample in later:
        assert sample["descriptors"] == warm["descriptors"]
        assert sample["threads"] == warm["threads"]
    assert done.errors == ""


def flat(kind: str, cycles: int, folder: Path) -> dict[str, list[int]]:
    done = run_program("objects.py", kind, WARM_UP_CYCLES, cycles, folder, timeout=120)
    assert done.errors == ""
    samples: dict[str, list[int]] = json.loads(done.output)
    grown = {name: taken[-1] - taken[0] for name, taken in samples.items()}
    print(f"resident memory: {grown} KiB in {cycles} cycles")
    assert {name: kib for name, kib in grown.items() if kib > CYCLES_LIMIT_KIB} == {}
    return samples


def test_objects_made_and_dropped_without_an_engine_leave_no_memory(tmp_path: Path):
    assert len(flat("without", CYCLES, tmp_path)) == 6


def test_objects_made_and_dropped_with_an_engine_leave_no_memory_and_no_socket(tmp_path: Path):
    assert len(flat("with", CYCLES_WITH_ENGINE, tmp_path)) == 11
