"""Where python-application's `application.notification` is installed, it is what is used."""

from __future__ import annotations

import shutil

import pytest

NAMES = (
    "Any",
    "IObserver",
    "Notification",
    "NotificationCenter",
    "NotificationData",
    "ObserverWeakrefProxy",
    "UnknownSender",
)


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "application"
    folder.mkdir()
    (folder / "__init__.py").touch()
    return folder


@pytest.fixture
def application(package, support):
    shutil.copy(support / "application_notification.py", package / "notification.py")


def test_its_objects_are_handed_out(run, application):
    run(f"""
        import application.notification as theirs
        import sipsimple.notification as ours
        for name in {NAMES}:
            assert getattr(ours, name) is getattr(theirs, name), name
        assert set(ours.__all__) == set({NAMES})
    """)


def test_without_it_ours_are(run):
    run(f"""
        import importlib.util
        import sipsimple.notification as ours
        assert importlib.util.find_spec("application") is None
        for name in {NAMES}:
            assert getattr(ours, name).__module__.startswith("sipsimple.notification"), name
    """)


@pytest.mark.parametrize(
    "source",
    ["print 'for Python 2'\n", "import no_such_module\n", "raise RuntimeError\n", "Any = 1\n"],
)
def test_one_that_cannot_be_used_or_is_something_else_is_left_alone(run, package, source):
    (package / "notification.py").write_text(source)
    run("""
        import sipsimple.notification as ours
        assert ours.NotificationCenter.__module__ == "sipsimple.notification.center"
    """)


def test_the_engine_delivers_through_it(run, application, install):
    install("one")
    run("""
        import application.notification
        import fakes
        from sipsimple import Engine
        recorder = fakes.Recorder()
        engine = Engine()
        engine.start()
        engine.component("one").context.post("SCTest", None, {"number": 1})
        test = recorder.wait("SCTest")
        assert type(test) is application.notification.Notification
        assert type(test.data) is application.notification.NotificationData
        assert test.sender is engine and test.data.number == 1 and test.data.timestamp.tzinfo
        engine.stop()
        assert recorder.names[-1] == "SCEngineDidEnd"
    """)


@pytest.mark.parametrize("kind", ["RuntimeError", "SystemExit", "KeyboardInterrupt"])
def test_exceptions_of_observers_are_reported_and_deliveries_go_on(run, application, install, kind):
    install("one")
    run(f"""
        import fakes
        from sipsimple import Engine
        engine = Engine()
        def fail(notification):
            NotificationCenter().post_notification("SCNested", sender=engine)
            raise {kind}("of an observer")
        from sipsimple.notification import NotificationCenter
        recorder = fakes.Recorder()
        engine.start()
        recorder.wait("SCEngineDidStart")
        fakes.Recorder("SCTest", then=fail)
        fakes.Recorder("SCEngineGotException", then=fail)
        post = engine.component("one").context.post
        post("SCTest", None, {{}})
        post("SCLast", None, {{}})
        recorder.wait("SCLast")
        engine.stop()
        names = recorder.names
        assert names.count("SCEngineGotException") == 1, names
        assert names.count("SCNested") == 2, names
        report = recorder.wait("SCEngineGotException")
        assert "{kind}: of an observer" in report.data.traceback
        assert report.sender is engine and report.data.timestamp.tzinfo
        assert names[-1] == "SCEngineDidEnd"
    """)


def test_what_an_application_logs_itself_is_not_reported(run, application, install):
    install("one")
    run("""
        import logging
        import fakes
        from sipsimple import Engine
        def log(notification):
            try:
                raise ValueError
            except ValueError:
                logging.getLogger().exception("handled")
        recorder = fakes.Recorder()
        fakes.Recorder("SCTest", then=log)
        Engine().start()
        Engine().component("one").context.post("SCTest", None, {})
        Engine().stop()
        assert "SCTest" in recorder.names and "SCEngineGotException" not in recorder.names
        assert logging.getLogger().handlers == [], logging.getLogger().handlers
    """)
