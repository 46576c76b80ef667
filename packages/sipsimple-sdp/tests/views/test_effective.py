from __future__ import annotations

import pytest

from sipsimple.sdp import Fingerprint, SDPConnection, SDPMedia, SDPSession
from sipsimple.sdp.views import EffectiveMedia

SESSION = """\
v=0
o=- 1 1 IN IP4 192.0.2.1
s=-
c=IN IP4 192.0.2.1
t=0 0
a=ice-ufrag:session
a=ice-pwd:passwordOfTheSession00
a=ice-options:trickle
a=setup:actpass
a=fingerprint:sha-256 AA
a=sendonly
m=audio 5004 UDP/TLS/RTP/SAVPF 0
m=video 5006 UDP/TLS/RTP/SAVPF 31
c=IN IP4 192.0.2.2
a=ice-ufrag:media
a=ice-pwd:passwordOfTheSection00
a=ice-options:
a=setup:active
a=fingerprint:sha-512 BB
a=recvonly
"""


def values(effective: EffectiveMedia) -> tuple[object, ...]:
    return (
        effective.connection,
        effective.direction,
        effective.ice_ufrag,
        effective.ice_pwd,
        effective.ice_options,
        effective.setup,
        effective.fingerprints,
    )


def test_the_session_speaks_for_a_section_that_does_not() -> None:
    session = SDPSession.parse(SESSION)
    assert values(session.effective(session.media[0])) == (
        SDPConnection("192.0.2.1"),
        "sendonly",
        "session",
        "passwordOfTheSession00",
        ("trickle",),
        "actpass",
        (Fingerprint("sha-256", "AA"),),
    )


def test_a_section_speaks_for_itself() -> None:
    session = SDPSession.parse(SESSION)
    assert values(session.effective(session.media[1])) == (
        SDPConnection("192.0.2.2"),
        "recvonly",
        "media",
        "passwordOfTheSection00",
        (),
        "active",
        (Fingerprint("sha-512", "BB"),),
    )


def test_where_nobody_speaks_there_is_nothing() -> None:
    media = SDPMedia("audio", 5004, "RTP/AVP")
    session = SDPSession("192.0.2.1", media=[media])
    nothing = (None, "sendrecv", None, None, (), None, ())
    assert values(session.effective(media)) == nothing


def test_it_follows_every_change() -> None:
    session = SDPSession.parse(SESSION)
    effective = session.effective(session.media[0])
    session.setup = "passive"
    session.direction = "inactive"
    session.media[0].ice_ufrag = "changed"
    assert (effective.setup, effective.direction) == ("passive", "inactive")
    assert effective.ice_ufrag == "changed"


def test_only_a_section_has_effective_values() -> None:
    with pytest.raises(TypeError, match=r"^media: must be SDPMedia, not int"):
        SDPSession.parse(SESSION).effective(0)  # type: ignore[arg-type]


def test_its_repr_shows_no_password() -> None:
    session = SDPSession.parse(SESSION)
    text = repr(session.effective(session.media[0]))
    assert text == "<EffectiveMedia of audio on port 5004>"
