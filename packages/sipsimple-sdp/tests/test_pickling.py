"""Pickling and copying: objects of subclasses, and items that refer back to what they are in."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from sipsimple.sdp import (
    SDPAttribute,
    SDPBandwidth,
    SDPConnection,
    SDPLine,
    SDPMedia,
    SDPSession,
)


class Section(SDPMedia):
    session: SDPSession


class Line(SDPAttribute):
    owner: SDPMedia


def _session() -> SDPSession:
    session = SDPSession("h", 1, 1)
    section = Section("audio", 1, "RTP/AVP")
    line = Line("x", "y")
    section.session, line.owner = session, section
    section.attributes.append(line)
    session.media.append(section)
    return session


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_items_that_refer_back_stay_in_their_places(protocol: int) -> None:
    session = _session()
    for twin in (pickle.loads(pickle.dumps(session, protocol)), copy.deepcopy(session)):
        assert twin == session
        (section,) = twin.media
        (line,) = section.attributes
        assert section.session is twin
        assert line.owner is section
    line = pickle.loads(pickle.dumps(session.media[0].attributes[0], protocol))
    assert line.owner.attributes == [line]
    assert line.owner.attributes[0] is line


class OwnSession(SDPSession):
    def __init__(self, note: str) -> None:
        super().__init__("h", 1, 1)
        self.note = note


class OwnMedia(SDPMedia):
    def __init__(self, note: str) -> None:
        super().__init__("audio", 1, "RTP/AVP")
        self.note = note


class OwnAttribute(SDPAttribute):
    def __init__(self, note: str) -> None:
        super().__init__("x", "y")
        self.note = note


class OwnConnection(SDPConnection):
    def __init__(self, note: str) -> None:
        super().__init__("192.0.2.1", "IN", "IP4")
        self.note = note


class OwnBandwidth(SDPBandwidth):
    def __init__(self, note: str) -> None:
        super().__init__("AS", 64)
        self.note = note


class OwnLine(SDPLine):
    def __init__(self, note: str) -> None:
        super().__init__("c", "IN IP4 192.0.2.1")
        self.note = note


OWN = (OwnSession, OwnMedia, OwnAttribute, OwnConnection, OwnBandwidth, OwnLine)


@pytest.mark.parametrize("kind", OWN)
def test_the_constructor_of_a_subclass_may_take_what_it_wants(kind: Any) -> None:
    original = kind("note")
    twins = [original.copy(), copy.copy(original), copy.deepcopy(original)]
    twins += [pickle.loads(pickle.dumps(original, protocol)) for protocol in (0, 2, 5)]
    for twin in twins:
        assert type(twin) is kind
        assert twin == original
        assert twin.note == "note"


class Curious(SDPSession):
    __slots__ = ("note",)

    def __setattr__(self, name: str, value: object) -> None:
        assert self.address is not None
        super().__setattr__(name, value)


def test_a_subclass_may_look_at_the_fields_while_it_is_copied() -> None:
    session = Curious.parse("v=0\no=- 1 1 IN IP4 host\ns=-\nt=0 0\n")
    object.__setattr__(session, "note", 1)
    twin = session.copy()
    assert twin == session
    assert twin.address == "host"
    assert str(twin) == str(session)
