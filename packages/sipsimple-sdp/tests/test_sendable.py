"""What may be sent: the quick look at pjmedia's structs never takes what the slow one refuses."""

from __future__ import annotations

import random

import pytest

from sipsimple.sdp import SDPAttribute, SDPConnection, SDPMedia, SDPSession
from sipsimple.sdp.negotiation.checks import check_local
from sipsimple.sdp.sendable import check_sendable, is_plain

HOST = "192.0.2.1"
#: Pieces of lines that are right, wrong, or right only beside certain others.
TRANSPORTS = ["RTP/AVP", "RTP/SAVPF", "UDP/TLS/RTP/SAVPF", "rtp/avp", "udptl", "RTP/AVPX"]
FORMATS = ["0", "8", "34", "35", "96", "127", "128", "999", "1000", "007", "-1", "t38", "0x0"]
NAMES = ["rtpmap", "fmtp", "RTPMAP", "ptime", "rtcp-fb", "bundle-only", "sendrecv"]
VALUES = [
    *("0 PCMU/8000", "96 opus/48000/2", "127 a.b-c_d/90000", "35 x/1", "96 opus", "96 opus/"),
    *("96  opus/48000", "96\topus/48000", " 96 opus/48000", "96 opus/48000/2 ", "096 opus/48000"),
    *("128 a/8000", "96 /8000", "96 o pus/8000", "96 opus/8000000000", "96 opus/08", "96 a/8/x"),
    *("96 a/8/0001", "101 0-15", "101", "101 ", "* nack", "red 0/8", "12x 1", "20", "", "x"),
]


def session(*media: SDPMedia, connection: bool = True) -> SDPSession:
    return SDPSession(
        HOST, connection=SDPConnection(HOST) if connection else None, media=list(media)
    )


def section(**changes: object) -> SDPMedia:
    usual: dict[str, object] = {
        "formats": ["0", "101"],
        "attributes": [
            SDPAttribute("rtpmap", "101 telephone-event/8000"),
            SDPAttribute("fmtp", "101 0-15"),
        ],
    }
    arguments = usual | changes
    port = arguments.pop("port", 4000)
    transport = arguments.pop("transport", "RTP/AVP")
    return SDPMedia("audio", port, transport, **arguments)  # type: ignore[arg-type]


def refusal(description: SDPSession) -> str:
    try:
        check_local(description, "offer")
    except ValueError as error:
        return str(error)
    return ""


def test_the_usual_descriptions_are_plain() -> None:
    assert is_plain(session(section()))
    assert is_plain(session(section(), section(transport="UDP/TLS/RTP/SAVPF")))
    opus = SDPAttribute("rtpmap", "96 opus/48000/2")
    assert is_plain(session(section(formats=["96", "9"], attributes=[opus])))
    assert is_plain(session())
    assert is_plain(session(section(connection=SDPConnection(HOST)), connection=False))


@pytest.mark.parametrize(
    "unusual",
    [
        session(section(port=0)),
        session(section(transport="udptl", formats=["t38"], attributes=[])),
        session(section(attributes=[SDPAttribute("rtpmap", "101\ttelephone-event/8000")])),
    ],
    ids=["declined", "T.38", "tab"],
)
def test_what_is_not_plain_may_be_right(unusual: SDPSession) -> None:
    assert not is_plain(unusual)
    check_sendable(unusual, "offer")


def made_up(chance: random.Random) -> SDPSession:
    """A description of pieces that were chosen at random."""

    def attributes() -> list[SDPAttribute]:
        return [
            SDPAttribute(chance.choice(NAMES), chance.choice(VALUES))
            for _ in range(chance.randrange(4))
        ]

    media = [
        SDPMedia(
            "audio",
            chance.choice([0, 4000, 4000, 4000]),
            chance.choice(["RTP/AVP", *TRANSPORTS]),
            formats=chance.choices(["0", "96", "101", *FORMATS], k=chance.randrange(4)),
            attributes=[SDPAttribute("rtpmap", "96 opus/48000/2")] * chance.randrange(2)
            + attributes(),
            connection=SDPConnection(HOST) if chance.randrange(2) else None,
        )
        for _ in range(chance.randrange(1, 3))
    ]
    return session(*media, connection=bool(chance.randrange(4)))


def test_what_is_plain_is_right() -> None:
    chance = random.Random(14)
    kinds = {True: 0, False: 0}
    for _ in range(20000):
        description = made_up(chance)
        if is_plain(description):
            assert refusal(description) == "", str(description)
            kinds[True] += 1
        elif refusal(description):
            kinds[False] += 1
    # There was something to be found.
    assert kinds[True] > 200 and kinds[False] > 5000, kinds


def test_as_many_attributes_as_pjmedia_leaves_room_for() -> None:
    most = next(
        count
        for count in range(2000)
        if refusal(
            session(section(attributes=[SDPAttribute("x", "")] * (count + 1), formats=["0"]))
        )
    )
    fits = session(section(attributes=[SDPAttribute("x", "")] * most, formats=["0"]))
    assert is_plain(fits)
    # A direction of the session is repeated in the section, for which room is kept.
    fits.attributes = [SDPAttribute("sendonly", "")]
    check_sendable(fits, "offer")
    fits.media[0].attributes.append(SDPAttribute("x", ""))
    with pytest.raises(ValueError, match=r"offer: media\[0\]\.attributes: \d+ items"):
        check_sendable(fits, "offer")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (session(section(formats=["96"])), r"offer: media\[0\]\.formats\[0\]: '96' has no rtpmap"),
        (session(section(), connection=False), r"offer: media\[0\]\.connection: there is none"),
        (
            session(section(formats=["0"] * 200)),
            r"offer: media\[0\]\.formats: 200 items, but pjmedia takes at most 128",
        ),
        (session(*[section()] * 200), r"offer: media: 200 items, but pjmedia takes at most 64"),
    ],
)
def test_what_is_wrong_is_told(wrong: SDPSession, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        check_sendable(wrong, "offer")


def test_only_descriptions_are_taken() -> None:
    with pytest.raises(TypeError, match="must be SDPSession, not str"):
        check_sendable("v=0", "offer")  # type: ignore[arg-type]
