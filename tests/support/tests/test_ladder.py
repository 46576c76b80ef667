"""The picture of a call in text."""

from __future__ import annotations

import datetime

from testbed.ladder import ladder, steps_of

BEGIN = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
PROXY = ("127.0.0.1", 5060)


def message(start: str, body: str = "") -> bytes:
    head = f"{start}\r\nVia: x\r\nFrom: a\r\nTo: b\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n\r\n"
    return (head + body).encode()


def test_messages_are_drawn_in_the_order_of_their_times():
    at = [BEGIN + datetime.timedelta(milliseconds=step) for step in (0, 20, 40)]
    answer = message("SIP/2.0 200 OK")
    steps = [
        *steps_of("bob", [(at[1], True, PROXY, message("INVITE sip:b SIP/2.0"))], {PROXY: "proxy"}),
        *steps_of(
            "alice",
            [
                (at[0], False, PROXY, message("INVITE sip:b SIP/2.0", "v=0\r\n")),
                (at[1], True, PROXY, b"\r\n"),
                (at[2], True, PROXY, answer),
            ],
            {PROXY: "proxy"},
        ),
    ]
    lines = ladder(steps, ["alice", "proxy", "bob"]).splitlines()
    assert lines[0].split() == ["alice", "proxy", "bob"]
    assert "INVITE (SDP)" in lines[2] and lines[2].index(">") < lines[2].rindex("|")
    assert "0 ms" in lines[2] and "20 ms" in lines[3] and "40 ms" in lines[4]
    assert lines[3].rstrip().endswith(">|")
    assert "<" in lines[4] and "200 OK" in lines[4]
    assert len(lines) == 6


def test_what_both_ends_have_seen_is_drawn_once():
    data = message("INVITE sip:b SIP/2.0")
    steps = [
        *steps_of("alice", [(BEGIN, False, ("h", 1), data)], {("h", 1): "bob"}),
        *steps_of("bob", [(BEGIN, True, ("h", 2), data)], {("h", 2): "alice"}),
    ]
    assert ladder(steps, ["alice", "bob"]).count("INVITE") == 1
