"""The benchmarks' own arithmetic."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from descriptions import work
from processes import BenchmarkError, Subject, cpu_seconds, run
from results import Comparison, Measurement, table
from sdp_packages import PackageLine, packages_table

BURN = "import sys, time\nwhile time.process_time() < 0.2: pass\nprint('done', flush=True)\n"


def comparison(ours, native, *, more_is_better=True):
    return Comparison("x", "an x", "per CPU s", more_is_better, ours, native)


def test_the_ratio_is_our_cost_as_a_multiple_of_theirs():
    ours, native = Measurement(500.0), Measurement(1000.0)

    assert comparison(ours, native).ratio == 2
    assert comparison(ours, native, more_is_better=False).ratio == 0.5


def test_a_failed_side_is_shown_and_leaves_no_ratio():
    line = comparison("no such program", Measurement(10.0))

    assert line.ratio is None
    assert line.as_dict()["ours"] == {"error": "no such program"}
    assert "! an x, ours: no such program" in table([line])


def test_failures_among_the_calls_are_shown():
    line = comparison(Measurement(10.0, {"failed": 3}), Measurement(10.0))

    assert "! an x, ours: 3 failed" in table([line])


def test_cpu_time_is_that_of_the_process(tmp_path):
    with Subject([sys.executable, "-c", BURN + "sys.stdin.read()"], tmp_path / "log") as subject:
        subject.expect("done", 20)
        assert 0.2 <= subject.cpu() < 5
        assert subject.idle_cpu(0.1) < 0.5
    with pytest.raises(BenchmarkError, match="is gone"):
        cpu_seconds(subject.process.pid)


def test_a_subject_that_ends_early_is_reported_with_its_last_words(tmp_path):
    code = "import sys; sys.exit('no port free')"

    with (
        Subject([sys.executable, "-c", code], tmp_path / "log") as subject,
        pytest.raises(BenchmarkError, match="ended before 'ready'; its last words: no port free"),
    ):
        subject.expect("ready", 20)


def test_a_subject_that_says_nothing_is_reported_in_time(tmp_path):
    begin = time.monotonic()
    with (
        Subject([sys.executable, "-c", "import sys; sys.stdin.read()"], tmp_path / "log") as mute,
        pytest.raises(BenchmarkError, match="did not say 'ready'"),
    ):
        mute.expect("ready", 0.2)
    assert mute.process.returncode == 0
    assert time.monotonic() - begin < 10


def test_a_program_that_does_not_end_is_stopped():
    with pytest.raises(BenchmarkError, match="did not end within"):
        run([sys.executable, "-c", "import time; time.sleep(60)"], 0.3)


def test_a_program_that_is_missing_is_named():
    with pytest.raises(BenchmarkError, match="no-such-program is not installed"):
        run(["no-such-program"], 1)


def test_unknown_benchmarks_are_refused():
    script = Path(__file__).resolve().parents[2] / "benchmarks" / "run.py"

    done = subprocess.run(
        [sys.executable, script, "--only", "typo"], capture_output=True, timeout=20, check=False
    )

    assert done.returncode == 2
    assert b"invalid choice: 'typo'" in done.stderr


def test_packages_are_compared_with_c_and_with_ours():
    lines = [
        PackageLine("PJSIP in C", 2.0, None, None, None),
        PackageLine("sipsimple-sdp", 4.0, 8.0, 900, True),
        PackageLine("another", 40.0, 80.0, 9000, False),
    ]

    head, _, native, ours, another = packages_table(lines).splitlines()

    assert head.split()[:2] == ["SDP", "parse+print"]
    assert native.split() == ["PJSIP", "in", "C", "2.00", "1.00", "0.50"]
    assert " ".join(ours.split()) == "sipsimple-sdp 4.00 2.00 1.00 8.00 4.00 1.00 900 yes"
    assert " ".join(another.split()) == "another 40.00 20.00 10.00 80.00 40.00 10.00 9,000 no"


def test_a_package_that_is_not_known_is_told():
    with pytest.raises(BenchmarkError, match="KeyError: 'no-such-package'"):
        work(Path(sys.executable), "no-such-package", "print", 1)
