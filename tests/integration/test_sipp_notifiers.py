"""Subscriptions at notifiers that behave as no good one does: SIPp keeps to each script."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from testbed.processes import Process
from testbed.sipp_notifier import SIPpNotifier, Step, answer, expect, notify, wait

PROGRAM = Path(__file__).parent / "programs" / "subscriber.py"
NONE = {"termination_reason": None, "retry_after": None}
ACCEPTED = (expect("SUBSCRIBE"), answer(202))
GONE = (notify("terminated;reason=noresource"), expect(200))


def subscribed(folder: Path, *steps: Step) -> list[dict[str, Any]]:
    """What the subscriber is told by a notifier that does these steps, all of them."""
    with SIPpNotifier(folder, *steps) as sipp:
        command = [sys.executable, PROGRAM, sipp.host, str(sipp.port)]
        with Process("subscriber", command, folder) as subscriber:
            assert subscriber.wait(40) == 0, subscriber.output
            # Its status says whether the answers to NOTIFY were those that were expected.
            assert sipp.wait(10) == 0, f"{sipp.output}\n{subscriber.output}"
    told = [json.loads(line) for line in subscriber.output.splitlines() if line.startswith("{")]
    assert told[0] == {"name": "SCSubscriptionChangedState", "state": "SENT"}
    return told


def states(told: list[dict[str, Any]]) -> list[str]:
    return [data["state"] for data in told if "state" in data]


@pytest.mark.parametrize(
    "reason", ["deactivated", "probation", "rejected", "timeout", "giveup", "noresource"]
)
def test_the_reason_of_the_end_arrives(tmp_path: Path, reason: str):
    steps = (*ACCEPTED, notify(f"terminated;reason={reason};retry-after=3"), expect(200))
    last = subscribed(tmp_path, *steps)[-1]
    assert (last["state"], last["termination_reason"], last["retry_after"]) == (
        "TERMINATED", reason, 3,
    )  # fmt: skip


def test_a_notify_before_the_2xx_is_taken(tmp_path: Path):
    early = (notify("active", "<presence/>"), expect(200))
    told = subscribed(tmp_path, expect("SUBSCRIBE"), *early, answer(200), wait(200), *GONE)
    assert [data["body"].strip() for data in told if "body" in data] == ["<presence/>"]
    assert states(told) == ["SENT", "ACTIVE", "TERMINATED"]


def test_the_branches_of_a_fork_but_the_first_get_481(tmp_path: Path):
    stranger = (notify("active", "<presence/>", tag="other"), expect(481))
    told = subscribed(tmp_path, *ACCEPTED, notify("active"), expect(200), *stranger, *GONE)
    assert states(told) == ["SENT", "ACCEPTED", "ACTIVE", "TERMINATED"]
    assert not [data for data in told if "body" in data]


def test_bodies_and_packages_that_were_not_asked_for_are_refused(tmp_path: Path):
    wrong_type = (notify("active", "x", "text/x-other"), expect(415))
    wrong_event = (
        notify("active").replace("Event: presence", "Event: x-other"),
        expect(489),
    )
    no_state = (notify("active").replace("Subscription-State: active\n", ""), expect(400))
    told = subscribed(tmp_path, *ACCEPTED, *wrong_type, *wrong_event, *no_state, *GONE)
    assert states(told) == ["SENT", "ACCEPTED", "TERMINATED"]


def test_a_423_is_followed_by_what_it_asks_for(tmp_path: Path):
    steps = (expect("SUBSCRIBE"), answer(423, Min_Expires="900"), *ACCEPTED, *GONE)
    assert states(subscribed(tmp_path, *steps)) == ["SENT", "ACCEPTED", "TERMINATED"]


@pytest.mark.parametrize("code", [401, 407])
def test_a_challenge_is_answered_once_and_the_second_ends_it(tmp_path: Path, code: int):
    name = "WWW_Authenticate" if code == 401 else "Proxy_Authenticate"
    challenge = answer(code, "Who", **{name: 'Digest realm="test", nonce="1", qop="auth"'})
    told = subscribed(tmp_path, *(expect("SUBSCRIBE"), challenge) * 2)
    assert {**told[-1]} == {
        "name": "SCSubscriptionChangedState",
        "state": "TERMINATED",
        "code": code,
        "reason": "Who",
        **NONE,
    }


@pytest.mark.parametrize("code", [403, 489, 503])
def test_a_refusal_ends_it(tmp_path: Path, code: int):
    last = subscribed(tmp_path, expect("SUBSCRIBE"), answer(code, "No"))[-1]
    assert (last["state"], last["code"], last["reason"]) == ("TERMINATED", code, "No")


def test_a_notifier_that_has_forgotten_it_ends_it_with_the_refresh(tmp_path: Path):
    steps = (
        *(expect("SUBSCRIBE"), answer(200, Expires="2"), notify("active;expires=2"), expect(200)),
        *(expect("SUBSCRIBE"), answer(481, "Gone")),
    )
    told = subscribed(tmp_path, *steps)
    assert states(told) == ["SENT", "ACCEPTED", "ACTIVE", "TERMINATED"]
    assert told[-1]["code"] == 481
