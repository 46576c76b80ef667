from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil

import pytest

import sipsimple.sdp
from sipsimple.sdp import SDPMedia, SDPSession, views

MODULES = sorted(module.name for module in pkgutil.iter_modules(views.__path__))
MEDIA = [
    "rtpmap",
    "fmtp",
    "codecs",
    "ptime",
    "maxptime",
    "direction",
    "rtcp",
    "rtcp_mux",
    "rtcp_fb",
    "ssrc",
    "ssrc_groups",
    "extmap",
    "extmap_allow_mixed",
    "crypto",
    "candidates",
    "end_of_candidates",
    "ice_ufrag",
    "ice_pwd",
    "ice_options",
    "setup",
    "fingerprints",
    "mid",
    "bundle_only",
]
SESSION = [
    "direction",
    "groups",
    "ice_lite",
    "ice_ufrag",
    "ice_pwd",
    "ice_options",
    "setup",
    "fingerprints",
    "extmap",
    "extmap_allow_mixed",
    "effective",
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_the_docstrings_work(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(f"{views.__name__}.{name}"))
    assert failed == 0


def test_there_are_examples() -> None:
    modules = [importlib.import_module(f"{views.__name__}.{name}") for name in MODULES]
    finder = doctest.DocTestFinder(exclude_empty=True)
    examples = [test for module in modules for test in finder.find(module) if test.examples]
    assert len(examples) > 15


@pytest.mark.parametrize(
    ("owner", "name"),
    [*((SDPMedia, name) for name in MEDIA), *((SDPSession, name) for name in SESSION)],
)
def test_every_property_tells_what_it_is_and_where_that_is_written(owner: type, name: str) -> None:
    text = inspect.getdoc(getattr(owner, name)) or ""
    first = text.partition("\n")[0]
    assert first.endswith(".")
    assert name == "effective" or "RFC " in text


def test_the_values_are_in_the_package_itself() -> None:
    for name in ("Crypto", "Fingerprint", "FormatParameters", "Group", "ICECandidate",
                 "RTCPAddress", "RTPMap", "ExtMap", "RTCPFeedback", "SSRCAttribute",
                 "SSRCGroup"):  # fmt: skip
        assert getattr(sipsimple.sdp, name) is getattr(views, name)
        assert name in sipsimple.sdp.__all__
