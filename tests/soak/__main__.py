"""Both soaks, or one: `python -m soak --folder FOLDER [threads|leaks]`, with `tests` on the path.

Each has a process of its own, and a server in another one. What they say is in the folder, as
JSON; so are the tracebacks of what crashed or hung. The exit status is 1 where anything was wrong.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from soak.operations import KINDS

#: As many as a long run does of each, unless the command line says otherwise.
MANY = 20_000


@contextmanager
def serving() -> Iterator[str]:
    """The server; its port."""
    with subprocess.Popen(
        [sys.executable, "-m", "soak.server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        # Leaving ends its standard input, and with that the server.


def soak(name: str, folder: Path, arguments: list[str], limit: float) -> dict[str, Any]:
    """Run one of them; what it reports, with "problems"."""
    log = folder / f"{name}.log"
    with serving() as port, log.open("w") as sink:
        command = [sys.executable, "-m", f"soak.{name}", "--server", port, *arguments]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=sink, text=True) as process:
            try:
                output, _ = process.communicate(timeout=limit)
            except subprocess.TimeoutExpired:
                process.send_signal(6)  # the fault handler shows where it hangs
                output, _ = process.communicate()
    try:
        report: dict[str, Any] = json.loads(output.splitlines()[-1])
    except (IndexError, ValueError):
        report = {"problems": []}
    if process.returncode != 0 and not report["problems"]:
        report["problems"].append(f"ended with {process.returncode}: see {log}")
    (folder / f"{name}.json").write_text(json.dumps(report, indent=1))
    return report


def tell_threads(report: dict[str, Any]) -> None:
    """Print what threads have done."""
    if "done" not in report:
        return
    errors: Counter[tuple[str, str]] = Counter()
    for text, count in report["raised"].items():
        action, kind, _ = text.split(": ", 2)
        errors[action, kind] += count
    print(f"{'action':20} {'done':>10}  raised")
    for action in sorted({*report["done"], *(action for action, _ in errors)}):
        kinds = ", ".join(f"{kind} {n:,}" for (of, kind), n in errors.items() if of == action)
        print(f"{action:20} {report['done'].get(action, 0):>10,}  {kinds}")
    print(
        f"{report['threads']} threads, seed {report['seed']}: "
        f"{sum(report['done'].values()):,} actions done, {sum(errors.values()):,} refused, "
        f"{sum(report['notifications'].values()):,} notifications; quiet in "
        f"{report['quiet in']} s, stopped in {report['stopped in']} s, "
        f"pools {_change(report['pools'])}, {report['pools left']} after the stop"
    )


def tell_leaks(report: dict[str, Any]) -> None:
    """Print what was seen of each kind."""
    for kind, found in report.get("kinds", {}).items():
        print(
            f"{kind:14} {found['done']:>7,} in {found['seconds']:,.0f} s, of the last "
            f"{found['measured']:,}: heap {found['heap per operation']:+.1f} bytes each, resident "
            f"{found['resident per operation']:+.1f}, pools {_change(found['pools'])}, "
            f"descriptors {_change(found['descriptors'])}, threads {_change(found['threads'])}"
        )
    if report.get("failed"):
        print(f"ended otherwise: {report['failed']}")


def _change(values: list[int]) -> str:
    return f"{values[0]} to {values[1]}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("which", nargs="?", choices=("both", "threads", "leaks"), default="both")
    parser.add_argument("--folder", type=Path, required=True, help="for reports; is emptied")
    parser.add_argument("--threads", type=int, default=8, help="how many (8)")
    parser.add_argument("--seconds", type=float, default=600, help="for how long (600)")
    parser.add_argument("--seed", default="1", help="chooses what the threads do (1)")
    parser.add_argument("--batch", type=int, default=1000, help="between two samples (1000)")
    parser.add_argument(
        "--timeout", type=int, default=8000, help="of transactions in ms; 0: RFC 3261's 32 s (8000)"
    )
    parser.add_argument(
        "--keep", type=int, default=0, help="so many of each batch stay alive, to see it noticed"
    )
    parser.add_argument(
        "--patience", type=float, default=90, help="seconds until it counts as a leak or hang (90)"
    )
    for kind in KINDS:
        parser.add_argument(f"--{kind}", type=int, default=MANY, help=f"how many ({MANY})")
    options = parser.parse_args()
    shutil.rmtree(options.folder, ignore_errors=True)
    options.folder.mkdir(parents=True)
    shared = ["--timeout", str(options.timeout)]
    problems: list[str] = []
    if options.which != "leaks":
        arguments = [f"--threads={options.threads}", f"--seed={options.seed}"]
        arguments += [f"--seconds={options.seconds}", *shared]
        report = soak("threads", options.folder, arguments, options.seconds + 600)
        tell_threads(report)
        problems += [f"threads: {problem}" for problem in report["problems"]]
    if options.which != "threads":
        counts = {kind: getattr(options, kind) for kind in KINDS}
        arguments = [f"--batch={options.batch}", f"--keep={options.keep}", *shared]
        arguments.append(f"--patience={options.patience}")
        arguments += [f"--{kind}={count}" for kind, count in counts.items()]
        # More than it can take: 20 operations a second, and 40 s for each batch.
        limit = 600 + sum(counts.values()) * (1 / 20 + 40 / options.batch)
        report = soak("leaks", options.folder, arguments, limit)
        tell_leaks(report)
        problems += [f"leaks: {problem}" for problem in report["problems"]]
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems; reports are in {options.folder}", flush=True)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
