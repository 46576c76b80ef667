"""The end of a process, of an Engine and of objects, in the middle of a call with audio."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from testbed.processes import TestbedError
from testbed.programs import PROGRAMS, Answering, Done, answering, environment, run_program

# Longer than the programs wait for anything: what they say then is worth more.
DEADLINE = 40
Live: TypeAlias = Callable[..., Done]


@pytest.fixture(scope="module")
def peer() -> Iterator[Answering]:
    with answering() as process:
        yield process


@pytest.fixture
def live(peer: Answering, tmp_path: Path) -> Live:
    """Run code within a live call, in a process; see `programs/live.py`."""

    def run(code: str, status: int = 0) -> Done:
        return run_program(
            "live.py", peer.port, tmp_path, textwrap.dedent(code), timeout=DEADLINE, status=status
        )

    return run


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    "waiting", ["__import__('time').sleep(60)", "__import__('signal').pause()"]
)
def test_a_signal_ends_the_process_in_a_call(peer, tmp_path, number, waiting):
    code = f"say('ready')\n{waiting}"
    with subprocess.Popen(
        [sys.executable, str(PROGRAMS / "live.py"), str(peer.port), str(tmp_path), code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            if said != "ready\n":
                raise TestbedError(f"live.py said {said!r}:\n{process.communicate()[1]}")
            before = time.monotonic()
            os.kill(process.pid, number)
            _, errors = process.communicate(timeout=DEADLINE)
        except BaseException:
            process.kill()
            raise
    # The signal itself, as of any Python program: not a crash on the way out.
    assert process.returncode == -number
    assert time.monotonic() - before < 5
    assert errors == "" if number == signal.SIGTERM else errors.endswith("KeyboardInterrupt\n")
    assert "Fatal" not in errors


def test_the_interpreter_ends_with_a_live_call_and_hangs_up(live: Live):
    done = live("say(invitation.state)")
    assert done.output == "CONFIRMED\n"
    assert done.errors == ""


def test_sys_exit_with_a_live_call_gives_its_status(live: Live):
    done = live("sys.exit(7)", status=7)
    assert done.errors == ""


def test_an_exception_of_the_main_thread_with_a_live_call_gives_status_one(live: Live):
    done = live("raise ValueError('at the end')", status=1)
    assert done.errors.endswith("ValueError: at the end\n")
    assert "Fatal" not in done.errors


@pytest.mark.parametrize(
    ("ending", "raised"),
    [("sys.exit(5)", "SystemExit: 5"), ("raise KeyError('seen')", "KeyError: 'seen'")],
)
def test_what_an_observer_raises_in_a_call_is_reported_and_stops_nothing(live, ending, raised):
    done = live(
        f"""
        from zope.interface import implementer
        from sipsimple.notification import IObserver
        @implementer(IObserver)
        class Failing:
            def handle_notification(self, notification):
                {ending}
        failing = Failing()
        NotificationCenter().add_observer(failing, name="SCInvitationChangedState")
        before = call.received()
        port = int(sys.argv[1])
        other = party.call(port).talk()
        other.hang_up()
        wait_until(lambda: len(party.problems) >= 3)
        wait_until(lambda: call.received() > before + 10)
        assert invitation.state == "CONFIRMED" and audio.is_active
        assert all({raised!r} in text for text in party.problems), party.problems
        engine.stop()
        assert call.ended.is_set()
        say("alive")
        """
    )
    assert done.output == "alive\n"
    assert done.errors == ""


def test_a_peer_that_is_gone_without_a_word_ends_nothing_here(live: Live):
    answer = PROGRAMS / "answer.py"
    done = live(
        f"""
        import subprocess
        pipes = {{"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}}
        with subprocess.Popen([sys.executable, {str(answer)!r}], **pipes) as other:
            gone = party.call(int(other.stdout.readline())).talk()
            other.communicate("os._exit\\n", timeout=10)
        before = call.received()
        wait_until(lambda: call.received() > before + 10)
        # Its audio goes to a port that nobody has: errors of the socket, no more.
        assert gone.invitation.state == "CONFIRMED" and gone.audio.is_active
        gone.invitation.disconnect()
        engine.stop()
        assert call.ended.is_set() and gone.ended.is_set()
        assert party.problems == []
        say("alive")
        """
    )
    assert done.output == "alive\n"
    assert done.errors == ""


STOPPED = """
names = list(party.names)
engine.stop()
ended = party.names[len(names):]
assert call.ended.is_set()
assert ended[-1] == "SCEngineDidEnd" and "SCEngineWillEnd" in ended, ended
assert party.problems == []
"""


def test_objects_of_a_stopped_engine_raise_sip_core_error(live: Live):
    done = live(
        STOPPED
        + """
for function in (
    lambda: invitation.send_invite(),
    lambda: invitation.send_reinvite(),
    lambda: invitation.accept_invite(),
    lambda: invitation.disconnect(),
    lambda: registration.register(),
    lambda: registration.unregister(),
    lambda: wave_file.start(),
    lambda: recording.start(),
    lambda: audio.send_dtmf("1"),
    lambda: audio.update_direction("sendrecv"),
    lambda: audio.get_local_media(True),
    lambda: audio.transport.set_INIT(),
    lambda: RTPTransport(HOST),
    lambda: WaveFile(wave_file.file_name).start(),
    lambda: RecordingWaveFile(recording.file_name).start(),
    lambda: Invitation(Credentials(SIPURI(HOST)), SIPURI(HOST), Route(HOST)).send_invite(),
    lambda: Registration(Credentials(SIPURI(HOST, user="a")), route=Route(HOST)).register(),
    lambda: engine.connect(wave_file, audio),
    lambda: engine.bridge,
    lambda: engine.local_ip,
    lambda: engine.start(),
):
    raises(function)
assert invitation.state == "DISCONNECTED" and not audio.is_active
assert not wave_file.is_active and not recording.is_active
assert audio.statistics.packets_received > 0
engine.stop()
say("stopped")
"""
    )
    assert done.output == "stopped\n"
    assert done.errors == ""


@pytest.mark.parametrize("stopped", [True, False], ids=["stopped", "running"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_objects_may_be_dropped_in_any_order(live: Live, stopped: bool, seed: int):
    done = live(
        (STOPPED if stopped else "")
        + f"""
import gc, random
names = ["invitation", "audio", "wave_file", "recording", "registration", "transport"]
transport = audio.transport
random.Random({seed}).shuffle(names)
party.calls.clear()
call.audio = call.invitation = None
del call
if {seed} == 3:  # all at once, as a cycle
    cycle = [globals().pop(name) for name in names]
    cycle.append(cycle)
    del cycle, names[:]
for name in names:
    del globals()[name]
    gc.collect()
gc.collect()
assert party.problems == []
if not {stopped}:
    party.call(int(sys.argv[1])).talk().hang_up()  # and all goes on
    engine.stop()
say("dropped")
"""
    )
    assert done.output == "dropped\n"
    assert done.errors == ""


def test_os_exit_in_a_call_ends_at_once(live: Live):
    done = live("import os\nos._exit(9)", status=9)
    assert done.errors == ""
