"""Progress on standard error, where a build frontend shows it (``pip -v``) or keeps it."""

import sys


def say(message: str) -> None:
    """Print one line of progress.

    Args:
        message: What is being done, without a full stop.
    """
    print(f"sipsimple-pjproject: {message}", file=sys.stderr, flush=True)
