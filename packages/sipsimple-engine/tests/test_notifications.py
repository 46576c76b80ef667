"""The tables of notifications: joined for what is installed, and true of what the Engine sends."""

from __future__ import annotations

NOTIFYING = """
    from fakes import Fake
    from sipsimple.pjproject.notifications import DataAttribute, NotificationKind
    component = Fake("video")
    component.notifications = (
        NotificationKind("SCVideoDidFreeze", "Video", "the picture stands still", (
            DataAttribute("duration", float, "for how long", "seconds"),
        )),
    )
"""


def test_layers_that_are_not_installed_are_not_needed(run, install):
    install("one")
    run("""
        import fakes, sys
        from sipsimple.engine import known_notifications
        kinds = known_notifications()
        assert {"SCEngineDidStart", "SCEngineLog", "SCEngineGotException"} <= set(kinds)
        assert {kind.sender for kind in kinds.values()} == {"Engine"}
        assert all(name == kind.name for name, kind in kinds.items())
        kinds.clear()
        assert known_notifications(), "a new dict every time"
        layers = ("sipsimple.core", "sipsimple.media", "sipsimple.sdp")
        assert not [name for name in sys.modules if name.startswith(layers)]
    """)


def test_the_notifications_of_other_layers_are_known_too(run, install):
    install("video", NOTIFYING)
    run("""
        import fakes
        from sipsimple.engine import NotifyingComponent, known_notifications
        import fake_video
        assert isinstance(fake_video.component, NotifyingComponent)
        kind = known_notifications()["SCVideoDidFreeze"]
        assert (kind.sender, kind.attributes[0].unit) == ("Video", "seconds")
    """)


def test_two_layers_cannot_have_the_same_notification(run, install):
    install("video", NOTIFYING)
    install("film", NOTIFYING.replace("video", "film"))
    install("log", NOTIFYING.replace("video", "log").replace("SCVideoDidFreeze", "SCEngineLog"))
    run("""
        import fakes
        from sipsimple import Engine, SIPCoreError
        message = fakes.raises(SIPCoreError, Engine().start)
        for text in (
            "notification 'SCVideoDidFreeze' is in both fake-film and fake-video",
            "notification 'SCEngineLog' is in both sipsimple-pjproject and fake-log",
        ):
            assert text in message, (text, message)
    """)


def test_what_the_engine_sends_of_itself_is_as_the_tables_say(run, install):
    install("signaling", "from fakes import FakeSignaling\ncomponent = FakeSignaling()\n")
    run("""
        import fake_signaling
        import fakes
        from sipsimple.engine import Engine, known_notifications
        kinds = known_notifications()
        recorder = fakes.Recorder()
        fake_signaling.component.fail = "OSError"
        fakes.raises(OSError, Engine().start)
        assert recorder.wait("SCEngineDidFail").data.reason == "OSError: signaling"
        fake_signaling.component.fail = ""
        Engine().start()
        Engine().stop()
        recorder.wait("SCEngineDidEnd")
        for item in recorder.notifications:
            assert kinds[item.name].problems(vars(item.data)) == []
            assert item.sender is Engine()
        assert set(recorder.names) == {
            "SCEngineWillStart", "SCEngineDidStart", "SCEngineDidFail", "SCEngineWillEnd",
            "SCEngineDidEnd",
        }
    """)


def test_an_exception_of_an_observer_is_reported_as_the_tables_say(run, install):
    install("one")
    run("""
        import fakes
        from sipsimple.engine import Engine, known_notifications
        def fail(notification):
            raise RuntimeError
        reports = fakes.Recorder("SCEngineGotException")
        fakes.Recorder("SCEngineDidStart", then=fail)
        Engine().start()
        report = reports.wait("SCEngineGotException")
        Engine().stop()
        assert known_notifications()[report.name].problems(vars(report.data)) == []
    """)
