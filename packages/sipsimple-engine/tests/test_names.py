"""The public names of `sipsimple`, for programs and for type checkers."""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import importlib.util
from pathlib import Path

from mypy import api

import sipsimple
import sipsimple.core
import sipsimple.sdp
from sipsimple.engine import names


def test_the_star_import_gives_what_is_installed(run, install):
    install(
        "signaling",
        """
        from fakes import FakeSignaling
        component = FakeSignaling(names={"Paint": "fake_signaling"})
        class Paint: ...
    """,
    )
    run("""
        import fakes
        from sipsimple import *
        import fake_signaling
        import sipsimple
        assert Paint is fake_signaling.Paint
        assert Engine() and issubclass(PJSIPError, SIPCoreError)
        assert {"Engine", "SIPCoreError", "PJSIPError", "Paint"} <= set(sipsimple.__all__)
        assert {"Engine", "Paint", "__version__"} <= set(dir(sipsimple))
        assert "AudioTransport" not in sipsimple.__all__
    """)


def test_a_name_of_a_layer_that_is_not_installed_names_its_distribution(run):
    run("""
        import fakes
        import sipsimple
        for name, distribution in (
            ("AudioTransport", "sipsimple-media"), ("RTPTransport", "sipsimple-media"),
            ("Invitation", "sipsimple-core"), ("SIPURI", "sipsimple-core"),
        ):
            message = fakes.raises(AttributeError, getattr, sipsimple, name)
            assert message == f"{name}: needs {distribution}", message
        for name in ("Invitaton", "_private", "__wrapped__"):
            message = fakes.raises(AttributeError, getattr, sipsimple, name)
            assert message == f"module 'sipsimple' has no attribute '{name}'"
        fakes.raises(ImportError, exec, "from sipsimple import AudioTransport")
    """)


def test_importing_the_package_imports_no_layer(run):
    run("""
        import sys
        import sipsimple, sipsimple.notification
        layers = ("sipsimple.core", "sipsimple.media", "sipsimple.sdp", "sipsimple.pjproject")
        assert not [name for name in sys.modules if name.startswith(layers)]
    """)


def test_other_folders_of_the_namespace_are_found(run, tmp_path):
    (tmp_path / "sipsimple" / "other").mkdir(parents=True)
    (tmp_path / "sipsimple" / "other" / "__init__.py").write_text("value = 1\n")
    run("""
        import sipsimple.other
        from sipsimple import other
        assert sipsimple.other.value == other.value == 1
    """)


def test_the_versions_of_the_layers_are_printed(run, install):
    install("video")
    done = run(arguments=("-m", "sipsimple"))
    assert "sipsimple-engine" in done.stdout and "pjproject 2." in done.stdout
    assert any(line.split() == ["fake-video", "1.0"] for line in done.stdout.splitlines())


def test_a_broken_layer_is_said_to_be_so(run, install):
    install("broken", "import no_such_module\n")
    done = run(arguments=("-m", "sipsimple"), status=1)
    assert "'broken' of fake-broken cannot be loaded" in done.stderr


def stub() -> Path:
    specification = importlib.util.find_spec("sipsimple")
    assert specification is not None and specification.origin is not None
    return Path(specification.origin).with_suffix(".pyi")


def test_the_stub_has_the_names_that_the_layers_publish():
    components = importlib.metadata.entry_points(group="sipsimple.components")
    ours = {entry.name: entry.load() for entry in components if entry.value.startswith("sipsimple")}
    assert set(ours) == {"signaling", "audio"}, "a layer has not registered its entry point"
    published = {
        name: module
        for component in ours.values()
        for name, module in component.public_names.items()
    }
    in_stub = {
        alias.asname: node.module
        for node in ast.parse(stub().read_text()).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    own = {"Engine", "PJSIPError", "SIPCoreError"}
    sdp = set(sipsimple.sdp.__all__) - {"__version__"}
    assert set(in_stub) == set(published) | own | sdp
    assert set(in_stub) == set(sipsimple.__all__)
    # The Engine runs the endpoint: an application does not meet it.
    core = set(sipsimple.core.__all__) - {"__version__", "PJSIPUA"}
    assert core <= set(in_stub)
    for name, module in in_stub.items():
        assert getattr(sipsimple, name) is getattr(importlib.import_module(module), name)
        assert names._OWN.get(name) or names._DISTRIBUTIONS[name] == module.replace(".", "-")


def test_a_typed_program_passes_mypy_and_its_mistakes_do_not(run, tmp_path):
    right = tmp_path / "right.py"
    right.write_text(
        "from sipsimple import Engine, Invitation, SIPCoreError\n"
        "from sipsimple import *\n"
        "from sipsimple.notification import Notification, NotificationCenter\n"
        "\n"
        "class Observer:\n"
        "    def handle_notification(self, notification: Notification) -> None:\n"
        "        print(notification.data.timestamp)\n"
        "\n"
        "NotificationCenter().add_observer(Observer(), name='SCEngineLog')\n"
        "engine = Engine()\n"
        "engine.start(local_ip='127.0.0.1', codecs=['g711'], rtp_port_range=(50000, 50100))\n"
        "port: int | None = engine.local_udp_port\n"
        "uri: SIPURI = engine.parse_sip_uri('sip:alice@example.com')\n"
        "kind: type[Invitation] = Invitation\n"
        "engine.user_agent = 'mine'\n"
        "engine.stop()\n"
    )
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        "from sipsimple import Engine, Invitaton\n"
        "engine = Engine()\n"
        "engine.start(local_port=5060)\n"
        "engine.start(log_level='5')\n"
        "engine.local_ip = '127.0.0.1'\n"
        "engine.trace_spi = True\n"
    )
    options = ["--strict", "--no-incremental", "--hide-error-context"]
    output, errors, status = api.run([*options, str(right)])
    assert status == 0, output + errors
    output, errors, status = api.run([*options, str(wrong)])
    assert status == 1, output + errors
    for line in (1, 3, 4, 5, 6):
        assert f"wrong.py:{line}: error" in output, output
