"""The typed views of all of corpus/: what they read, and the few lines that they cannot read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from sipsimple.sdp import Crypto, ICECandidate, RTCPAddress, SDPMedia, SDPSession

from .test_corpus import FOLDER, READ, name

#: What has another form than its RFC gives it, and so is told as an error where it is read.
UNREADABLE = {
    # Candidates of draft-ietf-mmusic-ice-06.
    "office-communicator-offer": {"candidates"},
    # "31 LPC" without a clock rate, as in RFC 4475 itself.
    "torture-4475": {"rtpmap", "codecs"},
}


def parse(stem: str) -> SDPSession:
    return SDPSession.parse((FOLDER / f"{stem}.sdp").read_bytes())


def properties(owner: object) -> Iterator[str]:
    for one in type(owner).__mro__:
        for key, member in vars(one).items():
            if isinstance(member, property):
                yield key


def items(value: object) -> Iterator[Callable[[], object]]:
    """What reads each item of a list or mapping alone, since one fault hides no other item."""
    if isinstance(value, Mapping):
        for key in value:
            yield lambda key=key: value[key]  # type: ignore[misc]
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index in range(len(value)):
            yield lambda index=index: value[index]  # type: ignore[misc]


@pytest.mark.parametrize("path", READ, ids=name)
def test_every_view_of_every_file_is_read_or_known_not_to_be(path: Path) -> None:
    session = SDPSession.parse(path.read_bytes())
    unreadable, errors = set(), []
    effective = [session.effective(media) for media in session.media]
    for owner in (session, *session.media, *effective):
        for key in properties(owner):
            try:
                for read in items(getattr(owner, key)):
                    read()
            except ValueError as error:
                unreadable.add(key)
                errors.append(str(error))
    assert all("a=" in error for error in errors)
    assert unreadable == UNREADABLE.get(path.stem, set())


def summary(media: SDPMedia) -> dict[str, object]:
    return {
        "codecs": [f"{one.encoding_name}/{one.clock_rate}" for one in media.codecs],
        "parameters": {key: value.parameters for key, value in media.fmtp.items()},
        "ptime": (media.ptime, media.maxptime),
        "rtcp": (media.rtcp, media.rtcp_mux),
        "mid": media.mid,
        "ice": (media.ice_ufrag, media.ice_pwd),
        "crypto": [(one.tag, one.suite, one.key_params) for one in media.crypto],
    }


def test_the_offer_of_teams_is_read_as_it_is_meant() -> None:
    session = parse("teams-sbc-offer")
    (audio,) = session.media
    assert summary(audio) == {
        "codecs": [
            *("SILK/16000", "G722/8000", "SILK/8000", "SIREN/16000", "G729/8000", "PCMU/8000"),
            *("PCMA/8000", "RED/8000", "telephone-event/8000", "CN/8000", "CN/16000"),
        ],
        "parameters": {"111": "bitrate=16000", "18": "annexb=no", "101": "0-16"},
        "ptime": (20, None),
        "rtcp": (RTCPAddress(52017), True),
        "mid": "0",
        "ice": ("nT4u", "hY2kQ9bE7rW3vX5zL0mJ8sDf"),
        "crypto": [
            (
                2,
                "AES_CM_128_HMAC_SHA1_80",
                "inline:dW51c2VkIGtleSBtYXRlcmlhbCBvZiB0aGVzZTAx|2^31",
            ),
            (
                3,
                "AES_CM_128_HMAC_SHA1_80",
                "inline:dW51c2VkIGtleSBtYXRlcmlhbCBvZiB0aGVzZTAy|2^31|1:1",
            ),
        ],
    }
    host, control, active = audio.candidates
    assert (host.type, host.address, host.port, host.component) == (
        "host",
        "203.0.113.201",
        52016,
        1,
    )
    assert (control.port, control.component) == (52017, 2)
    assert active == ICECandidate(
        *("6", 1, "tcp-act", 1684797951, "203.0.113.201", 50020, "srflx", "192.0.2.201", 50020)
    )
    assert (session.bandwidth[0].modifier, session.bandwidth[0].value) == ("CT", 10_000_000)
    assert session.effective(audio).direction == "sendrecv"


def test_the_offer_of_skype_for_business_is_read_as_it_is_meant() -> None:
    session = parse("skype-business-offer")
    audio, video = session.media
    assert summary(audio) == {
        "codecs": [
            *("G722/8000", "x-msrta/16000", "G722/8000", "PCMU/8000", "PCMA/8000"),
            "telephone-event/8000",
        ],
        "parameters": {"114": "bitrate=29000", "101": "0-16"},
        "ptime": (20, 200),
        "rtcp": (RTCPAddress(24579), False),
        "mid": None,
        "ice": ("8sKq", "tR3vN6mB9xC2zL5kJ8hG1fD4"),
        "crypto": [
            (
                2,
                "AES_CM_128_HMAC_SHA1_80",
                "inline:bWFkZSB1cCBhZ2FpbiBmb3IgdGhlIHNha2Ugb2YgaXQ=|2^31|1:1",
            )
        ],
    }
    # The spaces behind them mean nothing, and stay where they are.
    assert [(one.transport, one.type, one.component) for one in audio.candidates] == [
        ("UDP", "host", 1),
        ("UDP", "host", 2),
        ("TCP-ACT", "srflx", 1),
    ]
    assert b"typ host \r\n" in bytes(session)
    (feedback,) = audio.rtcp_fb
    assert (feedback.format, feedback.type) == ("*", "x-message")
    assert video.port == 0
    assert [str(codec) for codec in video.codecs] == ["122 X-H264UC/90000", "121 x-rtvc1/90000"]


def test_candidates_of_the_old_draft_are_told_and_hide_nothing_else() -> None:
    (audio,) = parse("office-communicator-offer").media
    assert len(audio.candidates) == 2
    with pytest.raises(ValueError, match=r"candidate: .* has 7 fields instead of 8 or more"):
        list(audio.candidates)
    assert [isinstance(key, Crypto) and key.tag for key in audio.crypto] == [2]
    assert [line.type for line in audio.other_lines] == ["k"]
    assert audio.rtcp == RTCPAddress(21441)
