"""What help(), inspect and editors show of the public API."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import pydoc
import typing
from collections.abc import Iterator
from typing import Any

import pytest

import sipsimple

MODULES = (
    "sipsimple",
    *(f"sipsimple.{found.name}" for found in pkgutil.iter_modules(sipsimple.__path__)),
)
PUBLIC = {
    f"{name}.{item}": getattr(module, item)
    for name in MODULES
    if (module := importlib.import_module(name)) and hasattr(module, "__all__")
    for item in module.__all__
}
# A TypedDict and an interface are classes for a type checker, and nothing that is called.
CLASSES = {
    name: item
    for name, item in PUBLIC.items()
    if inspect.isclass(item) and not typing.is_typeddict(item)
}
FUNCTIONS = {name: item for name, item in PUBLIC.items() if inspect.isroutine(item)}


def members(kind: type) -> Iterator[tuple[str, Any]]:
    """The public members of a class that are ours, inherited ones too."""
    for name in dir(kind):
        if name.startswith("_"):
            continue
        owner = next((base for base in kind.__mro__ if name in vars(base)), kind)
        if owner.__module__.startswith("sipsimple"):
            yield name, inspect.getattr_static(kind, name)


def is_method(member: object) -> bool:
    return callable(member) or isinstance(member, staticmethod | classmethod)


METHODS = {
    f"{name}.{member}": getattr(kind, member)
    for name, kind in CLASSES.items()
    for member, found in members(kind)
    if is_method(found)
}
ATTRIBUTES = {
    f"{name}.{member}": found
    for name, kind in CLASSES.items()
    for member, found in members(kind)
    if inspect.isdatadescriptor(found)
}


def test_there_is_what_the_tests_below_are_about():
    assert {"sipsimple.Engine", "sipsimple.core.Invitation", "sipsimple.media.AudioTransport"} <= (
        set(CLASSES)
    )
    assert "sipsimple.core.Invitation.send_invite" in METHODS
    assert "sipsimple.core.Invitation.state" in ATTRIBUTES
    assert "sipsimple.media.get_endpoint" in FUNCTIONS


@pytest.mark.parametrize("name", [*CLASSES, *FUNCTIONS, *METHODS])
def test_a_public_callable_has_a_signature(name: str):
    subject = {**CLASSES, **FUNCTIONS, **METHODS}[name]
    signature = inspect.signature(subject)
    if name in METHODS and not isinstance(subject, type):
        assert "args" not in signature.parameters, signature


@pytest.mark.parametrize("name", [*CLASSES, *FUNCTIONS, *METHODS])
def test_what_is_public_has_a_docstring(name: str):
    subject = {**CLASSES, **FUNCTIONS, **METHODS}[name]
    text = inspect.getdoc(subject)
    assert text and len(text.split()) > 2
    if name in CLASSES and CLASSES[name].__module__.startswith("sipsimple"):
        assert vars(CLASSES[name]).get("__doc__"), "only that of its base"


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_an_attribute_is_described_by_itself_or_by_its_class(name: str):
    owner, _, attribute = name.rpartition(".")
    described = "\n".join(filter(None, map(inspect.getdoc, CLASSES[owner].__mro__)))
    assert inspect.getdoc(ATTRIBUTES[name]) or f"{attribute}:" in described


@pytest.mark.parametrize(
    "name", ["SIPURI", "Invitation", "Publication", "Registration", "WaveFile"]
)
def test_a_class_shows_what_its_constructor_takes(name: str):
    parameters = inspect.signature(getattr(sipsimple, name)).parameters
    assert parameters
    assert all(item.kind is not item.VAR_POSITIONAL for item in parameters.values()), parameters


def test_help_of_start_has_every_option_with_its_default_and_meaning():
    from sipsimple import Engine

    text = pydoc.render_doc(Engine.start, renderer=pydoc.plaintext)
    signature = inspect.signature(Engine().start)
    assert set(signature.parameters) == set(Engine.default_start_options)
    for option in Engine.default_start_options:
        assert f"{option}: " in text.split("\n\n")[1], "not in the signature"
        assert f"        {option}: " in text, option


def test_the_star_import_gives_the_public_names_of_all_layers():
    names: dict[str, object] = {}
    exec("from sipsimple import *", names)
    assert {"Engine", "SIPURI", "Invitation", "SDPSession", "AudioTransport", "WaveFile"} <= set(
        names
    )
    assert all(getattr(sipsimple, name) is names[name] for name in sipsimple.__all__)
