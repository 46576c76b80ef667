"""The life of the Engine: start, stop, notifications, failures; each in its own process."""

from __future__ import annotations


def test_the_engine_starts_stops_and_says_so_in_order(run, install):
    install("one")
    run("""
        import datetime
        import fakes
        from sipsimple.engine import Engine
        recorder = fakes.Recorder()
        engine = Engine()
        engine.start()
        recorder.wait("SCEngineDidStart")
        engine.stop()
        assert recorder.names == [
            "SCEngineWillStart", "SCEngineDidStart", "SCEngineWillEnd", "SCEngineDidEnd",
        ], recorder.names
        assert fakes.calls == [("one", "start", {}), ("one", "stop")]
        for notification in recorder.notifications:
            assert notification.sender is engine
            timestamp = notification.data.timestamp
            assert isinstance(timestamp, datetime.datetime) and timestamp.tzinfo is not None
            age = datetime.datetime.now(datetime.timezone.utc) - timestamp
            assert 0 <= age.total_seconds() < 10
    """)


def test_the_engine_is_one_object_whoever_makes_it(run):
    run("""
        import threading
        import fakes
        from sipsimple.engine import Engine
        made = []
        threads = [threading.Thread(target=lambda: made.append(Engine())) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(made) == 20 and set(made) == {Engine()}
    """)


def test_a_component_starts_after_what_it_requires_and_stops_before_it(run, install):
    install("a", requires=("c",))
    install("b", requires=("a", "absent"))
    install("c")
    run("""
        import fake_a
        import fakes
        from sipsimple.engine import Engine
        Engine().start()
        Engine().stop()
        assert [call[:2] for call in fakes.calls] == [
            ("c", "start"), ("a", "start"), ("b", "start"),
            ("b", "stop"), ("a", "stop"), ("c", "stop"),
        ], fakes.calls
        assert fake_a.component.threads == {"sipsimple-engine"}
    """)


def test_once_stopped_it_cannot_be_started_again(run):
    run("""
        from fakes import raises
        from sipsimple import Engine, SIPCoreError
        engine = Engine()
        engine.stop()
        engine.start()
        assert "is running" in raises(SIPCoreError, engine.start)
        engine.stop()
        engine.stop()
        assert "cannot be started again" in raises(SIPCoreError, engine.start)
    """)


def test_a_failing_component_stops_the_others_and_the_engine_may_be_started_again(run, install):
    install("a")
    install("b", requires=("a",), fail="ValueError")
    run("""
        import fake_b
        import fakes
        from sipsimple.engine import Engine
        recorder = fakes.Recorder()
        engine = Engine()
        assert fakes.raises(ValueError, engine.start) == "b"
        assert recorder.names == ["SCEngineWillStart", "SCEngineDidFail"], recorder.names
        assert recorder.wait("SCEngineDidFail").data.reason == "ValueError: b"
        assert fakes.calls == [("a", "start", {}), ("b", "start", {}), ("a", "stop")]
        fake_b.component.fail = ""
        engine.start()
        recorder.wait("SCEngineDidStart")
        engine.stop()
        assert recorder.names[-1] == "SCEngineDidEnd"
    """)


def test_stop_in_an_observer_returns_at_once_and_the_engine_ends(run, install):
    install("one")
    run("""
        import fakes
        from sipsimple.engine import Engine
        engine = Engine()
        returned = []
        def leave(notification):
            if notification.name == "SCEngineDidStart":
                engine.stop()
                returned.append(True)
        recorder = fakes.Recorder(then=leave)
        engine.start()
        recorder.wait("SCEngineDidEnd")
        engine.stop()
        assert returned and recorder.names[-2:] == ["SCEngineWillEnd", "SCEngineDidEnd"]
    """)


def test_many_threads_may_stop_it_at_once(run, install):
    install("one")
    run("""
        import threading
        import fakes
        from sipsimple.engine import Engine
        recorder = fakes.Recorder()
        engine = Engine()
        engine.start()
        threads = [threading.Thread(target=engine.stop) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert recorder.names.count("SCEngineWillEnd") == 1, recorder.names
        assert recorder.names.count("SCEngineDidEnd") == 1, recorder.names
        assert recorder.names[-1] == "SCEngineDidEnd"
        assert fakes.calls[-1] == ("one", "stop")
    """)


def test_an_exception_in_an_observer_is_reported_and_stops_nothing(run, install):
    install("one")
    run("""
        import fakes
        from sipsimple.engine import Engine
        def fail(notification):
            if notification.name == "SCTest":
                raise notification.data.error
        fakes.Recorder("SCTest", then=fail)
        recorder = fakes.Recorder()
        engine = Engine()
        engine.start()
        post = engine.component("one").context.post
        for error in (RuntimeError("first"), SystemExit(3), KeyboardInterrupt("third")):
            post("SCTest", None, {"error": error})
        post("SCLast", None, {})
        recorder.wait("SCLast")
        engine.stop()
        reported = [item for item in recorder.notifications if item.name == "SCEngineGotException"]
        assert len(reported) == 3, recorder.names
        for item, text in zip(reported, ("RuntimeError: first", "SystemExit: 3", "third")):
            assert text in item.data.traceback and "Traceback" in item.data.traceback
            assert item.sender is engine and item.data.timestamp.tzinfo is not None
        assert recorder.names.count("SCTest") == 3
    """)


def test_a_failing_observer_of_exceptions_does_not_go_in_circles(run, install):
    install("one")
    done = run("""
        import fakes
        from sipsimple.engine import Engine
        def fail(notification):
            raise RuntimeError(notification.name)
        engine = Engine()
        failing = fakes.Recorder("SCEngineGotException", then=fail)
        fakes.Recorder("SCTest", then=fail)
        recorder = fakes.Recorder()
        engine.start()
        engine.component("one").context.post("SCTest", None, {})
        recorder.wait("SCEngineGotException")
        engine.stop()
        assert recorder.names.count("SCEngineGotException") == 1, recorder.names
    """)
    assert "RuntimeError: SCEngineGotException" in done.stderr


def test_an_exception_that_nobody_observes_is_logged(run, install):
    install("one")
    done = run("""
        import fakes
        from sipsimple.engine import Engine
        def fail(notification):
            raise RuntimeError("unheard")
        fakes.Recorder("SCEngineDidStart", then=fail)
        Engine().start()
        Engine().stop()
    """)
    assert "RuntimeError: unheard" in done.stderr


def test_an_exception_that_only_observers_of_everything_get_is_logged(run, install):
    install("one")
    done = run("""
        import fakes
        from sipsimple.engine import Engine
        def fail(notification):
            if notification.name == "SCEngineDidStart":
                raise RuntimeError("unheard")
        recorder = fakes.Recorder(then=fail)
        Engine().start()
        Engine().stop()
        assert recorder.names.count("SCEngineGotException") == 1
    """)
    assert done.stderr.count("RuntimeError: unheard") == 1, done.stderr


def test_an_exception_that_is_observed_by_its_name_is_not_logged(run, install):
    install("one")
    done = run("""
        import logging
        import fakes
        from sipsimple.engine import Engine
        def fail(notification):
            raise RuntimeError("heard")
        records = []
        handler = logging.Handler()
        handler.emit = records.append
        logging.getLogger("sipsimple.engine").addHandler(handler)
        reports = fakes.Recorder("SCEngineGotException")
        fakes.Recorder("SCEngineDidStart", then=fail)
        Engine().start()
        Engine().stop()
        assert "heard" in reports.wait("SCEngineGotException").data.traceback
        assert records == [], records
    """)
    assert done.stderr == ""


def test_notifications_of_a_component_keep_their_sender_order_and_time(run, install):
    install("one")
    run("""
        import datetime
        import fakes
        from sipsimple.engine import Engine
        recorder = fakes.Recorder()
        engine = Engine()
        engine.start()
        sender = object()
        then = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
        context = engine.component("one").context
        for number in range(100):
            context.post("SCTest", sender, {"number": number})
        context.post("SCLast", None, {"timestamp": then})
        assert recorder.wait("SCLast").data.timestamp == then
        assert recorder.wait("SCLast").sender is engine
        tests = [item for item in recorder.notifications if item.name == "SCTest"]
        assert [item.data.number for item in tests] == list(range(100))
        assert all(item.sender is sender for item in tests)
        engine.stop()
    """)


def test_the_engine_waits_a_while_for_what_lives_to_end(run, install):
    install("signaling", "from fakes import FakeSignaling\ncomponent = FakeSignaling()\n")
    run("""
        import fake_signaling
        import fakes
        from sipsimple.engine import Engine
        layer = fake_signaling.component
        layer.alive = True
        def goodbye(notification):
            assert fakes.calls[-1] == ("signaling", "begin_stop")
            assert engine.local_ip == "127.0.0.1"
            layer.alive = False
        engine = Engine()
        engine.start()
        fakes.Recorder("SCGoodbye", then=goodbye)
        recorder = fakes.Recorder()
        layer.begin_stop = lambda: (
            fakes.calls.append(("signaling", "begin_stop")),
            layer.context.post("SCGoodbye", None, {}),
        )
        engine.stop()
        assert recorder.names == ["SCEngineWillEnd", "SCGoodbye", "SCEngineDidEnd"], recorder.names
        assert fakes.calls[-1] == ("signaling", "stop") and not layer.alive
    """)


def test_what_needs_a_layer_that_was_stopped_says_that_the_engine_is_being_stopped(run, install):
    install("signaling", "from fakes import FakeSignaling\ncomponent = FakeSignaling()\n")
    run("""
        import fake_signaling
        import fakes
        from sipsimple.engine import Engine
        from sipsimple.pjproject import SIPCoreError
        layer = fake_signaling.component
        texts = []
        engine = Engine()
        engine.start()
        layer.stop = lambda: texts.append(
            fakes.raises(SIPCoreError, lambda: engine.local_ip)
        )
        engine.stop()
        texts.append(fakes.raises(SIPCoreError, lambda: engine.local_ip))
        assert texts == [
            "local_ip: the Engine is being stopped",
            "local_ip: the Engine was stopped and cannot be started again",
        ], texts
    """)


def test_what_does_not_end_is_stopped_after_two_seconds(run, install):
    install("signaling", "from fakes import FakeSignaling\ncomponent = FakeSignaling()\n")
    run("""
        import time
        import fake_signaling
        import fakes
        from sipsimple.engine import Engine
        Engine().start()
        fake_signaling.component.alive = True
        before = time.monotonic()
        Engine().stop()
        assert 1.9 < time.monotonic() - before < 5
        assert fakes.calls[-2:] == [("signaling", "begin_stop"), ("signaling", "stop")]
    """)


def test_polling_that_goes_on_failing_is_fatal(run, install):
    install("signaling", "from fakes import FakeSignaling\ncomponent = FakeSignaling()\n")
    run("""
        import fake_signaling
        import fakes
        from sipsimple.engine import Engine
        recorder = fakes.Recorder()
        Engine().start()
        recorder.wait("SCEngineDidStart")
        fake_signaling.component.poll_error = OSError("broken")
        recorder.wait("SCEngineDidEnd")
        names = recorder.names
        assert names[-2:] == ["SCEngineDidFail", "SCEngineDidEnd"], names
        assert names.count("SCEngineGotException") == 10, names
        assert "OSError: broken" in recorder.wait("SCEngineGotException").data.traceback
        assert fakes.calls[-1] == ("signaling", "stop")
        Engine().stop()
    """)


def test_a_failure_to_poll_that_passes_is_only_reported(run, install):
    install("signaling", "from fakes import FakeSignaling\ncomponent = FakeSignaling()\n")
    run("""
        import fake_signaling
        import fakes
        from sipsimple.engine import Engine
        layer = fake_signaling.component
        def recover(notification):
            layer.poll_error = None
        recorder = fakes.Recorder("SCEngineGotException", then=recover)
        Engine().start()
        layer.poll_error = OSError("passing")
        recorder.wait("SCEngineGotException")
        polls = layer.polls
        fakes.wait_until(lambda: layer.polls > polls + 2)
        assert recorder.names == ["SCEngineGotException"]
        Engine().stop()
    """)


def test_log_messages_are_reported_up_to_the_level(run, install):
    run("""
        import fakes
        from sipsimple import Engine, SIPCoreError
        engine = Engine()
        assert "is not started" in fakes.raises(SIPCoreError, lambda: engine.log_level)
        assert "is not started" in fakes.raises(SIPCoreError, setattr, engine, "log_level", 3)
        engine.start(log_level=4)
        assert engine.log_level == 4
        engine.log_level = 2
        assert engine.log_level == 2
        assert fakes.raises(ValueError, setattr, engine, "log_level", 6).startswith("log_level: 6")
        for value in ("5", True, None, 2.0):
            message = fakes.raises(TypeError, setattr, engine, "log_level", value)
            assert message.startswith("log_level: "), message
        assert engine.log_level == 2
        engine.stop()
        fakes.raises(SIPCoreError, lambda: engine.log_level)
    """)


def test_stop_says_so_when_an_observer_never_returns(run, install):
    install("one")
    run("""
        import threading
        import fakes
        from sipsimple.engine import Engine, engine as module
        from sipsimple import SIPCoreError
        module.STOP_SECONDS = 0.3
        release = threading.Event()
        recorder = fakes.Recorder("SCEngineDidStart", then=lambda _: release.wait(20))
        Engine().start()
        recorder.wait("SCEngineDidStart")
        assert "observer" in fakes.raises(SIPCoreError, Engine().stop)
        release.set()
        module.STOP_SECONDS = 15
        Engine().stop()
    """)
