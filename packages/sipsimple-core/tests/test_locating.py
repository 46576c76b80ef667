"""Locating SIP servers, RFC 3263 section 4, on names that are made up."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from sipsimple.core.locating import Locator, Question, Target, by_weight
from sipsimple.core.names import NAPTR, SRV, LookupFailed, NoSuchDomain

ALL = ("udp", "tcp", "tls")


class Book:
    """Names by kind; what is not there does not exist, what is an exception is raised."""

    def __init__(self, **entries: dict[str, object]) -> None:
        self.entries = entries
        self.asked: list[tuple[str, str]] = []

    def _find(self, kind: str, name: str) -> list:
        self.asked.append((kind, name))
        found = self.entries.get(kind, {}).get(name)
        if found is None:
            raise NoSuchDomain(name)
        if isinstance(found, Exception):
            raise found
        return list(found)

    def naptr(self, domain: str, until: float) -> list[NAPTR]:
        return self._find("naptr", domain)

    def srv(self, name: str, until: float) -> list[SRV]:
        return self._find("srv", name)

    def addresses(self, host: str, until: float) -> list[str]:
        return self._find("addresses", host)


HOSTS = {"d": ["192.0.2.9"], "a": ["192.0.2.1"], "b": ["192.0.2.2", "192.0.2.3"]}


def _locate(book: Book, question: Question, transports=ALL) -> list[Target]:
    return Locator(book, random.Random(1)).locate(question, transports)


def _naptr(order: int, service: str, name: str, preference: int = 0, flags: str = "s") -> NAPTR:
    return NAPTR(order, preference, flags, service, name)


def test_a_port_leaves_nothing_to_services() -> None:
    book = Book(addresses=HOSTS)
    assert _locate(book, Question("b", 5070, None)) == [
        Target("udp", "192.0.2.2", 5070), Target("udp", "192.0.2.3", 5070),
    ]  # fmt: skip
    assert _locate(book, Question("a", 5070, "tls")) == [Target("tls", "192.0.2.1", 5070)]
    assert {kind for kind, _ in book.asked} == {"addresses"}


def test_the_order_of_naptr_decides_among_transports() -> None:
    book = Book(
        naptr={
            "d": [
                _naptr(50, "SIP+D2U", "udp.d", 1),
                _naptr(50, "SIP+D2T", "tcp.d", 0),
                _naptr(20, "SIPS+D2T", "tls.d"),
                _naptr(10, "SIP+D2S", "sctp.d"),
                _naptr(10, "E2U+sip", "enum.d"),
                _naptr(10, "SIP+D2U", "a", flags="a"),
            ]
        },
        srv={name: [SRV(0, 0, port, "a.")] for name, port in (
            ("udp.d", 1), ("tcp.d", 2), ("tls.d", 3), ("sctp.d", 4), ("enum.d", 5),
        )},
        addresses=HOSTS,
    )  # fmt: skip
    tls, tcp, udp = (
        Target("tls", "192.0.2.1", 3), Target("tcp", "192.0.2.1", 2), Target("udp", "192.0.2.1", 1),
    )  # fmt: skip
    assert _locate(book, Question("d", 0, None)) == [tls, tcp, udp]
    # Only what this endpoint has.
    assert _locate(book, Question("d", 0, None), ("udp", "tcp")) == [tcp, udp]
    # sips: has no choice but TLS.
    assert _locate(book, Question("d", 0, "tls")) == [tls]


def test_a_transport_of_the_uri_is_used_without_naptr() -> None:
    book = Book(
        naptr={"d": [_naptr(1, "SIP+D2U", "udp.d")]},
        srv={"_sip._tcp.d": [SRV(0, 0, 5, "a.")]},
        addresses=HOSTS,
    )
    assert _locate(book, Question("d", 0, "tcp")) == [Target("tcp", "192.0.2.1", 5)]
    assert ("naptr", "d") not in book.asked


def test_without_naptr_every_transport_is_asked_for() -> None:
    book = Book(
        srv={"_sip._tcp.d": [SRV(0, 0, 5, "a.")], "_sips._tcp.d": [SRV(0, 0, 6, "a.")]},
        addresses=HOSTS,
    )
    assert _locate(book, Question("d", 0, None)) == [
        Target("tcp", "192.0.2.1", 5), Target("tls", "192.0.2.1", 6),
    ]  # fmt: skip
    assert _locate(book, Question("d", 0, None), ("udp", "tcp")) == [
        Target("tcp", "192.0.2.1", 5),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("transport", "target"),
    [
        (None, Target("udp", "192.0.2.9", 5060)),
        ("tcp", Target("tcp", "192.0.2.9", 5060)),
        ("tls", Target("tls", "192.0.2.9", 5061)),
    ],
)
def test_without_any_service_the_domain_is_a_host(transport: str | None, target: Target) -> None:
    assert _locate(Book(addresses=HOSTS), Question("d", 0, transport)) == [target]


def test_where_udp_is_off_the_first_transport_is_taken() -> None:
    found = _locate(Book(addresses=HOSTS), Question("d", 0, None), ("tcp", "tls"))
    assert found == [Target("tcp", "192.0.2.9", 5060)]


def test_localhost_is_nobodys_domain() -> None:
    book = Book(addresses={"localhost": ["127.0.0.1"]})
    assert _locate(book, Question("localhost", 0, None)) == [Target("udp", "127.0.0.1", 5060)]
    assert book.asked == [("addresses", "localhost")]


def test_the_priority_decides_and_each_address_is_a_target() -> None:
    book = Book(
        srv={"_sip._udp.d": [SRV(20, 0, 2, "a."), SRV(10, 0, 1, "b."), SRV(30, 0, 3, "gone.")]},
        addresses=HOSTS,
    )
    assert _locate(book, Question("d", 0, "udp")) == [
        Target("udp", "192.0.2.2", 1, 10), Target("udp", "192.0.2.3", 1, 10),
        Target("udp", "192.0.2.1", 2, 20),
    ]  # fmt: skip


def test_the_weight_is_the_chance_to_be_first() -> None:
    records = [SRV(1, 10, 5060, "a."), SRV(1, 30, 5060, "b."), SRV(1, 60, 5060, "c.")]
    chance = random.Random(2782)
    orders = [by_weight(records, chance) for _ in range(10_000)]
    assert all(sorted(order) == sorted(records) for order in orders)
    first = Counter(order[0].target for order in orders)
    assert first["a."] == pytest.approx(1000, abs=200)
    assert first["b."] == pytest.approx(3000, abs=200)
    assert first["c."] == pytest.approx(6000, abs=200)
    # Among the others, the weights decide again.
    second = Counter(order[1].target for order in orders if order[0].target == "c.")
    assert second["b."] / second.total() == pytest.approx(0.75, abs=0.04)


def test_a_weight_of_zero_has_little_chance_but_some() -> None:
    records = [SRV(1, 0, 1, "a."), SRV(1, 9, 2, "b.")]
    chance = random.Random(1)
    first = Counter(by_weight(records, chance)[0].target for _ in range(10_000))
    assert first["a."] == pytest.approx(1000, abs=200)
    assert len(by_weight([SRV(0, 0, 1, "a."), SRV(0, 0, 2, "b.")], chance)) == 2


def test_a_service_that_is_not_available_is_no_host_either() -> None:
    book = Book(srv={"_sip._udp.d": [SRV(0, 0, 0, ".")]}, addresses=HOSTS)
    with pytest.raises(LookupFailed, match="no address"):
        _locate(book, Question("d", 0, "udp"))


def test_a_host_that_only_the_system_knows_is_found_while_dns_fails() -> None:
    book = Book(naptr={"d": LookupFailed("no answer")}, addresses=HOSTS)
    assert _locate(book, Question("d", 0, None)) == [Target("udp", "192.0.2.9", 5060)]
    # It is asked once only.
    assert [kind for kind, _ in book.asked] == ["naptr", "addresses"]


def test_what_does_not_exist_is_said_to_be_so() -> None:
    with pytest.raises(NoSuchDomain):
        _locate(Book(), Question("x", 0, None))
    with pytest.raises(LookupFailed):
        _locate(Book(addresses={"x": []}), Question("x", 5060, None))


def test_the_same_target_is_named_once() -> None:
    book = Book(srv={"_sip._udp.d": [SRV(0, 0, 5, "a."), SRV(0, 0, 5, "a.")]}, addresses=HOSTS)
    assert _locate(book, Question("d", 0, "udp")) == [Target("udp", "192.0.2.1", 5)]
