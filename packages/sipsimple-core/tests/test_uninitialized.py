"""Objects whose `__init__()` has not been called, or has failed: they raise, and never crash."""

from __future__ import annotations

import contextlib
import copy
import itertools
import pickle
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

import sipsimple.core
from sipsimple.core import (
    PJSIPUA,
    SIPURI,
    Credentials,
    Invitation,
    Publication,
    Registration,
    Route,
    Subscription,
)
from sipsimple.pjproject import SIPCoreError
from sipsimple.pjproject.events import queue
from sipsimple.sdp import SDPConnection, SDPMedia, SDPSession

if TYPE_CHECKING:
    from conftest import InChild

CLASSES = [
    kind
    for name in sipsimple.core.__all__
    if isinstance(kind := getattr(sipsimple.core, name), type)
    and not issubclass(kind, BaseException)
]
# What may be raised. Anything else is a fault, and a crash above all.
ERRORS = (SIPCoreError, AttributeError, TypeError, ValueError)


Make = Callable[[], Any]


def _sdp() -> SDPSession:
    return SDPSession(
        "127.0.0.1",
        connection=SDPConnection("127.0.0.1"),
        media=[SDPMedia("audio", 4000, "RTP/AVP", formats=["0"])],
    )


def _uri() -> SIPURI:
    return SIPURI("127.0.0.1", user="alice")


# Whole objects, by what makes them: a function and its arguments.
WHOLE: list[tuple[Any, list[Any]]] = [
    (SIPURI, ["127.0.0.1"]),
    (Route, ["127.0.0.1", 9]),
    (Credentials, [_uri()]),
    (Invitation, [Credentials(_uri()), _uri(), Route("127.0.0.1", 9)]),
    (Registration, [Credentials(_uri()), Route("127.0.0.1", 9)]),
    (Publication, [Credentials(_uri()), "presence", Route("127.0.0.1", 9)]),
    (Subscription, [Credentials(_uri()), _uri(), "presence", Route("127.0.0.1", 9)]),
]


def _halves() -> list[Any]:
    """Objects without `__init__()`."""
    kinds: list[Any] = [*CLASSES, SDPSession, SDPMedia, SDPConnection]
    return [kind.__new__(kind) for kind in kinds]


def _values() -> list[Any]:
    """Arguments: of types that the members take, and objects without `__init__()`."""
    whole = [_sdp(), _uri(), Credentials(_uri()), Route("127.0.0.1", 9)]
    return [None, True, 0, 486, "text", {}, *whole, *_halves()]


def _attempts(kind: Any, make: Make, values: list[Any]) -> Iterator[Callable[[], object]]:
    """Everything that can be done to an object of `kind`, each done to a new one."""

    def call(name: str, arguments: tuple[Any, ...]) -> object:
        return getattr(make(), name)(*arguments)

    def use(function: Callable[..., object], *arguments: object) -> object:
        return function(make(), *arguments)

    for function in (repr, str, hash, copy.copy, copy.deepcopy, pickle.dumps, dict):
        yield partial(use, function)
    for name in dir(kind):
        if name in ("__init__", "__new__", "__class__", "__init_subclass__"):
            continue
        yield partial(use, getattr, name)
        for value in values:
            yield partial(use, setattr, name, value)
        for count in range(2 if name.startswith("_") else 3):
            for arguments in itertools.product(values, repeat=count):
                yield partial(call, name, arguments)
    if "__enter__" in dir(kind):
        yield partial(call, "__exit__", (None, None, None))


def _try(attempt: Callable[[], object]) -> None:
    with contextlib.suppress(*ERRORS):
        attempt()


def _while_running(function: Callable[[], int], running: bool) -> int:
    ua = PJSIPUA(local_ip="127.0.0.1", local_tls_port=None) if running else None
    count = function()
    if ua is not None:
        # These belong to the object that has them.
        assert not ua.trace_sip
        assert ua.user_agent.startswith("sipsimple-")
        ua.poll(0)
        ua.close()
    queue.drain(lambda name, sender, data: None)
    return count


def _use_every_member(name: str, running: bool) -> int:
    kind = getattr(sipsimple.core, name)

    def use() -> int:
        count = 0
        for attempt in _attempts(kind, lambda: kind.__new__(kind), _values()):
            _try(attempt)
            count += 1
        return count

    return _while_running(use, running)


@pytest.mark.parametrize("running", [False, True])
@pytest.mark.parametrize("name", [kind.__name__ for kind in CLASSES])
def test_no_member_crashes(in_child: InChild, name: str, running: bool) -> None:
    assert in_child(_use_every_member, name, running) > 10


def _hand_to_others(running: bool) -> int:
    """Make objects of such objects, and hand these to the members of whole ones."""

    def printed(kind: Any, arguments: list[Any]) -> str:
        return repr(kind(*arguments))

    def use() -> int:
        count = 0
        for kind, arguments in WHOLE:
            for half in _halves():
                for position in range(len(arguments)):
                    changed = [*arguments[:position], half, *arguments[position + 1 :]]
                    _try(partial(printed, kind, changed))
            with contextlib.suppress(SIPCoreError):  # a Registration without a running core
                kind(*arguments)
                for attempt in _attempts(kind, partial(kind, *arguments), _halves()):
                    _try(attempt)
                    count += 1
        return count

    return _while_running(use, running)


@pytest.mark.parametrize("running", [False, True])
def test_no_member_of_others_crashes_with_one(in_child: InChild, running: bool) -> None:
    assert in_child(_hand_to_others, running) > 1000


def test_a_registration_whose_init_has_failed_can_be_printed() -> None:
    registration = Registration.__new__(Registration)
    with pytest.raises(SIPCoreError, match="not running"):
        registration.__init__(Credentials(_uri()))  # type: ignore[misc]
    assert repr(registration) == "<Registration, not initialized>"
    with pytest.raises(SIPCoreError, match="__init__"):
        _ = registration.credentials
