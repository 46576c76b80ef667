"""Makes and drops objects again and again: `objects.py KIND WARM_UP CYCLES FOLDER`.

Resident memory on the way is said as JSON, in KiB. Kinds that need an Engine have one.
"""

from __future__ import annotations

import gc
import json
import sys
import wave
import weakref
from collections.abc import Callable
from pathlib import Path

from party import HOST, OPTIONS, descriptors, resident, wait_until

from sipsimple import (
    SIPURI,
    AudioTransport,
    Credentials,
    Engine,
    Invitation,
    RecordingWaveFile,
    Registration,
    Route,
    RTPTransport,
    SDPAttribute,
    SDPConnection,
    SDPMedia,
    SDPSession,
    WaveFile,
)
from sipsimple.pjproject.runtime import live_pools

kind, warm_up, cycles, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
sound = folder / "sound.wav"
with wave.open(str(sound), "wb") as file:
    file.setparams((1, 2, 8000, 0, "NONE", "not compressed"))
    file.writeframes(bytes(16000))


def description(port: int = 4000) -> SDPSession:
    attributes = [SDPAttribute("rtpmap", "0 PCMU/8000"), SDPAttribute("sendrecv", "")]
    media = SDPMedia("audio", port, "RTP/AVP", formats=["0"], attributes=attributes)
    return SDPSession(HOST, connection=SDPConnection(HOST), media=[media])


def uri() -> None:
    str(SIPURI("example.com", user="alice", port=5061, parameters={"transport": "tcp"}))


def credentials() -> None:
    repr(Credentials(SIPURI("example.com", user="alice"), "secret"))


def route() -> None:
    repr(Route("192.0.2.1", 5060, "udp"))


def sdp() -> None:
    str(description())
    SDPSession.parse(bytes(description()))


def wave_file() -> None:
    WaveFile(str(sound))


def recording() -> None:
    RecordingWaveFile(str(folder / "recorded.wav"))


def rtp_transport() -> RTPTransport:
    transport = RTPTransport(HOST)
    transport.set_INIT()
    return transport


def rtp_transport_local() -> RTPTransport:
    transport = RTPTransport(HOST)
    transport.set_INIT()
    assert transport.local_rtp_port is not None
    transport.set_LOCAL(description(transport.local_rtp_port), 0)
    return transport


def audio_transport() -> RTPTransport:
    transport = RTPTransport(HOST)
    transport.set_INIT()
    AudioTransport(transport).get_local_media(True)
    return transport


def audio_stream() -> RTPTransport:
    transport = RTPTransport(HOST)
    transport.set_INIT()
    audio = AudioTransport(transport)
    local = SDPSession(HOST, connection=SDPConnection(HOST), media=[audio.get_local_media(True)])
    audio.start(local, description(9), 0)
    audio.stop()
    return transport


def audio_stream_dropped() -> RTPTransport:
    transport = RTPTransport(HOST)
    transport.set_INIT()
    audio = AudioTransport(transport)
    local = SDPSession(HOST, connection=SDPConnection(HOST), media=[audio.get_local_media(True)])
    audio.start(local, description(9), 0)
    return transport


def playing() -> None:
    file = WaveFile(str(sound))
    file.start()
    file.stop()


def recorded() -> None:
    file = RecordingWaveFile(str(folder / "recorded.wav"))
    file.start()
    file.stop()


def invitation() -> None:
    Invitation(Credentials(SIPURI(HOST)), SIPURI(HOST, user="bob"), Route(HOST, 9))


def registration() -> None:
    Registration(Credentials(SIPURI(HOST, user="bob"), "secret"), route=Route(HOST, 9))


WITHOUT_ENGINE: list[Callable[[], RTPTransport | None]] = [
    uri,
    credentials,
    route,
    sdp,
    wave_file,
    recording,
]
WITH_ENGINE: list[Callable[[], RTPTransport | None]] = [
    *(rtp_transport, rtp_transport_local, audio_transport, audio_stream, audio_stream_dropped),
    *(playing, recorded, invitation, registration, wave_file, recording),
]

functions = {"without": WITHOUT_ENGINE, "with": WITH_ENGINE}[kind]
engine = Engine()
if kind == "with":
    engine.start(**OPTIONS)
results = {}
for function in functions:
    open_before, pools_before = descriptors(), live_pools()
    samples = []
    for number in [warm_up, *[cycles // 4] * 4]:
        for _ in range(number):
            made = function()
            if made is not None:
                # Its notification keeps it, and its ports, until that is delivered.
                gone = weakref.ref(made)
                del made
                wait_until(lambda gone=gone: gone() is None, 10, function.__name__)
        gc.collect()
        wait_until(
            lambda before=open_before: len(descriptors()) <= len(before),
            10,
            f"{function.__name__}: {descriptors()} against {open_before}",
        )
        # The bridge lets go of a stream, and of its 64 KiB, at a tick of its clock.
        wait_until(
            lambda before=pools_before: live_pools() <= before,
            10,
            f"{function.__name__}: {live_pools()} pools against {pools_before}",
        )
        samples.append(resident())
    results[function.__name__] = samples
if kind == "with":
    engine.stop()
print(json.dumps(results))
