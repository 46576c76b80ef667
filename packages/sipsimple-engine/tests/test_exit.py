"""The end of a process with a running Engine: it comes promptly, and nothing crashes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

SIGNALING = "from fakes import FakeSignaling\ncomponent = FakeSignaling()\n"

STARTED = """
import os, signal, sys, threading, time
import fakes
from sipsimple import Engine, SIPCoreError
recorder = fakes.Recorder()
engine = Engine()
engine.start()
recorder.wait("SCEngineDidStart")
"""


def snippet(rest: str) -> str:
    return STARTED + "\n".join(line.removeprefix(" " * 8) for line in rest.splitlines())


def test_the_engine_is_stopped_at_the_end_of_the_interpreter(run, install):
    install("signaling", SIGNALING)
    done = run(
        snippet("""
        def tell(notification):
            fakes.say(notification.name)
        fakes.Recorder(then=tell)
    """)
    )
    assert done.stdout.split() == ["SCEngineWillEnd", "SCEngineDidEnd"]
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("end", "status"),
    [("sys.exit(7)", 7), ("raise ValueError('at the end')", 1), ("os._exit(9)", 9)],
)
def test_however_the_main_thread_ends_the_process_does(run, install, end, status):
    install("signaling", SIGNALING)
    done = run(snippet(end), status=status)
    assert ("ValueError: at the end" in done.stderr) is (status == 1)
    assert "Fatal" not in done.stderr


def test_sys_exit_in_an_observer_is_reported_and_ends_nothing(run, install):
    install("signaling", SIGNALING)
    done = run(
        snippet("""
        fakes.Recorder("SCTest", then=lambda _: sys.exit(5))
        engine.component("signaling").context.post("SCTest", None, {})
        recorder.wait("SCEngineGotException")
        assert engine.local_ip
        fakes.say("alive")
    """)
    )
    assert done.stdout == "alive\n"


def test_an_observer_that_hangs_does_not_keep_the_interpreter_from_ending(run, install):
    install("signaling", SIGNALING)
    done = run(
        snippet("""
        from sipsimple.engine import engine as module
        module.STOP_SECONDS = 0.5
        hanging = fakes.Recorder("SCTest", then=lambda _: threading.Event().wait())
        engine.component("signaling").context.post("SCTest", None, {})
        hanging.wait("SCTest")
    """)
    )
    assert "did not end within" in done.stderr
    assert "Fatal" not in done.stderr


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, -signal.SIGINT), (signal.SIGTERM, -signal.SIGTERM)]
)
@pytest.mark.parametrize("waiting", ["threading.Event().wait()", "time.sleep(60)"])
def test_a_signal_ends_the_process_promptly(
    tmp_path, environment, install, number, status, waiting
):
    install("signaling", SIGNALING)
    script = tmp_path / "script.py"
    script.write_text(STARTED + f"fakes.say('ready')\n{waiting}\n")
    with subprocess.Popen(
        [sys.executable, str(script)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        before = time.monotonic()
        os.kill(process.pid, number)
        try:
            _, errors = process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    assert process.returncode == status, errors
    assert time.monotonic() - before < 5
    assert "Fatal" not in errors


def test_stop_may_be_called_in_a_signal_handler(run, install):
    install("signaling", SIGNALING)
    run(
        snippet("""
        signal.signal(signal.SIGUSR1, lambda *_: engine.stop())
        signal.raise_signal(signal.SIGUSR1)
        assert recorder.names[-1] == "SCEngineDidEnd"
    """)
    )


def test_a_forked_child_is_told_so_and_ends_and_the_parent_goes_on(run, install):
    install("signaling", SIGNALING)
    done = run(
        snippet("""
        child = os.fork()
        if child == 0:
            for call in (
                engine.start, engine.stop, lambda: engine.local_ip, lambda: engine.log_level,
                lambda: engine.component("signaling"), lambda: engine.parse_sip_uri("sip:a@b"),
                lambda: setattr(engine, "trace_sip", True),
            ):
                message = fakes.raises(SIPCoreError, call)
                assert "the parent of this process" in message, message
            assert fakes.calls[-1][1] == "start"
            fakes.say("child")
            sys.exit(0)
        _, status = os.waitpid(child, 0)
        assert status == 0, status
        assert recorder.names[-1] == "SCEngineDidStart"
        engine.stop()
        assert recorder.names[-1] == "SCEngineDidEnd"
        fakes.say("parent")
    """)
    )
    assert done.stdout == "child\nparent\n"


def test_a_fork_in_an_observer_ends_the_child_when_the_observer_returns(run, install):
    install("signaling", SIGNALING)
    run(
        snippet("""
        children = []
        def fork(notification):
            child = os.fork()
            if child:
                children.append(child)
        forking = fakes.Recorder("SCTest", then=fork)
        engine.component("signaling").context.post("SCTest", None, {})
        fakes.wait_until(lambda: children)
        deadline = time.monotonic() + 10
        while os.waitpid(children[0], os.WNOHANG) == (0, 0):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert engine.local_ip
        engine.stop()
    """)
    )


def test_a_child_forked_before_the_start_has_an_engine_of_its_own(run, install):
    install("signaling", SIGNALING)
    run("""
        import os, sys
        import fakes
        from sipsimple import Engine
        engine = Engine()
        child = os.fork()
        recorder = fakes.Recorder()
        engine.start()
        recorder.wait("SCEngineDidStart")
        if child:
            assert os.waitpid(child, 0)[1] == 0
            engine.stop()
            assert recorder.names[-1] == "SCEngineDidEnd"
    """)
