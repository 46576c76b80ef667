"""Other user agents for Python next to ours and pjsip-perf: the same load, CPU of each."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from calls import AGENT, SUBJECTS, offered, perf_server, served
from native import Native
from processes import BenchmarkError, Subject
from results import Settings, aligned

__all__ = ["AgentLine", "agents_as_dicts", "agents_table", "measure_agents"]

FLOOR = "pjsip-perf"
#: What the wheel of pjsua2 is asked for: it was built for four calls at once, and from about its
#: 290th call on it answers every one with 488.
WHEEL_RATE, WHEEL_CALLS = 20, 200

Running = AbstractContextManager[tuple[Subject, str]]


@dataclass(frozen=True)
class AgentLine:
    """What one request or call costs one user agent.

    Attributes:
        work: Which scenario.
        agent: Who.
        rate: How many per second were offered.
        cpu_us: Microseconds of CPU each, idle CPU subtracted; None: see `note`.
        completed: How many got through.
        failed: How many did not.
        retransmissions: Requests sent again.
        note: Why there is no figure.
    """

    work: str
    agent: str
    rate: int
    cpu_us: float | None = None
    completed: int = 0
    failed: int = 0
    retransmissions: int = 0
    note: str = ""


def measure_agents(native: Native, peers: Path | None, settings: Settings) -> Iterator[AgentLine]:
    """Measure each user agent with calls that it answers and with MESSAGE requests.

    Args:
        native: Builds pjsip-perf.
        peers: A Python that has the other packages; None: only ours and pjsip-perf.
        settings: How many and how often.
    """
    messages = replace(
        settings,
        rate=settings.message_rate,
        calls=settings.calls * settings.message_rate // settings.rate,
    )
    wheel = replace(settings, rate=WHEEL_RATE, calls=min(settings.calls, WHEEL_CALLS))

    def ours(*command: str | Path) -> Callable[[], Running]:
        return lambda: served([sys.executable, *command], settings)

    def theirs(name: str) -> Callable[[], Running]:
        assert peers is not None
        return lambda: served([peers, SUBJECTS / name], settings)

    plan: list[tuple[str, str, str, Settings, Callable[[], Running]]] = [
        ("calls", FLOOR, "caller", settings, lambda: perf_server(native, "2", settings)),
        ("calls", "sipsimple", "caller", settings, ours(AGENT, "uas")),
        ("calls", "sipsimple, audio", "caller", settings, ours(SUBJECTS / "audio_agent.py")),
        ("MESSAGE", FLOOR, "message", messages, lambda: perf_server(native, "1", settings)),
        ("MESSAGE", "sipsimple", "message", messages, ours(AGENT, "message")),
    ]
    if peers is not None:
        plan += [
            ("calls", "sippy", "caller", settings, theirs("sippy_agent.py")),
            ("calls", "pjsua2 (wheel)", "caller", wheel, theirs("pjsua2_agent.py")),
            ("MESSAGE", "sippy", "message", messages, theirs("sippy_agent.py")),
            ("MESSAGE", "pjsua2 (wheel)", "message", messages, theirs("pjsua2_agent.py")),
        ]
    for work, agent, scenario, loaded, start in sorted(plan, key=lambda line: line[0]):
        line = AgentLine(work, agent, loaded.rate)
        try:
            with start() as (subject, target):
                cost = offered(subject, target, scenario, loaded)
            line = replace(
                line,
                completed=cost.load.calls,
                failed=cost.load.failed,
                retransmissions=cost.load.retransmissions,
            )
            each = cost.measurement().details["cpu_us_each"]
            assert isinstance(each, float)
            yield replace(line, cpu_us=each)
        except BenchmarkError as error:
            yield replace(line, note=str(error))


def agents_table(lines: list[AgentLine]) -> str:
    """The lines as text, each with its cost as a multiple of pjsip-perf's and of ours."""
    known = {(line.work, line.agent): line.cpu_us for line in lines}
    rows = [("", "", "per s", "CPU µs each", "of C", "of ours", "failed", "sent again")]
    for line in lines:
        rows.append(
            (
                line.work,
                line.agent,
                f"{line.rate:,}",
                "failed" if line.cpu_us is None else f"{line.cpu_us:,.0f}",
                _times(line.cpu_us, known.get((line.work, FLOOR))),
                _times(line.cpu_us, known.get((line.work, "sipsimple"))),
                f"{line.failed:,}",
                f"{line.retransmissions:,}",
            )
        )
    notes = [f"! {line.work}, {line.agent}: {line.note}" for line in lines if line.note]
    return "\n".join([aligned(rows, left=2), *notes])


def agents_as_dicts(lines: list[AgentLine]) -> list[dict[str, object]]:
    """The lines as they stand in the JSON file."""
    return [asdict(line) for line in lines]


def _times(value: float | None, base: float | None) -> str:
    return "" if value is None or not base else f"{value / base:.2f}"
