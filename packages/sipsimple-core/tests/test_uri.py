"""SIPURI, RFC 3261 section 19.1."""

from __future__ import annotations

import copy
import inspect
import pickle
from typing import Any

import pytest

from sipsimple.core import SIPURI, InvalidURIError, SIPCoreError

PRINTED = [
    (SIPURI("example.com"), "sip:example.com"),
    (SIPURI("example.com", user="alice"), "sip:alice@example.com"),
    (SIPURI("example.com", "alice", 5061, secure=True), "sips:alice@example.com:5061"),
    (SIPURI("example.com", "alice", 0), "sip:alice@example.com"),
    (SIPURI("2001:db8::1", port=5060), "sip:[2001:db8::1]:5060"),
    (SIPURI("[2001:db8::1]"), "sip:[2001:db8::1]"),
    (SIPURI("h", display="Alice"), '"Alice" <sip:h>'),
    (SIPURI("h", display='Al "the" \\ ü'), '"Al \\"the\\" \\\\ ü" <sip:h>'),
    (SIPURI("h", user="a b@c:d/é"), "sip:a%20b%40c%3Ad/%C3%A9@h"),
    (SIPURI("h", user="+1-212;phone-context=x"), "sip:+1-212;phone-context=x@h"),
    (SIPURI("h", user="a", password="p;:w"), "sip:a:p%3B%3Aw@h"),
    (SIPURI("h", parameters={"transport": "tcp", "lr": None}), "sip:h;transport=tcp;lr"),
    (SIPURI("h", parameters={"x y": "a;b=c"}), "sip:h;x%20y=a%3Bb%3Dc"),
    (SIPURI("h", headers={"subject": "a b", "x": "&="}), "sip:h?subject=a%20b&x=%26%3D"),
    (SIPURI("h", headers={"x": ""}), "sip:h?x="),
]


@pytest.mark.parametrize(("uri", "text"), PRINTED, ids=[text for _, text in PRINTED])
def test_prints_and_reads_back_the_same(uri: SIPURI, text: str) -> None:
    assert str(uri) == text
    parsed = SIPURI.parse(text)
    assert parsed == uri
    assert str(parsed) == text
    assert parsed.display == uri.display
    assert parsed.parameters == uri.parameters
    assert parsed.headers == uri.headers


# The examples of RFC 3261 19.1.3.
EXAMPLES = [
    "sip:alice@atlanta.com",
    "sip:alice:secretword@atlanta.com;transport=tcp",
    "sips:alice@atlanta.com?subject=project%20x&priority=urgent",
    "sip:+1-212-555-1212:1234@gateway.com;user=phone",
    "sips:1212@gateway.com",
    "sip:alice@192.0.2.4",
    "sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com",
    "sip:alice;day=tuesday@atlanta.com",
]


@pytest.mark.parametrize("text", EXAMPLES)
def test_the_examples_of_the_rfc_round_trip(text: str) -> None:
    assert str(SIPURI.parse(text)) == text


def test_an_empty_parameter_value_is_none() -> None:
    uri = SIPURI("h", parameters={"x": "", "transport": ""})
    assert str(uri) == "sip:h;x;transport"
    assert SIPURI.parse(str(uri)) == uri == SIPURI("h", parameters={"x": None, "transport": None})


def test_every_octet_survives_in_every_part() -> None:
    text = bytes(range(1, 256)).decode("utf-8", "surrogateescape")
    uri = SIPURI("h", user=text, password=text, parameters={text: text}, headers={text: text})
    parsed = SIPURI.parse(str(uri))
    assert (parsed.user, parsed.password) == (text, text)
    assert (parsed.parameters, parsed.headers) == ({text: text}, {text: text})


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("tel:+12125551212", "tel"),
        ("TEL:+1;phone-context=x", "TEL"),
        ('"The <boss>" <tel:+1>', None),
        ("Boss <tel:+1>", "tel"),
        ("<mailto:alice@example.com>", "mailto"),
        (b"http://example.com", "http"),
        ("sip:a b@h", None),
        ("", None),
    ],
)
def test_another_scheme_is_refused_by_its_name(text: str | bytes, scheme: str | None) -> None:
    with pytest.raises(InvalidURIError) as caught:
        SIPURI.parse(text)
    expected = "is not a SIP or SIPS URI" if scheme is None else f"has the scheme {scheme}: only"
    assert expected in str(caught.value)


def test_reads_every_part() -> None:
    uri = SIPURI.parse('"B\\"ob" <sips:b%6Fb:pw@Example.com:5061;maddr=1.2.3.4;ttl=5;x?a=b%20c>')
    assert (uri.display, uri.user, uri.password, uri.host) == ('B"ob', "bob", "pw", "Example.com")
    assert (uri.port, uri.secure) == (5061, True)
    assert uri.parameters == {"maddr": "1.2.3.4", "ttl": "5", "x": None}
    assert uri.headers == {"a": "b c"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*",
        "sip:",
        "sip:@h",
        "alice@example.com",
        "tel:+12125551212",
        "mailto:alice@example.com",
        "sip:a b@h",
        "sip:ü@h",
        "sip:a@h:99999",
        "sip:a@h;ttl=999",
        "<sip:a@h",
        "sip:a@h>",
        "sip:a@h,sip:b@h",
        "sip:h\0",
        "sip:h\0x",
        "sip:a@h\r\nVia: x",
        "sip:" + "a" * 70000 + "@h",
        b"\xff\xfe",
    ],
)
def test_refuses_what_is_no_sip_uri(text: str | bytes) -> None:
    with pytest.raises(InvalidURIError):
        SIPURI.parse(text)


def test_the_error_is_a_value_error_and_a_core_error() -> None:
    assert issubclass(InvalidURIError, ValueError)
    assert issubclass(InvalidURIError, SIPCoreError)


def test_undecodable_bytes_survive() -> None:
    uri = SIPURI.parse("sip:%ff%00@h;x=%fe")
    assert uri.user == "\udcff\0"
    assert str(uri) == "sip:%FF%00@h;x=%FE"
    assert SIPURI.parse(b'"\xff" <sip:h>').display == "\udcff"


# RFC 3261 19.1.4, and what else follows from its rules.
EQUAL = [
    ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtlanTa.CoM;Transport=tcp"),
    ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
    ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;newparam=5"),
    (
        "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
        "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
    ),
    (
        "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
        "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
    ),
    ('"Alice" <sip:a@h>', "sip:a@h"),
    ("sip:[2001:db8::1]", "sip:[2001:DB8:0::1]"),
]
DIFFERENT = [
    ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
    ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
    ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
    ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"),
    ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
    ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
    ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"),
    ("sip:a@h", "sips:a@h"),
    ("sip:a@h", "sip:h"),
    ("sip:a:b@h", "sip:a@h"),
    ("sip:a@h", "sip:a@h;user=ip"),
    ("sip:a@h", "sip:a@h;ttl=1"),
    ("sip:a@h", "sip:a@h;method=INVITE"),
    ("sip:a@h", "sip:a@h;maddr=1.2.3.4"),
]


@pytest.mark.parametrize(("first", "second"), EQUAL)
def test_equivalent_uris_are_equal(first: str, second: str) -> None:
    assert SIPURI.parse(first) == SIPURI.parse(second)
    assert SIPURI.parse(second) == SIPURI.parse(first)
    assert not SIPURI.parse(first) != SIPURI.parse(second)  # noqa: SIM202  (__ne__ it is)


@pytest.mark.parametrize(("first", "second"), DIFFERENT)
def test_other_uris_are_not_equal(first: str, second: str) -> None:
    assert SIPURI.parse(first) != SIPURI.parse(second)
    assert SIPURI.parse(second) != SIPURI.parse(first)


def test_is_not_equal_to_other_things_and_not_hashable() -> None:
    assert SIPURI("h") != "sip:h"
    with pytest.raises(TypeError):
        hash(SIPURI("h"))


WRONG: list[tuple[str, Any, type[Exception]]] = [
    ("host", 1, TypeError),
    ("host", None, TypeError),
    ("host", "", ValueError),
    ("host", "a b", ValueError),
    ("host", "a..b", ValueError),
    ("host", "1::2::3", ValueError),
    ("host", "fe80::1%eth0", ValueError),
    ("host", "h;x", ValueError),
    ("user", 1, TypeError),
    ("port", "5060", TypeError),
    ("port", True, TypeError),
    ("port", 5060.0, TypeError),
    ("port", -1, ValueError),
    ("port", 65536, ValueError),
    ("port", 2**70, ValueError),
    ("display", b"x", TypeError),
    ("display", "a\r\nb", ValueError),
    ("secure", 1, TypeError),
    ("secure", None, TypeError),
    ("parameters", "x", TypeError),
    ("parameters", {"a": 1}, TypeError),
    ("parameters", {1: "a"}, TypeError),
    ("parameters", {"": "a"}, ValueError),
    ("headers", {"a": None}, TypeError),
    ("headers", [("a", "b")], TypeError),
    ("password", 5, TypeError),
]


@pytest.mark.parametrize(("name", "value", "error"), WRONG)
def test_wrong_values_are_refused_and_change_nothing(
    name: str, value: Any, error: type[Exception]
) -> None:
    uri = SIPURI("h", "a", 1, "d", True, {"p": "v"}, {"x": "y"}, password="s")
    before = str(uri)
    with pytest.raises(error):
        setattr(uri, name, value)
    assert str(uri) == before
    arguments = {"host": "h", name: value}
    with pytest.raises(error):
        SIPURI(**arguments)


def test_attributes_can_be_assigned() -> None:
    uri = SIPURI("h")
    uri.host, uri.user, uri.port, uri.display = "::1", "bob", 5060, "Bob"
    uri.secure, uri.parameters, uri.headers, uri.password = True, {"a": "b"}, {"c": "d"}, "pw"
    assert str(uri) == '"Bob" <sips:bob:pw@[::1]:5060;a=b?c=d>'
    uri.user = uri.port = uri.display = uri.password = None
    uri.parameters["x"] = None
    assert str(uri) == "sips:[::1];a=b;x?c=d"


def test_what_is_put_into_a_dict_is_checked_when_it_is_printed() -> None:
    uri = SIPURI("h")
    uri.parameters["x"] = 1  # type: ignore[assignment]
    with pytest.raises(TypeError):
        str(uri)


def test_dicts_are_copied() -> None:
    given: dict[str, str | None] = {"a": "b"}
    uri = SIPURI("h", parameters=given)
    given["c"] = "d"
    assert uri.parameters == {"a": "b"}
    assert SIPURI("h").parameters is not SIPURI("h").parameters


@pytest.mark.parametrize("text", [text for _, text in PRINTED] + ["sip:a@[zz]", "sip:%00@h"])
def test_copies_are_equal_and_share_nothing(text: str) -> None:
    uri = SIPURI.parse(text)
    for other in (uri.copy(), copy.copy(uri), copy.deepcopy(uri), pickle.loads(pickle.dumps(uri))):
        assert str(other) == str(uri)
        assert other == uri
        other.parameters["new"] = "1"
        assert "new" not in uri.parameters


def test_repr_reads_as_the_call_and_hides_the_password() -> None:
    uri = SIPURI("h", user="a", port=1, parameters={"lr": None}, password="secret")
    assert "secret" not in repr(uri)
    assert repr(SIPURI("h", user="a", port=1)) == "SIPURI('h', user='a', port=1)"


def test_matches_by_position() -> None:
    match SIPURI("h", "a", 5060):
        case SIPURI(host, user, port):
            assert (host, user, port) == ("h", "a", 5060)


def test_subclasses_stay_themselves() -> None:
    class Account(SIPURI):
        pass

    assert type(Account("h").copy()) is Account


def test_signature_can_be_inspected() -> None:
    assert list(inspect.signature(SIPURI).parameters) == [
        "host", "user", "port", "display", "secure", "parameters", "headers", "password",
    ]  # fmt: skip
