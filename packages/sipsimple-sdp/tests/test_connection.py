from __future__ import annotations

import pytest

from sipsimple.sdp import SDPConnection


def test_defaults_are_those_of_the_internet_and_ipv4() -> None:
    connection = SDPConnection("192.0.2.1")
    assert (connection.address, connection.net_type, connection.address_type) == (
        "192.0.2.1",
        "IN",
        "IP4",
    )


def test_arguments_come_in_the_documented_order() -> None:
    assert str(SDPConnection("2001:db8::1", "IN", "IP6")) == "c=IN IP6 2001:db8::1"


@pytest.mark.parametrize("name", ["address", "net_type", "address_type"])
def test_attributes_are_checked_when_assigned_and_keep_their_value_on_error(name: str) -> None:
    connection = SDPConnection("192.0.2.1")
    before = getattr(connection, name)
    for value in ("a b", "", "a\r\nm=audio 1 RTP/AVP 0", "a\nb", "a\0b", "\ud800"):
        with pytest.raises(ValueError, match=f"^{name}: "):
            setattr(connection, name, value)
    for wrong in (b"x", None, 4):
        with pytest.raises(TypeError, match=f"^{name}: must be str, not "):
            setattr(connection, name, wrong)
    assert getattr(connection, name) == before
    setattr(connection, name, "other")
    assert getattr(connection, name) == "other"


def test_comparison_looks_at_every_attribute() -> None:
    connection = SDPConnection("192.0.2.1")
    assert connection == SDPConnection("192.0.2.1", "IN", "IP4")
    assert (connection != SDPConnection("192.0.2.1")) is False
    assert connection != SDPConnection("192.0.2.2")
    assert connection != SDPConnection("192.0.2.1", "XX")
    assert connection != SDPConnection("192.0.2.1", "IN", "IP6")
    assert connection != "c=IN IP4 192.0.2.1"


def test_it_is_mutable_and_therefore_not_hashable() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(SDPConnection("192.0.2.1"))


def test_its_repr_makes_an_equal_object() -> None:
    connection = SDPConnection("2001:db8::1", address_type="IP6")
    assert eval(repr(connection), {"SDPConnection": SDPConnection}) == connection
