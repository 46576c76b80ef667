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
    credentials = Credentials(URI, "secret", ha1={("MD5", "realm"): MD5})
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


MD5 = "0123456789abcdef0123456789abcdef"


def test_a_ha1_stands_for_the_password() -> None:
    given = {("md5", "example.com"): MD5.upper(), ("SHA-512-256", "a realm"): MD5 * 2}
    credentials = Credentials(URI, ha1=given)
    assert credentials.password is None
    # In the form that is hashed and compared.
    assert credentials.ha1 == {
        ("MD5", "example.com"): MD5, ("SHA-512-256", "a realm"): MD5 * 2,
    }  # fmt: skip
    given.clear()
    assert len(credentials.ha1) == 2
    with pytest.raises(TypeError):
        credentials.ha1["MD5", "x"] = MD5  # type: ignore[index]
    credentials.ha1 = None
    assert credentials.ha1 == {}


def test_repr_does_not_show_a_ha1() -> None:
    text = repr(Credentials(URI, token="t", ha1={("SHA-256", "realm"): MD5 * 2}))
    assert MD5 not in text
    assert "ha1={('SHA-256', 'realm'): 'hidden'}" in text


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (MD5, TypeError),
        ([(("MD5", "realm"), MD5)], TypeError),
        ({"MD5": MD5}, TypeError),
        ({("MD5",): MD5}, TypeError),
        ({("MD5", 1): MD5}, TypeError),
        ({("MD5", "realm"): bytes(16)}, TypeError),
        ({("SHA-1", "realm"): MD5}, ValueError),
        ({("MD5", ""): MD5}, ValueError),
        ({("MD5", "*"): MD5}, ValueError),
        ({("MD5", "a\r\nb"): MD5}, ValueError),
        ({("MD5", "realm"): MD5[1:]}, ValueError),
        ({("MD5", "realm"): "g" + MD5[1:]}, ValueError),
        ({("SHA-256", "realm"): MD5}, ValueError),
        ({("MD5", "realm"): MD5, ("MD5", "other"): MD5 + "\n"}, ValueError),
    ],
)
def test_a_wrong_ha1_is_refused_and_not_shown(value: Any, error: type[Exception]) -> None:
    credentials = Credentials(URI, token="t", ha1={("MD5", "realm"): MD5})
    for attempt in (
        lambda: Credentials(URI, ha1=value),
        lambda: setattr(credentials, "ha1", value),
    ):
        with pytest.raises(error, match="ha1: ") as caught:
            attempt()
        assert MD5[2:] not in str(caught.value)
    assert credentials == Credentials(URI, token="t", ha1={("MD5", "realm"): MD5})


def test_is_not_hashable() -> None:
    with pytest.raises(TypeError):
        hash(Credentials(URI))
    assert Credentials(URI) != "x"


def test_signature_can_be_inspected() -> None:
    assert list(inspect.signature(Credentials).parameters) == [
        *("uri", "password", "token", "ha1"),
    ]
