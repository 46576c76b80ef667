"""The call of the demo: speech one way, digits both ways, everything measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from testbed.audio import RATE, Comparison, compare, make_speech, read_wave
from testbed.endpoint import Endpoint
from testbed.ladder import Step, steps_of
from testbed.processes import TestbedError, poll
from testbed.registrar import RegistrarProcess
from testbed.waveform import draw

__all__ = ["DIGITS", "PARTICIPANTS", "Result", "converse"]

SECONDS = 10
DIGITS = "1234567890*#ABCD"
PARTICIPANTS = ("alice", "registrar", "bob")
PASSWORDS = {"alice": "wonderland", "bob": "builder"}

_HALF_A_SECOND = 25


@dataclass(frozen=True)
class Result:
    """What was seen of the call.

    Attributes:
        steps: The SIP messages of the registration and of the call.
        codec: Name of the codec.
        setup_ms: From the first INVITE to the state CONFIRMED, at the caller.
        caller: The statistics of the caller's audio, by name.
        callee: Those of the callee.
        comparison: The speech that was sent with the one that was recorded.
        digits_received: The digits that reached the callee.
        digits_received_back: Those that reached the caller.
        picture: The PNG file.
    """

    steps: list[Step]
    codec: str
    setup_ms: float
    caller: dict[str, Any]
    callee: dict[str, Any]
    comparison: Comparison
    digits_received: str
    digits_received_back: str
    picture: Path


def converse(folder: Path, say: Callable[[str], None]) -> Result:
    """Hold the call.

    Args:
        folder: For the wave files, the picture and the logs.
        say: Is told about the progress.

    Raises:
        TestbedError: Something did not happen that should have.
    """
    speech = folder / "sent.wav"
    sent = make_speech(speech, SECONDS)
    say(f"made {SECONDS} s of speech: {speech}")
    with RegistrarProcess(folder, PASSWORDS, authenticate_calls=True) as registrar:
        say(f"the registrar listens on {registrar.host}:{registrar.port}")
        with Endpoint("bob", folder) as bob, Endpoint("alice", folder) as alice:
            say(f"bob listens on UDP port {bob.port}, alice on {alice.port}")
            _register(bob, registrar)
            say("bob is registered and waits")
            call, bobs_call, setup_ms = _connect(alice, bob, registrar)
            codec = str(alice.do("audio", call=call)["codec"])
            say(f"alice calls bob through the registrar: confirmed in {setup_ms:.0f} ms, {codec}")
            recorded = folder / "recorded.wav"
            _speak(alice, call, bob, bobs_call, speech, recorded, say)
            say(f"both dial {DIGITS}")
            received, received_back = _dial(alice, call, bob, bobs_call)
            say(f"bob heard {received or 'nothing'}, alice heard {received_back or 'nothing'}")
            alice.do("hang_up", call=call)
            alice.wait_for_state(call, "DISCONNECTED")
            bob.wait_for_state(bobs_call, "DISCONNECTED")
            say("alice hung up")
            figures = (alice.do("audio", call=call), bob.do("audio", call=bobs_call))
            steps = _steps(alice, bob, registrar)
    say("the endpoints have ended")
    samples, rate = read_wave(recorded)
    comparison = compare(sent, samples, RATE, rate)
    picture = folder / "waveform.png"
    draw(picture, sent, samples, rate, comparison)
    return Result(steps, codec, setup_ms, *figures, comparison, received, received_back, picture)


def _register(endpoint: Endpoint, registrar: RegistrarProcess) -> None:
    registration = endpoint.do(
        "register",
        user=endpoint.name,
        password=PASSWORDS[endpoint.name],
        host=registrar.host,
        port=registrar.port,
    )
    endpoint.wait_for_state(registration, "registered")


def _connect(alice: Endpoint, bob: Endpoint, registrar: RegistrarProcess) -> tuple[str, str, float]:
    bob.do("answer_all")
    call = alice.do(
        "call",
        caller=alice.name,
        callee=bob.name,
        host=registrar.host,
        port=registrar.port,
        password=PASSWORDS[alice.name],
    )
    confirmed = alice.wait_for_state(call, "CONFIRMED")
    calling = alice.wait_for_state(call, "CALLING")
    bobs_call = bob.wait_for_call()
    bob.wait_for_state(bobs_call, "CONFIRMED")
    return call, bobs_call, (confirmed.time - calling.time).total_seconds() * 1e3


def _speak(
    alice: Endpoint,
    call: str,
    bob: Endpoint,
    bobs_call: str,
    speech: Path,
    recorded: Path,
    say: Callable[[str], None],
) -> None:
    """Play a file at one end and record it at the other."""
    recording = bob.do("record", call=bobs_call, file=str(recorded))
    wave = alice.do("play", call=call, file=str(speech))

    def ended() -> bool:
        return bool(alice.events("SCWaveFileDidEnd", wave))

    for second in range(1, 3 * SECONDS):
        if poll(ended, 1):
            break
        heard = bob.do("audio", call=bobs_call)
        say(
            f"  {second:2} s of speech: {heard['packets_received']} packets received, "
            f"{heard['packets_lost']} lost, jitter {heard['jitter'] * 1e3:.2f} ms"
        )
    if not ended():
        raise TestbedError(f"{speech} did not end within {3 * SECONDS} s")
    _settle(alice, call, bob, bobs_call)  # until jitter buffers have given out the last word
    bob.do("stop_recording", recording=recording)


def _dial(alice: Endpoint, call: str, bob: Endpoint, bobs_call: str) -> tuple[str, str]:
    """Digits both ways at once; returns what has arrived at the callee and the caller."""
    alice.do("dial", call=call, digits=DIGITS)
    bob.do("dial", call=bobs_call, digits=DIGITS)
    heard = (
        bob.wait_for_digits(bobs_call, len(DIGITS), 20),
        alice.wait_for_digits(call, len(DIGITS), 20),
    )
    _settle(alice, call, bob, bobs_call)  # the end of a digit is sent three times
    return heard


def _settle(alice: Endpoint, call: str, bob: Endpoint, bobs_call: str) -> None:
    """Wait until half a second of packets has arrived."""
    enough = alice.do("audio", call=call)["packets_sent"] + _HALF_A_SECOND
    if not poll(lambda: bob.do("audio", call=bobs_call)["packets_received"] >= enough, 10):
        raise TestbedError("packets do not arrive any more")


def _steps(alice: Endpoint, bob: Endpoint, registrar: RegistrarProcess) -> list[Step]:
    """The messages that each endpoint has seen until now."""
    names = {(registrar.host, registrar.port): "registrar"}
    steps = []
    for endpoint in (alice, bob):
        trace = []
        for event in endpoint.events("SCEngineSIPTrace"):
            side = "source" if event.data["received"] else "destination"
            address = (event.data[f"{side}_ip"], event.data[f"{side}_port"])
            data = event.data["data"].encode(errors="surrogateescape")
            trace.append((event.time, event.data["received"], address, data))
        steps += steps_of(endpoint.name, trace, names)
    return steps
