from __future__ import annotations

from collections.abc import MutableMapping

import pytest

from sipsimple.sdp import FormatParameters, RTPMap, SDPAttribute, SDPMedia

PCMU = RTPMap(0, "PCMU", 8000)
OPUS = RTPMap(111, "opus", 48000, "2")
EVENTS = RTPMap(101, "telephone-event", 8000)


def media(*values: str) -> SDPMedia:
    lines = [SDPAttribute("rtpmap", value) for value in values]
    return SDPMedia(
        "audio",
        9,
        "RTP/AVP",
        attributes=[SDPAttribute("x", "1"), *lines, SDPAttribute("x", "2")],
    )


def lines(section: SDPMedia) -> list[str]:
    return [str(attribute) for attribute in section.attributes]


def test_it_finds_values_by_their_keys() -> None:
    view = media(str(PCMU), str(OPUS)).rtpmap
    assert isinstance(view, MutableMapping)
    assert (view[0], view[111]) == (PCMU, OPUS)
    assert (list(view), list(view.values())) == ([0, 111], [PCMU, OPUS])
    assert list(view.items()) == [(0, PCMU), (111, OPUS)]
    assert view == {0: PCMU, 111: OPUS}
    assert dict(view) == view
    assert 0 in view and 8 not in view
    assert view.get(8) is None
    assert len(view) == 2
    with pytest.raises(KeyError, match="8"):
        view[8]


def test_it_follows_every_change_of_the_attributes() -> None:
    section = media()
    view = section.rtpmap
    section.attributes.append(SDPAttribute("rtpmap", str(OPUS)))
    assert view == {111: OPUS}
    section.attributes[-1].value = str(PCMU)
    assert view == {0: PCMU}
    section.attributes = [SDPAttribute("rtpmap", str(EVENTS))]
    assert view == {101: EVENTS}
    section.attributes[0].name = "fmtp"
    assert view == {}


def test_a_value_takes_the_place_of_the_line_with_its_key() -> None:
    section = media("0 PCMU/8000/1", "111 x/1")
    section.rtpmap[0] = PCMU
    section.rtpmap[111] = OPUS
    assert lines(section) == [
        "a=x:1", "a=rtpmap:0 PCMU/8000", "a=rtpmap:111 opus/48000/2", "a=x:2",
    ]  # fmt: skip


def test_a_new_value_stands_behind_the_last_line_of_its_name() -> None:
    section = media(str(PCMU))
    section.rtpmap.add(OPUS)
    section.fmtp.add(FormatParameters("111", "useinbandfec=1"))
    assert lines(section) == [
        "a=x:1",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:111 opus/48000/2",
        "a=x:2",
        "a=fmtp:111 useinbandfec=1",
    ]


def test_of_lines_with_the_same_key_the_first_counts_and_a_change_leaves_one() -> None:
    section = media("0 PCMU/8000", "8 PCMA/8000", "0 x/1", "0 malformed")
    assert section.rtpmap[0] == PCMU
    assert len(section.rtpmap) == 2
    section.rtpmap[0] = RTPMap(0, "y", 1)
    assert lines(section) == ["a=x:1", "a=rtpmap:0 y/1", "a=rtpmap:8 PCMA/8000", "a=x:2"]
    section = media("0 PCMU/8000", "8 PCMA/8000", "0 x/1")
    del section.rtpmap[0]
    assert lines(section) == ["a=x:1", "a=rtpmap:8 PCMA/8000", "a=x:2"]


def test_the_usual_methods_change_it() -> None:
    section = media(str(PCMU), str(OPUS))
    assert section.rtpmap.pop(0) == PCMU
    assert section.rtpmap.setdefault(101, EVENTS) == EVENTS
    section.rtpmap.update({0: PCMU})
    assert list(section.rtpmap) == [111, 101, 0]
    section.rtpmap.clear()
    assert lines(section) == ["a=x:1", "a=x:2"]
    with pytest.raises(KeyError):
        del section.rtpmap[0]


def test_everything_is_replaced_by_assignment() -> None:
    section = media(str(PCMU), "no key", str(OPUS))
    section.rtpmap = {101: EVENTS}
    assert lines(section) == ["a=x:1", "a=rtpmap:101 telephone-event/8000", "a=x:2"]
    section.rtpmap = [OPUS, PCMU]
    assert list(section.rtpmap) == [111, 0]
    section.rtpmap = section.rtpmap
    assert list(section.rtpmap) == [111, 0]
    section.rtpmap = ()
    assert lines(section) == ["a=x:1", "a=x:2"]


@pytest.mark.parametrize(
    ("value", "kind", "error"),
    [
        (None, TypeError, "rtpmap: must be a list, not NoneType"),
        ("0 PCMU/8000", TypeError, "rtpmap: must be a list, not str"),
        (["0 PCMU/8000"], TypeError, "rtpmap: must be RTPMap, not str"),
        ({0: "PCMU/8000"}, TypeError, "rtpmap: must be RTPMap, not str"),
        ({8: PCMU}, ValueError, r"rtpmap\[8\]: RTPMap.* belongs to another key"),
        ([PCMU, OPUS, PCMU], ValueError, "rtpmap: two values have the same key"),
    ],
)
def test_an_assignment_that_fails_changes_nothing(
    value: object, kind: type[Exception], error: str
) -> None:
    section = media(str(EVENTS))
    with pytest.raises(kind, match=f"^{error}"):
        section.rtpmap = value  # type: ignore[assignment]
    assert section == media(str(EVENTS))


def test_a_value_of_another_class_or_key_changes_nothing() -> None:
    section = media(str(EVENTS))
    with pytest.raises(TypeError, match=r"^rtpmap: must be RTPMap, not str"):
        section.rtpmap[0] = "PCMU/8000"  # type: ignore[assignment]
    with pytest.raises(TypeError, match=r"^rtpmap: must be RTPMap, not FormatParameters"):
        section.rtpmap.add(FormatParameters("0"))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^rtpmap\[8\]: RTPMap.* belongs to another key"):
        section.rtpmap[8] = PCMU
    with pytest.raises(ValueError, match=r"^fmtp\[0\]: FormatParameters.* belongs to another key"):
        section.fmtp[0] = FormatParameters("0")  # type: ignore[index]
    assert section == media(str(EVENTS))


def test_a_malformed_line_raises_when_it_is_read_and_hides_no_other() -> None:
    section = media("no key", "0 PCMU", str(OPUS), "999 x/1", "")
    view = section.rtpmap
    error = r"^'a=rtpmap:0 PCMU': clock_rate: missing in '0 PCMU'"
    with pytest.raises(ValueError, match=error):
        view[0]
    with pytest.raises(ValueError, match=error):
        list(view.values())
    assert view[111] == OPUS
    assert (list(view), 0 in view) == ([0, 111], True)
    assert None not in view
    assert repr(view).startswith("{0: <'a=rtpmap:0 PCMU': clock_rate: missing in '0 PCMU'>, 111: ")
    section.rtpmap[0] = PCMU
    assert view == {0: PCMU, 111: OPUS}


def test_formats_that_are_no_payload_types_have_parameters_too() -> None:
    section = SDPMedia("image", 9, "udptl", formats=["t38"])
    section.fmtp["t38"] = FormatParameters("t38", "version=0")
    assert section.fmtp["t38"]["version"] == "0"
    assert lines(section) == ["a=fmtp:t38 version=0"]


def test_thousands_of_lines_are_read_at_once() -> None:
    section = SDPMedia("audio", 9, "RTP/AVP")
    section.attributes = [SDPAttribute("fmtp", f"{number} a=1") for number in range(20_000)]
    assert len(list(section.fmtp.items())) == len(list(section.fmtp.values())) == 20_000
    section.formats = ["0"] * 20_000
    assert len(section.codecs) == 20_000
