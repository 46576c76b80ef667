"""A section without a direction of its own goes by what its session says at that time."""

from __future__ import annotations

import copy
import pickle

import pytest

from sipsimple.sdp import SDPAttribute, SDPMedia, SDPSession

TEXT = """\
v=0
o=- 1 1 IN IP4 192.0.2.1
s=-
c=IN IP4 192.0.2.1
t=0 0
a=sendonly
m=audio 1 RTP/AVP 0
m=video 2 RTP/AVP 31
a=recvonly
"""


def directions(session: SDPSession) -> list[str]:
    for media in session.media:
        assert media.direction == media.get_direction() == session.effective(media).direction
    return [media.direction for media in session.media]


@pytest.fixture(params=["parsed", "copied", "copied deeply", "pickled", "parsed and read"])
def session(request: pytest.FixtureRequest) -> SDPSession:
    parsed = SDPSession.parse(TEXT)
    match request.param:
        case "parsed":
            return parsed
        case "copied":
            return parsed.copy()
        case "copied deeply":
            return copy.deepcopy(parsed)
        case "pickled":
            result: SDPSession = pickle.loads(pickle.dumps(parsed))
            return result
    assert directions(parsed) == ["sendonly", "recvonly"]
    return parsed.copy()


def test_a_new_direction_of_the_session_is_that_of_its_media(session: SDPSession) -> None:
    assert directions(session) == ["sendonly", "recvonly"]
    session.direction = "inactive"
    assert directions(session) == ["inactive", "recvonly"]
    session.direction = None  # type: ignore[assignment]
    assert directions(session) == ["sendrecv", "recvonly"]
    session.attributes.append(SDPAttribute("recvonly", ""))
    assert directions(session) == ["recvonly", "recvonly"]
    session.attributes[-1].name = "sendonly"
    assert directions(session) == ["sendonly", "recvonly"]


def test_a_new_list_of_attributes_of_the_session_counts_too(session: SDPSession) -> None:
    for direction in ("inactive", "recvonly"):
        session.attributes = [SDPAttribute("x", ""), SDPAttribute(direction, "")]
        assert directions(session) == [direction, "recvonly"]
        assert [media.direction for media in session.copy().media] == [direction, "recvonly"]
    session.attributes = []
    assert directions(session) == ["sendrecv", "recvonly"]


def test_attributes_replaced_before_the_media_were_read_count() -> None:
    session = SDPSession.parse(TEXT)
    session.attributes = [SDPAttribute("inactive", "")]
    assert directions(session) == ["inactive", "recvonly"]


def test_a_copy_goes_by_its_own_session(session: SDPSession) -> None:
    other = session.copy()
    other.direction = "inactive"
    assert directions(session) == ["sendonly", "recvonly"]
    assert directions(other) == ["inactive", "recvonly"]


def test_a_section_alone_keeps_what_was_said_when_it_was_copied(session: SDPSession) -> None:
    media = session.media[0]
    copies = [
        media.copy(),
        copy.copy(media),
        copy.deepcopy(media),
        pickle.loads(pickle.dumps(media)),
    ]
    session.direction = "inactive"
    assert [one.direction for one in copies] == ["sendonly"] * 4
    assert media.direction == "inactive"
    session.media.clear()
    assert media.direction == "inactive"


def test_a_section_in_another_session_goes_by_the_one_it_came_from(session: SDPSession) -> None:
    other = SDPSession("192.0.2.9", media=[session.media[0]])
    session.direction = "inactive"
    assert other.media[0].direction == "inactive"
    assert other.effective(other.media[0]).direction == "sendrecv"
    shallow = copy.copy(session)
    shallow.attributes = []
    assert session.media[0].direction == "inactive"


def test_of_a_section_that_was_not_parsed_the_session_alone_knows() -> None:
    media = SDPMedia("audio", 1, "RTP/AVP")
    session = SDPSession("192.0.2.1", attributes=[SDPAttribute("inactive", "")], media=[media])
    assert media.direction == "sendrecv"
    assert session.effective(media).direction == "inactive"


@pytest.mark.parametrize("end", [("up", None), (5, None), (1, None), ([], None), ((0,), None), ()])
def test_a_pickle_with_a_state_that_is_none_is_refused(end: tuple[object, ...]) -> None:
    for target in (SDPMedia("audio", 1, "RTP/AVP"), SDPSession("h")):
        *_, state = target.__reduce__()
        assert isinstance(state, tuple)
        for wrong in (end, None, (), state[:-2] + end):
            # A session without sections has none that could go by its direction.
            if wrong != (*state[:-2], *([], None)) or isinstance(target, SDPMedia):
                with pytest.raises((TypeError, ValueError, IndexError)):
                    target.__setstate__(wrong)
