"""Endpoints and servers for tests that cross packages; each Engine has a process of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))

if TYPE_CHECKING:
    from testbed.audio import Samples
    from testbed.endpoint import Endpoint
    from testbed.kamailio import Kamailio
    from testbed.registrar import RegistrarProcess

StartEndpoint: TypeAlias = "Callable[..., Endpoint]"


@pytest.fixture(scope="session")
def speech_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds of speech in a WAV file."""
    from testbed.audio import make_speech

    path = tmp_path_factory.mktemp("speech") / "speech.wav"
    make_speech(path, 3)
    return path


@pytest.fixture
def speech(speech_file: Path) -> Samples:
    """What is in that file, at 8 kHz."""
    from testbed.audio import read_wave

    return read_wave(speech_file)[0]


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[StartEndpoint]:
    """Start an endpoint: `endpoint("alice", codecs=["g711"])`; all stop when the test ends."""
    from testbed.endpoint import Endpoint

    with ExitStack() as stack:

        def start(name: str, **options: Any) -> Endpoint:
            return stack.enter_context(Endpoint(name, tmp_path, **options))

        yield start


@pytest.fixture
def registrar(tmp_path: Path) -> Iterator[RegistrarProcess]:
    """A registrar and proxy with the users alice and bob, whose passwords are "secret"."""
    from testbed.registrar import RegistrarProcess

    with RegistrarProcess(tmp_path, {"alice": "secret", "bob": "secret"}) as process:
        yield process


@pytest.fixture
def kamailio(tmp_path: Path) -> Iterator[Kamailio]:
    """Kamailio with the users alice, bob and carol, whose passwords are "secret"."""
    from testbed.kamailio import Kamailio

    users = dict.fromkeys(("alice", "bob", "carol"), "secret")
    with Kamailio(tmp_path / "kamailio", users) as process:
        yield process
