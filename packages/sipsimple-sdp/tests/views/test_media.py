from __future__ import annotations

import copy
import pickle

import pytest

from sipsimple.sdp import (
    Crypto,
    Fingerprint,
    FormatParameters,
    ICECandidate,
    RTCPAddress,
    RTPMap,
    SDPAttribute,
    SDPMedia,
    SDPSession,
)

UFRAG = "F7gI"
PASSWORD = "x9cml/YzichV2+XlhiMu8g"

# As a browser, a gateway with keys in the description, and a desk phone write it; made up here.
BROWSER = """\
v=0
o=- 4611731400430051336 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 126
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:842163049 1 udp 1677729535 198.51.100.3 46154 typ srflx raddr 0.0.0.0 rport 0
a=candidate:14 1 tcp 1518214911 192.0.2.7 9 typ host tcptype active generation 0
a=ice-ufrag:F7gI
a=ice-pwd:x9cml/YzichV2+XlhiMu8g
a=ice-options:trickle renomination
a=fingerprint:sha-256 49:66:12:17:0D:1C:91:AE:57:4C:C6:36:DD:D5:97:D2
a=setup:actpass
a=mid:0
a=sendrecv
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:126 telephone-event/8000
a=end-of-candidates
"""
GATEWAY = """\
v=0
o=gw 7261 7261 IN IP4 192.0.2.80
s=SIP Call
c=IN IP4 192.0.2.80
t=0 0
m=audio 16432 RTP/SAVP 18 8 100 101
a=rtcp:16433
a=rtpmap:18 G729/8000
a=fmtp:18 annexb=no
a=rtpmap:100 X-NSE/8000
a=fmtp:100 192-194
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=crypto:1 AES_CM_128_HMAC_SHA1_32 inline:bm90IGEga2V5IGF0IGFsbCwganVzdCBhIHRlc3Q=
a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:bm90IGEga2V5IGF0IGFsbCwganVzdCBhIHRlc3Q=|2^31|1:1
a=ptime:20
a=maxptime:150
"""
DESK_PHONE = """\
v=0
o=- 1700000000 1700000000 IN IP4 192.0.2.44
s=Desk phone
c=IN IP4 192.0.2.44
t=0 0
a=sendonly
m=audio 2224 RTP/AVP 115 9 8 127
a=rtpmap:115 G7221/32000
a=fmtp:115 bitrate=48000
a=rtpmap:9 G722/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:127 telephone-event/8000
m=video 2226 RTP/AVP 109 34
a=rtpmap:109 H264/90000
a=fmtp:109 profile-level-id=42800d; max-mbps=10000
a=rtpmap:34 H263/90000
a=fmtp:34 CIF4=1;CIF=1;QCIF=1
"""


def parsed(text: str, index: int = 0) -> SDPMedia:
    return SDPSession.parse(text).media[index]


def audio(*attributes: tuple[str, str]) -> SDPMedia:
    lines = [SDPAttribute(name, value) for name, value in attributes]
    return SDPMedia("audio", 5004, "RTP/AVP", formats=["0"], attributes=lines)


def lines(media: SDPMedia) -> list[str]:
    return [str(attribute) for attribute in media.attributes]


def test_the_offer_of_a_browser_is_read() -> None:
    media = parsed(BROWSER)
    assert [str(codec) for codec in media.codecs] == [
        "111 opus/48000/2",
        "63 red/48000/2",
        "9 G722/8000",
        "0 PCMU/8000",
        "126 telephone-event/8000",
    ]
    assert media.fmtp["111"]["useinbandfec"] == "1"
    assert media.rtcp == RTCPAddress(9, "0.0.0.0")
    assert [candidate.type for candidate in media.candidates] == ["srflx", "host"]
    assert media.candidates[1].extensions == (("tcptype", "active"), ("generation", "0"))
    assert (media.ice_ufrag, media.ice_pwd) == (UFRAG, PASSWORD)
    assert media.ice_options == ("trickle", "renomination")
    assert media.fingerprints[0].hash_function == "sha-256"
    assert (media.setup, media.mid, media.direction) == ("actpass", "0", "sendrecv")
    assert media.rtcp_mux and media.end_of_candidates
    assert media.ptime is None and list(media.crypto) == []


def test_the_offer_of_a_gateway_is_read() -> None:
    media = parsed(GATEWAY)
    assert [codec.encoding_name for codec in media.codecs] == [
        "G729", "PCMA", "X-NSE", "telephone-event",
    ]  # fmt: skip
    assert media.fmtp["101"].parameters == "0-15"
    assert media.fmtp["18"]["annexb"] == "no"
    assert media.rtcp == RTCPAddress(16433)
    assert [crypto.suite for crypto in media.crypto] == [
        "AES_CM_128_HMAC_SHA1_32", "AES_CM_128_HMAC_SHA1_80",
    ]  # fmt: skip
    assert (media.ptime, media.maxptime) == (20, 150)
    assert not media.rtcp_mux and not media.end_of_candidates
    assert (media.mid, media.setup, media.ice_ufrag, media.ice_pwd) == (None,) * 4
    assert media.ice_options == ()


def test_the_offer_of_a_desk_phone_is_read() -> None:
    media = parsed(DESK_PHONE)
    assert media.codecs[0] == RTPMap(115, "G7221", 32000)
    assert media.direction == "sendonly"
    video = parsed(DESK_PHONE, 1)
    assert video.fmtp["109"]["max-mbps"] == "10000"
    assert [codec.clock_rate for codec in video.codecs] == [90000, 90000]


@pytest.mark.parametrize("text", [BROWSER, GATEWAY, DESK_PHONE])
def test_what_is_read_and_assigned_again_prints_the_same(text: str) -> None:
    session = SDPSession.parse(text)
    for media in session.media:
        media.rtpmap = media.rtpmap
        media.fmtp = media.fmtp
        media.rtcp = media.rtcp
        media.crypto = media.crypto
        media.candidates = media.candidates
        media.fingerprints = media.fingerprints
        for name in ("ptime", "maxptime", "mid", "setup", "ice_ufrag", "ice_pwd", "ice_options",
                     "rtcp_mux", "end_of_candidates"):  # fmt: skip
            setattr(media, name, getattr(media, name))
    assert session == SDPSession.parse(text)


def test_an_offer_is_written() -> None:
    media = SDPMedia("audio", 5004, "UDP/TLS/RTP/SAVPF", formats=["96", "0"])
    media.mid = "0"
    media.rtpmap.add(RTPMap(96, "opus", 48000, "2"))
    media.fmtp.add(FormatParameters.from_mapping("96", {"stereo": 1}))
    media.ptime = 20
    media.maxptime = 2.5
    media.direction = "sendonly"
    media.rtcp = RTCPAddress(5005)
    media.rtcp_mux = True
    media.crypto = [Crypto(1, "AES_CM_128_HMAC_SHA1_80", "inline:abc")]
    media.ice_ufrag, media.ice_pwd = UFRAG, PASSWORD
    media.ice_options = ["trickle", "ice2"]
    media.candidates = [ICECandidate("1", 1, "UDP", 1, "192.0.2.1", 5004, "host")]
    media.end_of_candidates = True
    media.setup = "active"
    media.fingerprints = [Fingerprint("sha-256", "AA:BB")]
    assert lines(media) == [
        "a=mid:0",
        "a=rtpmap:96 opus/48000/2",
        "a=fmtp:96 stereo=1",
        "a=ptime:20",
        "a=maxptime:2.5",
        "a=sendonly",
        "a=rtcp:5005",
        "a=rtcp-mux",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc",
        f"a=ice-ufrag:{UFRAG}",
        f"a=ice-pwd:{PASSWORD}",
        "a=ice-options:trickle ice2",
        "a=candidate:1 1 UDP 1 192.0.2.1 5004 typ host",
        "a=end-of-candidates",
        "a=setup:active",
        "a=fingerprint:sha-256 AA:BB",
    ]


@pytest.mark.parametrize(
    ("name", "line", "value", "other", "written"),
    [
        ("ptime", ("ptime", "20"), 20, 30, "30"),
        ("maxptime", ("maxptime", "20.5"), 20.5, 10.25, "10.25"),
        ("rtcp", ("rtcp", "9"), RTCPAddress(9), RTCPAddress(7, "h"), "7 IN IP4 h"),
        ("mid", ("mid", " audio "), "audio", "video", "video"),
        ("setup", ("setup", "ActPass"), "actpass", "passive", "passive"),
        ("ice_ufrag", ("ice-ufrag", "x"), "x", UFRAG, UFRAG),
        ("ice_pwd", ("ice-pwd", "short"), "short", PASSWORD, PASSWORD),
    ],
)
def test_a_single_value_is_read_from_the_first_line_and_written_to_it(
    name: str, line: tuple[str, str], value: object, other: object, written: str
) -> None:
    media = audio(("x", "1"), line, ("x", "2"), (line[0], "malformed  !"), ("x", "3"))
    assert getattr(media, name) == value
    before = media.attributes[1]
    setattr(media, name, other)
    assert getattr(media, name) == other
    assert lines(media) == ["a=x:1", f"a={line[0]}:{written}", "a=x:2", "a=x:3"]
    assert before == SDPAttribute(*line)
    media.attributes[1].value = line[1]
    assert getattr(media, name) == value
    setattr(media, name, None)
    assert (getattr(media, name), lines(media)) == (None, ["a=x:1", "a=x:2", "a=x:3"])
    setattr(media, name, None)
    setattr(media, name, other)
    assert lines(media)[-1] == f"a={line[0]}:{written}"
    media.attributes = [SDPAttribute(*line)]
    assert getattr(media, name) == value


@pytest.mark.parametrize(
    ("name", "line", "error"),
    [
        ("ptime", ("ptime", "x"), "'a=ptime:x': 'x' is not a number of milliseconds"),
        ("maxptime", ("maxptime", ""), "'a=maxptime': '' is not a number of milliseconds"),
        ("rtcp", ("rtcp", "x"), "'a=rtcp:x': port: 'x' is not a number"),
        ("mid", ("mid", ""), "'a=mid': mid: must not be empty"),
        ("mid", ("mid", "a b"), "'a=mid:a b': mid: 'a b' contains white space"),
        ("setup", ("setup", "both"), "'a=setup:both': setup: 'both' is none of active, passive"),
        ("ice_ufrag", ("ice-ufrag", ""), "'a=ice-ufrag': ice_ufrag: must not be empty"),
        ("ice_pwd", ("ice-pwd", "secret secret"), "a=ice-pwd: ice_pwd: is not one field"),
        ("codecs", ("rtpmap", "0 PCMU"), "'a=rtpmap:0 PCMU': clock_rate: missing in '0 PCMU'"),
    ],
)
def test_a_malformed_value_raises_naming_its_line_and_hides_no_other(
    name: str, line: tuple[str, str], error: str
) -> None:
    media = audio(line, ("rtpmap", "111 opus/48000/2"))
    with pytest.raises(ValueError, match=f"^{error}") as caught:
        getattr(media, name)
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__
    assert media.rtpmap[111].encoding_name == "opus"
    assert media.direction == "sendrecv"
    assert media.ice_options == ()


@pytest.mark.parametrize(
    ("name", "value", "kind", "error"),
    [
        ("ptime", 0, ValueError, "ptime: 0 is not between"),
        ("ptime", "20", TypeError, "ptime: must be int or float, not str"),
        ("maxptime", False, TypeError, "maxptime: must be int or float, not bool"),
        ("direction", "both", ValueError, "direction: 'both' is none of sendrecv, sendonly"),
        ("direction", 1, TypeError, "direction: must be str, not int"),
        ("rtcp", 5005, TypeError, "rtcp: must be RTCPAddress or None, not int"),
        ("rtcp_mux", None, TypeError, "rtcp_mux: must be bool, not NoneType"),
        ("end_of_candidates", 1, TypeError, "end_of_candidates: must be bool, not int"),
        ("crypto", None, TypeError, "crypto: must be a list, not NoneType"),
        ("candidates", ["1"], TypeError, "candidate: must be ICECandidate, not str"),
        ("fingerprints", "sha-256 AA", TypeError, "fingerprint: must be a list, not str"),
        ("mid", "a b", ValueError, "mid: 'a b' contains white space"),
        ("mid", 1, TypeError, "mid: must be str, not int"),
        ("mid", "0\r\na=x", ValueError, "mid: .* contains CR, LF or NUL"),
        ("setup", "both", ValueError, "setup: 'both' is none of"),
        ("setup", "", ValueError, "setup: must not be empty"),
        ("ice_ufrag", "abc", ValueError, "ice_ufrag: 'abc' is not 4 to 256 letters"),
        ("ice_ufrag", "ab:cd", ValueError, "ice_ufrag: 'ab:cd' is not 4 to 256 letters"),
        ("ice_ufrag", "a" * 257, ValueError, "ice_ufrag: .* is not 4 to 256 letters"),
        ("ice_pwd", "secret", ValueError, "ice_pwd: is not 22 to 256 letters"),
        ("ice_pwd", "secret" * 4 + "\n", ValueError, "ice_pwd: is not 22 to 256 letters"),
        ("ice_pwd", b"secret", TypeError, "ice_pwd: must be str, not bytes"),
        ("ice_options", "trickle", TypeError, "ice_options: must be a list, not str"),
        ("ice_options", ["a b"], ValueError, r"ice_options\[0\]: 'a b' contains white space"),
        ("ice_options", None, TypeError, "ice_options: must be a list, not NoneType"),
    ],
)
def test_an_assignment_that_fails_changes_nothing(
    name: str, value: object, kind: type[Exception], error: str
) -> None:
    media = parsed(BROWSER)
    with pytest.raises(kind, match=f"^{error}") as caught:
        setattr(media, name, value)
    assert "secret" not in str(caught.value)
    assert media == parsed(BROWSER)


def test_codecs_are_in_the_order_of_the_formats_and_known_from_the_line_or_the_table() -> None:
    media = audio(("rtpmap", "96 opus/48000/2"), ("rtpmap", "8 mine/8000"))
    media.formats = ["8", "96", "97", "0", "3", "96"]
    assert [codec.encoding_name for codec in media.codecs] == [
        "mine", "opus", "PCMU", "GSM", "opus",
    ]  # fmt: skip
    media.formats = ["0"]
    assert media.codecs == (RTPMap(0, "PCMU", 8000),)


def test_a_malformed_line_of_a_codec_that_is_not_offered_does_not_matter() -> None:
    media = audio(("rtpmap", "96 opus"))
    assert media.codecs == (RTPMap(0, "PCMU", 8000),)


@pytest.mark.parametrize(
    ("transport", "formats"),
    [
        ("TCP/TLS/MSRP", ["*"]),
        ("udptl", ["t38"]),
        ("UDP/DTLS/SCTP", ["0"]),
        ("RTP/AVP", ["*", "t38", "٣", "-1", "128", "9" * 5000, "96"]),
    ],
)
def test_formats_that_are_no_known_payload_types_have_no_codec(
    transport: str, formats: list[str]
) -> None:
    assert SDPMedia("x", 9, transport, formats=formats).codecs == ()


@pytest.mark.parametrize("transport", ["RTP/AVP", "rtp/savp", "UDP/TLS/RTP/SAVPF", "TCP/RTP/AVPF"])
def test_every_transport_with_rtp_has_codecs(transport: str) -> None:
    assert len(SDPMedia("audio", 9, transport, formats=["0"]).codecs) == 1


def test_codecs_are_read_only() -> None:
    with pytest.raises(AttributeError):
        audio().codecs = ()  # type: ignore[misc]


def test_the_direction_is_said_by_one_attribute_after_an_assignment() -> None:
    media = audio(("x", "1"), ("inactive", ""), ("x", "2"), ("sendonly", ""), ("sendrecv", ""))
    assert media.direction == media.get_direction() == "inactive"
    media.direction = "recvonly"
    assert media.direction == media.get_direction() == "recvonly"
    assert lines(media) == ["a=x:1", "a=recvonly", "a=x:2"]
    media.direction = None
    assert (media.direction, lines(media)) == ("sendrecv", ["a=x:1", "a=x:2"])


@pytest.mark.parametrize(
    ("name", "line"), [("rtcp_mux", "rtcp-mux"), ("end_of_candidates", "end-of-candidates")]
)
def test_a_flag_is_there_or_not(name: str, line: str) -> None:
    media = audio(("x", "1"))
    assert getattr(media, name) is False
    setattr(media, name, True)
    setattr(media, name, True)
    assert lines(media) == ["a=x:1", f"a={line}"]
    media.attributes.insert(0, SDPAttribute(line, "with a value"))
    del media.attributes[-1]
    assert getattr(media, name) is True
    setattr(media, name, False)
    assert lines(media) == ["a=x:1"]


def test_an_empty_list_of_options_removes_the_line() -> None:
    media = audio(("ice-options", " trickle\t ice2 "))
    assert media.ice_options == ("trickle", "ice2")
    media.ice_options = ()
    assert lines(media) == []


def test_copies_have_views_of_their_own() -> None:
    media = parsed(BROWSER)
    for other in (media.copy(), copy.deepcopy(media), pickle.loads(pickle.dumps(media))):
        other.mid = "changed"
        other.candidates.clear()
        assert (other.mid, len(other.candidates)) == ("changed", 0)
        assert media == parsed(BROWSER)


def test_views_take_part_in_pattern_matching() -> None:
    match parsed(GATEWAY):
        case SDPMedia("audio", codecs=(RTPMap(encoding_name="G729"), *_), ptime=20):
            pass
        case _:
            pytest.fail("not matched")
