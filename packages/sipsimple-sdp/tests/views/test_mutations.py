"""What holds for every class of values, on values with one fault each."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping

import pytest

from sipsimple.sdp import (
    Crypto,
    ExtMap,
    Fingerprint,
    FormatParameters,
    Group,
    ICECandidate,
    RTCPAddress,
    RTCPFeedback,
    RTPMap,
    SDPAttribute,
    SDPMedia,
    SSRCAttribute,
    SSRCGroup,
)
from sipsimple.sdp.views.sequence import AttributeValue

SAMPLES: list[tuple[type[AttributeValue], str]] = [
    (RTPMap, "111 opus/48000/2"),
    (FormatParameters, "111 minptime=10; useinbandfec=1;x"),
    (RTCPAddress, "53020 IN IP6 2001:db8::1"),
    (Crypto, "1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0|2^20|1:4;inline:a2V5 KDR=1"),
    (ICECandidate, "1 1 UDP 16777215 203.0.113.9 5 typ relay raddr 10.0.0.1 rport 0 ufrag x"),
    (Fingerprint, "sha-256 0A:1b:FF"),
    (Group, "BUNDLE audio video"),
    (ExtMap, "4/sendonly urn:ietf:params:rtp-hdrext:toffset vad=on  x"),
    (RTCPFeedback, "111 ccm tmmbr smaxpr=120"),
    (SSRCAttribute, "4294967295 cname:user@example.com x"),
    (SSRCGroup, "FID 1 4294967295"),
]
STRANGE = [
    " ", "  ", "\t", "\r", "\n", "\0", "\x1c", "\x85", "\u00a0", "\u2028", "\udcff", "\ud800",
    "٣", "²", "é", "/", ":", ";", "=", ",", "-", "+", "_", "0", "9" * 30, "9" * 5000, "x",
    "\U0001f600",
]  # fmt: skip
READABLE = [
    name
    for kind in SDPMedia.__mro__
    for name, member in vars(kind).items()
    if isinstance(member, property)
]


def _items(value: object) -> Iterable[object]:
    return value if isinstance(value, Iterable) else ()


def mutations(text: str) -> Iterator[str]:
    for index in range(len(text) + 1):
        yield text[:index]
        yield text[index:]
        yield text[:index] + text[index + 1 :]
        for strange in STRANGE:
            yield text[:index] + strange + text[index:]
            yield text[:index] + strange + text[index + 1 :]
    fields = text.split(" ")
    generator = random.Random(3264)
    for _ in range(200):
        yield " ".join(generator.choices(fields, k=generator.randrange(12)))


@pytest.mark.parametrize(("kind", "text"), SAMPLES)
def test_a_faulty_value_is_a_value_error_or_prints_what_is_read_again(
    kind: type[AttributeValue], text: str
) -> None:
    read = 0
    refused: list[str] = []
    for mutation in mutations(text):
        try:
            value = kind.parse(mutation)
        except ValueError as error:
            refused.append(str(error))
            continue
        read += 1
        assert kind.parse(str(value)) == value, mutation
        assert str(kind.parse(str(value))) == str(value)
        assert isinstance(repr(value), str)
    assert read > 10 and len(refused) > 10
    assert max(map(len, refused)) < 300


@pytest.mark.parametrize(("kind", "text"), SAMPLES)
def test_whatever_a_line_holds_only_value_errors_come_from_the_views(
    kind: type[AttributeValue], text: str
) -> None:
    names = {
        RTPMap: "rtpmap",
        FormatParameters: "fmtp",
        RTCPAddress: "rtcp",
        Crypto: "crypto",
        ICECandidate: "candidate",
        Fingerprint: "fingerprint",
        Group: "mid",
        ExtMap: "extmap",
        RTCPFeedback: "rtcp-fb",
        SSRCAttribute: "ssrc",
        SSRCGroup: "ssrc-group",
    }
    attribute = SDPAttribute(names[kind], text)
    media = SDPMedia("audio", 9, "RTP/AVP", formats=["111", "0"], attributes=[attribute])
    refused: list[str] = []
    for mutation in mutations(text):
        try:
            attribute.value = mutation
        except ValueError:
            continue
        for name in READABLE:
            try:
                value = getattr(media, name)
                list(value.items() if isinstance(value, Mapping) else _items(value))
                repr(value)
            except ValueError as error:
                refused.append(str(error))
    # Whatever stands behind a format is its parameters.
    assert bool(refused) is (kind is not FormatParameters)
    assert all(f"a={attribute.name}" in error for error in refused)
