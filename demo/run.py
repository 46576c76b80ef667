"""A real call between two processes, measured: `python demo/run.py [--json FILE]`.

Bob registers at a small registrar and alice calls him through it. She plays speech from a file,
he records it, both dial digits, she hangs up. Exit status 1, with the reason, when the speech
did not arrive well or a digit is lost.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))

from conversation import converse  # noqa: E402
from report import complaints, summary, write_json  # noqa: E402

from testbed.processes import TestbedError  # noqa: E402


def main() -> int:
    """Run the demo; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    parser.add_argument(
        "--folder",
        type=Path,
        default=ROOT / "build" / "demo",
        help="where wave files, picture and logs go (default: build/demo)",
    )
    options = parser.parse_args()
    begin = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - begin:5.1f} s] {text}", flush=True)

    folder = options.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        result = converse(folder, say)
    except TestbedError as error:
        print(f"\nFAILED: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return 130
    print(summary(result))
    if options.json:
        write_json(options.json, result)
        print(f"figures      {options.json}")
    failures = complaints(result)
    for failure in failures:
        print(f"FAILED: {failure}", file=sys.stderr)
    if not failures:
        print("\nall as it should be")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
