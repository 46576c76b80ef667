"""A picture of what was sent beside what arrived."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np

from sipsimple_testing.audio import TELEPHONE_RATE, Comparison

mpl.use("Agg")


def draw(comparison: Comparison, path: Path, title: str) -> Path:
    """Draw both waveforms, aligned, into a PNG."""
    from matplotlib import pyplot

    times = np.arange(len(comparison.sent)) / TELEPHONE_RATE
    figure, axes = pyplot.subplots(2, 1, sharex=True, sharey=True, figsize=(11, 5))
    rows = (("sent", comparison.sent, "#1f6f8b"), ("recorded", comparison.heard, "#b3541e"))
    for axis, (name, samples, color) in zip(axes, rows, strict=True):
        axis.plot(times, samples, linewidth=0.4, color=color)
        axis.set_ylabel(name)
        axis.grid(alpha=0.3)
    axes[1].set_xlabel("seconds")
    axes[0].set_title(
        f"{title}: correlation {comparison.correlation:.4f}, "
        f"recording {comparison.delay * 1000:.0f} ms later"
    )
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
    return path
