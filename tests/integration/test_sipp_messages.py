"""Messages to and from SIPp, also where it behaves as no good peer does."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from testbed.processes import Process
from testbed.sipp_message import SIPpReceiver, SIPpSender
from testbed.sipp_notifier import Step, answer, expect, wait

PROGRAM = Path(__file__).parent / "programs" / "messenger.py"
OK = {"code": 200, "reason": "OK"}


def sent(
    folder: Path, *steps: Step, size: int = 10, t1: int = 500, transport: str = "udp"
) -> tuple[dict[str, object], str]:
    """What one message comes to with a receiver that does these steps, and its traffic."""
    with SIPpReceiver(folder, *steps, transport=transport) as sipp:
        command = [sys.executable, PROGRAM, "send", sipp.uri, "1", str(size), str(t1)]
        with Process("messenger", command, folder) as messenger:
            assert messenger.wait(40) == 0, messenger.output
        assert sipp.wait(10) == 0, f"{sipp.output}\n{messenger.output}"
        (told,) = [json.loads(line) for line in messenger.output.splitlines()]
        return told, sipp.traffic


def test_provisional_responses_are_waited_out(tmp_path: Path):
    steps = (answer(100), wait(700), answer(180), wait(700), answer(200, "OK"))
    told, traffic = sent(tmp_path, *steps)
    assert told == OK
    assert traffic.count("message received") <= 2  # a provisional response slows retransmissions


def test_a_server_error_is_told(tmp_path: Path):
    assert sent(tmp_path, answer(500, "Broken"))[0] == {"code": 500, "reason": "Broken"}


def test_the_second_of_two_answers_changes_nothing(tmp_path: Path):
    told, _ = sent(tmp_path, answer(200, "OK"), answer(200, "OK"), answer(500), wait(300))
    assert told == OK


def test_challenges_for_ever_end_with_the_second(tmp_path: Path):
    challenges = [
        answer(401, "Who", WWW_Authenticate=f'Digest realm="r", nonce="{nonce}"')
        for nonce in ("one", "two")
    ]
    told, traffic = sent(tmp_path, challenges[0], expect("MESSAGE"), challenges[1], wait(300))
    assert told == {"code": 401, "reason": "Who"}
    assert traffic.count("\nAuthorization: Digest") == 1


def test_silence_is_told_as_408(tmp_path: Path):
    told, _ = sent(tmp_path, wait(1500), t1=20)
    assert told == {"code": 408, "reason": "Request Timeout"}


def test_a_huge_message_comes_by_tcp_where_the_uri_says_nothing(tmp_path: Path):
    told, traffic = sent(tmp_path, answer(200, "OK"), size=20000, transport="tcp")
    assert told == OK
    assert f"{0:20000}" in traffic and "Via: SIP/2.0/TCP" in traffic


def test_a_huge_message_comes_by_udp_where_nobody_listens_on_tcp(tmp_path: Path):
    told, traffic = sent(tmp_path, answer(200, "OK"), size=20000)
    assert told == OK
    assert f"{0:20000}" in traffic and "Via: SIP/2.0/UDP" in traffic


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_every_message_of_a_sender_is_told_once(tmp_path: Path, transport: str):
    count = 500
    with Process("messenger", [sys.executable, PROGRAM, "take", str(count)], tmp_path) as messenger:
        ports = json.loads(messenger.expect(r"^\[\d+, \d+\]$", 10)[0])
        port = ports[transport == "tcp"]
        with SIPpSender(tmp_path, port, count, 500, transport) as sipp:
            assert sipp.wait(30) == 0, sipp.output
        assert messenger.wait(30) == 0, messenger.output
    bodies = json.loads(messenger.output.splitlines()[-1])
    assert sorted(body.strip() for body in bodies) == sorted(
        f"number {number}" for number in range(1, count + 1)
    )
