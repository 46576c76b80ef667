"""Registrations of one account, for the tests of how they work and how they end."""

from __future__ import annotations

from typing import Any

from sipsimple.core import SIPURI, Credentials, Registration, Route

ALICE = SIPURI("example.com", user="alice", display="Alice")


def new_registration(port: int, password: str | None = None, **arguments: Any) -> Registration:
    """A registration at the registrar of this port, not registered yet."""
    transport = arguments.pop("transport", None)
    credentials = Credentials(ALICE, password, token="token")
    return Registration(credentials, Route("127.0.0.1", port, transport), **arguments)
