"""The `Engine`: the one object that starts, stops and configures the whole stack."""

from __future__ import annotations

import atexit
import enum
import inspect
import logging
import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Unpack

from sipsimple.engine import options as start_options
from sipsimple.engine.audio_api import AudioAPI
from sipsimple.engine.component import Component
from sipsimple.engine.components import installed
from sipsimple.engine.options import StartOptions
from sipsimple.engine.signaling_api import SignalingAPI
from sipsimple.engine.worker import Plan, Worker
from sipsimple.pjproject import SIPCoreError
from sipsimple.pjproject.runtime import get_log_level, set_log_level

__all__ = ["Engine"]

logger = logging.getLogger("sipsimple.engine")

#: How long `stop()` waits for the Engine's thread, in seconds. The thread takes less than
#: half of it, unless an observer does not return.
STOP_SECONDS = 15.0

_DISTRIBUTIONS = {"signaling": "sipsimple-core", "audio": "sipsimple-media"}


class _State(enum.Enum):
    """Where the Engine is in its life; the value says so after "the Engine"."""

    NEW = "is not started"
    STARTING = "is being started"
    RUNNING = "is running"
    STOPPED = "was stopped and cannot be started again"
    FORKED = "runs in the parent of this process: start it after forking, in each process"


class _DefaultStartOptions:
    """Makes `Engine.default_start_options`, which depends on what is installed."""

    def __get__(self, instance: object, owner: type | None = None) -> dict[str, object]:
        return start_options.defaults(installed().components)


class _WithInstalledOptions:
    """Gives `Engine.start` the signature with the options that are installed."""

    def __init__(self, function: Callable[..., None]) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    def __get__(self, instance: object, owner: type | None = None) -> Callable[..., None]:
        if not hasattr(self._function, "__signature__"):
            signature: inspect.Signature = start_options.signature(installed().components)
            self._function.__signature__ = signature  # type: ignore[attr-defined]
        bound: Callable[..., None] = self._function.__get__(instance, owner)
        return bound


class Engine(SignalingAPI, AudioAPI):
    """The SIP stack of this process, as one object.

    `Engine()` gives the same object every time. It starts the layers that are installed
    and runs the one thread in which all notifications of the SIP core are delivered. Its
    methods may be called from any thread, observers included.

    Attributes:
        default_start_options: The options of `start()` that there are, with their defaults,
            as a new dict every time. Also on the class. Read-only.

    Notifications, all with a timezone-aware `timestamp` (a `datetime.datetime`):
        SCEngineWillStart, SCEngineDidStart: around the start of the components.
        SCEngineDidFail: they cannot start, or the Engine is about to stop after a failure.
            `reason` (a str) says why.
        SCEngineWillEnd: `stop()` was called; calls and registrations are about to end.
        SCEngineDidEnd: the Engine ran and has stopped. Always the last.
        SCEngineLog: a log message of pjproject: `sender`, `level` (1 to 5), `message`.
        SCEngineSIPTrace: a SIP message on the wire, while `trace_sip` is True.
        SCEngineGotException: an exception in the Engine's thread, usually of an observer:
            `traceback`, a str. Where nobody observes it by its name, and where its observer
            fails itself, the traceback goes to the logger `sipsimple.engine` of `logging`,
            level ERROR, which writes to stderr unless the application configures it.
    """

    __slots__ = ("__weakref__", "_at_exit_registered", "_live", "_lock", "_state", "_worker")

    _instance: ClassVar[Engine | None] = None
    _creating: ClassVar[threading.RLock] = threading.RLock()

    default_start_options: ClassVar[_DefaultStartOptions] = _DefaultStartOptions()

    _lock: threading.Lock
    _state: _State
    _live: dict[str, Component]
    _worker: Worker | None
    _at_exit_registered: bool

    def __new__(cls) -> Engine:
        """The one Engine of this process."""
        with Engine._creating:
            engine = Engine._instance
            if engine is None:
                engine = super().__new__(cls)
                engine._lock = threading.Lock()
                engine._state = _State.NEW
                engine._live = {}
                engine._worker = None
                engine._at_exit_registered = False
                os.register_at_fork(after_in_child=engine._after_fork_in_child)
                Engine._instance = engine
            return engine

    def start(self, **options: Unpack[StartOptions]) -> None:
        """Start the stack: every layer that is installed, and the Engine's thread.

        After a start that failed, the Engine can be started again; once stopped, it
        cannot. The options of layers of others are keyword arguments as well.

        Args:
            local_ip: Address of the local interface to listen on, a str. None selects the
                one that packets to the outside leave by; "0.0.0.0" means all.
            local_udp_port: UDP port to listen on, 0 to 65535. 0 selects a free one, None
                disables UDP.
            local_tcp_port: TCP port to listen on, likewise.
            local_tls_port: TCP port to listen on with TLS, likewise.
            tls_verify_server: Whether servers are refused whose certificate does not verify,
                or is not for the host that was asked for (RFC 5922).
            tls_ca_file: Path of a PEM file with the certificates of trusted authorities; None
                for those that the system trusts.
            tls_cert_file: Path of a PEM file with our own certificate, followed by those
                between it and its authority's; None for none, so that nobody can connect.
            tls_privkey_file: Path of a PEM file with its private key, not encrypted; None
                where that is in `tls_cert_file`.
            tls_min_version: The lowest version of TLS to talk, "1.2" or "1.3".
            user_agent: The `User-Agent` header of messages that are sent.
            trace_sip: Whether SIP messages on the wire are reported as `SCEngineSIPTrace`.
            events: The event packages that one can subscribe to, a dict from their names to
                lists of the MIME types of their bodies.
            session_expires: Seconds that a call of ours lasts unless it is refreshed, at least
                90 (RFC 4028). The stack refreshes it. None to support no session timers.
            min_session_expires: Seconds below which the timer of a caller gets 422; at least
                90.
            nameservers: IP addresses of name servers, each with an optional port, such as
                "192.0.2.53" or "127.0.0.1:5353". None for those of the system, which then
                has its say about host names too, with `/etc/hosts` and the like.
            log_level: Highest level of pjproject's log messages that are reported as
                `SCEngineLog`, and as records of the logger `sipsimple.pjsip`: 1, the most
                critical, to 5; 0 for none.
            auto_sound: Whether sound devices are selected and opened automatically.
            ec_tail_length: Tail length of the echo canceller in milliseconds; 0 turns it off.
            sample_rate: Sample rate of the bridge and the sound card in kHz: 8, 16 or 32.
            playback_dtmf: Whether DTMF digits are played to the local sound card.
            rtp_port_range: UDP ports for RTP, as (first, last).
            codecs: The audio codecs to use, a list of str, the preferred first: "speex",
                "g711", "ilbc", "gsm", "g722", which are the default in this order, "opus" and
                "l16" (44.1 kHz).

        Raises:
            TypeError: An option is unknown, or of a layer that is not installed, or has a
                value of the wrong type.
            ValueError: The value of an option is out of range.
            SIPCoreError: The Engine is running or was stopped, or a layer cannot start.

        Notifications: `SCEngineWillStart`, then `SCEngineDidStart`; or `SCEngineDidFail`
        where a layer did not start, and what it raised is raised.
        """
        found = installed()
        # First, or the options of a layer that is broken would be called those of one that is
        # not installed.
        found.check()
        own, of_components = start_options.distribute(found.components, options)
        plan = Plan(list(found.components.values()), of_components, _log_level(own["log_level"]))
        with self._lock:
            if self._state is not _State.NEW:
                raise SIPCoreError(f"start: the Engine {self._state.value}")
            self._state = _State.STARTING
            worker = self._worker = Worker(self, plan, self._live, self._ended)
            if not self._at_exit_registered:
                atexit.register(self._stop_at_exit)
                self._at_exit_registered = True
        worker.start()
        with self._lock:
            if self._state is _State.STARTING:
                self._state = _State.RUNNING

    if not TYPE_CHECKING:
        start = _WithInstalledOptions(start)

    def stop(self) -> None:
        """Stop the stack: end calls and registrations, stop every layer and the thread.

        Returns when it has stopped; in an observer at once, since the thread that is to
        end is the one that runs the observer. Does nothing unless the Engine runs. Objects
        of the core that still exist raise `SIPCoreError` from then on. Is called at the
        end of the interpreter.

        Raises:
            SIPCoreError: An observer that does not return keeps the thread from ending; or
                the process was forked from one with a running Engine.

        Notifications: `SCEngineWillEnd`, those of what ends, `SCEngineDidEnd`.
        """
        self._refuse_forked("stop")
        worker = self._worker
        if worker is None:
            return
        worker.request_stop()
        if worker.is_current_thread():
            return
        if not worker.join(STOP_SECONDS):
            raise SIPCoreError(
                f"stop: the Engine's thread did not end within {STOP_SECONDS:.0f} s; "
                f"an observer seems not to return"
            )

    @property
    def log_level(self) -> int:
        """Highest level of pjproject's log messages that are reported as `SCEngineLog`.

        An int from 0 (none) to 5 (all); 1 is the most critical. Those are also records of the
        logger `sipsimple.pjsip`.
        """
        self._require_running("log_level")
        return get_log_level()

    @log_level.setter
    def log_level(self, value: int) -> None:
        self._require_running("log_level")
        set_log_level(_log_level(value))

    def component(self, name: str) -> Component:
        """A component of the running Engine, for what only this one offers.

        Args:
            name: Name of the component, such as "signaling", "audio", or one of others.

        Raises:
            SIPCoreError: No such component is installed, or the Engine does not run.
        """
        return self._layer(name, f"component {name!r}")

    def _layer(self, name: str, member: str) -> Component:
        component = self._live.get(name)
        if component is not None:
            return component
        self._refuse_forked(member)
        found = installed()
        components = found.components
        if name in components:
            # Of one that runs, a layer is only missing when it has been stopped already.
            ending = self._state is _State.RUNNING
            state = "is being stopped" if ending else self._state.value
            raise SIPCoreError(f"{member}: the Engine {state}")
        found.check()
        if name in _DISTRIBUTIONS:
            raise SIPCoreError(f"{member}: needs {_DISTRIBUTIONS[name]}")
        raise SIPCoreError(
            f"{member}: is not installed; there are {', '.join(components) or 'none'}"
        )

    def _require_running(self, member: str) -> None:
        if self._state not in (_State.STARTING, _State.RUNNING):
            raise SIPCoreError(f"{member}: the Engine {self._state.value}")

    def _refuse_forked(self, member: str) -> None:
        if self._state is _State.FORKED:
            raise SIPCoreError(f"{member}: the Engine {self._state.value}")

    def _ended(self, had_started: bool) -> None:
        with self._lock:
            self._state = _State.STOPPED if had_started else _State.NEW
            if not had_started:
                self._worker = None

    def _stop_at_exit(self) -> None:
        if self._state is _State.FORKED:
            return
        try:
            self.stop()
        except SIPCoreError as error:
            logger.error("%s", error)

    def _after_fork_in_child(self) -> None:
        # Only the thread that forked lives on, and the sockets are shared with the parent:
        # nothing of PJSIP may be used. Locks may be held by threads that are gone.
        self._lock = threading.Lock()
        Engine._creating = threading.RLock()
        if self._state in (_State.STARTING, _State.RUNNING):
            self._state = _State.FORKED
            self._live.clear()
            if self._worker is not None:
                self._worker.abandon()


def _log_level(value: object) -> int:
    """Check a log level.

    Raises:
        TypeError: It is no int.
        ValueError: It is not one of pjlib's levels.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"log_level: an int is needed, not {value!r}")
    if not 0 <= value <= 5:
        raise ValueError(f"log_level: {value} is not between 0 and 5")
    return value
