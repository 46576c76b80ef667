from __future__ import annotations

import copy
import pickle

import pytest

from sipsimple.sdp.views.fmtp import FormatParameters


@pytest.mark.parametrize(
    ("text", "format", "parameters"),
    [
        ("111 minptime=10;useinbandfec=1", "111", {"minptime": "10", "useinbandfec": "1"}),
        ("18 annexb=no", "18", {"annexb": "no"}),
        ("101 0-15", "101", {"0-15": ""}),
        ("63 111/111", "63", {"111/111": ""}),
        (
            "97 profile-level-id=42801F; packetization-mode=0; max-br=2560",
            "97",
            {"profile-level-id": "42801F", "packetization-mode": "0", "max-br": "2560"},
        ),
        (
            "96 sprop-parameter-sets=Z0IACpZTBYmI,aMljiA==;max-fs=1620",
            "96",
            {"sprop-parameter-sets": "Z0IACpZTBYmI,aMljiA==", "max-fs": "1620"},
        ),
        (
            "104 mode-set=0,2,4,7; octet-align=1; robust-sorting",
            "104",
            {"mode-set": "0,2,4,7", "octet-align": "1", "robust-sorting": ""},
        ),
        ("34 CIF4=1;CIF=1;QCIF=1", "34", {"CIF4": "1", "CIF": "1", "QCIF": "1"}),
        ("t38 version=0", "t38", {"version": "0"}),
        ("101", "101", {}),
    ],
)
def test_what_devices_send_is_read_and_printed_the_same(
    text: str, format: str, parameters: dict[str, str]
) -> None:
    value = FormatParameters.parse(text)
    assert value.format == format
    assert dict(value) == parameters
    assert list(value) == list(parameters)
    assert str(value) == text


def test_events_of_telephone_event_are_whole_in_the_text() -> None:
    assert FormatParameters.parse("101 0-15,66,70").parameters == "0-15,66,70"


def test_white_space_around_the_parameters_does_not_matter_and_inside_it_stays() -> None:
    value = FormatParameters.parse(" 96\t a = 1 ;; b= ;  x y=2  ")
    assert value == FormatParameters("96", "a = 1 ;; b= ;  x y=2")
    assert list(value.items()) == [("a", "1"), ("b", ""), ("x y", "2")]


def test_names_are_found_in_any_case_and_the_first_of_several_counts() -> None:
    value = FormatParameters("96", "Mode=20;MODE=30")
    assert value["mode"] == value["MODE"] == "20"
    assert "mOde" in value
    assert len(value) == 1
    assert list(value) == ["Mode"]


def test_what_is_not_there_is_missing_as_in_any_mapping() -> None:
    value = FormatParameters("96", "mode=20")
    assert value.get("annexb") is None
    assert "annexb" not in value
    assert 20 not in value  # type: ignore[comparison-overlap]
    with pytest.raises(KeyError, match="annexb"):
        value["annexb"]


def test_it_is_true_even_without_parameters() -> None:
    assert FormatParameters("96")
    assert len(FormatParameters("96")) == 0


@pytest.mark.parametrize("text", ["", " ", "\t"])
def test_a_value_without_a_format_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^format: missing in '"):
        FormatParameters.parse(text)


@pytest.mark.parametrize(
    ("arguments", "kind", "error"),
    [
        ((96, ""), TypeError, "format: must be str, not int"),
        (("", ""), ValueError, "format: must not be empty"),
        (("9 6", ""), ValueError, "format: '9 6' contains white space"),
        (("96", None), TypeError, "parameters: must be str, not NoneType"),
        (("96", "a=1\nb=2"), ValueError, "parameters: .* contains CR, LF or NUL"),
    ],
)
def test_what_would_not_print_is_not_constructed(
    arguments: tuple[str, str], kind: type[Exception], error: str
) -> None:
    with pytest.raises(kind, match=f"^{error}"):
        FormatParameters(*arguments)


def test_a_mapping_becomes_the_text() -> None:
    value = FormatParameters.from_mapping("96", {"mode": 20, "robust-sorting": "", "x": "a=b"})
    assert str(value) == "96 mode=20;robust-sorting;x=a=b"
    changed = FormatParameters.from_mapping("96", {**value, "MODE": 30})
    assert str(changed) == "96 MODE=30;robust-sorting;x=a=b"


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"a;b": 1}, r"parameters\['a;b'\]: 'a;b' contains a separator"),
        ({"a=b": 1}, r"parameters\['a=b'\]: 'a=b' contains a separator"),
        ({"a": "1;b=2"}, r"parameters\['a'\]: '1;b=2' contains a separator"),
        ({"a": "1\r\nb"}, r"parameters\['a'\]: .*CR, LF or NUL"),
        ({"": "1"}, "name: must not be empty"),
    ],
)
def test_what_would_make_other_parameters_is_refused(
    parameters: dict[str, object], error: str
) -> None:
    with pytest.raises(ValueError, match=f"^{error}"):
        FormatParameters.from_mapping("96", parameters)


def test_it_is_a_value() -> None:
    value = FormatParameters(format="96", parameters=" mode=20 ")
    assert value == FormatParameters("96", "mode=20")
    assert value != FormatParameters("97", "mode=20")
    assert hash(value) == hash(FormatParameters("96", "mode=20"))
    assert repr(value) == "FormatParameters(format='96', parameters='mode=20')"
    for other in (pickle.loads(pickle.dumps(value)), copy.deepcopy(value)):
        assert (other, other["mode"]) == (value, "20")
    match value:
        case {"mode": mode}:
            assert mode == "20"
        case _:
            pytest.fail("not matched")
    match value:
        case FormatParameters("96", parameters):
            assert parameters == "mode=20"
        case _:
            pytest.fail("not matched")
