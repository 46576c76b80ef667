"""What names stand for, asked of a real name server and of the system."""

from __future__ import annotations

import socket
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from sipsimple.core.locating import Locator, Question
from sipsimple.core.names import LookupFailed, Names, NoSuchDomain, checked_nameservers

if TYPE_CHECKING:
    from testbed.name_server import NameServer


def _names(address: str, family: int = socket.AF_INET) -> Names:
    return Names((address,), family)


def _soon() -> float:
    return time.monotonic() + 5


def test_records_are_read(name_server: NameServer) -> None:
    names = _names(
        name_server.start(
            "naptr-record=sip.test,20,5,s,SIP+D2U,,_sip._udp.sip.test",
            "naptr-record=sip.test,10,5,S,sips+d2t,,_sips._tcp.sip.test",
            "srv-host=_sip._udp.sip.test,a.sip.test,5070,1,2",
            "host-record=a.sip.test,192.0.2.1,2001:db8::1",
            "host-record=a.sip.test,192.0.2.2",
        )
    )
    assert sorted(names.naptr("sip.test", _soon())) == [
        (10, 5, "s", "SIPS+D2T", "_sips._tcp.sip.test."),
        (20, 5, "s", "SIP+D2U", "_sip._udp.sip.test."),
    ]
    assert names.srv("_sip._udp.sip.test", _soon()) == [(1, 2, 5070, "a.sip.test.")]
    assert sorted(names.addresses("a.sip.test", _soon())) == ["192.0.2.1", "192.0.2.2"]
    six = _names(name_server.address, socket.AF_INET6)
    assert six.addresses("a.sip.test", _soon()) == ["2001:db8::1"]
    assert names.srv("a.sip.test", _soon()) == []
    with pytest.raises(NoSuchDomain):
        names.addresses("nobody.sip.test", _soon())
    with pytest.raises(LookupFailed) as refused:
        names.addresses("example.com", _soon())
    assert not isinstance(refused.value, NoSuchDomain)


def test_answers_are_remembered(name_server: NameServer) -> None:
    names = _names(name_server.start("host-record=a.sip.test,192.0.2.1,300"))
    for _ in range(10):
        assert names.addresses("a.sip.test", _soon()) == ["192.0.2.1"]
    assert len(name_server.questions()) == 1


def test_servers_are_chosen_by_their_weight(name_server: NameServer) -> None:
    names = _names(
        name_server.start(
            "srv-host=_sip._udp.sip.test,a.sip.test,1,1,75",
            "srv-host=_sip._udp.sip.test,b.sip.test,2,1,25",
            "srv-host=_sip._udp.sip.test,c.sip.test,3,2,100",
            *(f"host-record={name}.sip.test,192.0.2.1" for name in "abc"),
        )
    )
    locator = Locator(names)
    orders = [
        [target.port for target in locator.locate(Question("sip.test", 0, None), ("udp",))]
        for _ in range(1000)
    ]
    assert {order[2] for order in orders} == {3}
    first = Counter(order[0] for order in orders)
    # More than six standard deviations wide.
    assert first[1] == pytest.approx(750, abs=90)
    assert first[2] == 1000 - first[1]


@pytest.mark.parametrize("host", ["a" * 64, "a." * 200, "\udcff\0", "a..b", "", "\u00fc" * 70])
def test_names_that_cannot_be_are_errors_like_any_other(host: str) -> None:
    for names in (_names("127.0.0.1:9"), Names(None, socket.AF_INET)):
        with pytest.raises((LookupFailed, ValueError)):
            names.addresses(host, time.monotonic() + 0.2)


def test_the_system_knows_more_than_dns() -> None:
    assert Names(None, socket.AF_INET).addresses("localhost", _soon()) == ["127.0.0.1"]
    assert _names("127.0.0.1:9").addresses("LocalHost.", _soon()) == ["127.0.0.1"]


def test_a_silent_name_server_is_waited_for_so_long_only() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        names = _names(f"127.0.0.1:{silent.getsockname()[1]}")
        began = time.monotonic()
        with pytest.raises(LookupFailed):
            names.addresses("a.sip.test", began + 0.5)
        assert time.monotonic() - began < 2
        with pytest.raises(LookupFailed, match="no time left"):
            names.addresses("a.sip.test", began)


@pytest.mark.parametrize(
    "value", [None, ["192.0.2.53"], ("192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]:5353")]
)
def test_name_servers_are_addresses_with_or_without_port(value: Any) -> None:
    assert checked_nameservers(value) == (None if value is None else tuple(value))
