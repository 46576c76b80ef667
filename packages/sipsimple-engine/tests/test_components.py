"""Components: found through entry points, checked, reachable."""

from __future__ import annotations


def test_a_component_of_others_is_reachable_by_name_while_the_engine_runs(run, install):
    install("video", options={"resolution": "vga"})
    run("""
        import fake_video
        import fakes
        from sipsimple import Engine, SIPCoreError
        engine = Engine()
        assert "is not started" in fakes.raises(SIPCoreError, engine.component, "video")
        engine.start(resolution="hd")
        assert engine.component("video") is fake_video.component
        message = fakes.raises(SIPCoreError, engine.component, "text")
        assert "'text'" in message and "video" in message, message
        engine.stop()
        assert "was stopped" in fakes.raises(SIPCoreError, engine.component, "video")
    """)


def test_a_component_that_cannot_be_loaded_is_named_when_the_engine_starts(run, install):
    install("good", names={"Good": "fake_good"})
    install("broken", "import no_such_module\n")
    run("""
        import fakes, fake_good
        fake_good.Good = object()
        import sipsimple
        from sipsimple import Engine, Good, SIPCoreError
        engine = Engine()
        # Also where an option or a member is asked for that it may be the one to have.
        for asked in (engine.start, lambda: engine.start(auto_sound=False), engine.component):
            arguments = ("video",) if asked == engine.component else ()
            message = fakes.raises(SIPCoreError, asked, *arguments)
            assert "'broken' of fake-broken" in message and "no_such_module" in message, message
        assert fakes.calls == []
    """)


def test_what_is_no_component_is_refused_with_what_it_lacks(run, install):
    install(
        "half",
        """
        class Half:
            name = "half"
            def start(self, context): ...
        component = Half()
    """,
    )
    run("""
        import fakes
        from sipsimple import Engine, SIPCoreError
        message = fakes.raises(SIPCoreError, Engine().start)
        assert "lacks distribution, requires" in message and "stop" in message, message
    """)


def test_conflicts_between_components_are_named(run, install):
    install("a", requires=("b",), options={"same": 1}, names={"Same": "fake_a"})
    install("b", requires=("a",), options={"same": 2, "log_level": 1}, names={"Same": "fake_b"})
    install("signaling", "from fakes import FakeSignaling\ncomponent = FakeSignaling()\n")
    install(
        "poller",
        """
        from fakes import Fake
        class Poller(Fake):
            def poll(self, timeout): ...
        component = Poller("poller")
    """,
    )
    install(
        "twin",
        """
        from fakes import Fake
        component = Fake("poller", distribution="fake-twin")
    """,
    )
    run("""
        import fakes
        from sipsimple import Engine, SIPCoreError
        message = fakes.raises(SIPCoreError, Engine().start)
        for text in (
            "component 'poller' is in both fake-poller and fake-twin",
            "option 'same' is in both fake-a and fake-b",
            "option 'log_level' is in both sipsimple-engine and fake-b",
            "public name 'Same' is in both fake-a and fake-b",
            "require each other: a -> b -> a",
            "'poller' and 'signaling' both want to poll",
        ):
            assert text in message, (text, message)
    """)


def test_a_distribution_that_is_on_the_path_twice_counts_once(run, install, tmp_path):
    install("one")
    run(f"""
        import sys
        sys.path.append({str(tmp_path)!r} + "/.")
        import fakes
        from sipsimple.engine import Engine
        Engine().start()
        Engine().stop()
        assert [call[1] for call in fakes.calls] == ["start", "stop"]
    """)
