"""The packets of STUN that a detection of the NAT sends and reads."""

from __future__ import annotations

import random
import struct

import pytest

from sipsimple.core.nat.stun_message import Address, BindingRequest, BindingResponse

COOKIE = b"\x21\x12\xa4\x42"


def attribute(name: int, value: bytes) -> bytes:
    return struct.pack("!HH", name, len(value)) + value + bytes(-len(value) % 4)


def address(ip: bytes, port: int) -> bytes:
    return struct.pack("!xBH", 1 if len(ip) == 4 else 2, port) + ip


def response(request: BindingRequest, *attributes: bytes, kind: int = 0x0101) -> bytes:
    body = b"".join(attributes)
    return struct.pack("!HH", kind, len(body)) + request.packet[4:20] + body


def xored(request: BindingRequest, ip: bytes, port: int) -> bytes:
    mask = request.packet[4:20]
    masked = bytes(left ^ right for left, right in zip(ip, mask, strict=False))
    return address(masked, port ^ 0x2112)


@pytest.mark.parametrize(
    ("change_ip", "change_port", "body"),
    [
        (False, False, b""),
        (True, True, b"\x00\x03\x00\x04\x00\x00\x00\x06"),
        (False, True, b"\x00\x03\x00\x04\x00\x00\x00\x02"),
    ],
)
def test_a_request_says_what_it_asks_for(change_ip: bool, change_port: bool, body: bytes) -> None:
    request = BindingRequest(change_ip=change_ip, change_port=change_port)
    assert request.packet[:2] == b"\x00\x01"
    assert request.packet[2:4] == len(body).to_bytes(2)
    assert request.packet[4:8] == COOKIE
    assert request.packet[20:] == body
    assert request.asks_for_change is bool(body)
    assert request.packet != BindingRequest(change_ip=change_ip, change_port=change_port).packet


def test_addresses_are_read_in_both_forms_of_both_versions() -> None:
    request = BindingRequest()
    own, other = bytes([192, 0, 2, 1]), bytes([198, 51, 100, 7])
    packet = response(request, attribute(1, address(own, 4000)), attribute(5, address(other, 3479)))
    assert request.response(packet) == BindingResponse(
        Address("192.0.2.1", 4000), Address("198.51.100.7", 3479), None
    )
    # The newer ones go first, whatever the order.
    own6 = bytes.fromhex("20010db8") + bytes(11) + b"\x01"
    packet = response(
        request,
        attribute(0x8022, b"a server"),
        attribute(1, address(own, 4000)),
        attribute(0x20, xored(request, own6, 5000)),
        attribute(5, address(own, 1)),
        attribute(0x802C, address(other, 3479)),
    )
    assert request.response(packet) == BindingResponse(
        Address("2001:db8::1", 5000), Address("198.51.100.7", 3479), None
    )


def test_what_a_server_refuses_is_told_with_its_reason() -> None:
    request = BindingRequest()
    packet = response(request, attribute(9, b"\x00\x00\x04\x14Unknown Attribute"), kind=0x0111)
    assert request.response(packet) == BindingResponse(None, None, "420 Unknown Attribute")
    for value in (b"", b"\x00\x00"):
        found = request.response(response(request, attribute(9, value), kind=0x0111))
        assert found is not None
        assert found.error == "no reason given"


def test_what_is_no_response_to_the_request_is_none() -> None:
    request = BindingRequest()
    good = response(request, attribute(1, address(bytes(4), 1)))
    assert request.response(good) is not None
    assert BindingRequest().response(good) is None
    assert request.response(request.packet) is None
    assert request.response(b"") is None
    assert request.response(good[:-1]) is None
    assert request.response(good + b"x") is None
    assert request.response(b"SIP/2.0 200 OK\r\n" * 3) is None


def test_malformed_attributes_say_nothing() -> None:
    request = BindingRequest()
    for broken in (
        attribute(1, b"\x00\x01\x00"),
        attribute(1, b"\x00\x02\x00\x01" + bytes(4)),
        attribute(1, b"\x00\x09\x00\x01" + bytes(16)),
        b"\x00\x01\xff\xff" + bytes(8),
        b"\x00\x01",
    ):
        assert request.response(response(request, broken)) == BindingResponse(None, None, None)


def test_whatever_comes_raises_nothing() -> None:
    chance = random.Random(3489)
    for _ in range(5000):
        request = BindingRequest()
        packet = bytearray(
            response(
                request,
                attribute(1, address(bytes(4), 1)),
                attribute(0x20, xored(request, bytes(16), 1)),
                attribute(9, b"\x00\x00\x04\x14x"),
                kind=chance.choice((0x0101, 0x0111)),
            )
        )
        for _ in range(chance.randrange(1, 6)):
            packet[chance.choice((2, 3, *range(20, len(packet))))] = chance.randrange(256)
        request.response(bytes(packet))
