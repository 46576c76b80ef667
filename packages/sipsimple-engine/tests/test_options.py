"""The options of `Engine.start()`, and the members that layers add to the Engine."""

from __future__ import annotations

SIGNALING = "from fakes import FakeSignaling\ncomponent = FakeSignaling()\n"


def test_options_go_to_their_component_with_the_defaults_of_the_others(run, install):
    install("one", options={"colour": "red", "sizes": [1, 2]})
    install("two", options={"speed": 3})
    run("""
        import fakes
        from sipsimple.engine import Engine
        defaults = {"log_level": 5, "colour": "red", "sizes": [1, 2], "speed": 3}
        assert Engine.default_start_options == Engine().default_start_options == defaults
        Engine.default_start_options["sizes"].append(3)
        Engine().start(speed=4)
        assert fakes.calls == [
            ("one", "start", {"colour": "red", "sizes": [1, 2]}), ("two", "start", {"speed": 4}),
        ], fakes.calls
        assert Engine.default_start_options == defaults
        Engine().stop()
    """)


def test_unknown_options_are_named_and_nothing_is_started(run, install):
    install("one", options={"colour": "red"})
    run("""
        import fakes
        from sipsimple.engine import Engine
        recorder = fakes.Recorder()
        engine = Engine()
        message = fakes.raises(TypeError, engine.start, color="blue", speed=1)
        assert "'color'" in message and "'speed'" in message, message
        assert fakes.raises(TypeError, engine.start, codecs=[]) == "codecs: needs sipsimple-media"
        assert fakes.raises(TypeError, engine.start, local_ip="::1") == (
            "local_ip: needs sipsimple-core"
        )
        fakes.raises(TypeError, engine.start, log_level="5")
        fakes.raises(ValueError, engine.start, log_level=-1)
        assert recorder.names == fakes.calls == []
        engine.start(colour="blue")
        engine.stop()
    """)


def test_the_signature_of_start_shows_the_options_that_are_installed(run, install):
    install("signaling", SIGNALING)
    install("paint", options={"colour": "red"})
    run("""
        import inspect
        import pydoc
        import fakes
        from sipsimple.engine import Engine
        for start in (Engine.start, Engine().start):
            parameters = inspect.signature(start).parameters
            options = {
                name: parameter.default for name, parameter in parameters.items()
                if parameter.kind is parameter.KEYWORD_ONLY
            }
            assert options == Engine.default_start_options
            assert set(parameters) - set(options) <= {"self"}
        assert parameters["local_udp_port"].annotation == int | None
        text = pydoc.render_doc(Engine.start, renderer=pydoc.plaintext)
        assert "log_level: int = 5" in text and "colour='red'" in text, text
        assert "Raises:" in text
        text = pydoc.render_doc(Engine, renderer=pydoc.plaintext)
        assert "start(" in text and "colour='red'" in text, text
    """)


def test_members_of_a_layer_are_forwarded_while_the_engine_runs(run, install):
    install("signaling", SIGNALING)
    run("""
        import fakes
        from sipsimple import Engine, SIPCoreError
        engine = Engine()
        assert "is not started" in fakes.raises(SIPCoreError, lambda: engine.local_udp_port)
        assert "is not started" in fakes.raises(SIPCoreError, setattr, engine, "trace_sip", True)
        engine.start(local_udp_port=5070)
        layer = engine.component("signaling")
        assert (engine.local_ip, engine.local_udp_port) == ("127.0.0.1", 5070)
        engine.user_agent = "new"
        engine.trace_sip = True
        assert layer.user_agent == engine.user_agent == "new"
        assert layer.trace_sip is engine.trace_sip is True
        engine.stop()
        assert "was stopped" in fakes.raises(SIPCoreError, lambda: engine.local_ip)
    """)


def test_members_of_a_layer_that_is_not_installed_name_its_distribution(run, install):
    run("""
        import inspect
        import fakes
        from sipsimple import Engine, SIPCoreError
        from sipsimple.engine.audio_api import AudioAPI
        from sipsimple.engine.signaling_api import SignalingAPI
        engine = Engine()
        def check():
            for mixin, distribution in (
                (AudioAPI, "sipsimple-media"), (SignalingAPI, "sipsimple-core"),
            ):
                members = [name for name in vars(mixin) if not name.startswith("_")]
                assert members
                for name in members:
                    member = inspect.getattr_static(Engine, name)
                    if isinstance(member, property):
                        message = fakes.raises(SIPCoreError, getattr, engine, name)
                        if member.fset is not None:
                            fakes.raises(SIPCoreError, setattr, engine, name, None)
                    else:
                        count = sum(
                            parameter.default is parameter.empty
                            for parameter in inspect.signature(member).parameters.values()
                        ) - 1
                        message = fakes.raises(SIPCoreError, getattr(engine, name), *[None] * count)
                    assert message == f"{name}: needs {distribution}", message
        check()
        engine.start()
        check()
        engine.stop()
        check()
    """)


def test_read_only_attributes_cannot_be_assigned_nor_can_misspelt_ones(run, install):
    install("signaling", SIGNALING)
    run("""
        import fakes
        from sipsimple.engine import Engine
        engine = Engine()
        for running in (False, True):
            for name in (
                "local_ip", "local_udp_port", "local_tcp_port", "local_tls_port",
                "tls_verify_server", "tls_ca_file", "tls_cert_file", "tls_privkey_file",
                "tls_min_version", "sample_rate", "ec_tail_length",
                "playback_devices", "recording_devices", "bridge", "sound_device",
                "default_start_options", "trace_spi",
            ):
                fakes.raises(AttributeError, setattr, engine, name, 1)
            if not running:
                engine.start()
        engine.stop()
    """)


def test_every_public_member_is_documented(run):
    run("""
        import inspect
        import fakes
        from sipsimple.engine import Engine
        for name in dir(Engine):
            member = inspect.getattr_static(Engine, name)
            if not name.startswith("_") and name != "default_start_options":
                assert inspect.getdoc(member), name
                function = member.fget if isinstance(member, property) else getattr(Engine, name)
                inspect.signature(function)
    """)
