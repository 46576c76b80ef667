"""Speech that needs no files, WAV files, and how alike two signals are."""

import struct
import wave

import numpy as np

PCM, ALAW, ULAW = 1, 6, 7


def speech(seconds, rate=16000, seed=1):
    """Something like speech: voiced and unvoiced syllables, 250 to 3,400 Hz, at 16 bits."""
    generator = np.random.default_rng(seed)
    count = int(seconds * rate)
    time = np.arange(count) / rate
    pitch = 120 + 20 * np.sin(2 * np.pi * 0.7 * time)
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    voiced = sum(np.sin(k * phase + k) / k for k in range(2, 24))
    signal = voiced + 0.8 * generator.standard_normal(count)
    spectrum = np.fft.rfft(signal)
    frequency = np.fft.rfftfreq(count, 1 / rate)
    spectrum[(frequency < 250) | (frequency > 3400)] = 0
    signal = np.fft.irfft(spectrum, count)
    knots = np.arange(0, seconds + 0.2, 0.1)
    signal *= np.interp(time, knots, generator.uniform(0.1, 1, len(knots)))
    return (signal / np.abs(signal).max() * 16000).astype("<i2")


def tone(seconds, frequency=440.0, rate=16000, amplitude=10000):
    """A sine wave, at 16 bits."""
    time = np.arange(int(seconds * rate)) / rate
    return (amplitude * np.sin(2 * np.pi * frequency * time)).astype("<i2")


def write(path, samples, rate=16000, channels=1):
    """Write 16-bit samples, interleaved where there are two channels."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.asarray(samples, "<i2").tobytes())
    return str(path)


def write_raw(path, encoding, data, rate=8000, channels=1, bits=8):
    """Write a WAV file of any encoding."""
    align = channels * bits // 8
    form = struct.pack("<HHIIHH", encoding, channels, rate, rate * align, align, bits)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form
    body += b"data" + struct.pack("<I", len(data)) + data
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    return str(path)


def read(path):
    """(samples as floats, sample rate) of a mono file of 16 bits."""
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        data = file.readframes(file.getnframes())
        return np.frombuffer(data, "<i2").astype(float), file.getframerate()


def resample(samples, rate, wanted):
    """By way of the spectrum."""
    count = round(len(samples) * wanted / rate)
    spectrum = np.fft.rfft(samples)
    result = np.zeros(count // 2 + 1, complex)
    common = min(len(result), len(spectrum))
    result[:common] = spectrum[:common]
    return np.fft.irfft(result, count) * count / len(samples)


def likeness(sent, sent_rate, heard, heard_rate):
    """(correlation after alignment from -1 to 1, delay in seconds) of `sent` within `heard`."""
    # Enough for an alignment by fractions of the samples of 8 kHz.
    rate = 32000
    sent = resample(np.asarray(sent, float), sent_rate, rate)
    heard = resample(np.asarray(heard, float), heard_rate, rate)
    size = 1 << (len(sent) + len(heard) - 1).bit_length()
    product = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(sent, size)), size)
    delay = int(np.argmax(product[: len(heard)]))
    window = heard[delay : delay + len(sent)]
    reference = sent[: len(window)]
    energy = np.sqrt((reference @ reference) * (window @ window))
    return (float(reference @ window / energy) if energy else 0.0), delay / rate


def likeness_in_parts(sent, sent_rate, heard, heard_rate, part=0.5):
    """`likeness()` of each part of `sent`, aligned by itself; the median.

    An adaptive jitter buffer drops or repeats a frame now and then on a busy machine, which
    shifts what follows without being a fault of what carried it.
    """
    length = int(part * sent_rate)
    _, delay = likeness(sent, sent_rate, heard, heard_rate)
    found = []
    for begin in range(0, len(sent) - length + 1, length):
        near = max(0.0, begin / sent_rate + delay - 0.3)
        around = heard[int(near * heard_rate) : int((near + part + 0.6) * heard_rate)]
        found.append(likeness(sent[begin : begin + length], sent_rate, around, heard_rate)[0])
    return float(np.median(found))


def envelope(samples, rate, step=0.02):
    """Root mean square of each 20 ms."""
    length = int(rate * step)
    count = len(samples) // length
    blocks = np.asarray(samples[: count * length], float).reshape(count, length)
    return np.sqrt((blocks**2).mean(axis=1))


def level(samples):
    """Root mean square."""
    samples = np.asarray(samples, float)
    return float(np.sqrt((samples**2).mean())) if len(samples) else 0.0
