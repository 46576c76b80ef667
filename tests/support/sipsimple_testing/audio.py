"""Speech to send, and how much of it arrived."""

from __future__ import annotations

import subprocess
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]

TELEPHONE_RATE = 8000

TEXT = (
    "The north wind and the sun were disputing which was the stronger, when a traveller came "
    "along wrapped in a warm cloak. They agreed that the one who first made the traveller take "
    "his cloak off should be considered stronger than the other. Then the north wind blew as "
    "hard as he could, but the more he blew the more closely did the traveller fold his cloak."
)
"""Aesop's fable, of which phoneticians record every language."""


@dataclass(frozen=True)
class Comparison:
    """How a recording compares with what was sent.

    Attributes:
        correlation: Normalised cross-correlation at the best alignment, -1 to 1.
        delay: By how much the recording is later, in seconds.
        sent: What was sent, at `TELEPHONE_RATE`.
        heard: The part of the recording that lies over it, of the same length.
    """

    correlation: float
    delay: float
    sent: Samples
    heard: Samples


def make_speech(path: Path, seconds: float = 10.0) -> Path:
    """Have espeak-ng speak into a wave file: 16-bit mono at 8 kHz, of an exact length."""
    spoken = path.with_suffix(".spoken.wav")
    subprocess.run(["espeak-ng", "-s", "150", "-w", str(spoken), TEXT], check=True, timeout=60)
    samples = read(spoken)
    spoken.unlink()
    count = int(seconds * TELEPHONE_RATE)
    samples = np.pad(samples, (0, max(0, count - len(samples))))[:count]
    write(path, samples * (0.5 / np.abs(samples).max()))
    return path


def read(path: Path, rate: int = TELEPHONE_RATE) -> Samples:
    """Samples of a 16-bit wave file between -1 and 1, its channels mixed, at a rate in Hz."""
    with wave.open(str(path)) as file:
        assert file.getsampwidth() == 2, f"{path} has {8 * file.getsampwidth()}-bit samples"
        frames = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        samples = frames.reshape(-1, file.getnchannels()).mean(axis=1) / 32768
        return resample(samples, file.getframerate(), rate)


def write(path: Path, samples: Samples, rate: int = TELEPHONE_RATE) -> None:
    """Write a 16-bit mono wave file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.round(np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def resample(samples: Samples, rate: int, wanted: int) -> Samples:
    """Change the sampling rate, in Hz, by cutting or padding the spectrum."""
    if rate == wanted or len(samples) == 0:
        return samples
    count = round(len(samples) * wanted / rate)
    spectrum = np.fft.rfft(samples)
    kept = np.zeros(count // 2 + 1, dtype=complex)
    shared = min(len(spectrum), len(kept))
    kept[:shared] = spectrum[:shared]
    return np.fft.irfft(kept, count) * (count / len(samples))


def compare(sent: Samples, recorded: Samples) -> Comparison:
    """Find what was sent in a recording; both at `TELEPHONE_RATE`.

    The recording is shifted as a whole: a gap or a jump in the middle of it costs
    correlation, as it should.
    """
    if len(recorded) < len(sent):
        recorded = np.pad(recorded, (0, len(sent) - len(recorded)))
    size = 1 << (len(recorded) + len(sent)).bit_length()
    spectrum = np.fft.rfft(recorded, size) * np.conj(np.fft.rfft(sent, size))
    products = np.fft.irfft(spectrum, size)[: len(recorded)]
    delay = int(np.argmax(products))
    heard = recorded[delay : delay + len(sent)]
    heard = np.pad(heard, (0, len(sent) - len(heard)))
    energy = float(np.sqrt(np.dot(sent, sent) * np.dot(heard, heard)))
    correlation = float(np.dot(sent, heard)) / energy if energy else 0.0
    return Comparison(correlation, delay / TELEPHONE_RATE, sent, heard)
