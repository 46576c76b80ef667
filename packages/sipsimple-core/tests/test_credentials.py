"""Credentials."""

from __future__ import annotations

import copy
import inspect
import pickle
from typing import Any

import pytest

from sipsimple.core import SIPURI, Credentials

URI = SIPURI("example.com", user="alice")


def test_holds_what_it_is_given() -> None:
    credentials = Credentials(URI, "secret", "token")
    assert credentials.uri == URI
    assert credentials.password == "secret"
    assert credentials.token == "token"


def test_makes_a_token_of_its_own() -> None:
    first, second = Credentials(URI), Credentials(URI)
    assert first.password is None
    assert len(first.token) == 16
    assert first.token != second.token


def test_repr_does_not_show_the_password() -> None:
    assert "secret" not in repr(Credentials(URI, "secret", "t"))
    assert "secret" not in repr(Credentials(SIPURI("h", password="secret")))
    assert "password=None" in repr(Credentials(URI))


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("uri", "sip:alice@example.com", TypeError),
        ("uri", None, TypeError),
        ("password", b"x", TypeError),
        ("token", 1, TypeError),
        ("token", "", ValueError),
    ],
)
def test_wrong_values_are_refused_and_change_nothing(
    name: str, value: Any, error: type[Exception]
) -> None:
    credentials = Credentials(URI, "secret", "token")
    before = credentials.copy()
    with pytest.raises(error):
        setattr(credentials, name, value)
    assert credentials == before
    arguments = {"uri": URI, name: value}
    with pytest.raises(error):
        Credentials(**arguments)


def test_copies_are_equal_and_share_nothing() -> None:
    credentials = Credentials(URI, "secret")
    for other in (
        credentials.copy(),
        copy.copy(credentials),
        copy.deepcopy(credentials),
        pickle.loads(pickle.dumps(credentials)),
    ):
        assert other == credentials
        other.uri.user = "bob"
        other.password = "other"
        assert credentials.uri.user == "alice"
        assert other != credentials


def test_is_not_hashable() -> None:
    with pytest.raises(TypeError):
        hash(Credentials(URI))
    assert Credentials(URI) != "x"


def test_signature_can_be_inspected() -> None:
    assert list(inspect.signature(Credentials).parameters) == ["uri", "password", "token"]
