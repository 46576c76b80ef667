from __future__ import annotations

import copy
import inspect
import pickle

import pytest

from sipsimple.sdp import SDPAttribute, SDPBandwidth, SDPConnection, SDPMedia, SDPSession


def audio() -> SDPMedia:
    return SDPMedia(
        "audio",
        5004,
        "RTP/AVP",
        formats=["0", "101"],
        info="voice",
        connection=SDPConnection("192.0.2.1"),
        attributes=[SDPAttribute("rtpmap", "101 telephone-event/8000")],
        bandwidth=[SDPBandwidth("AS", 64)],
    )


def test_defaults() -> None:
    media = SDPMedia("audio", 5004, "RTP/AVP")
    assert (media.media, media.port, media.transport) == ("audio", 5004, "RTP/AVP")
    assert media.port_count == 1
    assert media.formats == []
    assert media.info is None
    assert media.connection is None
    assert media.attributes == []
    assert media.bandwidth == []


def test_arguments_come_in_the_documented_order() -> None:
    names = list(inspect.signature(SDPMedia).parameters)
    assert names[:8] == [
        "media",
        "port",
        "transport",
        "port_count",
        "formats",
        "info",
        "connection",
        "attributes",
    ]
    connection = SDPConnection("192.0.2.1")
    attributes = [SDPAttribute("sendonly", "")]
    media = SDPMedia("video", 6000, "RTP/AVPF", 2, ["99"], "camera", connection, attributes)
    assert str(media) == (
        "m=video 6000/2 RTP/AVPF 99\r\ni=camera\r\nc=IN IP4 192.0.2.1\r\na=sendonly\r\n"
    )


def test_default_lists_are_new_ones_for_each_object() -> None:
    first, second = SDPMedia("audio", 1, "RTP/AVP"), SDPMedia("audio", 1, "RTP/AVP")
    first.formats.append("0")
    first.attributes.append(SDPAttribute("sendrecv", ""))
    assert second.formats == []
    assert second.attributes == []


def test_a_list_that_was_given_is_not_shared() -> None:
    formats = ["0"]
    media = SDPMedia("audio", 1, "RTP/AVP", formats=formats)
    formats.append("8")
    assert media.formats == ["0"]


@pytest.mark.parametrize("port", [-1, 65536, 10**30])
def test_ports_out_of_range_are_refused(port: int) -> None:
    media = audio()
    with pytest.raises(ValueError, match=f"^port: {port} is not between 0 and 65535"):
        media.port = port
    assert media.port == 5004


@pytest.mark.parametrize("count", [0, -1, 65536])
def test_port_counts_out_of_range_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match=f"^port_count: {count} is not between 1 and 65535"):
        SDPMedia("audio", 5004, "RTP/AVP", port_count=count)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("media", 1),
        ("port", "5004"),
        ("port", 5004.0),
        ("port", True),
        ("transport", None),
        ("port_count", "1"),
        ("formats", "0"),
        ("formats", None),
        ("formats", [0]),
        ("info", b"x"),
        ("connection", "192.0.2.1"),
        ("attributes", [("sendrecv", "")]),
        ("attributes", None),
        ("bandwidth", ["AS:64"]),
    ],
)
def test_values_of_a_wrong_type_are_refused_and_change_nothing(name: str, value: object) -> None:
    media = audio()
    with pytest.raises(TypeError, match=rf"^{name}(\[0\])?: must be "):
        setattr(media, name, value)
    assert media == audio()


@pytest.mark.parametrize("value", ["", "a b", "a\tb", "0\r\na=x", "a\0"])
@pytest.mark.parametrize("name", ["media", "transport", "formats"])
def test_texts_that_would_shift_the_fields_of_the_line_are_refused(name: str, value: str) -> None:
    media = audio()
    with pytest.raises(ValueError, match=rf"^{name}(\[0\])?: "):
        setattr(media, name, [value] if name == "formats" else value)
    assert media == audio()


def test_lists_changed_in_place_are_checked_when_they_are_printed() -> None:
    media = audio()
    media.formats.append("8\r\na=injected")
    with pytest.raises(ValueError, match=r"^formats\[2\]: .*CR, LF or NUL"):
        str(media)
    media.formats.pop()
    media.attributes.append("sendrecv")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^attributes\[1\]: must be SDPAttribute, not str"):
        bytes(media)
    with pytest.raises(TypeError, match=r"^attributes\[1\]: must be SDPAttribute, not str"):
        media.copy()


@pytest.mark.parametrize("direction", ["sendrecv", "sendonly", "recvonly", "inactive"])
def test_get_direction_finds_the_direction_among_the_attributes(direction: str) -> None:
    media = audio()
    media.attributes.append(SDPAttribute(direction, ""))
    assert media.get_direction() == direction


def test_the_direction_is_sendrecv_if_nothing_says_otherwise() -> None:
    assert audio().get_direction() == "sendrecv"


def test_comparison_looks_at_every_attribute() -> None:
    assert audio() == audio()
    changes: dict[str, object] = {
        "media": "video",
        "port": 0,
        "transport": "RTP/SAVP",
        "port_count": 2,
        "formats": ["101", "0"],
        "info": None,
        "connection": SDPConnection("192.0.2.2"),
        "attributes": [],
        "bandwidth": [],
    }
    for name, value in changes.items():
        other = audio()
        setattr(other, name, value)
        assert other != audio(), name
    assert audio() != str(audio())


def test_no_info_and_empty_info_are_equal_since_neither_prints() -> None:
    first, second = audio(), audio()
    first.info, second.info = None, ""
    assert first == second
    assert "i=" not in str(first) + str(second)


def test_a_copy_is_equal_and_shares_nothing() -> None:
    media = audio()
    for other in (media.copy(), copy.deepcopy(media), pickle.loads(pickle.dumps(media))):
        assert other == media
        other.attributes[0].value = "changed"
        other.formats.append("8")
        assert other.connection is not None
        other.connection.address = "198.51.100.1"
        assert media == audio()


def test_the_direction_of_its_session_survives_copying_and_pickling() -> None:
    text = "v=0\no=- 1 1 IN IP4 h\na=sendonly\nm=audio 1 RTP/AVP 0\n"
    (media,) = SDPSession.parse(text).media
    for other in (media, media.copy(), pickle.loads(pickle.dumps(media))):
        assert other.get_direction() == "sendonly"


def test_it_is_not_hashable_and_its_repr_makes_an_equal_object() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(audio())
    names = {
        "SDPMedia": SDPMedia,
        "SDPAttribute": SDPAttribute,
        "SDPConnection": SDPConnection,
        "SDPBandwidth": SDPBandwidth,
    }
    assert eval(repr(audio()), names) == audio()


def test_it_can_be_matched_by_pattern() -> None:
    match audio():
        case SDPMedia("audio", port, transport=transport):
            assert (port, transport) == (5004, "RTP/AVP")
        case _:
            pytest.fail("not matched")
