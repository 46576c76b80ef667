"""A live call, a registration that is being sent and a wave file that is played; then CODE.

`live.py PORT FOLDER CODE`: CODE finds all of it as globals, and ends the program as it likes.
"""

from __future__ import annotations

import faulthandler
import sys
import wave
from collections.abc import Callable
from pathlib import Path

from party import HOST, Party, wait_until

import sipsimple
from sipsimple import (
    SIPURI,
    Credentials,
    RecordingWaveFile,
    Registration,
    Route,
    SIPCoreError,
    WaveFile,
)
from sipsimple.notification import NotificationCenter

faulthandler.dump_traceback_later(30, exit=True)


def say(text: object) -> None:
    """Tell the test, at once."""
    print(text, flush=True)


def raises(function: Callable[[], object]) -> None:
    """Check that it raises SIPCoreError."""
    try:
        function()
    except SIPCoreError:
        return
    raise AssertionError(f"{function} did not raise")


folder = Path(sys.argv[2])
sound = folder / "sound.wav"
with wave.open(str(sound), "wb") as file:
    file.setparams((1, 2, 8000, 0, "NONE", "not compressed"))
    file.writeframes(bytes(480000))
party = Party()
engine = party.engine
registration = Registration(Credentials(SIPURI(HOST, user="carol"), "secret"), route=Route(HOST, 9))
registration.register()
call = party.call(int(sys.argv[1])).talk()
invitation, audio = call.invitation, call.audio
assert audio is not None
wave_file = WaveFile(str(sound))
wave_file.start()
engine.connect(wave_file, audio)
recording = RecordingWaveFile(str(folder / "recorded.wav"))
recording.start()
engine.connect(audio, recording)
sent = call.received()
wait_until(lambda: call.received() > sent)
public = {name: getattr(sipsimple, name) for name in sipsimple.__all__}
globals().update(public, NotificationCenter=NotificationCenter)
exec(sys.argv[3])
