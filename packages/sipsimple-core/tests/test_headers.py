"""The `headers` of notifications."""

from __future__ import annotations

import pytest

from sipsimple.core import SIPURI
from sipsimple.core.invitation_message import parse_message

START = "INVITE sip:bob@example.com;transport=tcp SIP/2.0"
NEEDED = (
    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1",
    "From: <sip:alice@example.com>;tag=1",
    "To: <sip:bob@example.com>",
    "Call-ID: call",
    "CSeq: 7 INVITE",
)


def _headers(*lines: str) -> dict[str, object]:
    text = "\r\n".join([START, *lines, "", ""])
    headers = parse_message(text.encode("utf-8", "surrogateescape"))["headers"]
    assert isinstance(headers, dict)
    return headers


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("Accept: application/sdp, text/plain", "Accept", ["application/sdp", "text/plain"]),
        ("Allow: INVITE,ACK", "Allow", ["INVITE", "ACK"]),
        ("Require: 100rel", "Require", ["100rel"]),
        ("k: timer, replaces", "Supported", ["timer", "replaces"]),
        ("Unsupported: foo", "Unsupported", ["foo"]),
        (
            'm: "A" <sip:a@192.0.2.1:5062>;q=0.75;expires=60;reg-id=1',
            "Contact",
            [
                (
                    SIPURI("192.0.2.1", user="a", port=5062),
                    {"q": 0.75, "expires": 60, "reg-id": "1"},
                )
            ],
        ),
        ("Contact: *", "Contact", [(None, {})]),
        (
            "Contact: <sip:a@h>, <sip:b@h>;x",
            "Contact",
            [(SIPURI("h", user="a"), {}), (SIPURI("h", user="b"), {"x": None})],
        ),
        (
            "Record-Route: <sip:one;lr>;p=1,<sip:two;lr>",
            "Record-Route",
            [
                (SIPURI("one", parameters={"lr": None}), {"p": "1"}),
                (SIPURI("two", parameters={"lr": None}), {}),
            ],
        ),
        ("Route: <sip:one;lr>", "Route", [(SIPURI("one", parameters={"lr": None}), {})]),
        ("From: <tel:+1>;tag=t;y=z", "From", (None, "t", {"y": "z"})),
        ("t: <sip:bob@example.com>", "To", (SIPURI("example.com", user="bob"), None, {})),
        ("CSeq: 4711 INVITE", "CSeq", (4711, "INVITE")),
        (
            "c: multipart/mixed;boundary=abc;x",
            "Content-Type",
            ("multipart/mixed", "boundary=abc;x"),
        ),
        ("l: 0", "Content-Length", 0),
        ("Expires: 120", "Expires", 120),
        ("Max-Forwards: 69", "Max-Forwards", 69),
        ("Min-Expires: 30", "Min-Expires", 30),
        ("Retry-After: 5", "Retry-After", (5, None, {})),
        (
            "Retry-After: 18 (at lunch);duration=3600",
            "Retry-After",
            (18, "at lunch", {"duration": "3600"}),
        ),
        (
            'Warning: 399 host "a \\"b\\"", 301 host:5060 "c, d"',
            "Warning",
            [(399, "host", 'a "b"'), (301, "host:5060", "c, d")],
        ),
        ("i: abc@host", "Call-ID", "abc@host"),
        ("s: Lunch", "Subject", "Lunch"),
        ("x-custom:  some text ", "X-Custom", "some text"),
        ("Event: a;b=c", "Event", "a;b=c"),
        ("o: presence", "Event", "presence"),
        ("call-info: <http://x>;purpose=icon", "Call-Info", "<http://x>;purpose=icon"),
    ],
)
def test_a_header_has_its_parsed_form_under_its_long_name(
    line: str, name: str, value: object
) -> None:
    assert _headers(line)[name] == value


def test_via_keeps_what_is_known_of_the_way() -> None:
    headers = _headers(
        "Via: SIP/2.0/TCP host.example.com:5061;ttl=3;maddr=224.0.0.1;rport;x=y;branch=b (here)",
        "v: SIP/2.0/UDP 192.0.2.7;received=192.0.2.8;rport=77;branch=c",
    )
    assert headers["Via"] == [
        (
            "TCP",
            "host.example.com",
            5061,
            "here",
            {"ttl": 3, "maddr": "224.0.0.1", "rport": None, "x": "y", "branch": "b"},
        ),
        (
            "UDP",
            "192.0.2.7",
            None,
            None,
            {"received": "192.0.2.8", "rport": 77, "branch": "c"},
        ),
    ]


def test_a_header_that_occurs_more_than_once_is_a_list() -> None:
    headers = _headers("Subject: one", "X-A: 1", "s: two", "subject: three", "X-A: 2")
    assert headers == {"Subject": ["one", "two", "three"], "X-A": ["1", "2"]}


def test_lists_that_come_in_several_headers_are_joined() -> None:
    headers = _headers("Allow: INVITE", "Supported: a", "k: b", "Allow: ACK", "Supported: c")
    assert headers == {"Allow": ["INVITE", "ACK"], "Supported": ["a", "b", "c"]}


def test_what_authenticates_is_left_out() -> None:
    digest = 'Digest username="a", realm="b", nonce="c", uri="sip:x", response="d"'
    headers = _headers(
        f"Authorization: {digest}",
        f"proxy-authorization: {digest}",
        'WWW-Authenticate: Digest realm="b", nonce="c"',
        'Proxy-Authenticate: Digest realm="b", nonce="c"',
        'Authentication-Info: nextnonce="n"',
        'proxy-authentication-info: nextnonce="n"',
        "Subject: stays",
    )
    assert headers == {"Subject": "stays"}


def test_bytes_that_are_no_text_survive_the_round_trip() -> None:
    value = _headers("X-Bytes: caf\udce9")["X-Bytes"]
    assert isinstance(value, str)
    assert value.encode("utf-8", "surrogateescape") == b"caf\xe9"


def test_a_long_header_is_whole() -> None:
    assert _headers(f"X-Long: {'x' * 20000}")["X-Long"] == "x" * 20000


def test_a_request_has_method_uri_and_body() -> None:
    text = "\r\n".join([START, *NEEDED, "Content-Length: 5", "", "hello and more"])
    data = parse_message(text.encode())
    assert data["method"] == "INVITE"
    assert data["request_uri"] == SIPURI("example.com", user="bob", parameters={"transport": "tcp"})
    assert data["body"] == b"hello"
    assert "code" not in data


def test_a_response_has_code_and_reason_and_an_empty_body_is_none() -> None:
    text = "\r\n".join(["SIP/2.0 486 Busy née", *NEEDED, "Content-Length: 0", "", ""])
    data = parse_message(text.encode())
    assert (data["code"], data["reason"], data["body"]) == (486, "Busy née", None)
    assert "method" not in data


def test_what_is_no_message_is_refused() -> None:
    with pytest.raises(ValueError, match="not a SIP message"):
        parse_message(b"hello")
