"""H.264: two formats match by profile and packetization mode (RFC 6184 section 8.2.2)."""

from __future__ import annotations

import pytest

from sipsimple.sdp import FormatParameters, SDPMedia, SDPNegotiationError, SDPNegotiator
from sipsimple.sdp.negotiation.h264 import H264

from .offers import answered, concluded, session, streams, values


def video(*formats: tuple[int, str | None]) -> str:
    """A section with formats of H.264, each with its parameters."""
    lines = [f"m=video 5006 RTP/AVP {' '.join(str(number) for number, _ in formats)}"]
    for number, parameters in formats:
        lines.append(f"a=rtpmap:{number} H264/90000")
        if parameters is not None:
            lines.append(f"a=fmtp:{number} {parameters}")
    return "\n".join(lines)


def section(negotiator: SDPNegotiator) -> SDPMedia:
    (media,) = streams(negotiator.active_local)
    return media


def profile(text: str) -> str | None:
    return H264.of(FormatParameters("97", f"profile-level-id={text}")).profile


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("constrained baseline", ["42e01f", "42E00A", "42c01f", "424015", "4d801f", "58c01f"]),
        ("baseline", ["42001f", "42800a", "42a01f", "58801f"]),
        ("main", ["4d001f", "4d401f", "4d5028"]),
        ("extended", ["58001f", "58301f"]),
        ("high", ["64001f", "640028"]),
        ("constrained high", ["640c1f"]),
        ("high 10", ["6e001f"]),
        ("high 10 intra", ["6e101f"]),
        ("high 4:2:2", ["7a001f"]),
        ("high 4:2:2 intra", ["7a101f"]),
        ("high 4:4:4", ["f4001f"]),
        ("high 4:4:4 intra", ["f4101f"]),
        ("cavlc 4:4:4 intra", ["2c101f"]),
        ("4301", ["43011f"]),
        ("what?", ["What?"]),
        ("42e0", ["42e0"]),
    ],
)
def test_profiles_are_told_by_the_table_of_the_rfc(name: str, texts: list[str]) -> None:
    assert {profile(text) for text in texts} == {name}


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("42e01f", 31),
        ("42e00a", 10),
        ("42f00b", 10.5),
        ("42e00b", 11),
        ("640009", 10.5),
        ("x", None),
    ],
)
def test_levels_are_compared_with_1b_between_1_and_1_1(text: str, level: float | None) -> None:
    assert H264.of(FormatParameters("97", f"profile-level-id={text}")).level == level


MODE_1 = "profile-level-id=42e01f;packetization-mode=1"
HIGH = "profile-level-id=64001f;packetization-mode=1"
# What browsers offer: the same codec several times.
OFFER = video(
    (102, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f"),
    (104, "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42001f"),
    (106, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"),
    (108, "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f"),
    (112, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=64001f"),
)


@pytest.mark.parametrize(
    ("ours", "chosen"),
    [
        ("profile-level-id=42e01f;packetization-mode=1", "106"),
        ("profile-level-id=42e01f;packetization-mode=0", "108"),
        ("profile-level-id=42e01f", "108"),
        ("PROFILE-LEVEL-ID = 42C01F; Packetization-Mode=1", "106"),
        ("profile-level-id=64001f;packetization-mode=1", "112"),
        ("profile-level-id=42001f;packetization-mode=1", "102"),
    ],
)
@pytest.mark.parametrize("prefer_remote_codec_order", [False, True])
@pytest.mark.parametrize("answer_with_multiple_codecs", [False, True])
def test_the_answer_has_the_format_of_the_same_configuration(
    ours: str, chosen: str, prefer_remote_codec_order: bool, answer_with_multiple_codecs: bool
) -> None:
    negotiator = answered(
        session(OFFER),
        session(video((97, ours))),
        prefer_remote_codec_order=prefer_remote_codec_order,
        answer_with_multiple_codecs=answer_with_multiple_codecs,
    )
    assert section(negotiator).formats == [chosen]
    assert values(section(negotiator), "rtpmap") == [f"{chosen} H264/90000"]
    assert values(section(negotiator), "fmtp") == [f"{chosen} {ours}"]


def test_all_configurations_in_common_are_answered_each_by_its_own() -> None:
    ours = video((97, MODE_1), (98, "profile-level-id=42e01f"), (99, HIGH), (100, "x=y"))
    negotiator = answered(session(OFFER), session(ours), answer_with_multiple_codecs=True)
    assert section(negotiator).formats == ["104", "106", "108", "112"]
    assert sorted(values(section(negotiator), "rtpmap")) == [
        f"{number} H264/90000" for number in ("104", "106", "108", "112")
    ]
    assert section(negotiator).fmtp["106"].parameters == MODE_1
    assert section(negotiator).fmtp["112"].parameters == HIGH
    assert section(negotiator).fmtp["104"].parameters == "x=y"


@pytest.mark.parametrize(
    ("offer", "ours"),
    [
        (MODE_1, "profile-level-id=42e01f"),
        (MODE_1, HIGH),
        (HIGH, MODE_1),
        (HIGH, None),
        (None, HIGH),
        ("packetization-mode=2", "packetization-mode=1"),
        ("packetization-mode=1", None),
        ("profile-level-id=42001f", "profile-level-id=42e01f"),
        ("profile-level-id=what", "profile-level-id=42e01f"),
    ],
)
def test_nothing_in_common_is_told(offer: str | None, ours: str | None) -> None:
    with pytest.raises(SDPNegotiationError):
        answered(session(video((97, offer))), session(video((97, ours))))


def test_who_can_fragment_can_do_without_and_says_so() -> None:
    ours = session(video((110, "x=1; packetization-mode=1 ;profile-level-id=42e01f")))
    for offer in ("profile-level-id=42e01f", "profile-level-id=42e01f;packetization-mode=0"):
        negotiator = answered(session(video((97, offer))), ours)
        assert values(section(negotiator), "fmtp") == [
            "97 x=1; packetization-mode=0;profile-level-id=42e01f"
        ]


def test_who_says_nothing_of_the_profile_means_the_one_that_all_have() -> None:
    for offer, ours in (
        (None, MODE_1),
        (None, "profile-level-id=42001f"),
        (MODE_1, "packetization-mode=1"),
    ):
        assert section(answered(session(video((97, offer))), session(video((97, ours))))).port


@pytest.mark.parametrize(
    ("offer", "ours", "answer"),
    [
        ("profile-level-id=42e015", "profile-level-id=42e01f", "profile-level-id=42e015"),
        ("profile-level-id=42e01f", "profile-level-id=42e015", "profile-level-id=42e015"),
        ("profile-level-id=42f00b", "profile-level-id=42e00b", "profile-level-id=42f00b"),
        (
            "profile-level-id=42e015;level-asymmetry-allowed=1",
            "profile-level-id=42e01f;level-asymmetry-allowed=1",
            "profile-level-id=42e01f;level-asymmetry-allowed=1",
        ),
        (
            "profile-level-id=42e015",
            "level-asymmetry-allowed=1;profile-level-id=42e01f",
            "level-asymmetry-allowed=1;profile-level-id=42e015",
        ),
        # Nothing said of the level means the lowest one.
        (None, "profile-level-id=42e01f", "profile-level-id=42e00a"),
        ("packetization-mode=0", "profile-level-id=42E01F", "profile-level-id=42E00a"),
        ("profile-level-id=42e01f", "x=y", "x=y"),
    ],
)
def test_the_level_of_the_answer_is_the_lower_one_unless_both_allow_another(
    offer: str | None, ours: str, answer: str
) -> None:
    negotiator = answered(session(video((97, offer))), session(video((110, ours))))
    assert values(section(negotiator), "fmtp") == [f"97 {answer}"]


def test_an_answer_to_one_of_several_is_found_by_its_payload_type() -> None:
    for answer in (None, "x=y", "profile-level-id=42e00a;packetization-mode=1"):
        negotiator = concluded(session(OFFER), session(video((106, answer))))
        assert section(negotiator).formats == ["106"]
        (remote,) = streams(negotiator.active_remote)
        assert remote.formats == ["106"]
        assert values(remote, "rtpmap") == ["106 H264/90000"]


def test_an_answer_with_a_payload_type_of_its_own_is_found_by_its_configuration() -> None:
    negotiator = concluded(session(OFFER), session(video((97, HIGH))))
    assert section(negotiator).formats == ["112"]
    (remote,) = streams(negotiator.active_remote)
    assert remote.formats == ["97"]
    assert values(remote, "rtpmap") == ["97 H264/90000"]


@pytest.mark.parametrize(
    "answer", [HIGH, "packetization-mode=0", "profile-level-id=42e01f;packetization-mode=2"]
)
def test_an_answer_that_says_another_configuration_does_not_match(answer: str) -> None:
    with pytest.raises(SDPNegotiationError):
        concluded(session(video((97, MODE_1))), session(video((97, answer))))


def test_other_codecs_are_as_before() -> None:
    offer = "m=video 1 RTP/AVP 96 97\na=rtpmap:96 VP9/90000\na=fmtp:96 packetization-mode=0\n" + (
        "a=rtpmap:97 H264^x/90000\na=rtpmap:98 H264^y/90000"
    )
    ours = (
        "m=video 1 RTP/AVP 110 111\na=rtpmap:110 VP9/90000\na=fmtp:110 packetization-mode=1\n"
        + ("a=rtpmap:111 H264^x/90000")
    )
    negotiator = answered(session(offer), session(ours), answer_with_multiple_codecs=True)
    assert sorted(values(section(negotiator), "rtpmap")) == ["96 VP9/90000", "97 H264^x/90000"]
    assert values(section(negotiator), "fmtp") == ["96 packetization-mode=1"]
    with pytest.raises(SDPNegotiationError):
        answered(session(offer), session(video((97, None))))


def test_white_space_in_an_rtpmap_does_no_harm() -> None:
    offer = "m=video 1 RTP/AVP 97\na=rtpmap:97\tH264/90000 \na=fmtp:97\t" + MODE_1
    negotiator = answered(session(offer), session(video((110, MODE_1))))
    assert section(negotiator).formats == ["97"]
