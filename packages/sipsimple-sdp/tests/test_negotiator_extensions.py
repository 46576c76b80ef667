"""`SDPNegotiator`: header extensions that are answered (RFC 8285 section 6)."""

from __future__ import annotations

import pytest

from .offers import answered, session, streams, values


def audio(*lines: str) -> str:
    return "\n".join(["m=audio 5004 RTP/AVP 0", *(f"a=extmap:{line}" for line in lines)])


def answer(offer: str, ours: str) -> list[list[str]]:
    """The extensions of each section of an answer."""
    description = answered(session(offer), session(ours)).active_local
    assert description is not None
    assert not values(description, "extmap")  # type: ignore[arg-type]
    return [values(section, "extmap") for section in streams(description)]


@pytest.mark.parametrize(
    ("offered", "ours", "expected"),
    [
        ([], ["1 urn:a"], []),
        (["1 urn:a"], [], []),
        (["3 urn:a", "4 urn:b"], ["1 urn:b", "2 urn:a", "3 urn:c"], ["4 urn:b", "3 urn:a"]),
        (["200 urn:a"], ["1 urn:a x=y"], ["200 urn:a x=y"]),
        # More was offered than there is room for.
        (["1 urn:a", "4096 urn:b", "4096 urn:c"], ["7 urn:c", "8 urn:b"], ["2 urn:c", "3 urn:b"]),
        (["4096 urn:a", "5 urn:a"], ["1 urn:a"], ["5 urn:a"]),
        (["4096 urn:a", "4096 urn:a"], ["1 urn:a"], ["1 urn:a"]),
        (["x urn:a", "2 urn:b"], ["1 urn:a", "y", "2 urn:b"], ["2 urn:b"]),
    ],
)
def test_what_was_offered_is_answered_by_the_numbers_of_the_offer(
    offered: list[str], ours: list[str], expected: list[str]
) -> None:
    assert answer(audio(*offered), audio(*ours)) == [expected]


def test_numbers_may_run_out() -> None:
    offered = [f"{number} urn:{number}" for number in range(1, 256) if number != 15]
    assert answer(audio(*offered, "4096 urn:x"), audio("1 urn:x", "2 urn:9")) == [["9 urn:9"]]


@pytest.mark.parametrize(
    ("offered", "own", "expected"),
    [
        ("", "", ""),
        ("", "/sendonly", "/sendonly"),
        ("/sendrecv", "/recvonly", "/recvonly"),
        ("/sendonly", "", "/recvonly"),
        ("/recvonly", "/sendrecv", "/sendonly"),
        ("/sendonly", "/sendonly", "/inactive"),
        ("/inactive", "", "/inactive"),
    ],
)
def test_the_direction_is_reversed_as_far_as_the_own_one_allows(
    offered: str, own: str, expected: str
) -> None:
    assert answer(audio(f"4{offered} urn:a"), audio(f"1{own} urn:a")) == [[f"4{expected} urn:a"]]


def test_what_holds_for_the_session_is_said_in_each_section() -> None:
    offer = "a=extmap:4096 urn:a\na=extmap:9 urn:b\n" + audio() + "\n" + audio("6 urn:c")
    ours = "a=extmap:1 urn:c\na=extmap:2 urn:b\n" + audio("3 urn:a") + "\n" + audio("3 urn:a")
    assert answer(offer, ours) == [["9 urn:b", "1 urn:a"], ["6 urn:c", "9 urn:b", "1 urn:a"]]


def test_lines_stay_in_their_place_and_those_of_other_transports_as_they_are() -> None:
    offer = audio("2 urn:a") + "\nm=message 2855 TCP/MSRP *\na=extmap:1 urn:x"
    ours = "m=audio 5004 RTP/AVP 0\na=ptime:20\na=extmap:1 urn:a\na=label:1" + (
        "\nm=message 2855 TCP/MSRP *\na=extmap:5 urn:x"
    )
    sections = streams(answered(session(offer), session(ours)).active_local)
    assert [str(item) for item in sections[0].attributes] == [
        "a=ptime:20",
        "a=extmap:2 urn:a",
        "a=label:1",
    ]
    assert values(sections[1], "extmap") == ["5 urn:x"]
