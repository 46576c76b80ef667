"""What must not reach pjmedia's negotiator as it is, which believes what descriptions say."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from sipsimple.pjproject.errors import SIPCoreError
from sipsimple.sdp import SDPAttribute, SDPNegotiator, SDPSession, pjmedia
from sipsimple.sdp.negotiation.checks import KEPT_FREE

from .offers import AUDIO, VIDEO, answered, concluded, local, session, streams, values

LIMITS = pjmedia.limits()


@pytest.mark.parametrize("prefer_remote", [False, True])
@pytest.mark.parametrize("multiple", [False, True])
@pytest.mark.parametrize(
    ("offered", "capable", "formats"),
    [
        # More payload types for a codec than there are here.
        (
            "RTP/AVP 96 97 0\na=rtpmap:96 opus/48000/2\na=rtpmap:97 OPUS/48000/2",
            "RTP/AVP 111\na=rtpmap:111 opus/48000/2",
            ["96"],
        ),
        # A static one under two numbers, and no rtpmap for what is static.
        ("RTP/AVP 0 96\na=rtpmap:96 PCMU/8000", "RTP/AVP 0\na=rtpmap:0 PCMU/8000", ["0"]),
        ("RTP/AVP 0 0 0 0 0 0", "RTP/AVP 0 0", ["0"]),
        (
            "RTP/AVP 0 96 97\na=rtpmap:96 red/8000\na=rtpmap:97 red/8000",
            "RTP/AVP 0 96\na=rtpmap:96 red/8000",
            ["0"],
        ),
        # A static payload type that is something else.
        (
            "RTP/AVP 3 97\na=rtpmap:97 telephone-event/8000\na=rtpmap:3 telephone-event/8000",
            "RTP/AVP 0 3\na=rtpmap:3 GSM/8000",
            None,
        ),
        # Numbers that everyone reads differently.
        ("RTP/AVP 00 8", "RTP/AVP 0 8", ["8"]),
        ("RTP/AVP 4294967296 0x 300 -1 8", "RTP/AVP 0 8", ["8"]),
        ("RTP/AVP 96 97 8\na=rtpmap:96 foo\na=rtpmap:0097 x/1", "RTP/AVP 8", ["8"]),
        ("RTP/AVP 8\na=rtpmap:4000000 x/1\na=fmtp:4000000 x", "RTP/AVP 8", ["8"]),
    ],
)
def test_an_offer_is_answered_with_what_is_sound_in_it(
    offered: str, capable: str, formats: list[str] | None, prefer_remote: bool, multiple: bool
) -> None:
    offer = session(f"m=audio 5004 {offered}\nm=image 5006 udptl t38")
    capability = session(f"m=audio 6004 {capable}\nm=image 6006 udptl t38")
    negotiator = answered(
        offer,
        capability,
        prefer_remote_codec_order=prefer_remote,
        answer_with_multiple_codecs=multiple,
    )
    audio, image = streams(negotiator.active_local)
    assert (audio.formats if audio.port else None) == formats
    assert image.port == 6006
    negotiator = concluded(capability, offer)
    audio, image = streams(negotiator.active_local)
    assert image.port == 6006 and audio.media == "audio"


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("0 300", r"\.formats\[1\]: '300' is not a payload type"),
        ("00", r"\.formats\[0\]: '00' is not a payload type"),
        ("0 null", r"\.formats\[1\]: 'null' is not a payload type"),
        ("0 96", r"\.formats\[1\]: '96' has no rtpmap"),
        ("0\na=rtpmap:4000000 x/1", r"\.attributes\[0\]: '4000000 x/1' is not of the form"),
        ("0\na=rtpmap:200 x/1", r"\.attributes\[0\]: '200 x/1' is not about a payload type"),
        ("0\na=fmtp:4000000 x", r"\.attributes\[0\]: '4000000 x' is not about a payload type"),
        ("96\na=rtpmap:96 x", r"\.attributes\[0\]: '96 x' is not of the form"),
        (
            "96\na=rtpmap:96 x/1\na=rtpmap:96 y/1",
            r"\.attributes\[1\]: '96 y/1' is the second rtpmap of 96",
        ),
        ("", r"\.formats: must not be empty unless the port is 0"),
    ],
)
def test_a_local_description_is_refused_for_what_pjmedia_or_others_misread(
    lines: str, reason: str
) -> None:
    description = session(f"m=audio 5004 RTP/AVP {lines}")
    negotiator = SDPNegotiator()
    with pytest.raises(ValueError, match=rf"^offer: media\[0\]{reason}"):
        negotiator.set_local_offer(description)
    assert negotiator.state == "NULL"
    negotiator.set_remote_offer(session(AUDIO))
    with pytest.raises(ValueError, match=rf"^answer: media\[0\]{reason}"):
        negotiator.set_local_answer(description)
    assert negotiator.state == "REMOTE_OFFER"


@pytest.mark.parametrize("kind", ["formats", "attributes"])
def test_more_than_pjmedia_takes_is_refused(kind: str) -> None:
    description = session("m=audio 5004 RTP/AVP 0")
    items: list[object] = ["0"] if kind == "formats" else [SDPAttribute("x", "1")]
    limit = LIMITS[kind] - (KEPT_FREE if kind == "attributes" else 0)
    setattr(description.media[0], kind, items * limit)
    if kind == "attributes":
        held = session("m=audio 5004 RTP/AVP 0\na=sendonly")
        negotiator = answered(held, description)
        assert streams(negotiator.active_local)[0].get_direction() == "recvonly"
    setattr(description.media[0], kind, items * (limit + 1))
    for method in ("set_local_offer", "set_remote_offer"):
        with pytest.raises(
            ValueError, match=rf"^offer: media\[0\]\.{kind}: {limit + 1} items, but"
        ):
            getattr(SDPNegotiator(), method)(description)


def test_a_stream_needs_an_address_unless_it_is_rejected() -> None:
    description = session(AUDIO)
    description.connection = None
    with pytest.raises(ValueError, match=r"^offer: media\[0\]\.connection: there is none"):
        SDPNegotiator.with_remote_offer(description)
    description.media[0].port = 0
    description.media += session("m=audio 5 RTP/AVP 0\nc=IN IP4 192.0.2.3").media
    negotiator = answered(description, local("audio"))
    assert [item.port for item in streams(negotiator.active_local)] == [0, 6004]


def test_as_many_streams_as_pjmedia_takes_may_be_offered_anew_and_no_more() -> None:
    many = LIMITS["media"]
    negotiator = concluded(session(AUDIO * many), session(AUDIO * many))
    negotiator.set_local_offer(session(VIDEO * many))
    assert len(streams(negotiator.offer)) == many
    with pytest.raises(ValueError, match=rf"^answer: media: {many + 1} items, but pjmedia takes"):
        negotiator.set_remote_answer(session(VIDEO * (many + 1)))


def test_the_largest_offer_is_answered_in_time() -> None:
    numbers = [str(number) for number in range(128)]
    lines = [f"m=audio 9 RTP/AVP {' '.join(numbers)}"]
    lines += [f"a=rtpmap:{number} codec-{number}/8000" for number in numbers]
    offer = session("\n".join(lines * LIMITS["media"]))
    for capability in (local("audio"), session("\n".join(lines))):
        started = time.monotonic()
        negotiator = answered(offer, capability, answer_with_multiple_codecs=True)
        assert time.monotonic() - started < 10
        assert sum(bool(item.port) for item in streams(negotiator.active_local)) == 1


def test_sessions_without_streams_are_not_agreed_on() -> None:
    negotiator = SDPNegotiator.with_remote_offer(session(""), session(""))
    with pytest.raises(SIPCoreError, match="PJMEDIA_SDPNEG_ENOMEDIA"):
        negotiator.negotiate()


def test_a_line_for_a_payload_type_that_is_not_listed_does_not_disturb_the_answer() -> None:
    capability = session("""
        m=audio 6004 RTP/AVP 111
        a=rtpmap:96 speex/8000
        a=rtpmap:111 opus/48000/2
    """)
    (audio,) = streams(
        answered(session("m=audio 1 RTP/AVP 96\na=rtpmap:96 opus/48000/2"), capability).active_local
    )
    assert (audio.formats, values(audio, "rtpmap")) == (["96"], ["96 opus/48000/2"])


_CODECS = (
    *("opus/48000/2", "PCMU/8000", "telephone-event/8000", "red/8000", "foo", ""),
    *("H264/90000", "h264/90000", "H264^x/90000", "H264^/90000", "H264/90000/1"),
)
_PARAMETERS = (
    *("0-15", "96/" * 9, "", "packetization-mode=1", "packetization-mode=;profile-level-id="),
    *("profile-level-id=42e01f", "profile-level-id=42e015;packetization-mode=1"),
)
_FORMATS = ("0", "8", "96", "97", "98", "111", "127", "00", "128", "99999999999", "*", "-1")


def _wild(source: random.Random) -> SDPSession:
    lines = []
    for _ in range(source.randint(0, 4)):
        formats = [source.choice(_FORMATS) for _ in range(source.choice((0, 1, 3, 6, 128)))]
        media, port = source.choice(("audio", "video", "text")), source.choice((0, 9, 9, 9))
        transport = source.choice(("RTP/AVP", "RTP/AVP", "RTP/SAVPF", "udptl"))
        lines.append(f"m={media} {port} {transport} {' '.join(formats)}")
        for name in formats:
            lines += [f"a=rtpmap:{name} {source.choice(_CODECS)}"] * source.choice((0, 1, 1, 1, 2))
            lines += [f"a=fmtp:{name} {source.choice(_PARAMETERS)}"]
        lines.append(f"a={source.choice(('sendonly', 'inactive', 'x'))}")
    return session("\n".join(lines))


def _exchange(seed: int) -> int:
    source = random.Random(seed)
    negotiator = SDPNegotiator(
        prefer_remote_codec_order=source.random() < 0.5,
        answer_with_multiple_codecs=source.random() < 0.5,
    )
    done = 0
    for _ in range(4):
        ours, theirs = source.choice((local("audio", "video"), _wild(source))), _wild(source)
        try:
            if source.random() < 0.5:
                negotiator.set_local_offer(ours)
                negotiator.set_remote_answer(theirs)
            else:
                negotiator.set_remote_offer(theirs)
                negotiator.set_local_answer(ours)
            negotiator.negotiate()
            done += 1
            active, remote = negotiator.active_local, negotiator.active_remote
            assert active is not None and len(active.media) == len(streams(remote))
            assert SDPSession.parse(bytes(active)) == active
            # The names that tell formats of H.264 apart are for pjmedia alone.
            assert not any(
                mark in f"{active}{remote}" for mark in ("^offered-", "^other-", "^unused")
            )
        except (ValueError, SIPCoreError):
            if negotiator.state not in {"NULL", "DONE"}:
                negotiator.cancel_offer()
    return done


def test_descriptions_made_of_anything_are_negotiated_or_refused() -> None:
    assert sum(map(_exchange, range(600))) > 50


def test_many_threads_negotiate_at_once() -> None:
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(_exchange, range(200))) == list(map(_exchange, range(200)))
