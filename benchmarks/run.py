"""Measures ours next to PJSIP's own C code and prints a table: `python benchmarks/run.py`.

Nothing here fails a build by being slow. The exit status is 1 only where a measurement
could not be made.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from calls import (
    measure_messages,
    measure_options,
    measure_uac,
    measure_uas,
    measure_uas_audio,
)
from capacity import capacity_table, measure_capacity
from descriptions import measure_reading, measure_sdp
from latency import measure_latency
from native import Native
from processes import BenchmarkError
from results import Comparison, Measurement, Settings, table
from sdp_packages import as_dicts, measure_import, measure_packages, packages_table
from signaling import agents_as_dicts, agents_table, measure_agents

ROOT = Path(__file__).resolve().parent.parent
Measure = Callable[["Native | None", Settings], Measurement]

#: name, for people, unit, whether more is better, how
BENCHMARKS: tuple[tuple[str, str, str, bool, Measure], ...] = (
    ("sdp", "SDP parse + print", "per CPU s", True, measure_sdp),
    ("sdp_read", "SDP parse + read + print", "per CPU s", True, measure_reading),
    ("latency", "packet to observer, median", "µs", False, measure_latency),
    ("options", "OPTIONS answered", "per CPU s", True, measure_options),
    ("messages", "MESSAGE received", "per CPU s", True, measure_messages),
    ("uas", "calls answered (UAS)", "per CPU s", True, measure_uas),
    ("uas_audio", "calls answered, with audio", "per CPU s", True, measure_uas_audio),
    ("uac", "calls placed (UAC)", "per CPU s", True, measure_uac),
)


#: What the table of packages is chosen by.
PACKAGES = "sdp_packages"
#: What the table of user agents is chosen by.
AGENTS = "agents"
#: What the table of capacities is chosen by.
CAPACITY = "capacity"


def main() -> int:
    options = _arguments()
    build = options.output.parent
    folder = build / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings(
        folder=folder,
        calls=600 if options.quick else 5000,
        rate=options.rate,
        message_rate=1200,
        idle_seconds=1 if options.quick else 3,
        packets=300 if options.quick else 3000,
        sdp_iterations=50_000 if options.quick else 500_000,
    )
    source = options.pjproject_source or _obtain_source(folder)
    native = Native(folder, options.include, options.libraries, source)
    comparisons = []
    for name, what, unit, more_is_better, measure in BENCHMARKS:
        if not _wanted(options, name):
            continue
        print(f"{what} …", file=sys.stderr, flush=True)
        ours, floor = _alternate(measure, native, settings, options.repeat)
        line = Comparison(name, what, unit, more_is_better, ours, floor)
        comparisons.append(line)
        if name == "latency":
            comparisons.append(_tail(line))
    if comparisons:
        print(table(comparisons))
    packages = _packages(native, settings, options) if _wanted(options, PACKAGES) else {}
    agents = _agents(native, settings, options) if _wanted(options, AGENTS) else {}
    # Of the quick run only where it is asked for: it takes more than a minute by itself.
    with_capacity = CAPACITY in (options.only or ()) or not (options.only or options.quick)
    capacity = _capacity(native, settings, options) if with_capacity else {}
    report = {
        "when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
        "rate": settings.rate,
        "repeat": options.repeat,
        "benchmarks": {line.name: line.as_dict() for line in comparisons},
        **packages,
        **agents,
        **capacity,
    }
    options.output.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    broken = any(isinstance(side, str) for line in comparisons for side in (line.ours, line.native))
    failed = packages.get("sdp_packages_failed") or capacity.get("capacity_failed")
    return 1 if broken or failed else 0


def _wanted(options: argparse.Namespace, name: str) -> bool:
    return not options.only or name in options.only


def _packages(native: Native, settings: Settings, options: argparse.Namespace) -> dict[str, object]:
    """Print what the packages for SDP take, and give it for the JSON file."""
    print("SDP, other packages …", file=sys.stderr, flush=True)
    lines, errors = measure_packages(native, options.peers, settings)
    errors += ["--peers: not given"] if options.peers is None else []
    importing = measure_import(5 if options.quick else 20)
    print("\n" + packages_table(lines))
    for error in errors:
        print(f"! {error}")
    print("import sipsimple.sdp: {import_ms} ms, {import_kib} KiB".format(**importing))
    return {
        "sdp_packages": as_dicts(lines),
        "sdp_packages_failed": errors if options.peers is not None else [],
        "sdp_import": importing,
    }


def _agents(native: Native, settings: Settings, options: argparse.Namespace) -> dict[str, object]:
    """Print what user agents take for a call and a MESSAGE, and give it for the JSON file."""
    print("user agents …", file=sys.stderr, flush=True)
    lines = list(measure_agents(native, options.peers, settings))
    print("\n" + agents_table(lines))
    return {"agents": agents_as_dicts(lines)}


def _capacity(native: Native, settings: Settings, options: argparse.Namespace) -> dict[str, object]:
    """Print what ours and pjsip-perf carry, and give it for the JSON file."""
    print("capacity …", file=sys.stderr, flush=True)
    try:
        figures = measure_capacity(native, settings, quick=options.quick)
    except BenchmarkError as error:
        print(f"! capacity: {error}")
        return {"capacity_failed": str(error)}
    print("\n" + capacity_table(figures))
    return {"capacity": figures}


def _alternate(
    measure: Measure, native: Native, settings: Settings, repeat: int
) -> tuple[Measurement | str, Measurement | str]:
    """Measure both sides in turns and give each one's median, or its last error."""
    sides: dict[bool, list[Measurement]] = {False: [], True: []}
    errors: dict[bool, str] = {}
    for _ in range(repeat):
        for is_native in (True, False):
            try:
                sides[is_native].append(measure(native if is_native else None, settings))
            except BenchmarkError as error:
                errors[is_native] = str(error)

    def result(is_native: bool) -> Measurement | str:
        taken = sides[is_native]
        if not taken:
            return errors[is_native]
        middle = statistics.median_low(measurement.value for measurement in taken)
        return next(measurement for measurement in taken if measurement.value == middle)

    return result(False), result(True)


def _tail(median: Comparison) -> Comparison:
    """The 99th percentile that was measured together with the median."""

    def side(measurement: Measurement | str) -> Measurement | str:
        if isinstance(measurement, str):
            return measurement
        value = measurement.details["p99_us"]
        assert isinstance(value, float)
        return Measurement(value)

    return Comparison(
        "latency_p99",
        "packet to observer, p99",
        median.unit,
        False,
        side(median.ours),
        side(median.native),
    )


def _obtain_source(folder: Path) -> Path | None:
    """pjproject's source as its build obtains it, unpacked once; None if there is none."""
    from sipsimple.pjproject.build import BuildError
    from sipsimple.pjproject.build.source import obtain

    try:
        source = obtain()
        target = folder / f"pjproject-{source.digest[:12]}"
        if not target.exists():
            temporary = folder / f"unpacking-{os.getpid()}"
            source.unpack(temporary)
            temporary.rename(target)
    except BuildError as error:
        print(f"pjsip-perf cannot be built: {error}", file=sys.stderr)
        return None
    return target


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="about two minutes, less exact")
    parser.add_argument(
        "--only",
        action="append",
        choices=[*(line[0] for line in BENCHMARKS), PACKAGES, AGENTS, CAPACITY],
    )
    parser.add_argument("--rate", type=int, default=500, help="calls per second (default 500)")
    parser.add_argument("--repeat", type=int, default=1, help="take the median of so many runs")
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "bench.json")
    parser.add_argument(
        "--pjproject-source",
        type=Path,
        help="pjproject's source folder, for pjsip-perf (default: what the build takes)",
    )
    parser.add_argument(
        "--peers", type=Path, help="a Python that has other packages (see README.md)"
    )
    parser.add_argument("--include", type=Path, help="pjproject's headers (default: installed)")
    parser.add_argument("--libraries", type=Path, help="its libraries (default: installed)")
    options = parser.parse_args()
    if options.include is None or options.libraries is None:
        from sipsimple.pjproject.loader import LIBRARY_FOLDER, get_include

        options.include = options.include or Path(get_include())
        options.libraries = options.libraries or LIBRARY_FOLDER
    options.output = options.output.resolve()
    options.output.parent.mkdir(parents=True, exist_ok=True)
    return options


if __name__ == "__main__":
    sys.exit(main())
