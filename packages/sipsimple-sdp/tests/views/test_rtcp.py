from __future__ import annotations

import pickle

import pytest

from sipsimple.sdp.views.rtcp import RTCPAddress


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("53020", RTCPAddress(53020)),
        ("9 IN IP4 0.0.0.0", RTCPAddress(9, "0.0.0.0")),
        ("53020 IN IP4 126.16.64.4", RTCPAddress(53020, "126.16.64.4", "IN", "IP4")),
        (
            "53020 IN IP6 2001:2345:6789:ABCD:EF01:2345:6789:ABCD",
            RTCPAddress(53020, "2001:2345:6789:ABCD:EF01:2345:6789:ABCD", address_type="IP6"),
        ),
        ("0 IN IP4 pbx.example.com", RTCPAddress(0, "pbx.example.com")),
    ],
)
def test_what_devices_send_is_read_and_printed_the_same(text: str, expected: RTCPAddress) -> None:
    assert RTCPAddress.parse(text) == expected
    assert RTCPAddress.parse(f"  {text.replace(' ', '  ')} ") == expected
    assert str(expected) == text


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "rtcp: '' has 0 fields instead of 1 or 4"),
        ("1 IN IP4", "rtcp: '1 IN IP4' has 3 fields"),
        ("1 IN IP4 192.0.2.1 x", "rtcp: .* has 5 fields"),
        ("x", "port: 'x' is not a number"),
        ("65536", "port: '65536' is not between 0 and 65535"),
    ],
)
def test_what_is_none_is_refused_with_its_value(text: str, error: str) -> None:
    with pytest.raises(ValueError, match=f"^{error}"):
        RTCPAddress.parse(text)


@pytest.mark.parametrize(
    ("arguments", "kind", "error"),
    [
        (("1",), TypeError, "port: must be int, not str"),
        ((-1,), ValueError, "port: -1 is not between 0 and 65535"),
        ((1, "a b"), ValueError, "address: 'a b' contains white space"),
        ((1, ""), ValueError, "address: must not be empty"),
        ((1, "a", "I N"), ValueError, "net_type: 'I N' contains white space"),
        ((1, "a", "IN", "IP4\n"), ValueError, "address_type: .* contains CR, LF or NUL"),
        ((1, None, "IN", "IP6"), ValueError, "address: missing for 'IN IP6'"),
    ],
)
def test_what_would_not_print_is_not_constructed(
    arguments: tuple[int], kind: type[Exception], error: str
) -> None:
    with pytest.raises(kind, match=f"^{error}"):
        RTCPAddress(*arguments)


def test_it_is_a_value() -> None:
    value = RTCPAddress(port=9, address="0.0.0.0")
    assert len({value, RTCPAddress(9, "0.0.0.0"), RTCPAddress(9)}) == 2
    assert pickle.loads(pickle.dumps(value)) == value
    match value:
        case RTCPAddress(9, address):
            assert address == "0.0.0.0"
        case _:
            pytest.fail("not matched")
