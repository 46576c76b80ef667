"""What the mutations begin with: the corpus, and descriptions made at random."""

from __future__ import annotations

from pathlib import Path

from ..generator import Generator

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
#: Bytes; larger files of the corpus are read whole by its own test.
LARGEST = 6144


def seeds(folder: Path | None = None) -> list[bytes]:
    """All of them, always in the same order.

    Args:
        folder: Has further files in its folder `seeds`, if there is one.
    """
    generator = Generator(1, others=True)
    paths = sorted(CORPUS.glob("*.sdp"))
    if folder is not None:
        paths += sorted(path for path in (folder / "seeds").rglob("*") if path.is_file())
    found = [path.read_bytes() for path in paths]
    found += [generator.description().encode() for _ in range(50)]
    return [data for data in found if len(data) <= LARGEST]
