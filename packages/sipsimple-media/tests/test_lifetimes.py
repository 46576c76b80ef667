"""Objects that are dropped: at any time, in any order, again and again."""

import gc
import itertools
import os
import threading

import pytest
from media_audio import tone, write
from media_helper import session, wait_until

from sipsimple.media import AudioTransport, RecordingWaveFile, RTPTransport, WaveFile
from sipsimple.pjproject.events import queue
from sipsimple.pjproject.runtime import live_pools

CYCLES = 1000

# Notifications that wait to be delivered keep their senders, and those their ports.
PORTS = (43000, 43999)


def resident():
    """Resident memory in kB."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def descriptors():
    return len(os.listdir("/proc/self/fd"))


def stays_flat(media, cycle, slack=1000, count=CYCLES):
    """Run a cycle again and again: memory, pools and descriptors stay where they are."""

    def settle():
        gc.collect()
        media.forget_notifications()
        # The bridge lets go of ports with its next frames.
        pools = -1
        while pools != live_pools():
            pools = live_pools()
            reference = WaveFile(media.clock)
            reference.start()
            media.wait_for("SCWaveFileDidEnd", reference)
            media.forget_notifications()
            del reference
        gc.collect()

    warm_up = count // 2
    for number in range(count):
        if number == warm_up:
            settle()
            before = (resident(), live_pools(), descriptors())
        cycle()
        if number % 20 == 19:
            # Notifications keep their senders: let the same number wait at most.
            queue.post("caught up", None, {})
            media.wait_for("caught up")
            media.forget_notifications()
    settle()
    after = (resident(), live_pools(), descriptors())
    print("resident kB, pools, descriptors:", before, after)
    assert after[1] <= before[1] + 2
    assert after[2] == before[2]
    assert after[0] - before[0] < slack


@pytest.fixture
def clock(tmp_path):
    """A short file."""
    return write(tmp_path / "clock.wav", tone(0.1, amplitude=0))


def test_rtp_transports_leave_nothing(media, clock):
    media.clock = clock
    media.start(rtp_port_range=PORTS)

    def cycle():
        transport = RTPTransport("127.0.0.1")
        transport.set_INIT()

    stays_flat(media, cycle)


def test_audio_transports_leave_nothing(media, clock):
    media.clock = clock
    media.start(rtp_port_range=PORTS)

    def cycle():
        first, second = media.pair()
        media.endpoint.connect_audio_transport(first)
        del first, second

    stays_flat(media, cycle, count=CYCLES // 2)


def test_audio_transports_that_are_stopped_leave_nothing(media, clock):
    media.clock = clock
    media.start(rtp_port_range=PORTS)

    def cycle():
        for end in media.pair():
            end.stop()

    stays_flat(media, cycle, count=CYCLES // 2)


def test_wave_files_leave_nothing(media, clock):
    media.clock = clock
    media.start(rtp_port_range=PORTS)

    def cycle():
        WaveFile(clock).start()

    stays_flat(media, cycle)


def test_recordings_leave_nothing(media, clock, tmp_path):
    media.clock = clock
    media.start(rtp_port_range=PORTS)

    def cycle():
        recording = RecordingWaveFile(str(tmp_path / "heard.wav"))
        recording.start()

    stays_flat(media, cycle)


def test_endpoints_leave_nothing(media):
    before = None
    for number in range(40):
        media.start().stop()
        if number == 20:
            gc.collect()
            before = (resident(), descriptors())
    assert descriptors() == before[1]
    assert resident() - before[0] < 1500


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))), ids=str)
def test_every_order_of_dropping_is_safe(media, clock, tmp_path, order):
    endpoint = media.start()
    first, second = media.pair()
    wave_file = WaveFile(clock)
    recording = RecordingWaveFile(str(tmp_path / "heard.wav"))
    endpoint.connect_audio_transport(first)
    endpoint.connect(wave_file, first)
    recording.start()
    wave_file.start(loop_count=0)
    objects = [first, second, wave_file, recording]
    wait_until(lambda: objects[0].statistics.packets_received > 3)
    media.forget_notifications()
    del first, second, wave_file, recording
    for index in order:
        objects[index] = None
        gc.collect()
    other = WaveFile(clock)
    other.start()
    media.wait_for("SCWaveFileDidEnd", other)
    assert media.connections() == [(other, endpoint.sound_device, 100)]


def test_a_transport_outlives_its_own_reference(media):
    media.start()
    transport = media.transport()
    audio = AudioTransport(transport)
    port = transport.local_rtp_port
    media.wait_for("SCRTPTransportDidInitialize")
    media.forget_notifications()
    del transport
    gc.collect()
    assert audio.transport.local_rtp_port == port


def test_cycles_are_collected(media):
    media.start()

    class Holder:
        pass

    before = descriptors()
    for _ in range(20):
        holder = Holder()
        holder.ends = media.pair()
        holder.itself = holder
        del holder
    media.wait_for("SCRTPTransportDidInitialize", count=40)
    media.forget_notifications()
    gc.collect()
    wait_until(lambda: descriptors() == before)


def test_dropping_in_many_threads_at_once_is_safe(media, clock):
    endpoint = media.start(rtp_port_range=PORTS)
    failures = []

    def work():
        try:
            for _ in range(40):
                transport = RTPTransport("127.0.0.1")
                transport.set_INIT()
                audio = AudioTransport(transport)
                offer = session(audio.get_local_media(True))
                audio.start(offer, offer, 0)
                endpoint.connect_audio_transport(audio)
                wave_file = WaveFile(clock)
                endpoint.connect(wave_file, audio)
                wave_file.start()
                del transport, audio, wave_file
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(40)
        assert not thread.is_alive()
    assert failures == [], failures
    media.forget_notifications()
    gc.collect()
    assert media.connections() == []
