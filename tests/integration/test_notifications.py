"""The tables of notifications have what the API document has, and their page has what they have."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

import sipsimple
from sipsimple.engine import known_notifications

ROOT = Path(__file__).resolve().parents[2]

#: What the document of the SIP core's API (February 2009) lists; of the data without `timestamp`,
#: which all have.
DOCUMENTED: dict[str, str] = {
    "SCEngineWillStart": "",
    "SCEngineDidStart": "",
    "SCEngineDidFail": "",
    "SCEngineWillEnd": "",
    "SCEngineDidEnd": "",
    "SCEngineLog": "sender level message",
    "SCEngineSIPTrace": "received source_ip source_port destination_ip destination_port data",
    "SCEngineGotMessage": "to_uri from_uri content_type content_subtype body",
    "SCEngineGotMessageResponse": "to_uri code reason",
    "SCEngineDetectedNATType": "succeeded nat_type error",
    "SCEngineGotException": "traceback",
    "SCRegistrationChangedState": "state code reason contact_uri expires contact_uri_list",
    "SCPublicationChangedState": "state code reason",
    "SCSubscriptionChangedState": "state code reason",
    "SCSubscriptionGotNotify": "content_type content_subtype body",
    "SCInvitationChangedState": "prev_state state method request_uri code reason headers body",
    "SCInvitationGotSDPUpdate": "succeeded error local_sdp remote_sdp",
    "SCRTPTransportDidInitialize": "",
    "SCRTPTransportDidFail": "reason",
    "SCAudioTransportGotDTMF": "digit",
    "SCWaveFileDidEnd": "",
}

#: Those of them that belong to what this version does not have.
UNAVAILABLE = {"SCRTPTransportDidFail"}


@pytest.fixture(scope="module")
def page() -> ModuleType:
    """The program that writes the list of the page."""
    path = ROOT / "docs" / "notification_list.py"
    specification = importlib.util.spec_from_file_location(path.stem, path)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", DOCUMENTED)
def test_what_the_document_lists_is_in_a_table(name: str):
    kind = known_notifications()[name]
    attributes = {attribute.name for attribute in kind.attributes}
    assert attributes >= set(DOCUMENTED[name].split())
    assert bool(kind.unavailable) is (name in UNAVAILABLE)


def test_nothing_that_exists_here_is_said_to_be_unavailable():
    kinds = known_notifications().values()
    assert {kind.name for kind in kinds if kind.unavailable} == UNAVAILABLE


def test_every_sender_is_a_public_class():
    senders = {kind.sender for kind in known_notifications().values()}
    assert senders <= set(sipsimple.__all__)


def test_conditions_are_about_attributes_that_come_before():
    for kind in known_notifications().values():
        names = [attribute.name for attribute in kind.attributes]
        assert len(names) == len(set(names)) and "timestamp" not in names, kind.name
        for number, attribute in enumerate(kind.attributes):
            if attribute.where is not None:
                assert attribute.where.attribute in names[:number], (kind.name, attribute.name)


def test_texts_fit_into_the_sentences_of_the_page():
    for kind in known_notifications().values():
        texts = [kind.meaning, kind.unavailable]
        for attribute in kind.attributes:
            texts += [attribute.meaning, attribute.absent, attribute.none]
        assert [text for text in texts if text != text.strip() or text.endswith(".")] == []
        assert kind.meaning and all(attribute.meaning for attribute in kind.attributes)


def test_the_page_lists_every_notification_with_every_attribute(page: ModuleType):
    entries = re.split(r"^#### ", page.listing(), flags=re.MULTILINE)[1:]
    written = {entry.split("`")[1]: entry for entry in entries}
    kinds = known_notifications()
    assert written.keys() == kinds.keys() and len(entries) == len(kinds)
    for name, entry in written.items():
        rows = re.findall(r"^\| `(\w+)` \|.*\|$", entry, re.MULTILINE)
        assert rows == [attribute.name for attribute in kinds[name].attributes], name
        # Four cells; a bar within one is escaped.
        lines = [line for line in entry.splitlines() if line.startswith("|")]
        assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} <= {5}, name
        assert ("Not sent by this version" in entry) is (name in UNAVAILABLE)


def test_the_page_has_one_place_for_the_list(page: ModuleType):
    text = (ROOT / "docs" / "notifications.md").read_text()
    assert text.count(page.MARK) == 1
    # And nothing else that would have to be maintained by hand.
    before, _, after = text.partition(page.MARK)
    assert not re.findall(r"^#+ .*\bSC[A-Z]|^\| `SC", before + after, re.MULTILINE)
