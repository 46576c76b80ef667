"""The measure of how well speech arrived: it forgives delays, and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest

from testbed.audio import (
    RECORDING,
    Samples,
    compare,
    make_speech,
    read_wave,
    resample,
    write_wave,
)

FRAME = 160  # samples of 20 ms


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    return make_speech(tmp_path_factory.mktemp("speech") / "speech.wav", 6)


def test_speech_is_as_long_as_asked_for_and_loud(speech: Samples):
    assert len(speech) == 6 * 8000
    assert 0.6 < numpy.abs(speech).max() < 0.8
    seconds = speech.reshape(6, 8000)
    assert (seconds.std(axis=1) > 0.02).all()


def test_the_recording_of_alsa_utils_is_speech_too(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))  # no espeak-ng there
    assert RECORDING.exists()
    samples = make_speech(tmp_path / "speech.wav", 5)
    assert len(samples) == 5 * 8000 and samples.std() > 0.02


def test_a_wave_file_gives_back_what_was_written(tmp_path: Path, speech: Samples):
    write_wave(tmp_path / "copy.wav", speech, 8000)
    samples, rate = read_wave(tmp_path / "copy.wav")
    assert rate == 8000
    assert (samples == speech).all()


def test_a_delayed_softer_copy_at_another_rate_correlates_fully(speech: Samples):
    heard = numpy.pad(0.3 * resample(speech, 8000, 32000), (3333, 9999))
    found = compare(speech, heard, 8000, 32000)
    assert found.correlation > 0.9999
    assert found.delay == pytest.approx(3333 / 32000, abs=1e-4)
    assert found.slips == ()


def test_a_dropped_frame_is_found_and_costs_little(speech: Samples):
    found = compare(speech, numpy.delete(speech, slice(24000, 24000 + FRAME)))
    assert 0.97 < found.correlation < 1 and found.rigid < 0.8
    ((moment, change),) = found.slips
    assert moment == pytest.approx(3, abs=0.05)
    assert change == pytest.approx(-0.02, abs=0.001)


@pytest.mark.parametrize(
    ("damage", "most"),
    [
        (lambda speech, chance: chance.normal(size=len(speech)), 0.1),
        (lambda speech, chance: speech[::-1], 0.1),
        (lambda speech, chance: chance.permutation(speech.reshape(-1, FRAME)).ravel(), 0.3),
        (lambda speech, chance: speech[: len(speech) // 2], 0.9),
        (lambda speech, chance: numpy.roll(speech, len(speech) // 2), 0.9),
        (lambda speech, chance: speech + chance.normal(size=len(speech)) * speech.std(), 0.8),
        (lambda speech, chance: numpy.zeros(len(speech)), 0.0),
    ],
    ids=["noise", "backwards", "shuffled", "half missing", "halves swapped", "noisy", "silence"],
)
def test_what_is_not_what_was_sent_correlates_badly(speech: Samples, damage, most: float):
    heard = damage(speech, numpy.random.default_rng(1))
    assert compare(speech, heard).correlation <= most


def test_every_lost_packet_counts(speech: Samples):
    chance = numpy.random.default_rng(1)
    correlations = []
    for share in (0.02, 0.1, 0.3):
        frames = speech.reshape(-1, FRAME).copy()
        frames[chance.random(len(frames)) < share] = 0
        correlations.append(compare(speech, frames.ravel()).correlation)
    assert 1 > correlations[0] > correlations[1] > 0.9 > correlations[2]
