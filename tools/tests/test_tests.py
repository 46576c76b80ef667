"""The choice of Pythons for `nox -s tests`."""

import importlib.util
from pathlib import Path

import pytest

from tools import pythons
from tools.run import Failure


@pytest.fixture
def tests():
    """The module `tools.tests`; for pytest, the folder of this file has that name."""
    path = Path(pythons.__file__).with_name("tests.py")
    spec = importlib.util.spec_from_file_location("tools.session_of_tests", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_python_that_is_not_here_is_named_with_those_that_are(tests, monkeypatch):
    monkeypatch.setattr(pythons, "found", lambda: {"3.11": Path("a"), "3.13": Path("b")})
    with pytest.raises(Failure, match=r"Python 3\.12 is not here, only 3\.11, 3\.13"):
        tests._main(["-k", "sdp", "--python", "3.12"])


def test_without_any_python_those_that_would_do_are_named(tests, monkeypatch):
    monkeypatch.setattr(pythons, "found", dict)
    with pytest.raises(Failure, match=r"no Python found: 3\.11 3\.12 3\.13"):
        tests._main([])
