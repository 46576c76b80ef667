"""`SDPNegotiator`: which formats are codecs, and which of them are the same."""

from __future__ import annotations

import pytest

from sipsimple.sdp import SDPMedia, SDPNegotiationError

from .offers import answered, concluded, session, streams, values


def audio(formats: str, *maps: str) -> str:
    return "\n".join([f"m=audio 5004 RTP/AVP {formats}", *(f"a=rtpmap:{line}" for line in maps)])


def section(offer: str, ours: str, **options: bool) -> SDPMedia:
    (media,) = streams(answered(session(offer), session(ours), **options).active_local)
    return media


BOTH = pytest.mark.parametrize("multiple", [False, True])
EVENT = "101 telephone-event/8000"


@BOTH
def test_comfort_noise_stands_beside_a_codec_of_its_clock_rate(multiple: bool) -> None:
    def answer(offer: str, ours: str) -> list[str]:
        return section(offer, ours, answer_with_multiple_codecs=multiple).formats

    assert answer(audio("13 0"), audio("0 13")) == ["0", "13"]
    assert answer(audio("0 13"), audio("0")) == ["0"]
    assert answer(audio("0"), audio("0 13")) == ["0"]
    wide = ("96 speex/16000", "98 CN/16000")
    assert answer(audio("98 96 13", *wide), audio("96 98 13", *wide)) == ["96", "98"]
    assert answer(audio("0 99", "99 CN/8000"), audio("13 0")) == ["0", "99"]
    media = section(audio("0 99", "99 CN/8000"), audio("13 0"))
    assert values(media, "rtpmap") == ["99 CN/8000"]


@BOTH
def test_comfort_noise_alone_is_no_codec(multiple: bool) -> None:
    for offer, ours in (("13", "13"), ("13", "0 13"), ("8 13", "0 13")):
        with pytest.raises(SDPNegotiationError):
            section(audio(offer), audio(ours), answer_with_multiple_codecs=multiple)


@pytest.mark.parametrize(("formats", "maps"), [("101", [EVENT]), ("13", []), ("13 101", [EVENT])])
def test_an_answer_without_a_codec_is_none(formats: str, maps: list[str]) -> None:
    offer = session(audio("0 13 101", EVENT))
    with pytest.raises(SDPNegotiationError, match="NOANSCODEC"):
        concluded(offer, session(audio(formats, *maps)))
    # But who offers events alone gets what was asked for.
    offer = session(audio("101", EVENT))
    (local,) = streams(concluded(offer, session(audio("101", EVENT))).active_local)
    assert local.formats == ["101"]


@BOTH
def test_an_assigned_codec_is_found_under_another_number(multiple: bool) -> None:
    mapped = audio("96", "96 PCMU/8000")
    media = section(mapped, audio("0"), answer_with_multiple_codecs=multiple)
    assert (media.formats, values(media, "rtpmap")) == (["96"], ["96 PCMU/8000"])
    media = section(audio("8 0"), mapped, answer_with_multiple_codecs=multiple)
    assert (media.formats, values(media, "rtpmap")) == (["0"], [])
    media = section(
        audio("8 0 97", "97 pcmu/8000"), audio("8 96", "96 PCMU/8000"),
        answer_with_multiple_codecs=multiple, prefer_remote_codec_order=False,
    )  # fmt: skip
    assert media.formats[0] == "8"
    # One whose number is bound to something else.
    with pytest.raises(SDPNegotiationError):
        section(mapped, audio("0", "0 iLBC/8000"), answer_with_multiple_codecs=multiple)
    media = section(audio("97 0", "97 G722/8000"), audio("9 0"))
    assert (media.formats, values(media, "rtpmap")) == (["97"], ["97 G722/8000"])


def test_and_in_an_answer_too() -> None:
    for offer, answer in (
        (audio("0"), audio("96", "96 PCMU/8000")),
        (audio("96", "96 PCMU/8000"), audio("0")),
    ):
        negotiator = concluded(session(offer), session(answer))
        (local,) = streams(negotiator.active_local)
        (remote,) = streams(negotiator.active_remote)
        assert local == session(offer).media[0]
        assert remote == session(answer).media[0]
