"""Asks PJSIP for the reason phrase of a status code."""

from sipsimple.pjproject import load

load("pjsip")

from downstream.phrase import phrase  # noqa: E402

__all__ = ["phrase"]
