"""Malformed messages against a running Engine, over UDP and TCP."""
