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
        file.writeframes(numpy.clip(numpy.rint(samples * 32768), -32768, 32767).astype("<i2"))


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
        correlation: Of the whole of what was sent with that part of the recording, at the one
            delay where they fit best: 1 when the recording is a copy at any volume, 0 when
            they have nothing in common. What is missing in the recording counts as silence.
        delay: Where in the recording it begins, in seconds.
        slips: Places where a second of the recording fits better at another delay:
            (seconds since the beginning, by how many seconds it is late). A jitter buffer
            that drops or stretches a frame makes one.
    """

    correlation: float
    delay: float
    slips: tuple[tuple[float, float], ...]


def compare(
    sent: Samples, recorded: Samples, rate: int = RATE, recorded_rate: int = RATE
) -> Comparison:
    """Compare a recording with what was sent.

    The delay is the same for the whole of it, so that what a jitter buffer dropped or
    stretched in between counts as the damage that it is; `slips` tell such damage from noise.

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
        return Comparison(0.0, 0.0, ())
    delay = _best_delay(sent, recorded)
    slips = []
    window, reach = fine, fine // 5
    for start in range(0, len(sent) - window + 1, window):
        part = sent[start : start + window]
        here = _cut(recorded, delay + start - reach, window + 2 * reach)
        late = _best_delay(part, here) - reach
        good = _correlation(part, _cut(recorded, delay + start + late, window))
        if abs(late) > fine // 500 and good > 0.8:
            slips.append((start / fine, late / fine))
    correlation = _correlation(sent, _cut(recorded, delay, len(sent)))
    return Comparison(correlation, delay / fine, tuple(slips))


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
