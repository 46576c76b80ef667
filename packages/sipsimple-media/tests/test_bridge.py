"""Explicit connections, and the document's policy on top of them."""

import gc
import itertools

import numpy as np
import pytest
from media_audio import level, read, tone, write
from media_helper import wait_until

from sipsimple.media import Bridge, RecordingWaveFile, SIPCoreError, SoundDevice, WaveFile

RATE = 32000


def strength(samples, frequency):
    """How strong a tone of a frequency is in the second half, 1 for tone()'s own level."""
    samples = samples[len(samples) // 2 :]
    window = np.hanning(len(samples))
    time = np.arange(len(samples)) / RATE
    wave = np.exp(-2j * np.pi * frequency * time)
    return float(abs((samples * window) @ wave) / window.sum() * 2 / 10000)


def listen(media, tmp_path, recordings, seconds=0.5):
    """Let time pass on the bridge, stop the recordings, return what they heard."""
    clock = WaveFile(
        write(tmp_path / "clock.wav", tone(seconds, amplitude=0)), automatic_routing=False
    )
    media.endpoint.connect(clock, media.endpoint.sound_device)
    clock.start()
    media.wait_for("SCWaveFileDidEnd", clock)
    heard = []
    for recording in recordings:
        recording.stop()
        samples, rate = read(recording.file_name)
        assert rate == RATE
        heard.append(samples)
    return heard


def loop(tmp_path, frequency, **options):
    """A file with a tone that fits into it without a seam."""
    path = tmp_path / f"{frequency}.wav"
    return WaveFile(write(path, tone(0.1, frequency)), automatic_routing=False, **options)


def recording(tmp_path, name):
    return RecordingWaveFile(str(tmp_path / f"{name}.wav"), automatic_routing=False)


def test_each_sink_hears_what_is_connected_to_it_at_its_level(media, tmp_path):
    endpoint = media.start()
    sources = {frequency: loop(tmp_path, frequency) for frequency in (400, 700, 1100)}
    sinks = [recording(tmp_path, name) for name in "ab"]
    endpoint.connect(sources[400], sinks[0])
    endpoint.connect(sources[700], sinks[0], 50)
    endpoint.connect(sources[700], sinks[1], level=20)
    for subject in (*sinks, *sources.values()):
        subject.start(**({"loop_count": 0} if isinstance(subject, WaveFile) else {}))
    first, second = listen(media, tmp_path, sinks, 1)
    assert [round(strength(first, frequency), 1) for frequency in sources] == [1.0, 0.5, 0.0]
    assert [round(strength(second, frequency), 1) for frequency in sources] == [0.0, 0.2, 0.0]


def test_connections_can_be_changed_while_they_sound(media, tmp_path):
    endpoint = media.start()
    source, sink = loop(tmp_path, 400), recording(tmp_path, "a")
    source.start(loop_count=0)
    sink.start()
    assert level(listen(media, tmp_path, [sink], 0.2)[0]) == 0
    for percent in (100, 30, 100):
        endpoint.connect(source, sink := recording(tmp_path, f"at{percent}"))
        sink.start()
        endpoint.connect(source, sink, percent)
        assert endpoint.bridge.is_connected(source, sink)
        heard = listen(media, tmp_path, [sink], 0.5)[0]
        assert abs(strength(heard, 400) - percent / 100) < 0.05
    endpoint.connect(source, sink := recording(tmp_path, "cut"))
    sink.start()
    endpoint.disconnect(source, sink)
    assert not endpoint.bridge.is_connected(source, sink)
    assert level(listen(media, tmp_path, [sink], 0.4)[0][RATE // 10 :]) == 0


def test_connections_outlast_a_restart_of_a_wave_file(media, tmp_path):
    endpoint = media.start()
    source = WaveFile(write(tmp_path / "tone.wav", tone(0.2, 400)), automatic_routing=False)
    sink = recording(tmp_path, "a")
    endpoint.connect(source, sink)
    sink.start()
    for count in (1, 2, 3):
        source.start()
        media.wait_for("SCWaveFileDidEnd", source, count)
    sink.stop()
    heard, _ = read(sink.file_name)
    assert abs((np.abs(heard) > 100).mean() * len(heard) / RATE - 0.6) < 0.1


def test_connections_go_with_their_ends(media, tmp_path):
    endpoint = media.start()
    source, sink = loop(tmp_path, 400), recording(tmp_path, "a")
    endpoint.connect(source, sink)
    endpoint.connect(source, endpoint.sound_device, 70)
    assert len(media.connections()) == 2
    sink.start()
    sink.stop()
    assert media.connections() == [(source, endpoint.sound_device, 70)]
    del source
    gc.collect()
    assert media.connections() == []


def test_a_remote_party_can_be_given_to_another(media, tmp_path):
    endpoint = media.start()
    alice, alice_here = media.pair()
    bob, bob_here = media.pair()
    source, sink = loop(tmp_path, 400), recording(tmp_path, "a")
    for ends in ((source, alice), (alice_here, bob_here), (bob, sink)):
        endpoint.connect(*ends)
    source.start(loop_count=0)
    wait_until(lambda: bob.statistics.packets_received > 25)
    sink.start()
    heard = listen(media, tmp_path, [sink], 1)[0]
    assert strength(heard, 400) > 0.7


def test_everyone_in_the_conversation_hears_the_others_and_not_itself(media, tmp_path):
    endpoint = media.start()
    parties = [media.pair() for _ in range(3)]
    frequencies = (400, 700, 1100)
    sources = [loop(tmp_path, frequency) for frequency in frequencies]
    sinks = [recording(tmp_path, str(number)) for number in range(3)]
    for (remote, here), source, sink in zip(parties, sources, sinks, strict=True):
        endpoint.connect(source, remote)
        endpoint.connect(remote, sink)
        endpoint.connect_audio_transport(here)
        source.start(loop_count=0)
    everything = RecordingWaveFile(str(tmp_path / "all.wav"))
    wait_until(lambda: all(remote.statistics.packets_received > 25 for remote, _ in parties))
    for sink in (*sinks, everything):
        sink.start()
    heard = listen(media, tmp_path, [*sinks, everything], 1.5)
    for own, samples in zip(frequencies, heard[:3], strict=True):
        for frequency in frequencies:
            found = strength(samples, frequency)
            assert found < 0.05 if frequency == own else found > 0.4
    assert all(strength(heard[3], frequency) > 0.4 for frequency in frequencies)
    first = parties[0][1]
    endpoint.disconnect_audio_transport(first)
    assert all(first not in (source, sink) for source, sink, _ in media.connections())
    again = recording(tmp_path, "again")
    endpoint.connect(parties[1][0], again)
    again.start()
    samples = listen(media, tmp_path, [again], 1.5)[0]
    assert strength(samples, frequencies[0]) < 0.05
    assert strength(samples, frequencies[2]) > 0.4


def test_the_policy_connects_and_disconnects_once(media):
    endpoint = media.start()
    transport, other = media.pair()
    endpoint.connect_audio_transport(transport)
    endpoint.connect_audio_transport(other)
    assert set(endpoint.policy.transports) == {transport, other}
    ends = {transport, other, endpoint.sound_device}
    assert {(a, b) for a, b, _ in media.connections()} == set(itertools.permutations(ends, 2))
    with pytest.raises(SIPCoreError, match="connected already"):
        endpoint.connect_audio_transport(transport)
    endpoint.disconnect_audio_transport(transport)
    with pytest.raises(SIPCoreError, match="not connected"):
        endpoint.disconnect_audio_transport(transport)
    other.stop()
    assert media.connections() == []
    with pytest.raises(SIPCoreError, match="not connected"):
        endpoint.disconnect_audio_transport(other)
    with pytest.raises(SIPCoreError, match="not active"):
        endpoint.connect_audio_transport(other)
    with pytest.raises(TypeError, match="transport: must be AudioTransport, not str"):
        endpoint.connect_audio_transport("x")
    with pytest.raises(TypeError, match="transport: must be AudioTransport, not WaveFile"):
        endpoint.disconnect_audio_transport(WaveFile("x.wav"))


# ITU-T Q.23: the tones of 1, 5, 9, #.
TONES = {"1": (697, 1209), "5": (770, 1336), "9": (852, 1477), "#": (941, 1477)}


@pytest.mark.parametrize("end", ["sent", "received"])
def test_digits_are_heard_here_and_not_remotely(media, tmp_path, end):
    media.start()
    here, remote = media.pair()
    media.endpoint.connect_audio_transport(here)
    sender, receiver = (here, remote) if end == "sent" else (remote, here)
    # Both ends are in this process: the tones of one of them are enough.
    at_remote = recording(tmp_path, "remote")
    media.endpoint.connect(remote, at_remote)
    everything = RecordingWaveFile(str(tmp_path / "all.wav"))
    at_remote.start()
    everything.start()
    sender.send_dtmf("1")
    media.wait_for("SCAudioTransportGotDTMF", receiver)
    media.endpoint.playback_dtmf = False
    sender.send_dtmf("9")
    media.wait_for("SCAudioTransportGotDTMF", receiver, 2)
    heard, silent = listen(media, tmp_path, [everything, at_remote], 0.4)
    parts = [heard[begin : begin + 3200] for begin in range(0, len(heard) - 3200, 1600)]

    def loudest(digit):
        return max(min(strength(part, frequency) for frequency in TONES[digit]) for part in parts)

    assert loudest("1") > 0.3
    assert loudest("9") < 0.02
    assert loudest("5") < 0.02
    assert level(silent) < 50


def test_what_is_a_source_and_what_a_sink_can_be_asked(media, tmp_path):
    endpoint = media.start()
    wave, heard = loop(tmp_path, 400), recording(tmp_path, "a")
    transport, _ = media.pair()
    kinds = {(True, False): [wave], (False, True): [heard]}
    kinds[True, True] = [endpoint.sound_device, transport]
    for kind, objects in kinds.items():
        for each in objects:
            assert (each.is_source, each.is_sink) == kind, each
    for name in ("is_source", "is_sink"):
        assert "bool" in getattr(type(wave), name).__doc__
        with pytest.raises(AttributeError):
            setattr(wave, name, True)


def test_wrong_ends_are_named(media, tmp_path):
    endpoint = media.start()
    source, sink = loop(tmp_path, 400), recording(tmp_path, "a")
    for ends, error, message in (
        ((sink, source), TypeError, "source: RecordingWaveFile is no source"),
        ((source, source), TypeError, "sink: WaveFile is no sink"),
        ((None, sink), TypeError, "source: NoneType is no source"),
        ((endpoint.sound_device, endpoint.sound_device), ValueError, "to itself"),
        ((source, sink, 1001), ValueError, "level: 1001"),
        ((source, sink, "1"), TypeError, "level: must be int"),
    ):
        with pytest.raises(error, match=message):
            endpoint.connect(*ends)
    with pytest.raises(SIPCoreError, match="is not connected to"):
        endpoint.disconnect(source, sink)
    transport, _ = media.pair()
    transport.stop()
    with pytest.raises(SIPCoreError, match="has been stopped"):
        endpoint.connect(source, transport)
    with pytest.raises(TypeError, match="cannot be created"):
        Bridge()
    assert isinstance(endpoint.bridge.sound_device, SoundDevice)
    assert endpoint.bridge.sound_device is endpoint.sound_device
