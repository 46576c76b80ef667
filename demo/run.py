"""The main job: a call between two processes, from the registration to the BYE.

    python demo/run.py [--json FILE] [--output FOLDER]

A registrar serves on loopback. One endpoint registers there, the other calls it through it;
ten seconds of speech go from the caller to the callee, which records them; both dial every
digit. The exit status is 1 when the speech or a digit does not arrive.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))

from sipsimple_testing import audio, waveform  # noqa: E402
from sipsimple_testing.endpoint import Endpoint, EndpointError  # noqa: E402
from sipsimple_testing.ladder import ladder  # noqa: E402
from sipsimple_testing.registrar import Registrar  # noqa: E402

DIGITS = "1234567890*#ABCD"
SECONDS = 10.0
ENOUGH = 0.95
"""The least correlation with which a call counts as heard."""


def progress(text: str) -> None:
    """Say what is going on."""
    print(f"  {text}", flush=True)


def hold_call(folder: Path) -> dict[str, object]:
    """Hold the call, and write the speech, the recording and the picture into a folder.

    Returns:
        The figures of the summary, and under `ladder` the SIP messages as text.
    """
    speech = audio.make_speech(folder / "sent.wav", SECONDS)
    recording = folder / "recorded.wav"
    with (
        Registrar({"bob": "secret of bob"}) as registrar,
        Endpoint("bob", trace_sip=True, codecs=["g711"]) as bob,
        Endpoint("alice", trace_sip=True, codecs=["g711"]) as alice,
    ):
        server = (registrar.address, registrar.port)
        progress(f"registrar and proxy on {server[0]}:{server[1]}")
        bob.call("register", user="bob", password="secret of bob", host=server[0], port=server[1])
        bob.wait("SCRegistrationChangedState", state="registered")
        progress("bob is registered, with digest authentication")

        began = time.monotonic()
        alice.call("invite", user="alice", uri=f"sip:bob@{server[0]}:{server[1]}", route=server)
        bob.wait("SCInvitationChangedState", state="INCOMING")
        bob.call("ring")
        alice.wait("SCInvitationChangedState", state="EARLY", code=180)
        progress("bob's phone rings")
        bob.call("answer")
        alice.wait("SCInvitationChangedState", state="CONFIRMED")
        setup = time.monotonic() - began
        alice.call("start_audio")
        bob.wait("SCInvitationChangedState", state="CONFIRMED")
        progress(f"answered after {setup * 1000:.0f} ms; alice speaks for {SECONDS:.0f} s")

        bob.call("record", path=str(recording))
        alice.call("play", path=str(speech))
        bob.call("dial", digits=DIGITS)
        alice.wait("SCWaveFileDidEnd", timeout=SECONDS + 10)
        progress("the speech is over; alice dials")
        alice.call("dial", digits=DIGITS)
        for _ in DIGITS:
            bob.wait("SCAudioTransportGotDTMF")
        heard = {
            endpoint.name: "".join(
                data["digit"] for data in endpoint.collected("SCAudioTransportGotDTMF")
            )
            for endpoint in (alice, bob)
        }
        bob.call("stop_recording")
        facts = {endpoint.name: endpoint.call("facts") for endpoint in (alice, bob)}
        alice.call("hang_up")
        alice.wait("SCInvitationChangedState", state="DISCONNECTED")
        bob.wait("SCInvitationChangedState", state="DISCONNECTED")
        alice.call("stop_audio")
        bob.call("stop_audio")
        bob.call("unregister")
        bob.wait("SCRegistrationChangedState", state="unregistered")
        progress("bob has unregistered")
        steps = ladder(
            alice.collected("SCEngineSIPTrace"),
            bob.collected("SCEngineSIPTrace"),
            ("alice", "registrar and proxy", "bob"),
        )
    comparison = audio.compare(audio.read(speech), audio.read(recording))
    picture = waveform.draw(comparison, folder / "waveform.png", "sent and recorded")
    return {
        "codec": facts["bob"]["codec"],
        "packets_sent": facts["alice"]["packets_sent"],
        "packets_received": facts["bob"]["packets_received"],
        "packets_lost": facts["bob"]["packets_lost"],
        "jitter_ms": facts["bob"]["jitter"] * 1000,
        "correlation": comparison.correlation,
        "dtmf_sent": DIGITS,
        "dtmf_received": heard["bob"],
        "dtmf_received_by_caller": heard["alice"],
        "setup_ms": setup * 1000,
        "picture": str(picture),
        "recording": str(recording),
        "ladder": steps,
    }


def problems(figures: dict[str, object]) -> list[str]:
    """What is wrong with a call, in words; nothing when it was good."""
    found = []
    if float(str(figures["correlation"])) < ENOUGH:
        found.append(f"the correlation is {figures['correlation']:.4f}, below {ENOUGH}")
    for key, who in (("dtmf_received", "bob"), ("dtmf_received_by_caller", "alice")):
        if figures[key] != DIGITS:
            found.append(f"{who} received the digits {figures[key]!r} in place of {DIGITS!r}")
    return found


def summary(figures: dict[str, object]) -> str:
    """The figures for people."""
    return "\n".join(
        [
            "",
            str(figures["ladder"]),
            "",
            f"codec          {figures['codec']}",
            f"set-up         {figures['setup_ms']:.0f} ms from INVITE to ACK",
            f"RTP packets    {figures['packets_sent']} sent, {figures['packets_received']} "
            f"received, {figures['packets_lost']} lost, jitter {figures['jitter_ms']:.2f} ms",
            f"DTMF           alice to bob {figures['dtmf_received']}, "
            f"bob to alice {figures['dtmf_received_by_caller']}",
            f"correlation    {figures['correlation']:.4f} of sent and recorded speech",
            f"picture        {figures['picture']}",
            f"recording      {figures['recording']}",
        ]
    )


def main() -> int:
    """Run the demo; returns the exit status."""
    parser = argparse.ArgumentParser(description="A SIP call with audio between two processes.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file")
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FOLDER",
        default=ROOT / "build" / "demo",
        help="where recording and picture go (default: build/demo)",
    )
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    print("A call between two processes:", flush=True)
    try:
        figures = hold_call(options.output)
    except EndpointError as error:
        print(f"\nThe call failed: {error}", file=sys.stderr)
        return 1
    print(summary(figures))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    found = problems(figures)
    for problem in found:
        print(f"\nThe call was not good: {problem}.", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
