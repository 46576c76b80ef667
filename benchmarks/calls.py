"""What a call and a transaction cost: ours next to pjsip-perf, under the same load from SIPp."""

from __future__ import annotations

import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from native import Native
from processes import BenchmarkError, Subject
from results import Measurement, Settings
from sipp import ADDRESS, Answerer, Load, offer_load

__all__ = ["measure_options", "measure_uac", "measure_uas"]

AGENT = Path(__file__).resolve().parent / "subjects" / "agent.py"
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


def _offered(subject: Subject, target: str, scenario: str, settings: Settings) -> Cost:
    """Offer SIPp's load to a running subject and take its CPU time."""
    folder = settings.folder
    offer_load(scenario, target, WARM_UP, settings.rate, folder, timeout=20)
    idle = subject.idle_cpu(settings.idle_seconds)
    begin, clock = subject.cpu(), time.monotonic()
    load = offer_load(
        scenario,
        target,
        settings.calls,
        settings.rate,
        folder,
        timeout=settings.calls / settings.rate * 3 + 20,
    )
    used, elapsed = subject.cpu() - begin, time.monotonic() - clock
    return Cost(used, idle, elapsed, load)


def _agent(mode: str, settings: Settings) -> Subject:
    return Subject([sys.executable, AGENT, mode], settings.folder / f"agent-{mode}.log")


def _perf_server(program: Path, settings: Settings) -> Subject:
    # Without a terminal it would end at once: it waits for its standard input to end.
    return Subject(
        [program, "--local-port", str(PERF_PORT)], settings.folder / "pjsip-perf-server.log"
    )


def _wait_until_answering(user: str, settings: Settings) -> None:
    """pjsip-perf does not say when it listens (its standard output is buffered): ask."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        load = offer_load(
            "options", f"{user}@{ADDRESS}:{PERF_PORT}", 1, 10, settings.folder, timeout=5
        )
        if load.calls:
            return
    raise BenchmarkError("pjsip-perf does not answer")


def measure_uas(native: Native | None, settings: Settings) -> Measurement:
    """Calls that are answered at once, per CPU second; `native` given: those of pjsip-perf.

    INVITE with SDP, 200 with SDP, ACK, BYE, 200. Ours: an observer in Python gets every
    notification and accepts the call, without media.
    """
    return _serve(native, "uas", "2", "caller", settings)


def measure_options(native: Native | None, settings: Settings) -> Measurement:
    """OPTIONS transactions outside of a dialog that are answered, per CPU second."""
    return _serve(native, "uas", "1", "options", settings)


def _serve(
    native: Native | None, mode: str, perf_user: str, scenario: str, settings: Settings
) -> Measurement:
    if native is not None:
        with _perf_server(native.pjsip_perf(), settings) as subject:
            _wait_until_answering("1", settings)
            target = f"{perf_user}@{ADDRESS}:{PERF_PORT}"
            return _offered(subject, target, scenario, settings).measurement()
    with _agent(mode, settings) as subject:
        port = int(subject.expect("ready", 20))
        target = f"bench@{ADDRESS}:{port}"
        return _offered(subject, target, scenario, settings).measurement()


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
