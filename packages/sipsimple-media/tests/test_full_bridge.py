"""What cannot be put on the bridge leaves everything as it was."""

import resource

import pytest
from media_audio import tone, write
from media_helper import session, wait_until

from sipsimple.media import AudioTransport, RecordingWaveFile, SIPCoreError, WaveFile

SLOTS = 2048


def fill(media, tmp_path):
    """Start an endpoint and wave files until no port can be added; returns the files."""
    media.start(sample_rate=8)
    _, limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    files_at_once = SLOTS + 200
    if limit != resource.RLIM_INFINITY:
        # Raises where that many are not allowed.
        limit = max(limit, files_at_once)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files_at_once, limit))
    path = write(tmp_path / "filler.wav", tone(0.1, 8000), 8000)
    files = []
    while len(files) < SLOTS:
        file = WaveFile(path, automatic_routing=False)
        try:
            file.start(loop_count=0)
        except SIPCoreError:
            return files
        files.append(file)
    raise AssertionError("the bridge has more slots than were thought")


def once_free(action):
    """What an action returns when the slot is free: the bridge's clock gives it back."""

    def attempt():
        try:
            return (action(),)
        except SIPCoreError as error:
            if "PJ_ETOOMANY" not in str(error):
                raise
            return None

    return wait_until(attempt)[0]


def test_a_wave_file_that_does_not_fit_is_not_connected(media, tmp_path):
    files = fill(media, tmp_path)
    file = WaveFile(write(tmp_path / "a.wav", tone(0.1)))
    with pytest.raises(SIPCoreError, match="could not play"):
        file.start()
    assert media.connections() == []
    assert not file.is_active
    files.pop().stop()
    once_free(file.start)
    assert len(media.connections()) == 1


def test_a_recording_that_does_not_fit_is_not_connected_and_touches_no_file(media, tmp_path):
    files = fill(media, tmp_path)
    path = tmp_path / "heard.wav"
    recording = RecordingWaveFile(str(path))
    with pytest.raises(SIPCoreError, match="could not record"):
        recording.start()
    assert not path.exists()
    path.write_bytes(b"precious")
    with pytest.raises(SIPCoreError, match="could not record"):
        recording.start()
    assert path.read_bytes() == b"precious"
    assert media.connections() == []
    files.pop().stop()
    once_free(recording.start)
    assert recording.is_active


def test_a_recording_whose_file_cannot_be_created_is_not_connected(media, tmp_path):
    media.start()
    recording = RecordingWaveFile(str(tmp_path / "missing" / "heard.wav"))
    for _ in range(3):
        with pytest.raises(SIPCoreError, match="No such file"):
            recording.start()
        assert media.connections() == []
    (tmp_path / "missing").mkdir()
    recording.start()
    assert recording.is_active


def test_a_stream_that_does_not_fit_leaves_its_transport_as_it_was(media, tmp_path):
    files = fill(media, tmp_path)
    offering, answering = media.transport(), media.transport()
    port = answering.local_rtp_port
    offerer = AudioTransport(offering)
    offer = session(offerer.get_local_media(True))
    with pytest.raises(SIPCoreError, match="could not start the audio stream"):
        AudioTransport(answering, offer)
    assert (answering.state, answering.local_rtp_port) == ("INIT", port)
    assert answering.remote_rtp_port_sdp is None
    files.pop().stop()
    answerer = once_free(lambda: AudioTransport(answering, offer))
    answer = session(answerer.get_local_media(False))
    with pytest.raises(SIPCoreError, match="could not start the audio stream"):
        offerer.start(offer, answer, 0)
    assert (offering.state, offerer.is_started) == ("LOCAL", False)
    files.pop().stop()
    once_free(lambda: offerer.start(offer, answer, 0))
    assert offerer.is_active and offering.state == "ESTABLISHED"
