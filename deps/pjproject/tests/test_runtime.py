"""The start of pjlib, threads, status codes."""

import pickle
import subprocess
import sys
import threading

import pytest

from sipsimple.pjproject import PJSIPError, SIPCoreError, pjproject_version, runtime


def test_pj_init_runs_once_per_process() -> None:
    assert runtime.initializations() == 1


def test_version_is_that_of_the_loaded_libraries() -> None:
    assert pjproject_version().startswith("2.")


def test_pjsip_error_carries_status_and_native_text() -> None:
    error = PJSIPError("could not do it", 70004)
    assert isinstance(error, SIPCoreError)
    assert error.status == 70004
    assert str(error) == "could not do it: Invalid value or argument (PJ_EINVAL)"


def test_pjsip_error_survives_pickling() -> None:
    error = pickle.loads(pickle.dumps(PJSIPError("could not do it", 70004)))
    assert (error.what, error.status) == ("could not do it", 70004)


def test_any_thread_may_call_pjlib() -> None:
    texts: list[str] = []
    threads = [
        threading.Thread(target=lambda: texts.append(runtime.strerror(70004))) for _ in range(50)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    assert len(texts) == 50
    assert set(texts) == {"Invalid value or argument (PJ_EINVAL)"}


@pytest.mark.parametrize("level", [-1, 6])
def test_log_level_out_of_range_is_refused_and_changes_nothing(level: int) -> None:
    before = runtime.get_log_level()
    with pytest.raises(ValueError, match="log_level"):
        runtime.set_log_level(level)
    assert runtime.get_log_level() == before


def test_importing_prints_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sipsimple.pjproject.events"],
        capture_output=True,
        timeout=30,
        check=True,
    )
    assert done.stdout == b""
    assert done.stderr == b""


def test_mismatched_c_interface_names_both_distributions() -> None:
    number = runtime.abi_number()
    runtime.check_abi("sipsimple-x", "sipsimple-pjproject", number, number)
    with pytest.raises(ImportError, match=r"sipsimple-x .* sipsimple-pjproject"):
        runtime.check_abi("sipsimple-x", "sipsimple-pjproject", number + 1, number)
