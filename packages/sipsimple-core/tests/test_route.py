"""Route."""

from __future__ import annotations

import copy
import inspect
import pickle
from typing import Any

import pytest

from sipsimple.core import Route


def test_has_the_documented_defaults() -> None:
    route = Route("192.0.2.1")
    assert (route.host, route.port, route.transport) == ("192.0.2.1", 5060, None)
    assert list(inspect.signature(Route).parameters) == ["host", "port", "transport"]


@pytest.mark.parametrize("transport", ["udp", "TCP", "Tls"])
def test_transport_may_be_in_any_case(transport: str) -> None:
    assert Route("h", transport=transport).transport == transport.lower()


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("host", 1, TypeError),
        ("host", "", ValueError),
        ("host", "a b", ValueError),
        ("host", "1:2", ValueError),
        ("host", "h>,<sip:x", ValueError),
        ("port", "5060", TypeError),
        ("port", None, TypeError),
        ("port", True, TypeError),
        ("port", 0, ValueError),
        ("port", 65536, ValueError),
        ("transport", 1, TypeError),
        ("transport", "sctp", ValueError),
        ("transport", "", ValueError),
    ],
)
def test_wrong_values_are_refused_and_change_nothing(
    name: str, value: Any, error: type[Exception]
) -> None:
    route = Route("::1", 5061, "tcp")
    before = route.copy()
    with pytest.raises(error):
        setattr(route, name, value)
    assert route == before
    arguments = {"host": "h", name: value}
    with pytest.raises(error):
        Route(**arguments)


def test_no_transport_means_udp() -> None:
    assert Route("h") == Route("H", 5060, "udp")
    assert Route("h") != Route("h", 5060, "tcp")
    assert Route("h") != Route("h", 5061)
    assert Route("h") != "h"


def test_copies_are_equal_and_share_nothing() -> None:
    route = Route("[2001:db8::1]", 5061, "tls")
    assert route.host == "2001:db8::1"
    for other in (
        route.copy(), copy.copy(route), copy.deepcopy(route), pickle.loads(pickle.dumps(route)),
    ):  # fmt: skip
        assert other == route
        other.port = 1
        assert other != route


def test_is_not_hashable() -> None:
    with pytest.raises(TypeError):
        hash(Route("h"))
