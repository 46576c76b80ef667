"""`SDPNegotiator`: roles, keys and RTCP that are answered."""

from __future__ import annotations

import pytest

from sipsimple.sdp import SDPMedia, SDPNegotiationError

from .offers import answered, session, streams, values

KEY = "inline:bm90IGEgc2VjcmV0IGF0IGFsbCBhdCBhbGw="
OURS = "inline:b3VycyBpcyBubyBzZWNyZXQgZWl0aGVyISEhIQ=="


def audio(*lines: str, transport: str = "RTP/AVP") -> str:
    return "\n".join([f"m=audio 5004 {transport} 0", *(f"a={line}" for line in lines)])


def section(offer: str, ours: str) -> SDPMedia:
    (media,) = streams(answered(session(offer), session(ours)).active_local)
    return media


@pytest.mark.parametrize(
    ("offered", "ours", "expected"),
    [
        ("actpass", "actpass", "active"),
        ("actpass", "passive", "passive"),
        ("actpass", "active", "active"),
        ("active", "active", "passive"),
        ("active", "actpass", "passive"),
        ("passive", "actpass", "active"),
        ("passive", "passive", "active"),
        ("holdconn", "actpass", "holdconn"),
        ("active", "holdconn", "holdconn"),
        (None, "actpass", "passive"),
        ("actpass", None, None),
        ("what?", "actpass", "passive"),
    ],
)
@pytest.mark.parametrize("level", ["session", "media"])
def test_one_side_opens_the_connection_and_the_other_waits_for_it(
    offered: str | None, ours: str | None, expected: str | None, level: str
) -> None:
    lines = [f"a=setup:{role}\n" if role else "" for role in (offered, ours)]
    offer, capability = (
        line + audio() if level == "session" else f"{audio()}\n{line}" for line in lines
    )
    negotiator = answered(session(offer), session(capability))
    description = negotiator.active_local
    assert description is not None
    assert description.effective(description.media[0]).setup == expected
    assert "actpass" not in str(description)


def test_one_key_is_answered_under_the_tag_of_what_was_offered_first() -> None:
    offer = audio(
        f"crypto:1 AEAD_AES_256_GCM {KEY}",
        f"crypto:2 AES_CM_128_HMAC_SHA1_80 {KEY}",
        f"crypto:3 AES_CM_128_HMAC_SHA1_32 {KEY}",
        transport="RTP/SAVP",
    )
    ours = audio(
        "ptime:20",
        f"crypto:7 AES_CM_128_HMAC_SHA1_32 {OURS}",
        f"crypto:8 aes_cm_128_hmac_sha1_80 {OURS} UNENCRYPTED_SRTCP",
        "label:1",
        transport="RTP/SAVP",
    )
    assert [str(item) for item in section(offer, ours).attributes] == [
        "a=ptime:20",
        f"a=crypto:2 aes_cm_128_hmac_sha1_80 {OURS} UNENCRYPTED_SRTCP",
        "a=label:1",
    ]


@pytest.mark.parametrize("offered", [[], ["crypto:1 F8_128_HMAC_SHA1_80 " + KEY], ["crypto:x"]])
def test_without_a_suite_in_common_there_is_no_stream_that_must_be_encrypted(
    offered: list[str],
) -> None:
    ours = f"crypto:1 AES_CM_128_HMAC_SHA1_80 {OURS}"
    with pytest.raises(SDPNegotiationError):
        section(audio(*offered, transport="RTP/SAVP"), audio(ours, transport="RTP/SAVP"))
    # Where it may be, it is not.
    assert values(section(audio(*offered), audio(ours)), "crypto") == []


def test_who_says_nothing_of_keys_is_asked_for_none() -> None:
    offer = audio(f"crypto:1 AES_CM_128_HMAC_SHA1_80 {KEY}", transport="RTP/SAVP")
    assert section(offer, audio(transport="RTP/SAVP")).attributes == []


@pytest.mark.parametrize("name", ["rtcp-mux", "rtcp-rsize", "extmap-allow-mixed"])
def test_what_has_to_be_offered_first_is_not_answered_otherwise(name: str) -> None:
    assert section(audio(), audio(name, "ptime:20")).ptime == 20
    assert values(section(audio(), audio(name)), name) == []
    assert values(section(audio(name), audio(name)), name) == [""]


def test_mixed_headers_may_hold_for_the_session() -> None:
    line = "a=extmap-allow-mixed\n"
    for offer, kept in ((line + audio(), [""]), (audio(), [])):
        description = answered(session(offer), session(line + audio())).active_local
        assert description is not None
        assert [item.value for item in description.attributes] == kept


def test_what_is_for_offers_alone_is_not_answered() -> None:
    lines = ("rtcp-mux-only", "bundle-only", "rtcp-mux")
    answer = section(audio(*lines), audio(*lines))
    assert [item.name for item in answer.attributes] == ["rtcp-mux"]
