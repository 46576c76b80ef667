"""What has not changed is printed from the text it was parsed from; every change is seen."""

from __future__ import annotations

import copy
import pickle
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from sipsimple.sdp import (
    SDPAttribute,
    SDPBandwidth,
    SDPConnection,
    SDPLine,
    SDPMedia,
    SDPSession,
)

from .descriptions import ALL, BROWSER, TWO_MEDIA
from .test_other_lines import BROADCAST
from .test_scanner import FIELDS

EVERY_KIND = TWO_MEDIA.replace(b"t=303", b"t=1 2\r\nt=303").replace(
    b"m=video", b"m=text 5 RTP/AVP\r\nk=prompt\r\nm=video"
)
TEXTS = [*ALL.values(), BROADCAST, EVERY_KIND]


def read(session: SDPSession) -> SDPSession:
    """Make an object of everything."""
    for section in (session, *session.media):
        for name in FIELDS[type(section)]:
            getattr(section, name)
        for item in (*section.attributes, *section.bandwidth, *section.other_lines):
            str(item)
    return session


def rebuilt(session: SDPSession) -> SDPSession:
    """An equal object that knows of no text."""
    result: SDPSession = pickle.loads(pickle.dumps(session))
    return result


@pytest.mark.parametrize("text", TEXTS)
def test_what_was_only_read_prints_as_the_same_object(text: bytes) -> None:
    session = read(SDPSession.parse(text))
    assert bytes(session) is text
    assert str(session) == text.decode()
    assert b"".join(bytes(media) for media in session.media) == text[text.find(b"m=") :]
    assert bytes(rebuilt(session)) == text


SESSION_CHANGES: list[Callable[[SDPSession], object]] = [
    lambda session: setattr(session, "address", "192.0.2.99"),
    lambda session: setattr(session, "id", 7),
    lambda session: setattr(session, "version", 7),
    lambda session: setattr(session, "user", "bob"),
    lambda session: setattr(session, "net_type", "TN"),
    lambda session: setattr(session, "address_type", "IP6"),
    lambda session: setattr(session, "name", "other"),
    lambda session: setattr(session, "start_time", 7),
    lambda session: setattr(session, "stop_time", 7),
    lambda session: session.media.reverse(),
    lambda session: session.media.pop(),
    lambda session: session.media.append(session.media[0]),
    lambda session: session.media.append(SDPMedia("x", 1, "y")),
    lambda session: setattr(session, "media", session.media[1:]),
    lambda session: session.__init__("192.0.2.7", 1, 1),  # type: ignore[misc]
]
SECTION_CHANGES: list[Callable[[SDPSession | SDPMedia], object]] = [
    lambda section: setattr(section, "info", "other"),
    lambda section: setattr(section, "connection", SDPConnection("192.0.2.98")),
    lambda section: section.connection and setattr(section.connection, "address", "h"),
    lambda section: section.connection and setattr(section.connection, "net_type", "TN"),
    lambda section: section.connection and setattr(section.connection, "address_type", "IP6"),
    lambda section: section.connection and section.connection.__init__("a", "b", "c"),  # type: ignore[misc]
    lambda section: setattr(section, "bandwidth", [SDPBandwidth("X", 7)]),
    lambda section: section.bandwidth.append(SDPBandwidth("X", 7)),
    lambda section: section.bandwidth.reverse(),
    lambda section: section.bandwidth.clear(),
    lambda section: [setattr(item, "value", 9) for item in section.bandwidth],
    lambda section: [setattr(item, "modifier", "Y") for item in section.bandwidth],
    lambda section: [item.__init__("Z", 8) for item in section.bandwidth],  # type: ignore[misc]
    lambda section: setattr(section, "other_lines", [SDPLine("k", "prompt")]),
    lambda section: section.other_lines.append(SDPLine("k", "prompt")),
    lambda section: section.other_lines.reverse(),
    lambda section: section.other_lines.clear(),
    lambda section: [
        setattr(item, "value", {"c": "IN IP4 h", "t": "5 6"}.get(item.type, "new"))
        for item in section.other_lines
    ],
    lambda section: [setattr(item, "type", "k") for item in section.other_lines],
    lambda section: [item.__init__("k", "8") for item in section.other_lines],  # type: ignore[misc]
    lambda section: setattr(section, "attributes", [SDPAttribute("x", "")]),
    lambda section: section.attributes.append(SDPAttribute("x", "y")),
    lambda section: section.attributes.insert(0, SDPAttribute("x", "y")),
    lambda section: section.attributes.extend(section.attributes[:2]),
    lambda section: section.attributes.reverse(),
    lambda section: section.attributes.clear(),
    lambda section: section.attributes and section.attributes.pop(),
    lambda section: section.attributes and section.attributes.pop(0),
    lambda section: [setattr(item, "value", "new") for item in section.attributes[1:2]],
    lambda section: [setattr(item, "value", "") for item in section.attributes[:1]],
    lambda section: [setattr(item, "name", "new") for item in section.attributes[-1:]],
    lambda section: [item.__init__("new", "8") for item in section.attributes],  # type: ignore[misc]
    lambda section: setattr(section, "direction", "inactive"),
    lambda section: setattr(section, "setup", "active"),
]
MEDIA_CHANGES: list[Callable[[SDPMedia], object]] = [
    lambda media: setattr(media, "media", "other"),
    lambda media: setattr(media, "port", 7),
    lambda media: setattr(media, "transport", "other"),
    lambda media: setattr(media, "port_count", 7),
    lambda media: setattr(media, "formats", ["7"]),
    lambda media: media.formats.append("7"),
    lambda media: media.formats.insert(0, "7"),
    lambda media: media.formats.reverse(),
    lambda media: media.formats.clear(),
    lambda media: media.formats.__setitem__(slice(0, 1), ["7"]),
]
# What stands in one place may be put into another: the object, the text and the type are right.
EXCHANGES: list[Callable[[SDPSession, SDPSession], object]] = [
    lambda one, two: setattr(one, "attributes", two.media[-1].attributes),
    lambda one, two: setattr(one.media[0], "attributes", two.attributes),
    lambda one, two: setattr(one.media[0], "attributes", two.media[0].attributes),
    lambda one, two: setattr(one, "connection", two.media[-1].connection),
    lambda one, two: setattr(one.media[0], "connection", two.media[-1].connection),
    lambda one, two: setattr(one, "bandwidth", two.media[0].bandwidth),
    lambda one, two: one.bandwidth.extend(two.bandwidth),
    lambda one, two: one.bandwidth.__setitem__(slice(0, 1), two.media[0].bandwidth[:1]),
    lambda one, two: setattr(one, "media", two.media),
    lambda one, two: one.media.extend(two.media),
    lambda one, two: one.attributes.extend(two.media[0].attributes),
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("is_read", [False, True])
def test_every_change_is_printed(text: bytes, is_read: bool) -> None:
    changes: list[Callable[[SDPSession], object]] = [*SESSION_CHANGES, *SECTION_CHANGES]
    for index in range(text.count(b"\r\nm=")):
        for change in (*SECTION_CHANGES, *MEDIA_CHANGES):
            changes.append(
                lambda session, change=change, index=index: change(session.media[index])  # type: ignore[misc]
            )
    printed = set()
    for change in changes:
        session = SDPSession.parse(text)
        if is_read:
            read(session)
        if session.media or change not in SESSION_CHANGES:
            change(session)
        after = bytes(session)
        printed.add(after)
        assert after == bytes(rebuilt(session))
        assert str(session).encode() == after
        assert bytes(session.copy()) == after
        assert SDPSession.parse(after) == session == session.copy()
    # Some find nothing to change, and some make the same of it.
    assert len(printed) > len(changes) // 2


@pytest.mark.parametrize("exchange", EXCHANGES)
@pytest.mark.parametrize("text", [TWO_MEDIA, BROWSER, EVERY_KIND])
def test_what_moves_to_another_place_is_printed_there(
    exchange: Callable[[SDPSession, SDPSession], object], text: bytes
) -> None:
    for make_other in (
        lambda one: one,
        lambda one: one.copy(),
        lambda one: SDPSession.parse(text),
        lambda one: SDPSession.parse(BROADCAST + b"m=audio 1 RTP/AVP 0\r\na=x\r\n"),
    ):
        one = read(SDPSession.parse(text))
        exchange(one, read(make_other(one)))
        assert bytes(one) == bytes(rebuilt(one)) == bytes(one.copy())


def test_any_number_of_changes_in_any_order_is_printed() -> None:
    chance = random.Random(8866)
    for _ in range(400):
        session = SDPSession.parse(chance.choice(TEXTS))
        for _ in range(chance.randint(1, 5)):
            sections = [session, *session.media]
            section = chance.choice(sections)
            if isinstance(section, SDPSession):
                chance.choice([read, SDPSession.copy, bytes, *SECTION_CHANGES])(section)
            else:
                chance.choice([str, *SECTION_CHANGES, *MEDIA_CHANGES])(section)
        assert bytes(session) == bytes(rebuilt(session)) == bytes(session.copy())
        assert SDPSession.parse(bytes(session)) == session


def test_a_copy_of_what_is_kept_is_changed_alone() -> None:
    session = read(SDPSession.parse(EVERY_KIND))
    other = session.copy()
    for section in (other, *other.media):
        section.attributes[:] = []
        section.info = "other"
        section.bandwidth.append(SDPBandwidth("X", 1))
        if section.connection:
            section.connection.address = "h"
    assert bytes(session) is EVERY_KIND
    attribute = session.media[0].attributes[0]
    changed = attribute.copy()
    changed.value = "other"
    assert bytes(session) is EVERY_KIND
    changed = copy.deepcopy(attribute)
    changed.name = "other"
    assert str(attribute) == "a=mid:1"
    assert bytes(session) is EVERY_KIND


def test_a_wrong_item_is_refused_in_what_is_kept_too() -> None:
    for name in ("attributes", "bandwidth", "other_lines"):
        session = read(SDPSession.parse(EVERY_KIND))
        getattr(session, name).append(SDPConnection("h"))
        with pytest.raises(TypeError, match=rf"^{name}\[\d\]: must be SDP"):
            bytes(session)
    session = read(SDPSession.parse(EVERY_KIND))
    session.media[0].formats.append("a b")
    with pytest.raises(ValueError, match=r"^media\[0\].formats\[3\]: 'a b' contains white space"):
        bytes(session)


def test_a_refused_value_leaves_it_kept() -> None:
    session = read(SDPSession.parse(EVERY_KIND))
    for item, name in (
        (session, "name"),
        (session, "attributes"),
        (session.media[0], "port"),
        (session.media[0].attributes[0], "name"),
        (session.media[0].attributes[0], "value"),
        (session.connection, "address"),
        (session.bandwidth[0], "value"),
    ):
        with pytest.raises((TypeError, ValueError)):
            setattr(item, name, None)
    assert bytes(session) is EVERY_KIND


def test_threads_see_whole_values_while_another_one_changes_them() -> None:
    session = SDPSession.parse(EVERY_KIND)
    values = ["1", "changed", "x" * 100]
    allowed = {EVERY_KIND.replace(b"a=mid:1", f"a=mid:{value}".encode()) for value in values}

    def look(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(300):
            if seed == 0:
                session.media[0].attributes[0].value = chance.choice(values)
            else:
                assert session.media[0].attributes[0].value in values
                assert bytes(session) in allowed
                assert bytes(session.copy()) in allowed

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(look, range(6)))
