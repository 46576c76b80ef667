"""Transfers with one that behaves as no good one does: SIPp keeps to each script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from testbed.endpoint import Endpoint
from testbed.sipp_notifier import SIPpNotifier, Step, answer, expect, wait
from testbed.sipp_transferee import ASKED, CALLED, HANGS_UP, WE_HANG_UP, refer, report
from testbed.transfer_events import ENDED, FAILED, told

ACCEPTED = answer(202)
OVER = "terminated;reason=noresource"


def transferred(
    alice: Endpoint, folder: Path, last: str, *steps: Step, stays: bool = True
) -> list[tuple[str, int]]:
    """What is told of a transfer by one who does these steps, all of them.

    Args:
        last: The notification that comes last.
        stays: Whether the call does until we hang up.
    """
    with SIPpNotifier(folder, *ASKED, *steps, *(WE_HANG_UP if stays else ())) as sipp:
        call = alice.do("call", caller="alice", callee="sipp", host=sipp.host, port=sipp.port)
        alice.wait_for_state(call, "CONFIRMED")
        alice.do("transfer", call=call, target="sip:carol@127.0.0.1:9")
        alice.wait_for(last, sender=call)
        if stays:
            alice.do("hang_up", call=call)
        alice.wait_for_state(call, "DISCONNECTED")
        # Its status says whether the answers were those that were expected.
        assert sipp.wait(15) == 0, sipp.output
    return told(alice, call)


@pytest.fixture
def alice(endpoint: Callable[..., Endpoint]) -> Endpoint:
    return endpoint("alice")


@pytest.mark.parametrize("code", [403, 480, 603])
def test_a_refer_is_refused(alice: Endpoint, tmp_path: Path, code: int):
    assert transferred(alice, tmp_path, FAILED, answer(code)) == [("DidFail", code)]


def test_reports_come_before_the_answer(alice: Endpoint, tmp_path: Path):
    early = (report("SIP/2.0 100 Trying"), expect(200))
    end = (report("SIP/2.0 200 OK", OVER), expect(200))
    seen = transferred(alice, tmp_path, ENDED, *early, ACCEPTED, *end)
    assert seen == [("DidStart", 202), ("GotNotify", 100), ("GotNotify", 200), ("DidEnd", 200)]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (report(""), 400),
        (report("hello", kind="text/plain"), 400),
        (report("this is no status line"), 400),
        (report("SIP/2.0 180 Ringing").replace("Event: refer", "Event: x-other"), 489),
    ],
    ids=["empty", "another type", "no status line", "another event"],
)
def test_a_report_that_says_nothing_is_refused(
    alice: Endpoint, tmp_path: Path, bad: Step, code: int
):
    first = (report("SIP/2.0 100 Trying"), expect(200))
    end = (report("SIP/2.0 200 OK", OVER), expect(200))
    seen = transferred(alice, tmp_path, ENDED, ACCEPTED, *first, bad, expect(code), *end)
    assert seen == [("DidStart", 202), ("GotNotify", 100), ("GotNotify", 200), ("DidEnd", 200)]


def test_nothing_is_told_after_the_end(alice: Endpoint, tmp_path: Path):
    end = (report("SIP/2.0 486 Busy Here", OVER), expect(200))
    late = (report("SIP/2.0 200 OK", OVER), expect(481))
    # It hangs up itself: our BYE could cross the late report.
    seen = transferred(alice, tmp_path, FAILED, ACCEPTED, *end, *late, *HANGS_UP, stays=False)
    assert seen == [("DidStart", 202), ("GotNotify", 486), ("DidFail", 486)]


def test_the_call_ends_and_no_report_ever_came(alice: Endpoint, tmp_path: Path):
    seen = transferred(alice, tmp_path, FAILED, ACCEPTED, wait(300), *HANGS_UP, stays=False)
    assert seen == [("DidStart", 202), ("DidFail", 481)]


@pytest.mark.parametrize(
    ("refer_to", "code"),
    [
        ("", 400),
        ("Refer-To: <sip:carol@127.0.0.1>\nRefer-To: <sip:dave@127.0.0.1>", 400),
        ("Refer-To: carol", 400),
        ("Refer-To: <http://127.0.0.1/>", 416),
    ],
    ids=["none", "two", "no URI", "another scheme"],
)
def test_a_refer_that_names_nobody_is_refused(
    alice: Endpoint, tmp_path: Path, refer_to: str, code: int
):
    with SIPpNotifier(tmp_path, *CALLED, refer(refer_to), expect(code), *HANGS_UP) as sipp:
        call = alice.do("call", caller="alice", callee="sipp", host=sipp.host, port=sipp.port)
        alice.wait_for_state(call, "DISCONNECTED")
        assert sipp.wait(15) == 0, sipp.output
    assert not alice.events("SCInvitationGotTransfer")


def test_a_refer_outside_of_a_call_is_not_taken(alice: Endpoint, tmp_path: Path):
    asks = (refer("Refer-To: <sip:carol@127.0.0.1>").replace("To: [$from]", "To: <sip:a@b>"),)
    with SIPpNotifier(tmp_path, *CALLED, *asks, expect(603), *HANGS_UP) as sipp:
        call = alice.do("call", caller="alice", callee="sipp", host=sipp.host, port=sipp.port)
        alice.wait_for_state(call, "DISCONNECTED")
        assert sipp.wait(15) == 0, sipp.output
    assert not alice.events("SCInvitationGotTransfer")
