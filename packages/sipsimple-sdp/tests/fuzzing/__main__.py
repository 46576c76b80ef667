"""Fuzzes the SDP package: `python -m tests.fuzzing --folder FOLDER`, in the folder above `tests`.

Keeps a process busy with inputs; where it dies, what it died of is made small and kept, and
another one goes on with the next seed. Then a process of its own sees whether memory stays flat
(`leaks.py`). The exit status is 1 where anything was found.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .current import PATIENCE, Current
from .flatness import Flatness
from .minimize import minimize

HERE = "tests.fuzzing"


class Fuzzing:
    """One run.

    Args:
        options: From the command line.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self.folder: Path = options.folder.resolve()
        self.guided: bool = options.guided
        self.every: int = options.every
        self.environment = dict(os.environ)
        if self.guided:
            self.environment |= _sanitizers()
        self.done, self.seconds, self.crashes = 0, 0.0, 0
        self.flatness: Flatness | None = None

    def prepare(self, extra: Path | None) -> None:
        """Clear away what earlier runs left."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        if extra is not None:
            shutil.copytree(extra, self.folder / "seeds")

    def work(self, seed: int, seconds: float, count: int) -> None:
        """Keep one process busy, to its end."""
        module = "guided" if self.guided else "worker"
        text = self._run(module, seed, seconds, count, self.every, timeout=seconds)
        if text is not None:
            done, took = _statistics(text)
            self.done += done
            self.seconds += took

    def look_for_leaks(self, seed: int, count: int) -> None:
        """See whether memory stays flat over so many inputs."""
        text = self._run("leaks", seed, count, timeout=count / 10)
        if text is not None:
            self.flatness = Flatness(**json.loads(text.splitlines()[-1]))

    def _run(self, module: str, *arguments: float, timeout: float) -> str | None:
        """Run a process, and keep what it died of; returns what it told unless it died."""
        command = [sys.executable, "-m", f"{HERE}.{module}", str(self.folder)]
        log = self.folder / "worker.log"
        with log.open("wb") as sink:
            try:
                status = subprocess.run(
                    [*command, *map(str, arguments)],
                    stdin=subprocess.DEVNULL,
                    stdout=sink,
                    stderr=subprocess.STDOUT,
                    env=self.environment,
                    timeout=timeout + 30 * PATIENCE,
                    check=False,
                ).returncode
            except subprocess.TimeoutExpired:
                status = -1
        if status == 0:
            return log.read_text("utf-8", "replace")
        self.crashes += 1
        self._keep_crash(log)
        return None

    def _keep_crash(self, log: Path) -> None:
        """Make what the process died of small, and keep it."""
        data = b""
        for path in self.folder.glob("artifact-*"):
            data = path.read_bytes()
            path.unlink()
        if not self.guided:
            done, data = Current.read(self.folder / "current")
            self.done += done
        small = minimize(data, self._ends, 60) if self._ends(data) else data
        name = f"finding-crash-{self.crashes}"
        (self.folder / f"{name}.sdp").write_bytes(small)
        shutil.copy(log, self.folder / f"{name}.txt")

    def _ends(self, data: bytes) -> bool:
        """Whether an input ends the process that examines it."""
        with tempfile.NamedTemporaryFile(suffix=".sdp") as file:
            file.write(data)
            file.flush()
            done = subprocess.run(
                [sys.executable, "-m", f"{HERE}.worker", "--one", file.name],
                capture_output=True,
                env=self.environment,
                timeout=6 * PATIENCE,
                check=False,
            )
        return done.returncode != 0

    def report(self) -> bool:
        """Tell what was found; returns whether nothing was."""
        found = sorted(self.folder.glob("finding-*.sdp"))
        for path in found:
            print(f"{path}: {path.read_bytes()[:300]!r}")
        rate = self.done / self.seconds if self.seconds else 0
        print(
            f"{self.done:,} inputs, {rate:,.0f} per second, {len(found)} findings, "
            f"{self.crashes} ended the process"
        )
        if self.flatness is not None:
            print(self.flatness)
        is_flat = self.flatness is None or self.flatness.is_flat
        return not found and not self.crashes and is_flat


def _statistics(text: str) -> tuple[int, float]:
    """Inputs and seconds, as the two kinds of processes tell them."""
    libfuzzer = re.search(r"Done (\d+) runs in (\d+) second", text)
    if libfuzzer is not None:
        return int(libfuzzer[1]), float(libfuzzer[2])
    told = json.loads(text.splitlines()[-1])
    return told["done"], told["seconds"]


def _sanitizers() -> dict[str, str]:
    """What a process needs for code that clang has instrumented."""
    spec = importlib.util.find_spec("atheris")
    if spec is None or spec.origin is None:
        sys.exit("atheris is not installed")
    library = Path(spec.origin).parent.parent / "asan_with_fuzzer.so"
    return {
        "LD_PRELOAD": str(library),
        # Leaks of the interpreter itself are many; leaks.py looks for ours. What is kept from being
        # used again is full soon, so that it can.
        "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1:quarantine_size_mb=16",
        "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
        # So that the sanitizer sees each block.
        "PYTHONMALLOC": "malloc",
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog=HERE, description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where findings go; is emptied")
    parser.add_argument("--seconds", type=float, default=60, help="for how long (60)")
    parser.add_argument("--executions", type=int, default=2**31 - 1, help="at most so many inputs")
    parser.add_argument("--seed", type=int, default=1, help="chooses the mutations (1)")
    parser.add_argument("--seeds", type=Path, help="a folder with further files to begin with")
    parser.add_argument("--guided", action="store_true", help="by atheris, for instrumented code")
    parser.add_argument(
        "--every", type=int, default=8, help="one of so many is examined in full (8)"
    )
    parser.add_argument(
        "--leaks", type=int, default=10_000, help="look for leaks over so many inputs (10000)"
    )
    options = parser.parse_args()
    fuzzing = Fuzzing(options)
    fuzzing.prepare(options.seeds)
    deadline = time.monotonic() + options.seconds
    seed = options.seed
    while fuzzing.done < options.executions and time.monotonic() < deadline:
        fuzzing.work(seed, deadline - time.monotonic(), options.executions - fuzzing.done)
        seed += 1
        if fuzzing.crashes >= 20:
            break
    if options.leaks > 0:
        fuzzing.look_for_leaks(seed, options.leaks)
    return 0 if fuzzing.report() else 1


if __name__ == "__main__":
    sys.exit(main())
