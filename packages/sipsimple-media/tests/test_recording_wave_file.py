"""Recording the bridge to WAV files."""

import gc
import os
import signal
import subprocess
import sys

import pytest
from media_audio import envelope, level, read, tone, write
from media_helper import wait_until

from sipsimple.media import RecordingWaveFile, SIPCoreError, WaveFile


def elapse(media, tmp_path, seconds, count=1):
    """Let the bridge's time pass."""
    clock = WaveFile(
        write(tmp_path / "clock.wav", tone(seconds, amplitude=0)), automatic_routing=False
    )
    media.endpoint.connect(clock, media.endpoint.sound_device)
    clock.start()
    media.wait_for("SCWaveFileDidEnd", clock, timeout=seconds + 5)


@pytest.mark.parametrize("rate", [8, 16, 32])
def test_silence_is_recorded_in_real_time(media, tmp_path, rate):
    media.start(sample_rate=rate)
    recording = RecordingWaveFile(tmp_path / "heard.wav")
    assert recording.file_name == str(tmp_path / "heard.wav")
    assert not recording.is_active
    recording.start()
    assert recording.is_active and not recording.is_paused
    elapse(media, tmp_path, 1)
    recording.stop()
    assert not recording.is_active
    heard, heard_rate = read(tmp_path / "heard.wav")
    assert heard_rate == rate * 1000
    assert 0.9 <= len(heard) / heard_rate < 1.5
    assert level(heard) == 0


def test_a_pause_is_left_out(media, tmp_path):
    media.start()
    recording = RecordingWaveFile(str(tmp_path / "heard.wav"))
    wave_file = WaveFile(write(tmp_path / "tone.wav", tone(0.2)))
    wave_file.start(loop_count=0)
    recording.start()
    elapse(media, tmp_path, 0.5)
    recording.pause()
    assert recording.is_active and recording.is_paused
    size = os.path.getsize(tmp_path / "heard.wav")
    # It is complete while it is paused.
    assert len(read(tmp_path / "heard.wav")[0]) * 2 + 44 == size
    elapse(media, tmp_path, 0.5)
    assert os.path.getsize(tmp_path / "heard.wav") == size
    recording.resume()
    assert not recording.is_paused
    elapse(media, tmp_path, 0.5)
    recording.stop()
    heard, rate = read(tmp_path / "heard.wav")
    assert 0.9 <= len(heard) / rate < 1.5
    assert (envelope(heard, rate) > 3000).mean() > 0.9


def test_it_is_started_once(media, tmp_path):
    media.start()
    recording = RecordingWaveFile(str(tmp_path / "heard.wav"))
    for method in (recording.pause, recording.resume):
        with pytest.raises(SIPCoreError, match="is not being recorded"):
            method()
    recording.stop()
    recording.start()
    with pytest.raises(SIPCoreError, match="has been recorded already"):
        recording.start()
    recording.stop()
    recording.stop()
    with pytest.raises(SIPCoreError, match="has been recorded already"):
        recording.start()
    with pytest.raises(SIPCoreError, match="has been stopped"):
        media.endpoint.connect(media.endpoint.sound_device, recording)
    assert read(tmp_path / "heard.wav")[1] == 32000


def test_a_file_that_cannot_be_created_says_why(media, tmp_path):
    media.start()
    recording = RecordingWaveFile(str(tmp_path / "nowhere" / "heard.wav"))
    with pytest.raises(SIPCoreError, match=r"cannot record to .*No such file"):
        recording.start()
    assert not recording.is_active
    (tmp_path / "nowhere").mkdir()
    recording.start()
    assert recording.is_active


def test_a_full_disk_ends_it(media):
    media.start()
    recording = RecordingWaveFile("/dev/full")
    with pytest.raises(SIPCoreError, match="No space left"):
        recording.start()


def test_dropping_it_completes_the_file(media, tmp_path):
    media.start()
    recording = RecordingWaveFile(str(tmp_path / "heard.wav"))
    recording.start()
    elapse(media, tmp_path, 0.3)
    del recording
    gc.collect()
    heard, rate = read(tmp_path / "heard.wav")
    assert 0.25 <= len(heard) / rate < 0.8
    assert len(heard) * 2 + 44 == os.path.getsize(tmp_path / "heard.wav")


def test_stopping_the_endpoint_completes_the_file(media, tmp_path):
    media.start()
    recording = RecordingWaveFile(str(tmp_path / "heard.wav"))
    recording.start()
    elapse(media, tmp_path, 0.3)
    media.endpoint.stop()
    assert not recording.is_active
    heard, rate = read(tmp_path / "heard.wav")
    assert 0.25 <= len(heard) / rate < 0.8
    recording.stop()


KILLED = """
import sys, time
from sipsimple.media import MediaEndpoint, RecordingWaveFile
endpoint = MediaEndpoint(auto_sound=False)
recording = RecordingWaveFile(sys.argv[1])
recording.start()
print("recording", flush=True)
time.sleep(60)
"""


def test_a_process_that_is_killed_leaves_a_file_that_can_be_played(tmp_path):
    path = tmp_path / "heard.wav"
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout.readline() == "recording\n"
        wait_until(lambda: path.stat().st_size > 2.2 * 64000, 10, "two seconds of recording")
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=10)
    size = path.stat().st_size
    heard, rate = read(path)
    assert rate == 32000
    assert len(heard) * 2 >= size - 44 - 64000
