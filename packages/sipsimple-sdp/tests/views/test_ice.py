from __future__ import annotations

import pickle

import pytest

from sipsimple.sdp.views.ice import ICECandidate


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "1 1 UDP 2130706431 10.0.1.1 8998 typ host",
            ICECandidate("1", 1, "UDP", 2130706431, "10.0.1.1", 8998, "host"),
        ),
        (
            "Hc0000207 2 UDP 2130706430 192.0.2.7 4001 typ host",
            ICECandidate("Hc0000207", 2, "UDP", 2130706430, "192.0.2.7", 4001, "host"),
        ),
        (
            "842163049 1 udp 1677729535 198.51.100.3 46154 typ srflx raddr 10.0.1.5 rport 46154 "
            "generation 0 ufrag 4ZcD network-cost 50",
            ICECandidate(
                "842163049",
                1,
                "udp",
                1677729535,
                "198.51.100.3",
                46154,
                "srflx",
                "10.0.1.5",
                46154,
                (("generation", "0"), ("ufrag", "4ZcD"), ("network-cost", "50")),
            ),
        ),
        (
            "2 1 tcp 1518283007 2001:db8::7 9 typ host tcptype active",
            ICECandidate(
                "2", 1, "tcp", 1518283007, "2001:db8::7", 9, "host", None, None,
                (("tcptype", "active"),),
            ),
        ),
        (
            "0 1 UDP 2122252543 6a7c1c2e-8d0f-4a11-9e55-0d5c3c5b9a10.local 52101 typ host",
            ICECandidate(
                "0", 1, "UDP", 2122252543, "6a7c1c2e-8d0f-4a11-9e55-0d5c3c5b9a10.local", 52101,
                "host",
            ),
        ),
        (
            "7 1 UDP 16777215 203.0.113.9 50000 typ relay raddr 0.0.0.0 rport 0",
            ICECandidate("7", 1, "UDP", 16777215, "203.0.113.9", 50000, "relay", "0.0.0.0", 0),
        ),
        (
            "a+/9 256 UDP 4294967295 192.0.2.7 0 typ prflx rport 5",
            ICECandidate("a+/9", 256, "UDP", 2**32 - 1, "192.0.2.7", 0, "prflx", related_port=5),
        ),
    ],
)  # fmt: skip
def test_what_agents_send_is_read_and_printed_the_same(text: str, expected: ICECandidate) -> None:
    assert ICECandidate.parse(text) == expected
    assert ICECandidate.parse(f"candidate:{text}") == expected
    assert ICECandidate.parse(f"\t{text.replace(' ', '  ')} ") == expected
    assert str(expected) == text


def test_a_related_address_behind_the_extensions_is_found() -> None:
    candidate = ICECandidate.parse(
        "1 1 TCP 1 192.0.2.1 9 TYP srflx tcptype active RPORT 7 RADDR 10.0.0.1"
    )
    assert (candidate.related_address, candidate.related_port) == ("10.0.0.1", 7)
    assert candidate.extensions == (("tcptype", "active"),)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "candidate: '' has 0 fields instead of 8 or more"),
        ("1 1 UDP 1 192.0.2.1 9 typ", "candidate: .* has 7 fields"),
        ("1 1 UDP 1 192.0.2.1 9 type host", "candidate: 'type' stands where 'typ' should"),
        ("1 1 UDP 1 192.0.2.1 9 typ host generation", "extensions: 'generation' has no value"),
        ("candidate: 1 UDP 1 192.0.2.1 9 typ host", "foundation: must not be empty"),
        ("1 0 UDP 1 192.0.2.1 9 typ host", "component: '0' is not between 1 and 256"),
        ("1 rtp UDP 1 192.0.2.1 9 typ host", "component: 'rtp' is not a number"),
        ("1 1 UDP 0.9 192.0.2.1 9 typ host", "priority: '0.9' is not a number"),
        ("1 1 UDP 4294967296 192.0.2.1 9 typ host", "priority: '4294967296' is not between"),
        ("1 1 UDP 1 192.0.2.1 65536 typ host", "port: '65536' is not between 0 and 65535"),
        ("1 1 UDP 1 192.0.2.1 9 typ host rport x", "related_port: 'x' is not a number"),
        ("1 1 UDP 1 a 9 typ host raddr b raddr c", r"extensions\[0\]: 'raddr' has a field of its"),
    ],
)
def test_what_is_none_is_refused_with_its_value(text: str, error: str) -> None:
    with pytest.raises(ValueError, match=f"^{error}"):
        ICECandidate.parse(text)


@pytest.mark.parametrize(
    ("field", "value", "kind", "error"),
    [
        ("foundation", 1, TypeError, "must be str, not int"),
        ("foundation", "candidate:1", ValueError, "'candidate:1' begins with 'candidate:'"),
        ("component", 257, ValueError, "257 is not between 1 and 256"),
        ("transport", "", ValueError, "must not be empty"),
        ("priority", -1, ValueError, "-1 is not between 0 and 4294967295"),
        ("address", "a b", ValueError, "'a b' contains white space"),
        ("port", "9", TypeError, "must be int, not str"),
        ("type", "host\r\n", ValueError, "'host.*' contains CR, LF or NUL"),
        ("related_address", "", ValueError, "must not be empty"),
        ("related_port", 65536, ValueError, "65536 is not between 0 and 65535"),
        ("extensions", ("tcptype",), TypeError, "must be a pair of str"),
        ("extensions", (("a", "b", "c"),), TypeError, "must be a pair of str"),
        ("extensions", (("a b", "c"),), ValueError, "'a b' contains white space"),
        ("extensions", (("rport", "1"),), ValueError, "'rport' has a field of its own"),
    ],
)
def test_what_would_not_print_is_not_constructed(
    field: str, value: object, kind: type[Exception], error: str
) -> None:
    fields: dict[str, object] = {
        "foundation": "1",
        "component": 1,
        "transport": "UDP",
        "priority": 1,
        "address": "192.0.2.1",
        "port": 9,
        "type": "host",
    }
    with pytest.raises(kind, match=rf"^{field}(\[0\])?: {error}"):
        ICECandidate(**{**fields, field: value})  # type: ignore[arg-type]


def test_it_is_a_value() -> None:
    text = "1 1 udp 1 192.0.2.1 9 typ host tcptype passive"
    value = ICECandidate.parse(text)
    assert {value} == {ICECandidate.parse(text)}
    assert pickle.loads(pickle.dumps(value)) == value
    assert dict(value.extensions) == {"tcptype": "passive"}
    match value:
        case ICECandidate(address=address, type="host"):
            assert address == "192.0.2.1"
        case _:
            pytest.fail("not matched")
