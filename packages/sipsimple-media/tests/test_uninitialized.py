"""Objects whose `__init__()` has not been called, or has failed: they raise, and never crash."""

import contextlib
import importlib
import itertools
import pkgutil

import pytest
from media_helper import session

import sipsimple.media
from sipsimple.media import AudioTransport, RecordingWaveFile, RTPTransport, WaveFile

# What such an object may raise, being without what `__init__()` sets.
ERRORS = (TypeError, ValueError, AttributeError, sipsimple.media.SIPCoreError)


def public_classes():
    """Every class with a public name in the package, base classes and helpers too."""
    classes = {}
    for module in pkgutil.iter_modules(sipsimple.media.__path__, "sipsimple.media."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if (
                isinstance(value, type)
                and not name.startswith("_")
                and value.__module__.startswith("sipsimple.media")
                and not issubclass(value, BaseException)
            ):
                classes[value] = name
    return list(classes)


def attempt(function, *arguments):
    with contextlib.suppress(*ERRORS):
        function(*arguments)


def use_every_member(create, values):
    """Read, set and call each public member, each time of a new object."""
    for method in (repr, str, hash, dir, bool):
        attempt(method, create())
    for name in dir(create()):
        if name.startswith("_"):
            continue
        for value in values:
            attempt(setattr, create(), name, value)
        for count in range(4):
            for arguments in itertools.product(values, repeat=count):
                subject = create()
                try:
                    member = getattr(subject, name)
                except ERRORS:
                    break
                if not callable(member):
                    break
                attempt(member, *arguments)


@pytest.mark.parametrize("running", [True, False])
def test_no_member_of_a_new_object_crashes(media, running):
    if running:
        media.start()
    offer = session()
    classes = public_classes()
    assert {AudioTransport, RTPTransport, WaveFile, RecordingWaveFile} <= set(classes)
    for kind in classes:
        print(kind, flush=True)
        use_every_member(lambda kind=kind: kind.__new__(kind), [True, 0, "1", "sendrecv", offer])


def test_a_new_object_as_an_argument_does_not_crash(media):
    endpoint = media.start()
    new = [kind.__new__(kind) for kind in public_classes()]
    for first, second in itertools.product(new, repeat=2):
        attempt(endpoint.bridge.connect, first, second)
        attempt(endpoint.bridge.disconnect, first, second)
        attempt(endpoint.bridge.is_connected, first, second)
    for subject in new:
        attempt(endpoint.connect_audio_transport, subject)
        attempt(endpoint.disconnect_audio_transport, subject)
        attempt(AudioTransport, subject)
