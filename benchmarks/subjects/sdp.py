"""Parses and prints a session description with sipsimple.sdp: `sdp.py FILE ITERATIONS`.

Prints the CPU time of the loop in nanoseconds and the length of the printed text.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from sipsimple.sdp import SDPSession


def main() -> None:
    text = Path(sys.argv[1]).read_bytes()
    iterations = int(sys.argv[2])
    parse = SDPSession.parse
    printed = b""
    begin = time.process_time_ns()
    for _ in range(iterations):
        printed = bytes(parse(text))
    print(time.process_time_ns() - begin, len(printed))


if __name__ == "__main__":
    main()
