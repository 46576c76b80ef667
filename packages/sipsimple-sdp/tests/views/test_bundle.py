"""What the tagged section of a BUNDLE group says holds for those that use its transport."""

from __future__ import annotations

import pytest

from sipsimple.sdp import (
    Crypto,
    ICECandidate,
    RTCPAddress,
    SDPAttribute,
    SDPConnection,
    SDPMedia,
    SDPSession,
)

CANDIDATE = ICECandidate("1", 1, "udp", 2122260223, "192.0.2.7", 46243, "host")

ANSWER = f"""\
v=0
o=- 1 1 IN IP4 192.0.2.1
s=-
t=0 0
a=group:BUNDLE a v
a=ice-options:ice2
m=audio 46243 UDP/TLS/RTP/SAVPF 0
c=IN IP4 192.0.2.7
a=mid:a
a=ice-ufrag:F7gI
a=ice-pwd:x9cml/YzichV2+XlhiMu8g
a=ice-options:trickle
a=candidate:{CANDIDATE}
a=end-of-candidates
a=setup:active
a=fingerprint:sha-256 AA:BB
a=rtcp:46243
a=rtcp-mux
a=sendonly
m=video 46243 UDP/TLS/RTP/SAVPF 31
c=IN IP4 192.0.2.7
a=mid:v
a=recvonly
m=text 7 RTP/AVP 98
c=IN IP4 192.0.2.8
a=mid:t
"""


def transport(session: SDPSession, index: int) -> tuple[object, ...]:
    effective = session.effective(session.media[index])
    return (
        effective.connection and effective.connection.address,
        effective.port,
        effective.ice_ufrag,
        effective.ice_pwd,
        effective.ice_options,
        effective.candidates,
        effective.end_of_candidates,
        effective.setup,
        tuple(str(one) for one in effective.fingerprints),
        effective.rtcp,
        effective.rtcp_mux,
    )


SHARED = (
    "192.0.2.7",
    46243,
    "F7gI",
    "x9cml/YzichV2+XlhiMu8g",
    ("trickle",),
    (CANDIDATE,),
    True,
    "active",
    ("sha-256 AA:BB",),
    RTCPAddress(46243),
    True,
)


def mids(session: SDPSession) -> list[str | None]:
    """For each section the name of the one whose transport it uses."""
    tagged = [session.effective(media).tagged for media in session.media]
    return [None if section is None else section.mid for section in tagged]


def test_in_an_answer_the_tagged_section_speaks_for_all_of_its_group() -> None:
    session = SDPSession.parse(ANSWER)
    assert mids(session) == [None, "a", None]
    assert transport(session, 0) == transport(session, 1) == SHARED
    nothing = ("192.0.2.8", 7, None, None, ("ice2",), (), False, None, (), None, False)
    assert transport(session, 2) == nothing


def test_a_direction_and_whatever_else_is_no_transport_stays_each_ones_own() -> None:
    session = SDPSession.parse(ANSWER.replace("a=mid:v\na=recvonly", "a=mid:v"))
    session.media[0].attributes.append(SDPAttribute("extmap", "1 uri"))
    video = session.effective(session.media[1])
    assert video.direction == "sendrecv"
    assert video.extmap == ()


def test_a_section_for_the_group_alone_has_port_and_address_of_the_tagged_one() -> None:
    text = ANSWER.replace("m=video 46243", "m=video 0").replace("a=mid:v", "a=mid:v\na=bundle-only")
    session = SDPSession.parse(text)
    session.media[1].connection = SDPConnection("0.0.0.0")
    assert transport(session, 1) == SHARED
    session.media[1].bundle_only = False
    # It is disabled.
    assert mids(session) == [None, None, None]
    assert session.effective(session.media[1]).port == 0


def test_in_a_first_offer_each_section_has_a_transport_of_its_own() -> None:
    for change in (
        ("m=video 46243", "m=video 46245"),
        ("192.0.2.7\na=mid:v", "192.0.2.9\na=mid:v"),
    ):
        session = SDPSession.parse(ANSWER.replace(*change))
        assert mids(session) == [None, None, None]
        assert session.effective(session.media[1]).ice_ufrag is None


def test_before_there_are_candidates_the_credentials_tell_transports_apart() -> None:
    text = ANSWER.replace("46243 UDP", "9 UDP").replace("192.0.2.7\na=mid", "0.0.0.0\na=mid")
    session = SDPSession.parse(text)
    assert mids(session) == [None, "a", None]
    session.media[1].ice_ufrag = "other"
    assert mids(session) == [None, None, None]
    # Browsers repeat everything but the candidates.
    session.media[1].ice_ufrag = "F7gI"
    assert mids(session) == [None, "a", None]
    assert session.effective(session.media[1]).candidates == (CANDIDATE,)


def test_before_what_the_tagged_section_says_of_the_transport_no_other_counts() -> None:
    session = SDPSession.parse(ANSWER)
    video = session.effective(session.media[1])
    session.media[1].setup = "passive"
    session.media[1].crypto = [Crypto(2, "AEAD_AES_256_GCM", "inline:bm90IGEga2V5")]
    assert video.setup == "active"
    assert [key.tag for key in video.crypto] == [2]
    session.media[0].crypto = [Crypto(1, "AEAD_AES_256_GCM", "inline:bm90IGEga2V5")]
    assert [key.tag for key in video.crypto] == [1]


def test_credentials_of_ice_come_from_one_place() -> None:
    session = SDPSession.parse(ANSWER)
    audio, video = map(session.effective, session.media[:2])
    session.media[1].ice_pwd = "p" * 22
    assert (video.ice_ufrag, video.ice_pwd) == ("F7gI", "x9cml/YzichV2+XlhiMu8g")
    session.media[0].ice_ufrag = session.media[0].ice_pwd = None
    assert (video.ice_ufrag, video.ice_pwd) == (None, "p" * 22)
    session.ice_ufrag, session.ice_pwd = "ofAll", "s" * 22
    assert (audio.ice_ufrag, audio.ice_pwd) == ("ofAll", "s" * 22)


def test_a_section_whose_address_was_left_out_uses_that_of_its_agent() -> None:
    text = ANSWER.replace("m=video 46243", "m=video 9")
    session = SDPSession.parse(text.replace("192.0.2.7\na=mid:v", "0.0.0.0\na=mid:v"))
    session.media[1].ice_ufrag = "F7gI"
    assert mids(session) == [None, "a", None]
    assert transport(session, 1) == SHARED
    # With candidates of its own it has a transport.
    session.media[1].candidates = [CANDIDATE]
    assert mids(session) == [None, None, None]
    session.media[1].candidates = []
    session.media[1].ice_ufrag = "other"
    assert mids(session) == [None, None, None]


def test_the_first_of_the_group_with_a_port_is_the_tagged_one() -> None:
    session = SDPSession.parse(ANSWER)
    session.attributes[0].value = "BUNDLE v a"
    session.media[0].ice_ufrag = None
    assert mids(session) == ["v", None, None]
    session.media[1].port = 0
    assert mids(session) == [None, None, None]
    session.attributes[0].value = "BUNDLE nobody a v"
    session.media[1].bundle_only = True
    assert mids(session) == [None, "a", None]


def test_other_groups_and_none_share_nothing() -> None:
    session = SDPSession.parse(ANSWER)
    for value in ("LS a v", "BUNDLE a", "BUNDLE v", "BUNDLE"):
        session.attributes[0].value = value
        assert mids(session) == [None, None, None]
    session.groups = []
    assert mids(session) == [None, None, None]


def test_each_of_two_groups_has_its_own_tagged_section() -> None:
    session = SDPSession.parse(ANSWER)
    for mid, port in (("x", 46249), ("y", 46249)):
        media = SDPMedia("audio", port, "RTP/AVP", connection=SDPConnection("192.0.2.7"))
        media.mid = mid
        session.media.append(media)
    session.attributes.append(SDPAttribute("group", "BUNDLE x y"))
    assert mids(session) == [None, "a", None, None, "x"]


def test_a_section_without_a_name_or_of_another_session_has_its_own_transport() -> None:
    session = SDPSession.parse(ANSWER)
    media = SDPMedia("audio", 46243, "RTP/AVP", connection=SDPConnection("192.0.2.7"))
    assert session.effective(media).tagged is None
    assert SDPSession("192.0.2.1").effective(session.media[1]).tagged is None


@pytest.mark.parametrize("line", ["group", "mid"])
def test_a_malformed_line_is_a_value_error_that_names_it(line: str) -> None:
    session = SDPSession.parse(ANSWER)
    owner = session if line == "group" else session.media[0]
    next(one for one in owner.attributes if one.name == line).value = ""
    with pytest.raises(ValueError, match=rf"^'?a={line}"):
        session.effective(session.media[1]).ice_ufrag  # noqa: B018
