"""Speech to send, and a measure of how well it arrived.

Speech is what a person would recognize: a voice of espeak-ng, or the recording that alsa-utils
brings. Samples are numpy arrays of floats, full scale at 1.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import wave
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import numpy
import numpy.typing

from testbed.processes import TestbedError

__all__ = ["Comparison", "Samples", "compare", "make_speech", "read_wave", "resample", "write_wave"]

Samples: TypeAlias = numpy.typing.NDArray[numpy.float64]

RATE = 8000
RECORDING = Path("/usr/share/sounds/alsa/Front_Center.wav")
TEXT = """
    Good morning, and thank you for calling. The weather station on the northern ridge reports
    strong wind from the west, eleven degrees, and light rain that should end before noon.
    Boats are advised to stay in the harbour until two o'clock. If you need a forecast for
    another valley, please hold the line, or press any key to go back to the main menu.
"""
PEAK = 0.7
# A window is at a delay where it correlates at least so well.
CLEAR = 0.9
# What a change of the delay must explain, as a share of the energy of all that was sent.
SLIP_COST = 0.005


def make_speech(path: Path, seconds: float = 10) -> Samples:
    """Write speech to a WAV file: 8 kHz, 16 bit, mono.

    Args:
        path: The file.
        seconds: How long; a text that is shorter is repeated.

    Returns:
        Its samples, at 8 kHz.

    Raises:
        TestbedError: There is neither espeak-ng nor the recording of alsa-utils.
    """
    samples, rate = _synthesize() if shutil.which("espeak-ng") else _recording()
    samples = resample(samples, rate, RATE)
    length = round(seconds * RATE)
    samples = numpy.tile(samples, -(-length // len(samples)))[:length]
    samples *= PEAK / numpy.abs(samples).max()
    write_wave(path, samples, RATE)
    return read_wave(path)[0]


def _synthesize() -> tuple[Samples, int]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        text = " ".join(TEXT.split())
        subprocess.run(["espeak-ng", "-w", str(path), text], check=True, timeout=60)
        return read_wave(path)


def _recording() -> tuple[Samples, int]:
    if not RECORDING.exists():
        raise TestbedError("no speech: neither espeak-ng nor alsa-utils is installed")
    return read_wave(RECORDING)


def read_wave(path: Path) -> tuple[Samples, int]:
    """Read a WAV file of 16 bit samples.

    Returns:
        Its first channel, and the sample rate in Hz.
    """
    with wave.open(str(path)) as file:
        if file.getsampwidth() != 2:
            raise TestbedError(f"{path}: {8 * file.getsampwidth()} bit samples, not 16")
        data = file.readframes(file.getnframes())
        samples = numpy.frombuffer(data, "<i2")[:: file.getnchannels()]
        return samples / 32768, file.getframerate()


def write_wave(path: Path, samples: Samples, rate: int) -> None:
    """Write a mono WAV file of 16 bit samples.

    Args:
        path: The file.
        samples: What to write.
        rate: Sample rate in Hz.
    """
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(
            numpy.clip(numpy.rint(samples * 32768), -32768, 32767).astype("<i2").tobytes()
        )


def resample(samples: Samples, rate: int, new_rate: int) -> Samples:
    """Change the sample rate by cutting or padding the spectrum: no delay, no aliases.

    Args:
        samples: At least one.
        rate: Their rate in Hz.
        new_rate: The rate to bring them to.
    """
    if rate == new_rate:
        return samples
    # Silence behind keeps the end from coming round to the beginning.
    padded = numpy.concatenate([samples, numpy.zeros(rate // 10)])
    length = round(len(padded) * new_rate / rate)
    spectrum = numpy.fft.rfft(padded)[: length // 2 + 1]
    resampled = numpy.fft.irfft(spectrum, length) * (length / len(padded))
    return resampled[: round(len(samples) * new_rate / rate)]


@dataclass(frozen=True)
class Comparison:
    """How well something sent was recorded.

    Attributes:
        correlation: Of the whole of what was sent with what was recorded of it, after
            alignment: 1 when the recording is a copy at any volume, 0 when they have nothing
            in common. What is missing in the recording counts as silence.
        rigid: The same with one delay from beginning to end.
        delay: Where in the recording it begins, in seconds.
        slips: Where the delay changes: (seconds since the beginning, change in seconds). A
            jitter buffer that repeats or drops a frame makes one.
    """

    correlation: float
    rigid: float
    delay: float
    slips: tuple[tuple[float, float], ...]


def compare(
    sent: Samples, recorded: Samples, rate: int = RATE, recorded_rate: int = RATE
) -> Comparison:
    """Compare a recording with what was sent.

    The alignment follows a delay that changes, as that of ITU-T P.862 does: a jitter buffer
    adapts to a busy machine by repeating or dropping a frame now and then, which nobody hears,
    and everything behind is late or early. The frame itself counts as the damage that it is,
    and a change is accepted only where it explains more than any noise could.

    Args:
        sent: What was sent.
        recorded: What was recorded; may begin earlier or end later.
        rate: Sample rate of what was sent, in Hz.
        recorded_rate: Sample rate of the recording, in Hz.
    """
    # Four times the rate: resamplers on the way shift by fractions of a sample.
    fine = 4 * rate
    sent = _without_offset(resample(sent, rate, fine))
    recorded = _without_offset(resample(recorded, recorded_rate, fine))
    if not sent.any() or not recorded.any():
        return Comparison(0.0, 0.0, 0.0, ())
    whole = _best_delay(sent, recorded)
    rigid = _correlation(sent, _cut(recorded, whole, len(sent)))
    block = fine // 100
    path = _follow(sent, recorded, _candidates(sent, recorded, whole, fine), block)
    aligned = numpy.concatenate(
        [
            _cut(recorded, delay + index * block, min(block, len(sent) - index * block))
            for index, delay in enumerate(path)
        ]
    )
    slips = tuple(
        (index * block / fine, (after - before) / fine)
        for index, (before, after) in enumerate(pairwise(path), 1)
        if after != before
    )
    return Comparison(_correlation(sent, aligned), rigid, path[0] / fine, slips)


def _candidates(sent: Samples, recorded: Samples, delay: int, fine: int) -> list[int]:
    """The delays that there are, seen in windows within a fifth of a second of one."""
    reach, alike = fine // 5, fine // 1000
    found = [delay]
    for window in (fine // 2, fine // 8):
        for start in range(0, len(sent) - window + 1, window // 4):
            part = sent[start : start + window]
            here = _best_delay(part, _cut(recorded, delay + start - reach, window + 2 * reach))
            candidate = delay + here - reach
            good = _correlation(part, _cut(recorded, candidate + start, window)) > CLEAR
            if good and all(abs(candidate - other) > alike for other in found):
                found.append(candidate)
    return found


def _follow(sent: Samples, recorded: Samples, delays: list[int], block: int) -> list[int]:
    """The delay of each block, such that the least is left with few changes (Viterbi)."""
    count = -(-len(sent) // block)
    padded = _cut(sent * _gain(sent, recorded, delays), 0, count * block)
    change = 2 * SLIP_COST * float(padded @ padded)
    scores = numpy.array(
        [
            -numpy.square(_cut(recorded, delay, count * block) - padded)
            .reshape(count, block)
            .sum(axis=1)
            for delay in delays
        ]
    )
    total = scores[:, 0]
    came_from = []
    for index in range(1, count):
        best = int(total.argmax())
        changed = total[best] - change > total
        came_from.append(numpy.where(changed, best, numpy.arange(len(delays))))
        total = numpy.where(changed, total[best] - change, total) + scores[:, index]
    state = int(total.argmax())
    path = [state]
    for previous in reversed(came_from):
        state = int(previous[state])
        path.append(state)
    return [delays[state] for state in reversed(path)]


def _gain(sent: Samples, recorded: Samples, delays: list[int]) -> float:
    """How loud the recording is beside what was sent."""
    heard = _cut(recorded, delays[0], len(sent))
    return float(numpy.sqrt((heard @ heard) / (sent @ sent)))


def _without_offset(samples: Samples) -> Samples:
    offset: numpy.float64 = samples.mean()
    return samples - offset


def _best_delay(pattern: Samples, samples: Samples) -> int:
    """Where in the samples the pattern is; negative when it begins before them."""
    size = 1 << (len(pattern) + len(samples)).bit_length()
    spectrum = numpy.fft.rfft(samples, size) * numpy.fft.rfft(pattern, size).conj()
    best = int(numpy.fft.irfft(spectrum, size).argmax())
    return best if best < len(samples) else best - size


def _cut(samples: Samples, start: int, length: int) -> Samples:
    """A part of the samples, with silence where they have none."""
    cut = numpy.zeros(length)
    first, last = max(start, 0), min(start + length, len(samples))
    if first < last:
        cut[first - start : last - start] = samples[first:last]
    return cut


def _correlation(one: Samples, other: Samples) -> float:
    energy = float(numpy.sqrt((one @ one) * (other @ other)))
    return max(0.0, float(one @ other) / energy) if energy > 0 else 0.0
