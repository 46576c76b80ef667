"""SIPp as the other end: load with a fixed rate, and an answering machine."""

from __future__ import annotations

import csv
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from processes import BenchmarkError, run

__all__ = ["Answerer", "Load", "offer_load"]

SCENARIOS = Path(__file__).resolve().parent / "sipp"
ADDRESS = "127.0.0.1"
#: SIPp ends with 1 where calls failed; the statistics say how many.
STATUSES = (0, 1)


@dataclass(frozen=True)
class Load:
    """What SIPp counted.

    Attributes:
        calls: Scenarios that ran to their end.
        failed: Scenarios that did not.
        retransmissions: Requests sent again, a sign that the subject was too slow.
        seconds: How long it took.
    """

    calls: int
    failed: int
    retransmissions: int
    seconds: float


def offer_load(
    scenario: str,
    target: str,
    count: int,
    rate: int,
    folder: Path,
    timeout: float,
    *,
    pause: int = 0,
) -> Load:
    """Run one of the scenarios in `sipp/` against a subject.

    Args:
        scenario: File name without suffix: `"caller"` or `"options"`.
        target: The subject as `user@host:port`.
        count: How many scenarios to run.
        rate: How many to begin per second.
        folder: Where SIPp writes its statistics.
        timeout: Seconds after which SIPp gives up.
        pause: Milliseconds for which a call stands before it is hung up.

    Raises:
        BenchmarkError: SIPp is missing or could not run.
    """
    user, _, address = target.rpartition("@")
    statistics = folder / f"{scenario}.csv"
    statistics.unlink(missing_ok=True)
    begin = time.monotonic()
    run(
        [
            "sipp",
            address,
            *_common(scenario, folder),
            *("-s", user, "-m", str(count), "-r", str(rate), "-l", str(count), "-d", str(pause)),
            *("-trace_stat", "-stf", statistics, "-fd", "1"),
            *("-timeout", f"{timeout:.0f}s", "-recv_timeout", "5000"),
        ],
        timeout=timeout + 10,
        folder=folder,
        accept=STATUSES,
    )
    return _read(statistics, time.monotonic() - begin)


def _common(scenario: str, folder: Path) -> list[str]:
    return [
        *("-sf", str(SCENARIOS / f"{scenario}.xml")),
        *("-i", ADDRESS, "-mi", ADDRESS, "-nostdin", "-timer_resol", "1"),
        *("-trace_err", "-error_file", str(folder / f"{scenario}-errors.log")),
    ]


def _read(statistics: Path, seconds: float) -> Load:
    if not statistics.exists():
        raise BenchmarkError("SIPp left no statistics")
    with statistics.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    if not rows:
        raise BenchmarkError("SIPp left no statistics")
    last = rows[-1]
    return Load(
        calls=int(last["SuccessfulCall(C)"]),
        failed=int(last["FailedCall(C)"]),
        retransmissions=int(last["Retransmissions(C)"]),
        seconds=seconds,
    )


class Answerer:
    """SIPp answering calls until the `with` block is left.

    Args:
        port: UDP port that it listens on.
        pause: Milliseconds between ringing and answering.
        folder: Where it writes its log.
    """

    def __init__(self, port: int, pause: int, folder: Path) -> None:
        self.port = port
        self._screen = (folder / "callee-screen.log").open("wb")
        try:
            self._process = subprocess.Popen(
                [
                    "sipp",
                    *_common("callee", folder),
                    *("-p", str(port), "-d", str(pause), "-recv_timeout", "5000"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=self._screen,
                stderr=subprocess.STDOUT,
                cwd=folder,
            )
        except FileNotFoundError:
            self._screen.close()
            raise BenchmarkError("sipp is not installed") from None

    def __enter__(self) -> Answerer:
        self._wait_until_bound()
        return self

    def _wait_until_bound(self) -> None:
        """Wait until the port is among the bound UDP ports of this network namespace."""
        entry = f":{self.port:04X} "
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise BenchmarkError(f"sipp ended with {self._process.returncode} at once")
            if entry in Path("/proc/net/udp").read_text():
                return
            time.sleep(0.02)
        raise BenchmarkError(f"sipp did not listen on port {self.port}")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)
        self._screen.close()
