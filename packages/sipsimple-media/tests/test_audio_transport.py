"""Audio streams over loopback: what one end plays is what the other end records."""

import pytest
from media_audio import envelope, level, likeness, likeness_in_parts, read, speech, tone, write
from media_helper import Lateness, session, wait_until

from sipsimple.media import (
    AudioStatistics,
    AudioTransport,
    RecordingWaveFile,
    RTPTransport,
    SIPCoreError,
    WaveFile,
)
from sipsimple.sdp import SDPAttribute, SDPMedia

DIGITS = "1234567890*#ABCD"


#: Seconds by which the machine may be late: what a jitter buffer makes up for.
LATE = 0.04


def play_and_record(media, tmp_path, sender, receiver, seconds=2.0, timeout=8.0):
    """Send speech one way; returns (sent, rate), (recorded, rate).

    Once more, at most four times, where the machine was too late meanwhile to send 20 ms of sound
    each 20 ms: what arrives then says nothing about what carried it.
    """
    sent = speech(seconds)
    source = write(tmp_path / "sent.wav", sent)
    for attempt in range(5):
        name = tmp_path / f"heard{attempt}.wav"
        with Lateness() as lateness:
            _play_once(media, source, name, sender, receiver, timeout)
        if lateness.worst < LATE:
            break
    return (sent, 16000), read(name)


def _play_once(media, source, name, sender, receiver, timeout):
    wave_file = WaveFile(source, automatic_routing=False)
    recording = RecordingWaveFile(str(name), automatic_routing=False)
    media.endpoint.connect(wave_file, sender)
    media.endpoint.connect(receiver, recording)
    recording.start()
    wave_file.start()
    media.wait_for("SCWaveFileDidEnd", wave_file, timeout=timeout)
    packets = receiver.statistics.packets_received
    # What is still in the network and in the jitter buffer.
    wait_until(lambda: receiver.statistics.packets_received >= packets + 25)
    recording.stop()


@pytest.mark.parametrize("direction", ["to the answerer", "to the offerer"])
def test_speech_arrives_unchanged_over_g711(media, tmp_path, direction):
    media.start()
    offerer, answerer = media.pair()
    assert (offerer.codec, answerer.codec) == ("PCMU", "PCMU")
    assert (offerer.sample_rate, answerer.direction) == (8000, "sendrecv")
    ends = (offerer, answerer) if direction == "to the answerer" else (answerer, offerer)
    sent, heard = play_and_record(media, tmp_path, *ends, seconds=4)
    assert likeness_in_parts(*sent, *heard) >= 0.95
    assert likeness(*sent, *heard)[1] < 0.5


def test_both_ends_can_be_heard_at_the_same_time(media, tmp_path):
    media.start()
    ends = media.pair()
    recordings, samples = [], []
    for number, (sender, receiver) in enumerate([ends, ends[::-1]]):
        samples.append(speech(2, seed=number))
        wave_file = WaveFile(write(tmp_path / f"sent{number}.wav", samples[-1]))
        recording = RecordingWaveFile(str(tmp_path / f"heard{number}.wav"), automatic_routing=False)
        media.endpoint.connect(wave_file, sender)
        media.endpoint.connect(receiver, recording)
        recordings.append((wave_file, recording))
    for wave_file, recording in recordings:
        recording.start()
        wave_file.start()
    media.wait_for("SCWaveFileDidEnd", count=2)
    packets = ends[0].statistics.packets_received
    wait_until(lambda: ends[0].statistics.packets_received >= packets + 25)
    for number, (_, recording) in enumerate(recordings):
        recording.stop()
        heard, rate = read(tmp_path / f"heard{number}.wav")
        assert likeness_in_parts(samples[number], 16000, heard, rate) >= 0.95
        assert likeness_in_parts(samples[1 - number], 16000, heard, rate) < 0.7


@pytest.mark.parametrize(
    ("name", "codec", "rate", "least"),
    [
        ("speex", "speex", 32000, 0.5),
        ("ilbc", "iLBC", 8000, 0.6),
        ("gsm", "GSM", 8000, 0.7),
        ("g722", "G722", 16000, 0.9),
        ("opus", "opus", 48000, 0.5),
        ("l16", "L16", 44100, 0.95),
    ],
)
def test_each_codec_carries_audio(media, tmp_path, name, codec, rate, least):
    media.start(codecs=[name])
    offerer, answerer = media.pair()
    assert (offerer.codec.lower(), offerer.sample_rate) == (codec.lower(), rate)
    (sent, sent_rate), (heard, heard_rate) = play_and_record(media, tmp_path, offerer, answerer)
    assert likeness_in_parts(sent, sent_rate, heard, heard_rate) >= least
    delay = likeness(sent, sent_rate, heard, heard_rate)[1]
    # Codecs that model a voice keep its loudness over time, if not its waveform.
    begin = int(delay * heard_rate)
    loudness = envelope(heard[begin : begin + len(sent) * heard_rate // sent_rate], heard_rate)
    wanted = envelope(sent, sent_rate)[: len(loudness)]
    assert likeness(wanted, 50, loudness[: len(wanted)], 50)[0] >= 0.8


def test_all_digits_arrive_in_order_both_ways(media):
    media.start()
    offerer, answerer = media.pair()
    for digit in DIGITS:
        offerer.send_dtmf(digit)
        answerer.send_dtmf(digit)
    for end in (offerer, answerer):
        got = media.wait_for("SCAudioTransportGotDTMF", end, len(DIGITS), timeout=15)
        assert "".join(data["digit"] for data in got) == DIGITS
        assert got[0]["timestamp"].tzinfo is not None


def test_a_digit_that_is_repeated_arrives_as_often(media):
    media.start()
    offerer, answerer = media.pair()
    for digit in "1122222":
        offerer.send_dtmf(digit)
    got = media.wait_for("SCAudioTransportGotDTMF", answerer, 7, timeout=10)
    assert [data["digit"] for data in got] == list("1122222")


def test_a_full_queue_of_digits_raises_and_loses_none(media):
    media.start()
    offerer, answerer = media.pair()
    accepted = 0
    refusal = None
    while refusal is None:
        try:
            offerer.send_dtmf("5")
            accepted += 1
        except SIPCoreError as error:
            refusal = str(error)
    assert "could not send the DTMF digit 5" in refusal
    assert 32 <= accepted < 40
    media.wait_for("SCAudioTransportGotDTMF", answerer, accepted, timeout=25)
    assert len(media.got("SCAudioTransportGotDTMF", answerer)) == accepted


def test_dtmf_that_was_not_negotiated_raises(media):
    media.start()
    transport = AudioTransport(media.transport())
    offer = session(transport.get_local_media(True))
    answer = session(
        SDPMedia(
            "audio",
            4000,
            "RTP/AVP",
            formats=["0"],
            attributes=[SDPAttribute("rtpmap", "0 PCMU/8000")],
        )
    )
    transport.start(offer, answer, 0)
    with pytest.raises(SIPCoreError, match="does not take DTMF"):
        transport.send_dtmf("1")


@pytest.mark.parametrize("digit", ["E", "", "12", "a", "٣"])
def test_what_is_no_digit_raises(media, digit):
    media.start()
    offerer, _ = media.pair()
    with pytest.raises(ValueError, match="is no DTMF digit"):
        offerer.send_dtmf(digit)
    with pytest.raises(TypeError, match="must be str"):
        offerer.send_dtmf(1)


def test_silence_detection_sends_less(media, tmp_path):
    media.start()
    quiet = WaveFile(write(tmp_path / "quiet.wav", tone(4, amplitude=0)))
    loud = WaveFile(write(tmp_path / "loud.wav", speech(4)))
    detecting, _ = media.pair(silence_detection=True)
    talking, _ = media.pair(silence_detection=True)
    constant, _ = media.pair(silence_detection=False)
    media.endpoint.connect(quiet, detecting)
    media.endpoint.connect(loud, talking)
    media.endpoint.connect(quiet, constant)
    quiet.start()
    loud.start()
    media.wait_for("SCWaveFileDidEnd", count=2, timeout=8)
    assert constant.statistics.packets_sent >= 190
    assert detecting.statistics.packets_sent < 120
    assert talking.statistics.packets_sent > detecting.statistics.packets_sent


def test_the_direction_is_obeyed(media, tmp_path):
    media.start()
    offerer, answerer = media.pair()
    source = WaveFile(write(tmp_path / "tone.wav", tone(1)))
    media.endpoint.connect(source, offerer)
    source.start(loop_count=0)
    wait_until(lambda: answerer.statistics.packets_received > 5)
    for direction, sends in (
        ("recvonly", False),
        ("sendonly", True),
        ("inactive", False),
        ("sendrecv", True),
    ):
        offerer.update_direction(direction)
        assert offerer.direction == direction
        # One that was under way may still be counted.
        before = offerer.statistics.packets_sent
        recording = RecordingWaveFile(str(tmp_path / "x.wav"), automatic_routing=False)
        recording.start()
        wait_until(lambda name=tmp_path / "x.wav": name.exists())
        heard = answerer.statistics.packets_sent
        wait_until(lambda heard=heard: answerer.statistics.packets_sent >= heard + 20)
        recording.stop()
        sent = offerer.statistics.packets_sent - before
        assert sent >= 15 if sends else sent <= 2


@pytest.mark.parametrize("direction", ["sendrecv", "sendonly", "recvonly", "inactive"])
def test_local_media_has_the_direction_asked_for(media, direction):
    media.start()
    transport = AudioTransport(media.transport())
    description = transport.get_local_media(True, direction)
    assert description.get_direction() == direction
    assert sum(item.name == direction for item in description.attributes) == 1
    assert transport.get_local_media(True).get_direction() == "sendrecv"


def test_an_offer_describes_everything_that_can_be_done(media):
    media.start(codecs=["g711", "gsm"])
    rtp = media.transport()
    transport = AudioTransport(rtp)
    description = transport.get_local_media(True)
    assert (description.media, description.port) == ("audio", rtp.local_rtp_port)
    assert (description.transport, description.connection.address) == ("RTP/AVP", "127.0.0.1")
    maps = [item.value for item in description.attributes if item.name == "rtpmap"]
    assert maps == [
        "0 PCMU/8000",
        "8 PCMA/8000",
        "3 GSM/8000",
        f"{description.formats[-1]} telephone-event/8000",
    ]
    events = [item.value.split() for item in description.attributes if item.name == "fmtp"]
    assert events == [[description.formats[-1], "0-15"]]
    assert description is not transport.get_local_media(True)


def test_an_answer_takes_the_codec_and_direction_of_the_offer(media):
    media.start(codecs=["gsm", "g711"])
    offer = session(
        SDPMedia(
            "audio",
            4000,
            "RTP/AVP",
            formats=["8", "3", "101"],
            attributes=[
                SDPAttribute("rtpmap", "101 telephone-event/8000"),
                SDPAttribute("sendonly", ""),
            ],
        )
    )
    transport = AudioTransport(media.transport(), offer)
    answer = transport.get_local_media(False)
    assert transport.codec == "PCMA"
    assert transport.direction == "recvonly"
    assert answer.formats[0] == "8"
    assert "101" in answer.formats


@pytest.mark.parametrize(
    ("offered", "address", "asked_for", "answered"),
    [
        ("sendonly", "127.0.0.1", "sendrecv", "recvonly"),
        ("sendonly", "127.0.0.1", "sendonly", "inactive"),
        ("recvonly", "127.0.0.1", "sendrecv", "sendonly"),
        ("inactive", "127.0.0.1", "sendrecv", "inactive"),
        ("sendrecv", "127.0.0.1", "recvonly", "recvonly"),
        ("sendrecv", "127.0.0.1", "sendrecv", "sendrecv"),
        # Hold in the way of RFC 2543 too.
        ("sendonly", "0.0.0.0", "sendrecv", "inactive"),
    ],
)
def test_an_answer_is_limited_by_its_offer(media, offered, address, asked_for, answered):
    media.start()
    attributes = [SDPAttribute(offered, "")]
    stream = SDPMedia("audio", 4000, "RTP/AVP", formats=["0"], attributes=attributes)
    transport = AudioTransport(media.transport(), session(stream, address=address))
    assert transport.get_local_media(False, asked_for).get_direction() == answered
    # What a later offer allows is between the application and the remote party.
    transport.update_direction(transport.direction)
    assert transport.get_local_media(False, asked_for).get_direction() == asked_for


def test_a_stream_at_any_index_is_negotiated(media):
    media.start()
    offerer = AudioTransport(media.transport())
    video = SDPMedia("video", 4002, "RTP/AVP", formats=["31"])
    offer = session(video, offerer.get_local_media(True))
    answerer = AudioTransport(media.transport(), offer, 1)
    refused = SDPMedia("video", 0, "RTP/AVP", formats=["31"])
    offerer.start(offer, session(refused, answerer.get_local_media(False)), 1)
    wait_until(lambda: offerer.statistics.packets_received > 5)
    assert answerer.transport.remote_rtp_port_sdp == offerer.transport.local_rtp_port


def test_an_offer_without_a_known_codec_is_refused(media):
    media.start(codecs=["g711"])
    offer = session(SDPMedia("audio", 4000, "RTP/AVP", formats=["3"]))
    rtp = media.transport()
    with pytest.raises(SIPCoreError):
        AudioTransport(rtp, offer)
    assert rtp.state == "INIT"
    rejected = session(SDPMedia("audio", 0, "RTP/AVP", formats=["0"]))
    with pytest.raises(SIPCoreError, match="rejected"):
        AudioTransport(rtp, rejected)
    encrypted = session(SDPMedia("audio", 4000, "RTP/SAVP", formats=["0"]))
    with pytest.raises(SIPCoreError, match="audio over RTP/SAVP"):
        AudioTransport(rtp, encrypted)
    video = session(SDPMedia("video", 4000, "RTP/AVP", formats=["31"]))
    with pytest.raises(SIPCoreError, match="video over RTP/AVP"):
        AudioTransport(rtp, video)
    assert rtp.state == "INIT"
    feedback = session(SDPMedia("audio", 4000, "RTP/AVPF", formats=["0"]))
    assert AudioTransport(media.transport(), feedback).get_local_media(False).formats == ["0"]
    # It is as good as new.
    assert AudioTransport(rtp, session(SDPMedia("audio", 4000, "RTP/AVP", formats=["0"]))).codec


def test_a_rejected_stream_cannot_be_started(media):
    media.start()
    transport = AudioTransport(media.transport())
    offer = session(transport.get_local_media(True))
    rejected = session(SDPMedia("audio", 0, "RTP/AVP", formats=["0"]))
    with pytest.raises(SIPCoreError, match="rejected"):
        transport.start(offer, rejected, 0)
    assert not transport.is_started


def test_a_stream_whose_transport_was_reset_before_the_answer_came_receives(media):
    media.start()
    first = AudioTransport(media.transport())
    offer = session(first.get_local_media(True))
    second = AudioTransport(media.transport(), offer)
    first.transport.set_INIT()
    assert first.transport.state == "INIT"
    first.start(offer, session(second.get_local_media(False)), 0)
    assert first.transport.state == "ESTABLISHED"
    wait_until(lambda: first.statistics.packets_received >= 5)
    assert second.statistics.packets_received


def test_an_answer_without_a_known_codec_leaves_everything_as_it_was(media):
    media.start(codecs=["g711"])
    transport = AudioTransport(media.transport())
    offer = session(transport.get_local_media(True))
    foreign = session(
        SDPMedia(
            "audio",
            4000,
            "RTP/AVP",
            formats=["99"],
            attributes=[SDPAttribute("rtpmap", "99 unknown/8000")],
        )
    )
    with pytest.raises(SIPCoreError):
        transport.start(session(foreign.media[0]), foreign, 0)
    assert (transport.transport.state, transport.is_started) == ("LOCAL", False)
    transport.start(offer, session(SDPMedia("audio", 4000, "RTP/AVP", formats=["0"])), 0)
    assert transport.codec == "PCMU"


def test_it_is_started_once(media):
    media.start()
    first, second = media.pair()
    offer, answer = session(first.get_local_media(True)), session(second.get_local_media(False))
    for end in (first, second):
        assert end.is_started and end.is_active
        with pytest.raises(SIPCoreError, match="started already"):
            end.start(offer, answer, 0)
        end.stop()
        end.stop()
        assert end.is_started and not end.is_active
        with pytest.raises(SIPCoreError, match="started already"):
            end.start(offer, answer, 0)
        with pytest.raises(SIPCoreError, match="not active"):
            end.send_dtmf("1")
        with pytest.raises(SIPCoreError, match="not active"):
            end.update_direction("sendrecv")
        with pytest.raises(SIPCoreError, match="stopped"):
            end.get_local_media(True)


def test_statistics_count_packets_and_outlast_the_stream(media):
    media.start()
    fresh = AudioTransport(media.transport())
    assert fresh.statistics is None
    first, second = media.pair()
    wait_until(lambda: first.statistics.packets_received >= 60)
    assert isinstance(first.statistics, AudioStatistics)
    first.stop()
    second.stop()
    for statistics in (first.statistics, second.statistics):
        assert statistics.packets_sent >= 55
        assert statistics.packets_received >= 55
        assert statistics.bytes_received == statistics.packets_received * 160
        assert (statistics.packets_lost, statistics.packets_duplicated) == (0, 0)
        assert 0 <= statistics.jitter < 0.05


def test_its_transport_can_be_used_again(media, tmp_path):
    media.start()
    first, second = media.pair()
    ports = [end.transport.local_rtp_port for end in (first, second)]
    wait_until(lambda: first.transport.remote_rtp_port_received == ports[1])
    with pytest.raises(SIPCoreError, match="uses the RTP transport"):
        first.transport.set_INIT()
    transports = [first.transport, second.transport]
    first.stop()
    second.stop()
    for transport, port in zip(transports, ports, strict=True):
        transport.set_INIT()
        assert (transport.state, transport.local_rtp_port) == ("INIT", port)
        assert transport.remote_rtp_port_received is None
        assert transport.remote_rtp_port_sdp is None
    offerer = AudioTransport(transports[0], enable_silence_detection=False)
    offer = session(offerer.get_local_media(True))
    answerer = AudioTransport(transports[1], offer, 0, False)
    offerer.start(offer, session(answerer.get_local_media(False)), 0)
    sent, heard = play_and_record(media, tmp_path, offerer, answerer)
    assert likeness_in_parts(*sent, *heard) >= 0.95


def test_ipv6_carries_audio(media, tmp_path):
    media.start()
    offerer, answerer = media.pair(address="::1")
    assert offerer.get_local_media(True).connection.address_type == "IP6"
    assert offerer.transport.local_rtp_address == "::1"
    sent, heard = play_and_record(media, tmp_path, offerer, answerer)
    assert likeness_in_parts(*sent, *heard) >= 0.95
    assert answerer.transport.remote_rtp_address_received == "::1"


def test_wrong_arguments_are_named(media):
    media.start()
    rtp = media.transport()
    offer = session(SDPMedia("audio", 4000, "RTP/AVP", formats=["0"]))
    with pytest.raises(TypeError, match="transport: must be RTPTransport, not str"):
        AudioTransport("x")
    with pytest.raises(TypeError, match="remote_sdp: must be SDPSession"):
        AudioTransport(rtp, "v=0")
    with pytest.raises(ValueError, match="sdp_index: 1 is not in remote_sdp"):
        AudioTransport(rtp, offer, 1)
    with pytest.raises(TypeError, match="enable_silence_detection: must be bool"):
        AudioTransport(rtp, enable_silence_detection=1)
    with pytest.raises(SIPCoreError, match="must be in state INIT, but is in NULL"):
        AudioTransport(RTPTransport())
    transport = AudioTransport(rtp)
    with pytest.raises(ValueError, match="direction: 'both' is none of"):
        transport.get_local_media(True, "both")
    with pytest.raises(SIPCoreError, match="no offer to answer"):
        transport.get_local_media(False)
    with pytest.raises(SIPCoreError, match="LOCAL"):
        AudioTransport(rtp)
    with pytest.raises(AttributeError):
        transport.codec = "PCMU"
    assert transport.codec is None and transport.sample_rate is None


def test_nothing_is_heard_where_nothing_is_said(media, tmp_path):
    media.start()
    _, answerer = media.pair()
    recording = RecordingWaveFile(str(tmp_path / "heard.wav"), automatic_routing=False)
    media.endpoint.connect(answerer, recording)
    recording.start()
    packets = answerer.statistics.packets_received
    wait_until(lambda: answerer.statistics.packets_received >= packets + 25)
    recording.stop()
    heard, _ = read(tmp_path / "heard.wav")
    assert len(heard) > 0
    assert level(heard) < 10
