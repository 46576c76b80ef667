"""Playing WAV files: loops, pauses, levels, the end."""

import gc
import time
from itertools import pairwise

import numpy as np
import pytest
from media_audio import (
    ALAW,
    ULAW,
    envelope,
    level,
    likeness,
    likeness_in_parts,
    read,
    speech,
    tone,
    write,
    write_raw,
)
from media_helper import wait_until

from sipsimple.media import RecordingWaveFile, SIPCoreError, WaveFile


def recorded(media, tmp_path, wave_file, *arguments, timeout=8.0, **options):
    """Play a file into a recording; returns (samples, rate) of it."""
    recording = RecordingWaveFile(str(tmp_path / "heard.wav"))
    recording.start()
    wave_file.start(*arguments, **options)
    media.wait_for("SCWaveFileDidEnd", wave_file, timeout=timeout)
    recording.stop()
    return read(tmp_path / "heard.wav")


@pytest.mark.parametrize("rate", [8000, 11025, 11050, 16000, 22050, 32000, 44100, 48000])
@pytest.mark.parametrize("channels", [1, 2])
def test_any_sample_rate_is_played_as_it_is(media, tmp_path, rate, channels):
    media.start()
    sent = speech(1, rate)
    samples = np.repeat(sent, 2) if channels == 2 else sent
    wave_file = WaveFile(write(tmp_path / "sent.wav", samples, rate, channels))
    heard, heard_rate = recorded(media, tmp_path, wave_file)
    assert heard_rate == 32000
    assert likeness_in_parts(sent, rate, heard, heard_rate) >= 0.95
    assert 1.0 <= len(heard) / heard_rate < 1.3


@pytest.mark.parametrize("bridge_rate", [8, 16])
def test_half_samples_in_a_frame_are_played_on_any_bridge(media, tmp_path, bridge_rate):
    media.start(sample_rate=bridge_rate)
    sent = tone(1, rate=11025)
    wave_file = WaveFile(write(tmp_path / "sent.wav", sent, 11025))
    heard, rate = recorded(media, tmp_path, wave_file)
    assert likeness_in_parts(sent, 11025, heard, rate) >= 0.95


@pytest.mark.parametrize("encoding", [ALAW, ULAW])
def test_companded_files_are_played(media, tmp_path, encoding):
    media.start(sample_rate=8)
    # Every value of the encoding, 20 ms each.
    wave_file = WaveFile(write_raw(tmp_path / "sent.wav", encoding, bytes(range(256)) * 40))
    heard, _ = recorded(media, tmp_path, wave_file)
    heard = heard[np.flatnonzero(heard)[0] :][:4096]
    assert len(set(heard)) >= 250
    loudest = 32256 if encoding == ALAW else 32124
    assert np.abs(heard).max() == loudest
    # It repeats with the data, to the sample.
    peaks = np.flatnonzero(heard == heard.max())
    assert set(np.diff(peaks)) == {256}


def test_it_ends_once_and_can_be_played_again(media, tmp_path):
    media.start()
    wave_file = WaveFile(write(tmp_path / "sent.wav", tone(0.3)))
    assert wave_file.file_name == str(tmp_path / "sent.wav")
    assert not wave_file.is_active
    for count in (1, 2, 3):
        wave_file.start()
        begun = time.monotonic()
        assert wave_file.is_active
        media.wait_for("SCWaveFileDidEnd", wave_file, count)
        assert 0.25 <= time.monotonic() - begun < 0.8
        assert not wave_file.is_active
        assert len(media.got("SCWaveFileDidEnd", wave_file)) == count


def test_loops_are_counted_and_paused_between(media, tmp_path):
    media.start()
    wave_file = WaveFile(write(tmp_path / "sent.wav", tone(0.3)))
    heard, rate = recorded(media, tmp_path, wave_file, loop_count=3, pause_time=0.4)
    loud = envelope(heard, rate) > 3000
    edges = [
        (now, number)
        for number, (before, now) in enumerate(pairwise([False, *loud, False]))
        if before != now
    ]
    begins = [number for now, number in edges if now]
    ends = [number for now, number in edges if not now]
    assert len(begins) == len(ends) == 3
    # In steps of 20 ms: 0.3 s of tone, 0.4 s of silence.
    assert all(abs(end - begin - 15) <= 2 for begin, end in zip(begins, ends, strict=True))
    assert all(abs(begin - end - 20) <= 2 for begin, end in zip(begins[1:], ends, strict=False))
    # No pause behind the last.
    assert len(loud) - ends[-1] < 15


def test_zero_loops_for_ever_until_it_is_stopped(media, tmp_path):
    media.start()
    wave_file = WaveFile(write(tmp_path / "sent.wav", tone(0.1)))
    recording = RecordingWaveFile(str(tmp_path / "heard.wav"))
    recording.start()
    wave_file.start(loop_count=0)
    counter = WaveFile(write(tmp_path / "clock.wav", tone(0.1, amplitude=0)))
    counter.start(loop_count=10)
    media.wait_for("SCWaveFileDidEnd", counter)
    assert wave_file.is_active
    assert media.got("SCWaveFileDidEnd", wave_file) == []
    wave_file.stop()
    assert not wave_file.is_active
    media.wait_for("SCWaveFileDidEnd", wave_file)
    wave_file.stop()
    wave_file.start()
    media.wait_for("SCWaveFileDidEnd", wave_file, 2)
    recording.stop()
    assert len(media.got("SCWaveFileDidEnd", wave_file)) == 2
    heard, rate = read(tmp_path / "heard.wav")
    assert (envelope(heard, rate) > 3000).sum() >= 45


def test_stop_in_a_pause_ends_it(media, tmp_path):
    media.start()
    wave_file = WaveFile(write(tmp_path / "sent.wav", tone(0.1)))
    clock = WaveFile(write(tmp_path / "clock.wav", tone(0.3, amplitude=0)))
    wave_file.start(loop_count=2, pause_time=60)
    clock.start()
    media.wait_for("SCWaveFileDidEnd", clock)
    assert wave_file.is_active
    wave_file.stop()
    media.wait_for("SCWaveFileDidEnd", wave_file)


@pytest.mark.parametrize("percent", [0, 25, 50, 200])
def test_the_level_is_in_percent(media, tmp_path, percent):
    media.start()
    wave_file = WaveFile(write(tmp_path / "sent.wav", tone(0.5, amplitude=8000)))
    heard, _ = recorded(media, tmp_path, wave_file, level=percent)
    loudest = np.abs(heard).max()
    assert abs(loudest - 8000 * percent / 100) < 400


def test_dropping_it_stops_it_without_a_word(media, tmp_path):
    media.start()
    wave_file = WaveFile(write(tmp_path / "sent.wav", tone(0.2)))
    recording = RecordingWaveFile(str(tmp_path / "heard.wav"))
    recording.start()
    wave_file.start(loop_count=0)
    clock = WaveFile(write(tmp_path / "clock.wav", tone(0.4, amplitude=0)))
    clock.start()
    media.wait_for("SCWaveFileDidEnd", clock)
    del wave_file
    gc.collect()
    clock.start()
    media.wait_for("SCWaveFileDidEnd", clock, 2)
    recording.stop()
    heard, rate = read(tmp_path / "heard.wav")
    loud = envelope(heard, rate) > 3000
    assert loud[:15].any()
    assert not loud[-10:].any()
    assert len(media.got("SCWaveFileDidEnd")) == 2


def test_a_file_that_cannot_be_played_says_why(media, tmp_path):
    media.start()
    (tmp_path / "text.wav").write_text("this is no sound")
    (tmp_path / "short.wav").write_bytes(b"RIFF")
    write_raw(tmp_path / "bits.wav", 1, bytes(3000), bits=24)
    write_raw(tmp_path / "mp3.wav", 0x55, bytes(100))
    write_raw(tmp_path / "empty.wav", ULAW, b"")
    for name, why in (
        ("missing.wav", "No such file"),
        ("text.wav", "not a WAV file"),
        ("short.wav", "not a WAV file"),
        ("bits.wav", "24 bits of encoding 0x0001"),
        ("mp3.wav", "0x0055"),
        ("empty.wav", "empty"),
    ):
        wave_file = WaveFile(str(tmp_path / name))
        with pytest.raises(SIPCoreError, match=why):
            wave_file.start()
        assert not wave_file.is_active


def test_a_file_that_is_cut_off_is_played_as_far_as_it_goes(media, tmp_path):
    media.start()
    path = tmp_path / "cut.wav"
    sent = speech(2)
    write(path, sent)
    path.write_bytes(path.read_bytes()[: 44 + 32000])
    heard, rate = recorded(media, tmp_path, WaveFile(str(path)))
    assert likeness(sent[:16000], 16000, heard, rate)[0] >= 0.95
    assert len(heard) / rate < 1.4


def test_wrong_arguments_are_named(media, tmp_path):
    media.start()
    wave_file = WaveFile(write(tmp_path / "sent.wav", tone(0.1)))
    for options, error, message in (
        ({"level": "loud"}, TypeError, "level: must be int"),
        ({"level": -1}, ValueError, "level: -1"),
        ({"loop_count": -1}, ValueError, "loop_count: -1"),
        ({"loop_count": 1.5}, TypeError, "loop_count: must be int"),
        ({"pause_time": "1"}, TypeError, "pause_time"),
        ({"pause_time": float("nan")}, ValueError, "pause_time: nan"),
        ({"pause_time": -1}, ValueError, "pause_time: -1"),
    ):
        with pytest.raises(error, match=message):
            wave_file.start(**options)
    for name in (b"x.wav", BytesPath()):
        with pytest.raises(TypeError, match=r"file_name: must be str or os.PathLike\[str\], not"):
            WaveFile(name)
    with pytest.raises(ValueError, match="file_name"):
        WaveFile("")
    wave_file.start()
    with pytest.raises(SIPCoreError, match="is being played already"):
        wave_file.start()
    with pytest.raises(AttributeError):
        wave_file.file_name = "other.wav"


class BytesPath:
    def __fspath__(self):
        return b"x.wav"


def test_its_file_may_be_a_path_object(media, tmp_path):
    media.start()
    path = tmp_path / "sent.wav"
    write(path, tone(0.1))
    wave_file = WaveFile(path)
    assert wave_file.file_name == str(path) and type(wave_file.file_name) is str
    wave_file.start()
    media.wait_for("SCWaveFileDidEnd", wave_file)


def test_it_may_be_created_before_the_endpoint_runs(media, tmp_path):
    wave_file = WaveFile(write(tmp_path / "sent.wav", tone(0.1)))
    with pytest.raises(SIPCoreError, match="the media endpoint is not running"):
        wave_file.start()
    media.start()
    wave_file.start()
    media.wait_for("SCWaveFileDidEnd", wave_file)


def test_it_is_not_heard_remotely_unless_connected(media, tmp_path):
    media.start()
    offerer, answerer = media.pair()
    media.endpoint.connect_audio_transport(offerer)
    recording = RecordingWaveFile(str(tmp_path / "heard.wav"), automatic_routing=False)
    media.endpoint.connect(answerer, recording)
    recording.start()
    wave_file = WaveFile(write(tmp_path / "sent.wav", tone(0.5)))
    wave_file.start()
    media.wait_for("SCWaveFileDidEnd", wave_file)
    media.endpoint.connect(wave_file, offerer)
    received = answerer.statistics.packets_received
    wait_until(lambda: answerer.statistics.packets_received >= received + 20)
    silent = len(read(tmp_path / "heard.wav")[0])
    wave_file.start()
    media.wait_for("SCWaveFileDidEnd", wave_file, 2)
    received = answerer.statistics.packets_received
    wait_until(lambda: answerer.statistics.packets_received >= received + 20)
    recording.stop()
    heard, _ = read(tmp_path / "heard.wav")
    assert level(heard[:silent]) < 50
    assert level(heard[silent:]) > 1000
