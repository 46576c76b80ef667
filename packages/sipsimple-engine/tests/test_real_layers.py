"""The Engine with the layers that are really installed: what it says of them is true."""

from __future__ import annotations

import importlib.metadata
import inspect

import pytest

from sipsimple.engine.audio_api import AudioAPI
from sipsimple.engine.component import PollingComponent
from sipsimple.engine.engine import Engine
from sipsimple.engine.options import ENGINE_OPTIONS, StartOptions
from sipsimple.engine.signaling_api import SignalingAPI

LAYERS = {
    entry.name: entry
    for entry in importlib.metadata.entry_points(group="sipsimple.components")
    if entry.value.startswith("sipsimple.")
}


@pytest.mark.parametrize(
    ("layer", "mixin"),
    [
        ("signaling", SignalingAPI),
        ("audio", AudioAPI),
    ],
)
def test_every_forwarded_member_exists_and_is_as_writable(layer, mixin):
    component = LAYERS[layer].load()
    for name, member in vars(mixin).items():
        if name.startswith("_"):
            continue
        theirs = inspect.getattr_static(component, name)
        if isinstance(member, property):
            assert isinstance(theirs, property), name
            assert (theirs.fset is None) is (member.fset is None), name
        else:
            ours = inspect.signature(member).parameters
            theirs = inspect.signature(theirs).parameters
            assert [(item.name, item.default) for item in ours.values()] == [
                (item.name, item.default) for item in theirs.values()
            ], name


def test_every_documented_option_exists_and_every_option_is_documented():
    options = dict(ENGINE_OPTIONS)
    for entry in LAYERS.values():
        options.update(entry.load().default_start_options)
    assert set(options) == set(StartOptions.__annotations__)
    for name in options:
        assert f"\n    {name}: " in inspect.getdoc(Engine.start), name


def test_every_codec_is_named_where_the_option_is_described():
    from sipsimple.media.options import CODEC_NAMES

    for member in (Engine.start, Engine.codecs):
        assert [name for name in CODEC_NAMES if f'"{name}"' not in member.__doc__] == []


def test_only_signaling_polls_in_the_thread_of_the_engine():
    polling = [name for name, entry in LAYERS.items() if isinstance(entry.load(), PollingComponent)]
    assert polling == ["signaling"]


def test_the_engine_runs_with_what_is_installed(run):
    run("""
        import time
        from sipsimple import Engine, PJSIPError, SIPCoreError
        from sipsimple.engine import known_notifications
        from sipsimple.notification import IObserver, NotificationCenter
        from zope.interface import implementer

        @implementer(IObserver)
        class Recorder:
            def __init__(self):
                self.notifications = []
            def handle_notification(self, notification):
                self.notifications.append(notification)

        recorder = Recorder()
        NotificationCenter().add_observer(recorder)
        engine = Engine()
        options = {"local_ip": "127.0.0.1", "local_tls_port": None, "log_level": 4}
        if "auto_sound" in Engine.default_start_options:
            options["auto_sound"] = False
        engine.start(**options)
        assert engine.local_ip == "127.0.0.1"
        assert 0 < engine.local_udp_port < 65536 and 0 < engine.local_tcp_port < 65536
        assert engine.local_tls_port is None
        assert engine.user_agent == Engine.default_start_options["user_agent"]
        assert engine.trace_sip is False
        assert (engine.session_expires, engine.min_session_expires) == (1800, 90)
        assert engine.parse_sip_uri("sip:alice@example.com").host == "example.com"
        assert engine.events == Engine.default_start_options["events"]
        engine.add_event("x-weather", ["text/plain"])
        # Nobody answers there; it is told when the Engine stops.
        engine.detect_nat_type("127.0.0.1", stun_server_port=9)
        assert engine.events["x-weather"] == ["text/plain"]
        assert "x-weather" not in Engine.default_start_options["events"]
        before = time.monotonic()
        engine.stop()
        assert time.monotonic() - before < 1.5, "nothing lived that could take so long to end"
        logs = [item.data for item in recorder.notifications if item.name == "SCEngineLog"]
        names = [item.name for item in recorder.notifications if item.name != "SCEngineLog"]
        assert names == [
            "SCEngineWillStart", "SCEngineDidStart", "SCEngineWillEnd",
            "SCEngineDetectedNATType", "SCEngineDidEnd",
        ], names
        assert logs and {log.level for log in logs} <= {1, 2, 3, 4}
        for log in logs:
            assert log.sender and isinstance(log.message, str) and log.timestamp.tzinfo
        kinds = known_notifications()
        for item in recorder.notifications:
            assert kinds[item.name].problems(vars(item.data)) == []
        assert all(item.sender is engine for item in recorder.notifications)
        assert recorder.notifications[-1].name == "SCEngineDidEnd"
        try:
            engine.local_ip
        except SIPCoreError as error:
            assert "was stopped" in str(error)
        else:
            raise AssertionError
    """)


def test_the_engine_changes_its_ports_while_it_runs(run):
    run("""
        import socket
        from sipsimple import Engine, PJSIPError, SIPCoreError
        options = {"local_ip": "127.0.0.1"}
        if "auto_sound" in Engine.default_start_options:
            options["auto_sound"] = False
        engine = Engine()

        def refused(error, function, *arguments):
            try:
                function(*arguments)
            except error:
                return True

        names = ("udp", "tcp", "tls")
        for name in names:
            assert refused(SIPCoreError, getattr(engine, f"set_local_{name}_port"), 0), name
        engine.start(**options)
        for name in names:
            change = getattr(engine, f"set_local_{name}_port")
            port = lambda: getattr(engine, f"local_{name}_port")
            before = port()
            change(0)
            after = port()
            assert after not in (None, 0, before), (name, after)
            kind = socket.SOCK_DGRAM if name == "udp" else socket.SOCK_STREAM
            with socket.socket(socket.AF_INET, kind) as taken:
                taken.bind(("127.0.0.1", 0))
                if name != "udp":
                    taken.listen()
                assert refused(PJSIPError, change, taken.getsockname()[1]), name
            assert refused(TypeError, change, "5060"), name
            assert port() == after
            change(None)
            assert port() is None
            change(after)
            assert port() == after
        port = engine.local_tls_port
        engine.set_tls_verify_server(True)
        assert engine.tls_verify_server is True
        engine.set_tls_ca_file(None)
        assert refused(ValueError, engine.set_tls_ca_file, "/nowhere")
        assert (engine.tls_ca_file, engine.local_tls_port) == (None, port)
        assert (engine.tls_cert_file, engine.tls_privkey_file) == (None, None)
        assert engine.tls_min_version == "1.2"
        engine.stop()
    """)


def test_a_port_that_is_taken_fails_the_start_and_another_start_works(run):
    run("""
        import socket
        from sipsimple import Engine, PJSIPError
        taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        options = {"local_ip": "127.0.0.1", "local_tcp_port": None, "local_tls_port": None}
        if "auto_sound" in Engine.default_start_options:
            options["auto_sound"] = False
        engine = Engine()
        try:
            engine.start(local_udp_port=port, **options)
        except PJSIPError as error:
            assert error.status and str(port) in str(error), error
        else:
            raise AssertionError
        taken.close()
        engine.start(local_udp_port=port, **options)
        assert engine.local_udp_port == port
        engine.stop()
    """)


def test_the_interpreter_may_end_with_something_alive(run):
    run(
        """
        import sys
        from sipsimple import Credentials, Engine, Registration, Route, SIPURI
        options = {"local_ip": "127.0.0.1", "local_tcp_port": None, "local_tls_port": None}
        if "auto_sound" in Engine.default_start_options:
            options["auto_sound"] = False
        engine = Engine()
        engine.start(**options)
        nobody = Route("127.0.0.1", port=9)
        registration = Registration(
            Credentials(SIPURI(user="alice", host="127.0.0.1"), "secret"), route=nobody
        )
        registration.register()
        sys.exit(6)
        """,
        status=6,
        timeout=15,
    )
