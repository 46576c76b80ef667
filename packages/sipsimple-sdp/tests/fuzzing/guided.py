"""Examines what libFuzzer makes up: FOLDER SEED SECONDS COUNT EVERY, as `worker.py`.

For extensions that clang has instrumented, with atheris' sanitizer library preloaded (see
`__main__.py`): then libFuzzer sees which branches of the C code an input takes. It makes inputs by
its own mutations and by ours. An input that ends the process is in `artifact-…`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

from .current import PATIENCE
from .findings import Findings
from .mutations import LARGEST, Mutator
from .seeds import seeds

with atheris.instrument_imports(include=["sipsimple.sdp"]):
    import sipsimple.sdp.grammar  # noqa: F401

#: MiB for the process.
MEMORY = 2048


def main(folder: Path, seed: int, seconds: float, count: int, every: int) -> None:
    """Examine until the time is up, or so many inputs are through; does not return."""
    corpus = folder / "corpus"
    corpus.mkdir(exist_ok=True)
    begin = seeds(folder)
    for index, data in enumerate(begin):
        (corpus / f"seed-{index}").write_bytes(data)
    findings = Findings(folder, every)
    mutator = Mutator(begin, seed)

    def mutate(data: bytes, largest: int, chance: int) -> bytes:
        if chance % 2:
            return atheris.Mutate(data, largest)
        return mutator.change(data)[:largest]

    arguments = [
        sys.argv[0],
        f"-seed={seed}",
        f"-max_total_time={max(1, int(seconds))}",
        f"-runs={count}",
        f"-max_len={LARGEST}",
        f"-timeout={PATIENCE}",
        f"-rss_limit_mb={MEMORY}",
        f"-artifact_prefix={folder}/artifact-",
        "-print_final_stats=1",
        str(corpus),
    ]
    atheris.Setup(arguments, findings.examine, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), *map(int, sys.argv[4:]))
