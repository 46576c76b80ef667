from __future__ import annotations

import pickle

import pytest

from sipsimple.sdp.views.rtpmap import STATIC_PAYLOAD_TYPES, RTPMap


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 PCMU/8000", RTPMap(0, "PCMU", 8000)),
        ("8 PCMA/8000/1", RTPMap(8, "PCMA", 8000, "1")),
        ("111 opus/48000/2", RTPMap(111, "opus", 48000, "2")),
        ("101 telephone-event/8000", RTPMap(101, "telephone-event", 8000)),
        ("2 G726-32/8000", RTPMap(2, "G726-32", 8000)),
        ("100 X-NSE/8000", RTPMap(100, "X-NSE", 8000)),
        ("115 SIREN14/16000", RTPMap(115, "SIREN14", 16000)),
        ("97 H263-1998/90000", RTPMap(97, "H263-1998", 90000)),
        ("107 vnd.onvif.metadata/90000", RTPMap(107, "vnd.onvif.metadata", 90000)),
    ],
)
def test_what_devices_send_is_read_and_printed_the_same(text: str, expected: RTPMap) -> None:
    assert RTPMap.parse(text) == expected
    assert str(expected) == text


@pytest.mark.parametrize("text", [" 0\tPCMU/8000 ", "0  PCMU/8000", "0 PCMU/8000/", "00 PCMU/8000"])
def test_white_space_and_a_last_slash_do_not_matter(text: str) -> None:
    assert RTPMap.parse(text) == RTPMap(0, "PCMU", 8000)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "rtpmap: '' has 0 fields instead of 2"),
        ("97", "rtpmap: '97' has 1 fields"),
        ("97 iLBC / 8000", "rtpmap: .* has 4 fields"),
        ("x PCMU/8000", "payload_type: 'x' is not a number"),
        ("+1 PCMU/8000", r"payload_type: '\+1' is not a number"),
        ("1_0 PCMU/8000", "payload_type: '1_0' is not a number"),
        ("٣ PCMU/8000", "payload_type: '٣' is not a number"),
        ("128 PCMU/8000", "payload_type: '128' is not between 0 and 127"),
        ("9" * 5000 + " PCMU/8000", "payload_type: '9+.*' is not between 0 and 127"),
        ("97 iLBC", "clock_rate: missing in '97 iLBC'"),
        ("97 iLBC/", "clock_rate: '' is not a number"),
        ("97 iLBC/0", "clock_rate: '0' is not between 1 and"),
        ("97 iLBC/8k", "clock_rate: '8k' is not a number"),
        ("97 /8000", "encoding_name: must not be empty"),
    ],
)
def test_what_is_none_is_refused_with_its_value(text: str, error: str) -> None:
    with pytest.raises(ValueError, match=f"^{error}") as caught:
        RTPMap.parse(text)
    assert len(str(caught.value)) < 200


def test_only_text_is_parsed() -> None:
    with pytest.raises(TypeError, match=r"^text: must be str, not bytes"):
        RTPMap.parse(b"0 PCMU/8000")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "kind", "error"),
    [
        (("0", "PCMU", 8000), TypeError, "payload_type: must be int, not str"),
        ((True, "PCMU", 8000), TypeError, "payload_type: must be int, not bool"),
        ((-1, "PCMU", 8000), ValueError, "payload_type: -1 is not between 0 and 127"),
        ((0, "PC MU", 8000), ValueError, "encoding_name: 'PC MU' contains white space"),
        ((0, "PC/MU", 8000), ValueError, "encoding_name: 'PC/MU' contains a slash"),
        ((0, "PCMU\r\na=x", 8000), ValueError, "encoding_name: .* contains CR, LF or NUL"),
        ((0, "PCMU", 8000.0), TypeError, "clock_rate: must be int, not float"),
        ((0, "PCMU", 8000, 2), TypeError, "encoding_parameters: must be str, not int"),
        ((0, "PCMU", 8000, ""), ValueError, "encoding_parameters: must not be empty"),
    ],
)
def test_what_would_not_print_is_not_constructed(
    arguments: tuple[int, str, int], kind: type[Exception], error: str
) -> None:
    with pytest.raises(kind, match=f"^{error}"):
        RTPMap(*arguments)


def test_one_channel_is_assumed_where_no_number_says_otherwise() -> None:
    assert RTPMap(96, "opus", 48000, "2").channels == 2
    assert RTPMap(96, "L16", 8000).channels == 1
    assert RTPMap(96, "L16", 8000, "stereo").channels == 1
    assert RTPMap(96, "L16", 8000, "9" * 5000).channels == 1


def test_codecs_match_in_any_case_and_under_any_payload_type() -> None:
    opus = RTPMap(111, "opus", 48000, "2")
    assert RTPMap(96, "OPUS", 48000, "2").matches(opus)
    assert not RTPMap(111, "opus", 48000).matches(opus)
    assert not RTPMap(111, "opus", 16000, "2").matches(opus)
    assert not RTPMap(111, "speex", 48000, "2").matches(opus)
    assert RTPMap(8, "PCMA", 8000, "1").matches(STATIC_PAYLOAD_TYPES[8])


def test_the_static_table_has_the_codecs_of_rfc_3551() -> None:
    assert {number: str(codec) for number, codec in STATIC_PAYLOAD_TYPES.items()} == {
        0: "0 PCMU/8000",
        3: "3 GSM/8000",
        4: "4 G723/8000",
        5: "5 DVI4/8000",
        6: "6 DVI4/16000",
        7: "7 LPC/8000",
        8: "8 PCMA/8000",
        9: "9 G722/8000",
        10: "10 L16/44100/2",
        11: "11 L16/44100",
        12: "12 QCELP/8000",
        13: "13 CN/8000",
        14: "14 MPA/90000",
        15: "15 G728/8000",
        16: "16 DVI4/11025",
        17: "17 DVI4/22050",
        18: "18 G729/8000",
        25: "25 CelB/90000",
        26: "26 JPEG/90000",
        28: "28 nv/90000",
        31: "31 H261/90000",
        32: "32 MPV/90000",
        33: "33 MP2T/90000",
        34: "34 H263/90000",
    }
    with pytest.raises(TypeError):
        STATIC_PAYLOAD_TYPES[1] = STATIC_PAYLOAD_TYPES[0]  # type: ignore[index]


def test_it_is_a_value() -> None:
    codec = RTPMap(payload_type=111, encoding_name="opus", clock_rate=48000)
    assert {codec: 1}[RTPMap(111, "opus", 48000)] == 1
    assert pickle.loads(pickle.dumps(codec)) == codec
    with pytest.raises(AttributeError):
        codec.clock_rate = 8000  # type: ignore[misc]
    match codec:
        case RTPMap(payload_type, "opus", clock_rate=rate):
            assert (payload_type, rate) == (111, 48000)
        case _:
            pytest.fail("not matched")
