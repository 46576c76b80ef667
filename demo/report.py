"""What the demo says at its end, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

from conversation import DIGITS, PARTICIPANTS, Result

from testbed.ladder import ladder

__all__ = ["complaints", "summary", "write_json"]

LEAST_CORRELATION = 0.95


def complaints(result: Result) -> list[str]:
    """Why the call is a failure; nothing when it is not."""
    found = []
    if result.codec != "PCMU":
        found.append(f"the codec is {result.codec}, not PCMU")
    if result.comparison.correlation < LEAST_CORRELATION:
        found.append(
            f"the correlation of sent and recorded speech is "
            f"{result.comparison.correlation:.4f}, below {LEAST_CORRELATION}"
        )
    for name, received in (
        ("bob", result.digits_received),
        ("alice", result.digits_received_back),
    ):
        if received != DIGITS:
            found.append(f"{name} received the digits {received!r}, not {DIGITS!r}")
    return found


def summary(result: Result) -> str:
    """The whole of it, in some lines of text."""
    comparison = result.comparison
    lines = [
        "",
        ladder(result.steps, PARTICIPANTS),
        "",
        f"codec        {result.codec}, {result.caller['sample_rate']} Hz",
        f"setup        {result.setup_ms:.0f} ms from INVITE to CONFIRMED",
        _packets("alice to bob", result.caller, result.callee),
        _packets("bob to alice", result.callee, result.caller),
        f"digits       alice dialled {DIGITS}, bob received {result.digits_received}",
        f"             bob dialled {DIGITS}, alice received {result.digits_received_back}",
        f"correlation  {comparison.correlation:.4f} of sent and recorded speech, aligned "
        f"({comparison.rigid:.4f} at one delay)",
        f"delay        {_slips(comparison.slips)}",
        f"picture      {result.picture}",
    ]
    return "\n".join(lines)


def _packets(way: str, sender: dict[str, float], receiver: dict[str, float]) -> str:
    return (
        f"{way} {sender['packets_sent']} packets sent, {receiver['packets_received']} received, "
        f"{receiver['packets_lost']} lost, jitter {receiver['jitter'] * 1e3:.2f} ms"
    )


def _slips(slips: tuple[tuple[float, float], ...]) -> str:
    if not slips:
        return "constant"
    changes = [f"{change * 1e3:+.0f} ms at {time:.1f} s" for time, change in slips]
    return f"the jitter buffer changed it by {', '.join(changes)}"


def write_json(path: Path, result: Result) -> None:
    """Write the figures of the way from caller to callee; `_back` is the other way."""
    figures = {
        "codec": result.codec,
        "packets_sent": result.caller["packets_sent"],
        "packets_received": result.callee["packets_received"],
        "packets_lost": result.callee["packets_lost"],
        "correlation": round(result.comparison.correlation, 6),
        "dtmf_sent": DIGITS,
        "dtmf_received": result.digits_received,
        "dtmf_sent_back": DIGITS,
        "dtmf_received_back": result.digits_received_back,
        "setup_ms": round(result.setup_ms, 3),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=2) + "\n")
