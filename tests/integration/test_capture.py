"""What tshark sees of a call is well-formed SIP, RTP and RTCP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from testbed.capture import Capture
from testbed.sip import Message

DIGITS = "159D"


@pytest.fixture
def capture(tmp_path: Path) -> Iterator[Capture]:
    # Where capturing is not permitted to this user, tshark's own words are in the error.
    with Capture(tmp_path) as capture:
        yield capture


def test_every_packet_of_a_call_is_well_formed(endpoint, capture: Capture, speech_file: Path):
    alice, bob = endpoint("alice"), endpoint("bob")
    bob.do("answer_all")
    call = alice.do("call", caller="alice", callee="bob", host=bob.host, port=bob.port)
    alice.wait_for_state(call, "CONFIRMED")
    bobs_call = bob.wait_for_call()
    bob.wait_for_state(bobs_call, "CONFIRMED")
    wave = alice.do("play", call=call, file=str(speech_file))
    alice.wait_for("SCWaveFileDidEnd", sender=wave)
    alice.do("dial", call=call, digits=DIGITS)
    assert bob.wait_for_digits(bobs_call, len(DIGITS), 10) == DIGITS
    alice.do("hang_up", call=call)
    alice.wait_for_state(call, "DISCONNECTED")
    bob.wait_for_state(bobs_call, "DISCONNECTED")
    sent = alice.do("audio", call=call)["packets_sent"]
    capture.finish()
    ports = {alice.port: "sip", bob.port: "sip"}
    rtp_ports = []
    for end in (alice, bob):
        for event in end.events("SCEngineSIPTrace"):
            message = Message.parse(event.data["data"].encode(errors="surrogateescape"))
            if not event.data["received"] and message.body:
                media = next(
                    line for line in message.body.decode().split("\r\n") if line[:2] == "m="
                )
                rtp_ports.append(int(media.split()[1]))
    assert len(rtp_ports) == 2
    for port in rtp_ports:
        ports |= {port: "rtp", port + 1: "rtcp"}
    # There may be others on loopback.
    both = f"{{{alice.port}, {bob.port}}}"
    between = f"udp.srcport in {both} && udp.dstport in {both}"
    among = " || ".join(f"udp.port == {port}" for port in ports)

    faults = capture.fields(
        ["frame.number", "_ws.col.Protocol", "_ws.expert.message"],
        f"({among}) && (_ws.malformed || _ws.expert.severity >= warning)",
        ports,
    )
    assert faults == []

    methods = capture.fields(["sip.CSeq.method", "sip.Status-Code"], f"sip && ({between})", ports)
    assert methods == [
        ["INVITE", ""],
        ["INVITE", "100"],
        ["INVITE", "180"],
        ["INVITE", "200"],
        ["ACK", ""],
        ["BYE", ""],
        ["BYE", "200"],
    ]
    # One stream each way; PCMU and telephone-event only, without a gap.
    for port, other in (rtp_ports, rtp_ports[::-1]):
        stream = f"rtp && udp.srcport == {port} && udp.dstport == {other}"
        packets = capture.fields(["rtp.seq", "rtp.p_type", "rtp.ssrc"], stream, ports)
        assert {payload for _, payload, _ in packets} <= {"0", "101", "120", "96"}
        assert len({ssrc for _, _, ssrc in packets}) == 1
        numbers = [int(number) for number, _, _ in packets]
        assert numbers == [(numbers[0] + step) % 65536 for step in range(len(numbers))]
        assert abs(len(packets) - sent) <= 10
    # The packets of a digit have one timestamp, and its last says so (RFC 4733 section 2.5.1).
    ends = "rtpevent.end_of_event == 1"
    for port, digits in zip(rtp_ports, (["1", "5", "9", "15"], []), strict=True):
        events = capture.fields(
            ["rtp.timestamp", "rtpevent.event_id"], f"{ends} && udp.srcport == {port}", ports
        )
        assert [event for _, event in dict.fromkeys(map(tuple, events))] == digits
    assert capture.fields(["rtcp.pt"], "rtcp", ports)
    # Source port, payloads and packets lost of each stream that tshark makes out.
    streams = re.findall(
        r"127\.0\.0\.1 +(\d+) +127\.0\.0\.1 +\d+ +0x\w+ +(\w.*?) +\d+ +(-?\d+) \(",
        capture.statistics("rtp,streams", ports),
    )
    found = {int(port): (payload, lost) for port, payload, lost in streams}
    first, second = rtp_ports
    assert found[first] == ("g711U, telephone-event", "0")
    assert found[second] == ("g711U", "0")
