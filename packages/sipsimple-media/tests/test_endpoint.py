"""The endpoint itself: its options, its start and its end."""

import os
import subprocess
import sys
import threading

import pytest
from media_audio import tone, write
from media_helper import session, wait_until

from sipsimple.media import (
    AudioTransport,
    MediaEndpoint,
    RecordingWaveFile,
    RTPTransport,
    SIPCoreError,
    WaveFile,
    get_endpoint,
)
from sipsimple.media.component import AudioComponent, component
from sipsimple.media.options import DEFAULT_OPTIONS


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"auto_sound": 1}, TypeError, "auto_sound: must be bool, not int"),
        ({"ec_tail_length": -1}, ValueError, "ec_tail_length: -1"),
        ({"ec_tail_length": "50"}, TypeError, "ec_tail_length: must be int"),
        ({"sample_rate": 44}, ValueError, "sample_rate: 44"),
        ({"sample_rate": 12}, ValueError, r"sample_rate: 12 is none of 8, 16, 32 \(kHz\)"),
        ({"sample_rate": 8000}, ValueError, r"sample_rate: 8000 is none of 8, 16, 32 \(kHz\)"),
        ({"sample_rate": True}, TypeError, "sample_rate: must be int, not bool"),
        ({"sample_rate": 16.0}, TypeError, "sample_rate: must be int"),
        ({"playback_dtmf": None}, TypeError, "playback_dtmf: must be bool"),
        ({"rtp_port_range": 40000}, TypeError, "rtp_port_range: must be a tuple"),
        ({"rtp_port_range": (40000,)}, ValueError, "rtp_port_range"),
        ({"rtp_port_range": (40000, 70000)}, ValueError, "70000"),
        ({"rtp_port_range": (40001, 40002)}, ValueError, "no even port"),
        ({"rtp_port_range": (40002, 40001)}, ValueError, "no even port"),
        ({"codecs": "g711"}, TypeError, "codecs: must be a list of str, not str"),
        ({"codecs": [711]}, TypeError, "codecs: must be a list of str, but has 711"),
        ({"codecs": ["g729"]}, ValueError, "codecs: 'g729' is none of speex, g711"),
        ({"codecs": ["g711", "g711"]}, ValueError, "more than once"),
        ({"codecs": []}, ValueError, "codecs: the list is empty"),
    ],
)
def test_a_wrong_option_is_named_and_nothing_runs(options, error, message):
    with pytest.raises(error, match=message):
        MediaEndpoint(**options)
    with pytest.raises(SIPCoreError, match="not running"):
        get_endpoint()


def test_one_runs_at_a_time_and_another_may_follow(media, tmp_path):
    first = media.start(sample_rate=16)
    assert get_endpoint() is first and first.is_running
    with pytest.raises(SIPCoreError, match="running in this process already"):
        MediaEndpoint()
    transport = RTPTransport("127.0.0.1")
    wave_file = WaveFile(write(tmp_path / "tone.wav", tone(0.1)))
    first.stop()
    first.stop()
    assert not first.is_running
    second = media.start(sample_rate=8)
    assert get_endpoint() is second
    assert transport.state == "INVALID"
    wave_file.start()
    media.wait_for("SCWaveFileDidEnd", wave_file)
    for call in (lambda: first.connect(wave_file, first.sound_device), first.set_sound_devices):
        with pytest.raises(SIPCoreError, match="not running"):
            call()
    with pytest.raises(SIPCoreError):
        first.__init__()


def test_options_are_attributes(media):
    endpoint = media.start(
        ec_tail_length=20,
        sample_rate=16,
        playback_dtmf=False,
        rtp_port_range=(42000, 42010),
        codecs=["gsm", "g711"],
    )
    assert (endpoint.ec_tail_length, endpoint.sample_rate) == (20, 16)
    assert (endpoint.playback_dtmf, endpoint.rtp_port_range) == (False, (42000, 42010))
    assert endpoint.codecs == ["gsm", "g711"]
    endpoint.codecs.append("speex")
    assert endpoint.codecs == ["gsm", "g711"]
    for name in ("ec_tail_length", "sample_rate", "playback_devices", "bridge"):
        with pytest.raises(AttributeError):
            setattr(endpoint, name, 16)
    endpoint.playback_dtmf = True
    with pytest.raises(TypeError, match="playback_dtmf"):
        endpoint.playback_dtmf = 1
    with pytest.raises(ValueError, match="no even port"):
        endpoint.rtp_port_range = (42001, 42001)
    assert endpoint.rtp_port_range == (42000, 42010)


def test_codecs_are_offered_in_the_order_given_and_changed_at_run_time(media):
    endpoint = media.start(codecs=["speex", "g711", "ilbc", "gsm", "g722", "opus", "l16"])

    def offered():
        description = AudioTransport(media.transport()).get_local_media(True)
        maps = [item.value for item in description.attributes if item.name == "rtpmap"]
        return [value.split()[1].split("/")[0].lower() for value in maps]

    assert offered() == [
        "speex",
        "speex",
        "speex",
        "pcmu",
        "pcma",
        "ilbc",
        "gsm",
        "g722",
        "opus",
        "l16",
        *["telephone-event"] * offered().count("telephone-event"),
    ]
    endpoint.codecs = ("g722", "g711")
    assert offered()[:3] == ["g722", "pcmu", "pcma"]
    with pytest.raises(ValueError, match="'mp3' is none of"):
        endpoint.codecs = ["mp3"]
    assert endpoint.codecs == ["g722", "g711"]
    assert offered()[:3] == ["g722", "pcmu", "pcma"]


def test_a_machine_without_a_sound_device_says_so_once(media, capfd):
    media.start(auto_sound=True)
    # Where there is one it is used, and nothing is said.
    endpoint = media.endpoint
    names = (endpoint.playback_devices, endpoint.recording_devices)
    assert all(isinstance(name, str) for name in [*names[0], *names[1]])
    with pytest.raises(SIPCoreError, match="no playback device 'nothing'"):
        endpoint.set_sound_devices("nothing")
    with pytest.raises(TypeError, match="recording_device: must be str"):
        endpoint.set_sound_devices(None, 1)
    with pytest.raises(ValueError, match="tail_length: 1000"):
        endpoint.set_sound_devices(tail_length=1000)


def test_the_bridge_runs_on_after_a_device_could_not_be_opened(media, tmp_path):
    endpoint = media.start()
    if not endpoint.playback_devices:
        with pytest.raises(SIPCoreError, match="could not open the sound devices"):
            endpoint.set_sound_devices()
    wave_file = WaveFile(write(tmp_path / "tone.wav", tone(0.1)))
    wave_file.start()
    media.wait_for("SCWaveFileDidEnd", wave_file)


def test_everything_that_is_left_raises_after_the_stop(media, tmp_path):
    endpoint = media.start()
    first, second = media.pair()
    fresh = RTPTransport("127.0.0.1")
    local = AudioTransport(media.transport())
    offer = session(local.get_local_media(True))
    playing = WaveFile(write(tmp_path / "tone.wav", tone(1)))
    recording = RecordingWaveFile(str(tmp_path / "heard.wav"))
    endpoint.connect_audio_transport(first)
    recording.start()
    playing.start(loop_count=0)
    wait_until(lambda: first.statistics.packets_received > 5)
    bridge = endpoint.bridge
    endpoint.stop()
    for call in (
        fresh.set_INIT,
        first.transport.set_INIT,
        lambda: first.send_dtmf("1"),
        lambda: first.update_direction("inactive"),
        lambda: first.get_local_media(True),
        lambda: local.start(offer, offer, 0),
        lambda: bridge.connect(playing, first),
        lambda: bridge.disconnect(first, bridge.sound_device),
        lambda: endpoint.connect_audio_transport(second),
        lambda: endpoint.playback_devices,
        lambda: setattr(endpoint, "codecs", ["g711"]),
        playing.start,
        recording.pause,
        lambda: AudioTransport(fresh),
        RTPTransport,
    ):
        with pytest.raises(SIPCoreError):
            call()
    assert not (first.is_active or second.is_active or playing.is_active or recording.is_active)
    assert first.statistics.packets_received > 5
    assert {fresh.state, first.transport.state} == {"INVALID"}
    assert first.transport.local_rtp_port is None
    for subject in (first, second, local, playing, recording):
        subject.stop()
    assert media.got("SCWaveFileDidEnd") == []


def test_stopping_waits_for_who_is_inside(media):
    endpoint = media.start(rtp_port_range=(43000, 43999))
    failures = []
    begun = threading.Barrier(5)

    def hammer():
        begun.wait(5)
        try:
            while True:
                transport = RTPTransport("127.0.0.1")
                transport.set_INIT()
                AudioTransport(transport).get_local_media(True)
                transport = None
        except SIPCoreError as error:
            if "not running" not in str(error):
                failures.append(error)

    threads = [threading.Thread(target=hammer) for _ in range(4)]
    for thread in threads:
        thread.start()
    begun.wait(5)
    media.wait_for("SCRTPTransportDidInitialize", count=50, timeout=10)
    endpoint.stop()
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()
    assert failures == [], failures


FORKED = """
import os
from sipsimple.media import MediaEndpoint, RTPTransport, SIPCoreError
endpoint = MediaEndpoint(auto_sound=False)
transport = RTPTransport("127.0.0.1")
transport.set_INIT()
child = os.fork()
if child == 0:
    try:
        transport.set_INIT()
    except SIPCoreError as error:
        print(error, flush=True)
    endpoint.stop()
    del transport
    raise SystemExit(7)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
assert endpoint.is_running and transport.local_rtp_port
"""

LEFT_RUNNING = """
import sys
from sipsimple.media import *
endpoint = MediaEndpoint(auto_sound=False)
recording = RecordingWaveFile(sys.argv[1])
recording.start()
transport = RTPTransport("127.0.0.1")
transport.set_INIT()
audio = AudioTransport(transport)
print("done", flush=True)
"""


def run(program, *arguments):
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, *arguments],
        timeout=30,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def test_a_child_of_fork_is_refused_and_ends():
    result = run(FORKED)
    assert (result.returncode, result.stdout) == (
        0,
        "the media endpoint belongs to the process that forked this one\n",
    )


def test_an_interpreter_that_ends_with_everything_running_is_silent(tmp_path):
    result = run(LEFT_RUNNING, str(tmp_path / "heard.wav"))
    assert (result.returncode, result.stdout) == (0, "done\n")
    assert os.path.getsize(tmp_path / "heard.wav") >= 44


def test_importing_maps_no_signaling_and_starts_no_thread():
    program = """
import sys, threading, sipsimple.media
maps = open("/proc/self/maps").read()
assert "libpjmedia" in maps and "libpjsip" not in maps
assert not [name for name in sys.modules if name.startswith(("sipsimple.core", "sipsimple.engine"))]
assert threading.active_count() == 1
print(len([line for line in open("/proc/self/status") if line == "Threads:\\t1\\n"]))
"""
    result = run(program)
    assert (result.returncode, result.stdout) == (0, "1\n")


def test_the_component_is_what_the_engine_expects(media):
    assert (component.name, component.distribution) == ("audio", "sipsimple-media")
    assert component.requires == ()
    assert (
        dict(component.default_start_options)
        == DEFAULT_OPTIONS
        == {
            "auto_sound": True,
            "ec_tail_length": 50,
            "sample_rate": 32,
            "playback_dtmf": True,
            "rtp_port_range": (40000, 40100),
            "codecs": ["speex", "g711", "ilbc", "gsm", "g722"],
        }
    )
    assert set(component.public_names) == {
        "AudioTransport",
        "RTPTransport",
        "RecordingWaveFile",
        "WaveFile",
    }
    layer = AudioComponent()
    with pytest.raises(SIPCoreError, match="the audio layer is not running"):
        layer.sample_rate  # noqa: B018
    layer.start(None, **(DEFAULT_OPTIONS | {"auto_sound": False}))
    assert (layer.sample_rate, layer.codecs[0]) == (32, "speex")
    assert layer.sound_device is layer.bridge.sound_device
    layer.stop()
    layer.stop()
    with pytest.raises(ValueError, match="sample_rate"):
        layer.start(None, **(DEFAULT_OPTIONS | {"sample_rate": 9}))
    with pytest.raises(SIPCoreError):
        layer.endpoint  # noqa: B018
