"""A picture of what was sent beside what was recorded."""

from __future__ import annotations

from pathlib import Path

import numpy

from testbed.audio import RATE, Comparison, Samples, resample

__all__ = ["draw"]


def draw(
    path: Path, sent: Samples, recorded: Samples, recorded_rate: int, comparison: Comparison
) -> None:
    """Draw both on one time axis, aligned, and a quarter of a second of them enlarged.

    Args:
        path: The PNG file to write.
        sent: What was sent, at 8 kHz.
        recorded: What was recorded.
        recorded_rate: Its sample rate in Hz.
        comparison: How they fit.
    """
    import matplotlib as mpl

    mpl.use("agg")  # there may be no display
    from matplotlib import pyplot

    recorded = resample(recorded, recorded_rate, RATE)
    time = numpy.arange(len(sent)) / RATE
    recorded_time = numpy.arange(len(recorded)) / RATE - comparison.delay
    loudest = int(numpy.abs(sent).argmax()) / RATE
    late = sum(change for moment, change in comparison.slips if moment <= loudest)
    figure, (top, middle, bottom) = pyplot.subplots(
        3, 1, figsize=(11, 7), layout="constrained", sharey=True
    )
    for axes, seconds, samples, title, color in (
        (top, time, sent, "sent", "tab:blue"),
        (middle, recorded_time, recorded, "recorded at the other end", "tab:orange"),
    ):
        axes.plot(seconds, samples, color=color, linewidth=0.4)
        axes.set_xlim(min(0.0, float(recorded_time[0])), float(recorded_time[-1]))
        axes.set_title(title, loc="left", fontsize="medium")
    bottom.plot(time, sent, color="tab:blue", linewidth=2.5, alpha=0.5, label="sent")
    bottom.plot(recorded_time - late, recorded, color="tab:orange", linewidth=1, label="recorded")
    bottom.set_xlim(loudest - 0.02, loudest + 0.04)
    bottom.set_xlabel("seconds since the speech began")
    bottom.set_title("both, around the loudest moment", loc="left", fontsize="medium")
    bottom.legend(loc="upper right")
    figure.suptitle(
        f"correlation {comparison.correlation:.4f}, "
        f"the recording began {comparison.delay:.3f} s before the speech arrived"
    )
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
