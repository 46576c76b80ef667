from __future__ import annotations

import pytest

from sipsimple.sdp import Fingerprint, Group, SDPAttribute, SDPSession

TEXT = """\
v=0
o=- 1 1 IN IP4 192.0.2.1
s=-
c=IN IP4 192.0.2.1
t=0 0
a=ice-lite
a=group:BUNDLE audio video
a=group:LS audio video
a=ice-options:ice2
a=fingerprint:sha-256 AA:BB
a=recvonly
m=audio 5004 RTP/AVP 0
a=mid:audio
m=video 5006 RTP/AVP 31
a=mid:video
a=ice-ufrag:media
"""


def lines(session: SDPSession) -> list[str]:
    return [str(attribute) for attribute in session.attributes]


def test_what_the_session_says_is_read() -> None:
    session = SDPSession.parse(TEXT)
    assert session.groups == [
        Group("BUNDLE", ("audio", "video")),
        Group("LS", ("audio", "video")),
    ]
    assert session.ice_lite is True
    assert session.ice_options == ("ice2",)
    assert session.fingerprints == [Fingerprint("sha-256", "AA:BB")]
    assert session.direction == "recvonly"
    assert (session.ice_ufrag, session.ice_pwd, session.setup) == (None, None, None)


def test_what_the_session_says_is_written() -> None:
    session = SDPSession("192.0.2.1", id=1, version=1)
    session.groups = [Group("BUNDLE", ("0",))]
    session.ice_lite = True
    session.ice_ufrag, session.ice_pwd = "abcd", "0123456789012345678901"
    session.ice_options = ("trickle",)
    session.setup = "passive"
    session.fingerprints.append(Fingerprint("sha-256", "AA"))
    session.direction = "inactive"
    assert lines(session) == [
        "a=group:BUNDLE 0",
        "a=ice-lite",
        "a=ice-ufrag:abcd",
        "a=ice-pwd:0123456789012345678901",
        "a=ice-options:trickle",
        "a=setup:passive",
        "a=fingerprint:sha-256 AA",
        "a=inactive",
    ]
    session.ice_lite = False
    session.direction = session.setup = session.ice_pwd = session.ice_ufrag = None
    session.groups = session.fingerprints = session.ice_options = ()
    assert lines(session) == []


def test_the_direction_is_sendrecv_if_nothing_is_said() -> None:
    session = SDPSession("192.0.2.1")
    assert session.direction == "sendrecv"
    session.attributes.append(SDPAttribute("inactive", ""))
    assert str(session.direction) == "inactive"


def test_the_lines_of_media_are_not_the_session_s() -> None:
    session = SDPSession.parse(TEXT)
    assert session.ice_ufrag is None
    assert session.media[0].fingerprints == []
    assert session.media[0].ice_options == ()


def test_an_assignment_that_fails_changes_nothing() -> None:
    session = SDPSession.parse(TEXT)
    with pytest.raises(TypeError, match=r"^group: must be Group, not str"):
        session.groups = ["BUNDLE 0"]  # type: ignore[list-item]
    with pytest.raises(TypeError, match=r"^ice_lite: must be bool, not int"):
        session.ice_lite = 1  # type: ignore[assignment]
    with pytest.raises(ValueError, match=r"^direction: 'x' is none of"):
        session.direction = "x"  # type: ignore[assignment]
    assert session == SDPSession.parse(TEXT)
