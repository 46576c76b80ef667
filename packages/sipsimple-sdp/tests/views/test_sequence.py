from __future__ import annotations

from collections.abc import Callable, MutableSequence

import pytest

from sipsimple.sdp import Crypto, ICECandidate, SDPAttribute, SDPMedia
from sipsimple.sdp.views.sequence import AttributeList


def candidate(number: int) -> ICECandidate:
    return ICECandidate(str(number), 1, "UDP", number, "192.0.2.1", 9, "host")


def media(*numbers: int) -> SDPMedia:
    """A section with a line of another name before and behind each candidate."""
    lines = [SDPAttribute("x", "begin")]
    for number in numbers:
        lines.append(SDPAttribute("candidate", str(candidate(number))))
        lines.append(SDPAttribute("x", f"behind {number}"))
    return SDPMedia("audio", 9, "RTP/AVP", attributes=lines)


def others(section: SDPMedia) -> list[str]:
    return [line.value for line in section.attributes if line.name == "x"]


def numbers(section: SDPMedia) -> list[int]:
    return [item.priority for item in section.candidates]


def test_it_reads_the_lines_of_its_name_in_order() -> None:
    view = media(1, 2, 3).candidates
    assert isinstance(view, MutableSequence)
    assert len(view) == 3
    assert view[0] == candidate(1)
    assert view[-1] == candidate(3)
    assert view[::2] == [candidate(1), candidate(3)]
    assert list(reversed(view)) == [candidate(3), candidate(2), candidate(1)]
    assert candidate(2) in view and candidate(4) not in view
    assert (view.index(candidate(3)), view.count(candidate(3)), view.count(1)) == (2, 1, 0)
    with pytest.raises(IndexError):
        view[3]


def test_it_follows_every_change_of_the_attributes() -> None:
    section = media(1)
    view = section.candidates
    section.attributes.append(SDPAttribute("candidate", str(candidate(2))))
    assert view == [candidate(1), candidate(2)]
    section.attributes[-1].value = str(candidate(3))
    assert view == [candidate(1), candidate(3)]
    section.attributes[-1].name = "x"
    assert view == [candidate(1)]
    section.attributes = []
    assert view == []
    view.append(candidate(5))
    assert section.attributes == [SDPAttribute("candidate", str(candidate(5)))]


# What is done to a list of 1, 2, 3, 4; the same is done to a real list.
CHANGES: dict[str, Callable[[MutableSequence[ICECandidate]], object]] = {
    "append": lambda items: items.append(candidate(9)),
    "extend": lambda items: items.extend([candidate(8), candidate(9)]),
    "extend by itself": lambda items: items.extend(items),
    "insert at the front": lambda items: items.insert(0, candidate(9)),
    "insert inside": lambda items: items.insert(2, candidate(9)),
    "insert from behind": lambda items: items.insert(-1, candidate(9)),
    "insert far behind": lambda items: items.insert(99, candidate(9)),
    "insert far in front": lambda items: items.insert(-99, candidate(9)),
    "set": lambda items: items.__setitem__(1, candidate(9)),
    "set the last": lambda items: items.__setitem__(-1, candidate(9)),
    "set a slice": lambda items: items.__setitem__(slice(1, 3), [candidate(8), candidate(9)]),
    "set a longer slice": lambda items: items.__setitem__(
        slice(1, 2), [candidate(7), candidate(8), candidate(9)]
    ),
    "set a shorter slice": lambda items: items.__setitem__(slice(0, 3), [candidate(9)]),
    "set an empty slice": lambda items: items.__setitem__(slice(2, 2), [candidate(9)]),
    "set a slice that ends before it starts": lambda items: items.__setitem__(
        slice(3, 1), [candidate(9)]
    ),
    "set every second": lambda items: items.__setitem__(
        slice(None, None, 2), [candidate(8), candidate(9)]
    ),
    "set backwards": lambda items: items.__setitem__(
        slice(None, None, -1), [candidate(number) for number in (6, 7, 8, 9)]
    ),
    "set everything": lambda items: items.__setitem__(slice(None), (candidate(9),)),
    "delete": lambda items: items.__delitem__(1),
    "delete a slice": lambda items: items.__delitem__(slice(1, 3)),
    "delete every second": lambda items: items.__delitem__(slice(None, None, 2)),
    "remove": lambda items: items.remove(candidate(2)),
    "pop": lambda items: items.pop(),
    "pop the first": lambda items: items.pop(0),
    "reverse": lambda items: items.reverse(),
    "clear": lambda items: items.clear(),
    "+=": lambda items: items.__iadd__([candidate(9)]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_it_changes_as_a_list_does_and_leaves_other_lines_in_order(
    change: Callable[[MutableSequence[ICECandidate]], object],
) -> None:
    section = media(1, 2, 3, 4)
    expected = [candidate(number) for number in (1, 2, 3, 4)]
    change(section.candidates)
    change(expected)
    assert section.candidates == expected
    assert others(section) == others(media(1, 2, 3, 4))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_an_empty_one_changes_as_a_list_does(
    change: Callable[[MutableSequence[ICECandidate]], object],
) -> None:
    section, expected = media(), list[ICECandidate]()
    kinds: list[type[BaseException] | None] = []
    for items in (section.candidates, expected):
        try:
            change(items)
        except (IndexError, ValueError) as error:
            kinds.append(type(error))
        else:
            kinds.append(None)
    assert kinds[0] == kinds[1]
    assert section.candidates == expected


def test_new_lines_stand_behind_the_last_of_their_name() -> None:
    section = media(1, 2)
    section.candidates.append(candidate(3))
    section.crypto.append(Crypto(1, "AES_CM_128_HMAC_SHA1_80", "inline:a"))
    assert [line.name for line in section.attributes] == [
        "x", "candidate", "x", "candidate", "candidate", "x", "crypto",
    ]  # fmt: skip


def test_what_is_deleted_leaves_the_others_where_they_are() -> None:
    section = media(1, 2)
    kept = section.attributes[3]
    del section.candidates[0]
    assert section.attributes[2] is kept
    assert [line.name for line in section.attributes] == ["x", "x", "candidate", "x"]


def test_a_loop_may_change_the_list() -> None:
    section = media(1, 2, 3)
    for item in section.candidates:
        if item.priority != 2:
            section.candidates.remove(item)
    assert numbers(section) == [2]


def test_an_attribute_in_two_sections_is_changed_in_one() -> None:
    shared = SDPAttribute("candidate", str(candidate(1)))
    first = SDPMedia("audio", 9, "RTP/AVP", attributes=[shared])
    second = SDPMedia("video", 9, "RTP/AVP", attributes=[shared])
    first.candidates[0] = candidate(2)
    assert (numbers(first), numbers(second)) == ([2], [1])


def test_a_malformed_line_raises_when_it_is_read_and_hides_no_other() -> None:
    section = media(1, 2, 3)
    section.attributes[3].value = "malformed"
    view = section.candidates
    error = r"^'a=candidate:malformed': candidate: 'malformed' has 1 fields instead of 8 or more"
    with pytest.raises(ValueError, match=error):
        view[1]
    with pytest.raises(ValueError, match=error):
        list(view)
    assert (len(view), view[0], view[2]) == (3, candidate(1), candidate(3))
    assert (view.index(candidate(3)), candidate(3) in view) == (2, True)
    assert "<'a=candidate:malformed': candidate: 'malformed' has 1 fields" in repr(view)
    items = iter(view)
    assert next(items) == candidate(1)
    with pytest.raises(ValueError, match=error):
        next(items)
    assert next(items) == candidate(3)
    view.append(candidate(4))
    del view[1]
    assert numbers(section) == [1, 3, 4]


def test_no_error_and_no_repr_shows_a_key() -> None:
    section = media()
    section.attributes.append(SDPAttribute("crypto", "x AES_CM_128_HMAC_SHA1_80 inline:topsecret"))
    with pytest.raises(ValueError, match=r"^a=crypto: tag: is not a number") as caught:
        section.crypto[0]
    assert "topsecret" not in str(caught.value)
    section.crypto.append(Crypto(1, "AES_CM_128_HMAC_SHA1_80", "inline:topsecret"))
    assert "topsecret" not in repr(section.crypto)
    assert "Crypto(tag=1, " in repr(section.crypto)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda items: items.append("x"), TypeError),
        (lambda items: items.insert(0, None), TypeError),
        (lambda items: items.extend([candidate(8), "x"]), TypeError),
        (lambda items: items.extend("x"), TypeError),
        (lambda items: items.extend(None), TypeError),
        (lambda items: items.__setitem__(0, "x"), TypeError),
        (lambda items: items.__setitem__(9, candidate(8)), IndexError),
        (lambda items: items.__setitem__(slice(None), [candidate(8), 1]), TypeError),
        (lambda items: items.__setitem__(slice(None, None, 2), [candidate(8)] * 9), ValueError),
        (lambda items: items.__setitem__("x", candidate(8)), TypeError),
        (lambda items: items.__delitem__(9), IndexError),
        (lambda items: items.remove(candidate(8)), ValueError),
    ],
)
def test_a_change_that_fails_changes_nothing(
    change: Callable[[AttributeList[ICECandidate]], None], kind: type[Exception]
) -> None:
    section = media(1, 2, 3)
    with pytest.raises(kind):
        change(section.candidates)
    assert section == media(1, 2, 3)


def test_it_is_compared_by_content_and_not_hashable() -> None:
    view = media(1, 2).candidates
    assert view == media(1, 2).candidates == [candidate(1), candidate(2)]
    assert view != media(2, 1).candidates
    assert view != (candidate(1), candidate(2))
    assert repr(view) == repr([candidate(1), candidate(2)])
    with pytest.raises(TypeError, match="unhashable"):
        hash(view)


def test_what_is_no_attribute_is_left_alone() -> None:
    section = media(1)
    section.attributes.insert(0, "a=candidate:x")  # type: ignore[arg-type]
    assert numbers(section) == [1]
    section.candidates.clear()
    assert section.attributes[0] == "a=candidate:x"
