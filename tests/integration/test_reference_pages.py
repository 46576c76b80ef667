"""Each public class has a page, whose program runs and does what the page says."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from testbed.endpoint import Endpoint
from testbed.kamailio import Kamailio
from testbed.pages import ROOT, Program, programs
from testbed.presence_client import PresenceClient

REFERENCE = ROOT / "docs" / "reference"
PACKAGES = ("core", "engine", "notification")
PAGES = {
    str(path.relative_to(ROOT)): path.read_text()
    for package in PACKAGES
    for path in sorted((REFERENCE / package).glob("*.md"))
    if path.name != "index.md"
}
#: Those that need nobody else; the page has all that they print.
ALONE = sorted(page for page, text in PAGES.items() if "```text" in text)
#: Those that have a test of their own here.
WITH_OTHERS = [
    "docs/reference/core/invitation.md",
    "docs/reference/core/publication.md",
    "docs/reference/core/registration.md",
    "docs/reference/core/send-message.md",
    "docs/reference/core/subscription.md",
]
PASSWORD = "secret"
OPEN = """<?xml version="1.0" encoding="UTF-8"?>
<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:bob@example.com">
  <tuple id="phone"><status><basic>open</basic></status></tuple>
</presence>
"""


def documented(text: str) -> list[str]:
    """The classes, exceptions and functions that a page is about."""
    return re.findall(r"^\.\. auto(?:class|data|exception|function):: (\w+)$", text, re.MULTILINE)


def public(package: str) -> set[str]:
    """What a package has of its own for everybody, besides plain values."""
    module = importlib.import_module(f"sipsimple.{package}")
    found = {name: getattr(module, name) for name in module.__all__}
    return {
        name
        for name, value in found.items()
        if callable(value) and value.__module__.startswith(f"sipsimple.{package}")
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_everything_public_has_its_page(package: str) -> None:
    pages = [text for page, text in PAGES.items() if f"/{package}/" in page]
    names = [name for text in pages for name in documented(text)]
    assert sorted(names) == sorted(public(package))


def test_every_page_has_a_program_that_is_run_here() -> None:
    assert [page for page in PAGES if len(programs(page)) != 1] == []
    assert sorted([*ALONE, *WITH_OTHERS]) == sorted(PAGES)


class Example(Program):
    """The program of a page; leaving the block ends it."""

    def __init__(self, page: str, folder: Path, *arguments: object) -> None:
        ((name, _),) = programs(page)
        super().__init__(page, name, folder / "example", *arguments)

    def ends_well(self) -> str:
        """What it has printed when it has ended."""
        assert self.wait(30) == 0, self.output
        assert "Traceback" not in self.output, self.output
        return self.output


@pytest.mark.parametrize("page", ALONE)
def test_a_program_prints_what_its_page_says(page: str, tmp_path: Path) -> None:
    (expected,) = re.findall(r"```text\n(.*?)```", PAGES[page], re.DOTALL)
    with Example(page, tmp_path) as example:
        assert example.ends_well() == expected


def account(kamailio: Kamailio, user: str = "alice") -> str:
    return f"sip:{user}@{kamailio.host}:{kamailio.port}"


def test_registration(kamailio: Kamailio, tmp_path: Path) -> None:
    page = "docs/reference/core/registration.md"
    with Example(page, tmp_path, account(kamailio), PASSWORD) as example:
        first, second, reached = example.ends_well().splitlines()
    assert (first, second) == ("registering", "registered")
    assert re.fullmatch(r"reached at sip:.* for 600 seconds", reached)
    # Twice: to add the contact and to remove it; each is challenged.
    assert len(kamailio.requests("REGISTER")) == 4


def test_registration_with_a_wrong_password(kamailio: Kamailio, tmp_path: Path) -> None:
    page = "docs/reference/core/registration.md"
    with Example(page, tmp_path, account(kamailio), "wrong") as example:
        assert example.wait(30) == 1, example.output
        assert example.output.splitlines()[-1].startswith("40")


def test_publication(kamailio: Kamailio, tmp_path: Path) -> None:
    page = "docs/reference/core/publication.md"
    with Example(page, tmp_path, account(kamailio), PASSWORD) as example:
        assert example.ends_well().splitlines() == [
            *("publishing ", "published 200", "unpublishing ", "unpublished 200")
        ]
    assert len(kamailio.requests("PUBLISH")) == 4


def test_subscription(kamailio: Kamailio, tmp_path: Path) -> None:
    page = "docs/reference/core/subscription.md"
    bob = PresenceClient("bob", kamailio)
    with bob.socket:
        headers = {"Expires": "60", "Content-Type": "application/pidf+xml"}
        assert bob.request("PUBLISH", "presence", headers, OPEN, of="bob").code == 200
        arguments = (account(kamailio), PASSWORD, account(kamailio, "bob"))
        with Example(page, tmp_path, *arguments) as example:
            lines = example.ends_well().splitlines()
    assert lines[-1] == "application/pidf+xml: True"
    assert lines[0] == "SENT"


def test_invitation(endpoint: Callable[..., Endpoint], tmp_path: Path) -> None:
    bob = endpoint("bob")
    bob.do("answer_all")
    page = "docs/reference/core/invitation.md"
    with Example(page, tmp_path, f"sip:bob@{bob.host}:{bob.port}") as example:
        lines = example.ends_well().splitlines()
    changes = [line for line in lines if "->" in line]
    assert changes[0] == "NULL -> CALLING "
    assert "CONNECTING -> CONFIRMED " in changes
    assert changes[-1].startswith("DISCONNECTING -> DISCONNECTED")
    assert "they take format 0" in lines
    bob.wait_for_state(bob.wait_for_call(1), "DISCONNECTED")


def test_send_message(endpoint: Callable[..., Endpoint], tmp_path: Path) -> None:
    bob = endpoint("bob")
    uri = f"sip:bob@{bob.host}:{bob.port}"
    page = "docs/reference/core/send-message.md"
    with Example(page, tmp_path, uri, "hello") as example:
        assert example.ends_well() == f"{uri} answered 200 OK\n"
    event = bob.wait_for("SCEngineGotMessage")
    assert event.data["body"] == "hello"
