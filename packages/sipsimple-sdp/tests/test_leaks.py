"""The fuzzer's look for leaks: it finds each kind of them, and none where there is none."""

from __future__ import annotations

import argparse
import ctypes
from pathlib import Path

import pytest

from .fuzzing.__main__ import Fuzzing
from .fuzzing.flatness import Flatness
from .fuzzing.leaks import measure, slope

FLAT = Flatness(inputs=10_000, resident=3.0, heap=0.5, blocks=0.01, pools=0, total=26_000)
DATA = b"v=0\r\n"


def test_the_slope_is_what_is_added_in_spite_of_jumps() -> None:
    assert slope([7, 7, 7, 7]) == 0
    assert slope([0, 5, 10, 15, 20, 25]) == 5
    assert slope([100, 100, 900, 100, 100, 100, 100]) == 0
    assert slope([0, 0, 0, 0, 500, 500, 500, 500]) < 500 / 4


def test_memory_is_flat_where_nothing_is_kept() -> None:
    flatness = measure(lambda data: [data] * 50, lambda: DATA * 100, 5000)
    assert flatness.is_flat
    assert flatness.inputs == 5000
    assert str(flatness).endswith(": flat")


def test_an_object_that_is_lost_at_each_input_is_found() -> None:
    lost: list[object] = []
    flatness = measure(lambda data: lost.append(object()), lambda: DATA, 5000)
    assert flatness.blocks == pytest.approx(1, abs=0.1)
    assert not flatness.is_flat
    assert str(flatness).endswith(": IT GROWS")


def test_a_small_block_of_c_that_is_lost_at_each_input_is_found() -> None:
    library = ctypes.CDLL(None)
    library.malloc.restype = ctypes.c_void_p
    flatness = measure(lambda data: library.malloc(48), lambda: DATA, 10_000)
    assert flatness.heap > 32
    assert not flatness.is_flat


def test_pages_that_are_lost_are_found_whoever_took_them() -> None:
    lost = []

    def lose(data: bytes) -> None:
        lost.append(bytearray(4096))

    flatness = measure(lose, lambda: DATA, 5000)
    assert flatness.resident > 3500
    assert not flatness.is_flat


@pytest.mark.parametrize(
    ("change", "is_flat"),
    [
        ({}, True),
        ({"resident": -50.0}, True),
        ({"resident": 300.0}, False),
        ({"heap": 32.0}, False),
        ({"blocks": 1.0}, False),
        ({"pools": 1}, False),
    ],
)
def test_growth_of_any_kind_fails_the_run(
    change: dict[str, float], is_flat: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fuzzing = Fuzzing(argparse.Namespace(folder=tmp_path, guided=False, every=8))
    fuzzing.flatness = Flatness(**{**vars(FLAT), **change})  # type: ignore[arg-type]
    assert fuzzing.report() is is_flat
    assert capsys.readouterr().out.endswith("flat\n" if is_flat else "IT GROWS\n")
