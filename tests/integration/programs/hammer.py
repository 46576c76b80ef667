"""Two threads call methods without pause while calls come and go: `hammer.py PORT SECONDS`.

Calls go to the peer that listens on PORT and to this very process, which so takes calls as
well. Whatever a method does, it works or raises a typed error.
"""

from __future__ import annotations

import collections
import faulthandler
import json
import random
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from party import HOST, Call, Party

from sipsimple import (
    SIPURI,
    AudioTransport,
    Credentials,
    Invitation,
    RecordingWaveFile,
    Registration,
    Route,
    RTPTransport,
    SDPConnection,
    SDPSession,
    SIPCoreError,
    WaveFile,
)
from testbed.processes import rtp_port_range

port, seconds, folder = int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3])
faulthandler.dump_traceback_later(seconds + 45, exit=True)
ALLOWED = (SIPCoreError, TypeError, ValueError)
RANDOM = random.Random(4)

first_port, _ = rtp_port_range()
party = Party(trace_sip=True, log_level=5, rtp_port_range=(first_port, first_port + 1000))
engine = party.engine
counts: collections.Counter[str] = collections.Counter()
refused: collections.Counter[str] = collections.Counter()
violations: list[str] = []
stopping = threading.Event()
sound = folder / "sound.wav"


def attempt(kind: str, function: Callable[..., Any], *arguments: Any) -> Any:
    """Call something, and note how it went."""
    try:
        result = function(*arguments)
    except ALLOWED as error:
        refused[type(error).__name__] += 1
        result = None
    except BaseException:
        violations.append(f"{kind}: {traceback.format_exc()}")
        stopping.set()
        raise
    counts[kind] += 1
    return result


def readable(subject: object) -> list[str]:
    """Names of the attributes that are no methods."""
    public = [name for name in dir(type(subject)) if not name.startswith("_")]
    return [name for name in public if not callable(getattr(type(subject), name))]


def read_all(subject: object) -> None:
    for name in readable(subject):
        attempt("attributes", getattr, subject, name)


def ask_the_calls(call: Call) -> None:
    invitation, audio = call.invitation, call.audio
    read_all(invitation)
    for getter in ("active_local", "active_remote", "offered_local", "offered_remote"):
        attempt("get_* methods", getattr(invitation, f"get_{getter}_sdp"))
    if audio is not None:
        read_all(audio)
        read_all(audio.transport)
        attempt("get_* methods", audio.get_local_media, RANDOM.random() < 0.5)


def break_the_order(call: Call) -> None:
    """What the state of a call does not allow, and nothing that would end it."""
    invitation, audio = call.invitation, call.audio
    for function in (
        lambda: invitation.send_invite() if not invitation.is_outgoing else None,
        lambda: invitation.accept_invite() if invitation.is_outgoing else None,
        lambda: invitation.respond_to_invite_provisionally(699),
        lambda: invitation.disconnect(100),
        lambda: invitation.disconnect("busy"),
        lambda: invitation.set_offered_local_sdp(None),
    ):
        attempt("wrong-state calls", function)
    if audio is not None:
        for function in (
            audio.transport.set_INIT,
            lambda: audio.start(None, None, 0),
            lambda: audio.send_dtmf("x"),
            lambda: audio.send_dtmf("5"),
            lambda: audio.update_direction("sideways"),
        ):
            attempt("wrong-state calls", function)


def patch_the_bridge(call: Call) -> None:
    audio = call.audio
    if audio is None:
        return
    wave, recording = WaveFile(str(sound)), RecordingWaveFile(str(folder / f"{id(call)}.wav"))
    attempt("bridge", wave.start)
    attempt("bridge", recording.start)
    for source, sink in ((wave, audio), (audio, recording), (audio, audio), (wave, recording)):
        attempt("bridge", engine.connect, source, sink, RANDOM.randrange(0, 200))
    attempt("bridge", engine.connect_audio_transport, audio)
    read_all(wave)
    read_all(recording)
    attempt("bridge", lambda: engine.bridge.connections)
    for source, sink in ((audio, recording), (wave, audio), (audio, audio)):
        attempt("bridge", engine.disconnect, source, sink)
    attempt("bridge", engine.disconnect_audio_transport, audio)
    if RANDOM.random() < 0.5:  # else they end by being dropped
        attempt("bridge", recording.stop)
        attempt("bridge", wave.stop)


def make_and_drop() -> None:
    account = Credentials(SIPURI(HOST, user="carol"), "secret")
    registration = attempt("objects", Registration, account, Route(HOST, 9))
    read_all(registration)
    attempt("objects", registration.register)
    if RANDOM.random() < 0.5:
        attempt("objects", registration.unregister)
    invitation = attempt("objects", Invitation, account, SIPURI(HOST, user="dave"), Route(HOST, 9))
    attempt("objects", invitation.send_invite)
    transport = RTPTransport(HOST)
    attempt("objects", transport.set_INIT)
    audio = attempt("objects", AudioTransport, transport)
    if audio is not None:
        media = attempt("objects", audio.get_local_media, True)
        session = SDPSession(HOST, connection=SDPConnection(HOST), media=[media])
        attempt("objects", invitation.set_offered_local_sdp, session)
        if RANDOM.random() < 0.3:  # nobody listens; it is dropped while it is being sent
            attempt("objects", invitation.send_invite)
        attempt("objects", audio.start, session, session, 0)
    read_all(transport)


def ask_the_engine() -> None:
    read_all(engine)
    attempt("attributes", engine.parse_sip_uri, "sip:alice@example.com;transport=tcp")
    attempt("attributes", engine.parse_sip_uri, "sip:@@")
    attempt("attributes", setattr, engine, "trace_sip", RANDOM.random() < 0.5)
    attempt("attributes", setattr, engine, "log_level", RANDOM.randrange(6))


def without_pause() -> None:
    while not stopping.is_set():
        ask_the_engine()
        for call in list(party.calls.values()):
            ask_the_calls(call)
            break_the_order(call)
            patch_the_bridge(call)
        make_and_drop()


def ports() -> Iterator[int]:
    while True:
        yield port
        yield engine.local_udp_port


def main() -> None:
    import wave

    with wave.open(str(sound), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", "not compressed"))
        file.writeframes(bytes(8000))
    hammering = [threading.Thread(target=without_pause, name=f"hammer-{n}") for n in (1, 2)]
    for thread in hammering:
        thread.start()
    held = 0
    end = time.monotonic() + seconds
    try:
        for callee in ports():
            if stopping.is_set() or time.monotonic() >= end:
                break
            party.call(callee).talk(1).hang_up()
            held += 1
    finally:
        stopping.set()
        for thread in hammering:
            thread.join(20)
    stuck = [thread.name for thread in hammering if thread.is_alive()]
    engine.stop()
    result = {
        "held": held,
        "incoming": party.incoming,
        "calls": dict(counts),
        "refused": dict(refused),
        "violations": violations,
        "problems": party.problems,
        "stuck": stuck,
    }
    print(json.dumps(result))


main()
