"""What a call and a transaction cost: ours next to pjsip-perf, under the same load from SIPp."""

from __future__ import annotations

import contextlib
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from native import Native
from processes import BenchmarkError, Subject
from results import Measurement, Settings
from sipp import ADDRESS, Answerer, Load, offer_load

__all__ = [
    "AGENT",
    "SUBJECTS",
    "Cost",
    "measure_messages",
    "measure_options",
    "measure_uac",
    "measure_uas",
    "measure_uas_audio",
    "offered",
    "perf_server",
    "served",
]

SUBJECTS = Path(__file__).resolve().parent / "subjects"
AGENT = SUBJECTS / "agent.py"
#: Calls before the measured ones, so that caches, pools and hash tables have their size.
WARM_UP = 50
#: Seconds between ringing and answering, where the subject calls.
PAUSE = 0.1
PERF_PORT, ANSWERER_PORT = 15060, 15160


@dataclass(frozen=True)
class Cost:
    """CPU that a process used for a piece of work.

    Attributes:
        used: CPU seconds, what it would have used when idle included.
        idle: CPU seconds that it uses per second of doing nothing.
        elapsed: For how many seconds the work took.
        load: What was done.
    """

    used: float
    idle: float
    elapsed: float
    load: Load

    def measurement(self) -> Measurement:
        if not self.load.calls:
            raise BenchmarkError(f"none of {self.load.failed} got through")
        net = self.used - self.idle * self.elapsed
        if net <= 0:
            raise BenchmarkError("the load was too small to be told from idling")
        return Measurement(
            value=self.load.calls / net,
            details={
                "cpu_us_each": round(net / self.load.calls * 1e6, 1),
                "cpu_us_each_with_idle": round(self.used / self.load.calls * 1e6, 1),
                "idle_cpu_percent": round(self.idle * 100, 2),
                "rate": round(self.load.calls / self.load.seconds),
                "completed": self.load.calls,
                "failed": self.load.failed,
                "retransmissions": self.load.retransmissions,
            },
        )


def offered(
    subject: Subject, target: str, scenario: str, settings: Settings, rate: int | None = None
) -> Cost:
    """Offer SIPp's load to a running subject and take its CPU time.

    Args:
        subject: What is measured.
        target: The same as `user@host:port`.
        scenario: What SIPp does.
        settings: How many and how often.
        rate: How many per second, where that is not `settings.rate`.
    """
    folder, rate = settings.folder, rate or settings.rate
    count = settings.calls * rate // settings.rate
    offer_load(scenario, target, WARM_UP, rate, folder, timeout=20)
    idle = subject.idle_cpu(settings.idle_seconds)
    begin, clock = subject.cpu(), time.monotonic()
    load = offer_load(scenario, target, count, rate, folder, timeout=count / rate * 3 + 20)
    used, elapsed = subject.cpu() - begin, time.monotonic() - clock
    return Cost(used, idle, elapsed, load)


def _agent(mode: str, settings: Settings) -> Subject:
    return Subject([sys.executable, AGENT, mode], settings.folder / f"agent-{mode}.log")


@contextlib.contextmanager
def served(command: Sequence[str | Path], settings: Settings) -> Iterator[tuple[Subject, str]]:
    """A subject that prints `ready PORT`, and where it listens."""
    name = "-".join(Path(str(word)).stem for word in command[1:])
    with Subject(command, settings.folder / f"{name}.log") as subject:
        yield subject, f"bench@{ADDRESS}:{int(subject.expect('ready', 20))}"


@contextlib.contextmanager
def perf_server(native: Native, user: str, settings: Settings) -> Iterator[tuple[Subject, str]]:
    """pjsip-perf as a server: user "1" answers with a transaction, "2" with a call."""
    # Without a terminal it would end at once: it waits for its standard input to end.
    command: list[str | Path] = [native.pjsip_perf(), "--local-port", str(PERF_PORT)]
    with Subject(command, settings.folder / "pjsip-perf-server.log") as subject:
        _wait_until_answering("1", settings)
        yield subject, f"{user}@{ADDRESS}:{PERF_PORT}"


def _wait_until_answering(user: str, settings: Settings) -> None:
    """pjsip-perf does not say when it listens (its standard output is buffered): ask."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        target = f"{user}@{ADDRESS}:{PERF_PORT}"
        if offer_load("options", target, 1, 10, settings.folder, timeout=5).calls:
            return
    raise BenchmarkError("pjsip-perf does not answer")


def measure_uas(native: Native | None, settings: Settings) -> Measurement:
    """Calls that are answered at once, per CPU second; `native` given: those of pjsip-perf.

    INVITE with SDP, 200 with SDP, ACK, BYE, 200. Ours: an observer in Python gets every
    notification and accepts the call, without media.
    """
    return _serve(native, [AGENT, "uas"], "2", "caller", settings)


def measure_uas_audio(native: Native | None, settings: Settings) -> Measurement:
    """The same with an `AudioTransport` for each call; pjsip-perf's calls still have none."""
    return _serve(native, [SUBJECTS / "audio_agent.py"], "2", "caller", settings)


def measure_options(native: Native | None, settings: Settings) -> Measurement:
    """OPTIONS transactions outside of a dialog that are answered, per CPU second."""
    return _serve(native, [AGENT, "uas"], "1", "options", settings)


def measure_messages(native: Native | None, settings: Settings) -> Measurement:
    """MESSAGE requests whose body an observer reads, per CPU second; pjsip-perf only answers."""
    rate = settings.message_rate
    return _serve(native, [AGENT, "message"], "1", "message", settings, rate)


def _serve(
    native: Native | None,
    agent: Sequence[str | Path],
    perf_user: str,
    scenario: str,
    settings: Settings,
    rate: int | None = None,
) -> Measurement:
    running = (
        served([sys.executable, *agent], settings)
        if native is None
        else perf_server(native, perf_user, settings)
    )
    with running as (subject, target):
        return offered(subject, target, scenario, settings, rate).measurement()


def measure_uac(native: Native | None, settings: Settings) -> Measurement:
    """Calls that are placed and hung up when confirmed, per CPU second.

    The other end answers after a fixed pause and a fixed number of calls is kept under
    way, which together give the same rate to each subject.
    """
    window = max(1, round(settings.rate * PAUSE))
    with Answerer(ANSWERER_PORT, round(PAUSE * 1000), settings.folder):
        if native is not None:
            return _perf_client(native.pjsip_perf(), window, settings).measurement()
        with _agent("uac", settings) as subject:
            subject.expect("ready", 20)
            _place(subject, WARM_UP, window, 30)
            idle = subject.idle_cpu(settings.idle_seconds)
            begin = subject.cpu()
            timeout = settings.calls / settings.rate * 4 + 30
            load = _place(subject, settings.calls, window, timeout)
            used = subject.cpu() - begin
            return Cost(used, idle, load.seconds, load).measurement()


def _place(subject: Subject, count: int, window: int, timeout: float) -> Load:
    subject.send(f"call {ANSWERER_PORT} {count} {window}")
    done, failed, seconds = subject.expect("done", timeout).split()
    return Load(int(done), int(failed), 0, float(seconds))


def _perf_client(program: Path, window: int, settings: Settings) -> Cost:
    """pjsip-perf ends by itself, two idle seconds after its last call.

    A run of one call gives what starting, ending and idling cost.
    """
    samples, _ = _run_perf_client(program, 1, window, settings)
    start, overhead = _tail_begin(samples), samples[-1][1]
    idle = (samples[-1][1] - start[1]) / (samples[-1][0] - start[0])
    samples, text = _run_perf_client(program, settings.calls, window, settings)
    good = re.search(r"- 200 responses:\s+(\d+)", text)
    took = re.search(r"responses received in (\d+) ms", text)
    if good is None or took is None:
        raise BenchmarkError(f"pjsip-perf placed no calls: {text[-300:]}")
    calls, seconds = int(good[1]), int(took[1]) / 1000
    used = samples[-1][1] - overhead
    return Cost(used, idle, seconds, Load(calls, settings.calls - calls, 0, seconds))


Samples = list[tuple[float, float]]


def _tail_begin(samples: Samples) -> tuple[float, float]:
    """The sample about 1.5 s before the last one, when a single call is long over."""
    return next(sample for sample in samples if sample[0] >= samples[-1][0] - 1.5)


def _run_perf_client(
    program: Path, count: int, window: int, settings: Settings
) -> tuple[Samples, str]:
    command: list[str | Path] = [
        program,
        *("--local-port", str(PERF_PORT), "--method", "INVITE", "--count", str(count)),
        *("--window", str(window), "--timeout", "120"),
        f"sip:load@{ADDRESS}:{ANSWERER_PORT}",
    ]
    deadline = time.monotonic() + count / settings.rate * 4 + 30
    samples: Samples = []
    with Subject(command, settings.folder / "pjsip-perf-client.log") as subject:
        while subject.process.poll() is None:
            if time.monotonic() > deadline:
                raise BenchmarkError("pjsip-perf did not end")
            try:
                samples.append((time.monotonic(), subject.cpu()))
            except BenchmarkError:
                break
            time.sleep(0.01)
        text = "\n".join(subject.lines(5))
    if len(samples) < 10:
        raise BenchmarkError(f"pjsip-perf ended at once: {text[-300:]}")
    return samples, text
