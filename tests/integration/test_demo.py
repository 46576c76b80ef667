"""What the demo makes of a call; the call itself is that of `test_two_endpoints.py`."""

from __future__ import annotations

import datetime
import importlib
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from testbed.audio import Comparison
from testbed.ladder import Step
from testbed.sip import Message

DEMO = Path(__file__).resolve().parents[2] / "demo"
AUDIO = {
    "packets_sent": 700,
    "packets_received": 699,
    "packets_lost": 1,
    "jitter": 0.0012,
    "sample_rate": 8000,
}


@pytest.fixture
def report(monkeypatch) -> Any:
    monkeypatch.syspath_prepend(str(DEMO))
    yield importlib.import_module("report")
    for name in ("report", "conversation"):
        sys.modules.pop(name, None)


@pytest.fixture
def good(report) -> Any:
    """The result of a call that went well."""
    step = Step(datetime.datetime.now(datetime.UTC), "alice", "bob", Message("BYE sip:b SIP/2.0"))
    step.message.headers.append(("CSeq", "2 BYE"))
    return sys.modules["conversation"].Result(
        steps=[step],
        codec="PCMU",
        setup_ms=5.25,
        caller=AUDIO,
        callee=AUDIO,
        comparison=Comparison(0.991, 0.5, 0.07, ((2.0, 0.02),)),
        digits_received="1234567890*#ABCD",
        digits_received_back="1234567890*#ABCD",
        picture=Path("waveform.png"),
    )


def test_a_good_call_has_nothing_to_complain_about(report, good):
    assert report.complaints(good) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"comparison": Comparison(0.94, 0.94, 0.0, ())}, "0.9400"),
        ({"digits_received": "1234567890*#ABC"}, "bob"),
        ({"digits_received_back": ""}, "alice"),
        ({"codec": "speex"}, "speex"),
    ],
)
def test_bad_speech_lost_digits_and_another_codec_are_complained_about(
    report, good, change, words: str
):
    (complaint,) = report.complaints(replace(good, **change))
    assert words in complaint


def test_the_summary_has_every_figure_for_people(report, good):
    text = report.summary(good)
    for words in (
        *("PCMU", "700 packets sent", "699 received", "1 lost", "jitter 1.20 ms", "0.9910"),
        *("1234567890*#ABCD", "+20 ms at 2.0 s", "waveform.png", " BYE "),
    ):
        assert words in text, words


def test_the_file_has_the_figures_for_programs(report, good, tmp_path: Path):
    file = tmp_path / "new" / "figures.json"
    report.write_json(file, good)
    figures = json.loads(file.read_text())
    assert figures | {"correlation": 0.991} == {
        "codec": "PCMU",
        "packets_sent": 700,
        "packets_received": 699,
        "packets_lost": 1,
        "correlation": 0.991,
        "dtmf_sent": "1234567890*#ABCD",
        "dtmf_received": "1234567890*#ABCD",
        "dtmf_sent_back": "1234567890*#ABCD",
        "dtmf_received_back": "1234567890*#ABCD",
        "setup_ms": 5.25,
    }
