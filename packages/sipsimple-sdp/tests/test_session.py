from __future__ import annotations

import copy
import gc
import inspect
import pickle
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from sipsimple.sdp import SDPAttribute, SDPBandwidth, SDPConnection, SDPMedia, SDPSession

# Seconds from 1900 to 1970.
NTP_OFFSET = 2208988800


def call() -> SDPSession:
    return SDPSession(
        "192.0.2.1",
        id=10,
        version=11,
        user="alice",
        name="A call",
        info="about things",
        connection=SDPConnection("192.0.2.1"),
        start_time=1,
        stop_time=2,
        attributes=[SDPAttribute("tool", "test")],
        media=[SDPMedia("audio", 5004, "RTP/AVP", formats=["0"])],
        bandwidth=[SDPBandwidth("CT", 128)],
    )


def test_defaults() -> None:
    session = SDPSession("192.0.2.1")
    assert session.address == "192.0.2.1"
    assert (session.user, session.net_type, session.address_type) == ("-", "IN", "IP4")
    assert session.name == " "
    assert session.info is None
    assert session.connection is None
    assert (session.start_time, session.stop_time) == (0, 0)
    assert (session.attributes, session.media, session.bandwidth) == ([], [], [])


def test_arguments_come_in_the_documented_order() -> None:
    assert list(inspect.signature(SDPSession).parameters)[:13] == [
        "address",
        "id",
        "version",
        "user",
        "net_type",
        "address_type",
        "name",
        "info",
        "connection",
        "start_time",
        "stop_time",
        "attributes",
        "media",
    ]
    session = SDPSession(
        "2001:db8::1",
        1,
        2,
        "bob",
        "IN",
        "IP6",
        "title",
        "more",
        SDPConnection("2001:db8::2", address_type="IP6"),
        3,
        4,
        [SDPAttribute("sendonly", "")],
        [SDPMedia("audio", 7000, "RTP/AVP", formats=["0", "8"])],
    )
    assert bytes(session) == (
        b"v=0\r\no=bob 1 2 IN IP6 2001:db8::1\r\ns=title\r\ni=more\r\nc=IN IP6 2001:db8::2\r\n"
        b"t=3 4\r\na=sendonly\r\nm=audio 7000 RTP/AVP 0 8\r\n"
    )


def test_generated_identifiers_are_ntp_times_and_unique() -> None:
    before = time.time() + NTP_OFFSET
    sessions = [SDPSession("192.0.2.1") for _ in range(1000)]
    after = time.time() + NTP_OFFSET
    numbers = [session.id for session in sessions]
    assert len(set(numbers)) == 1000
    assert numbers == sorted(numbers)
    assert before - 1 <= numbers[0] / 65536 <= after + 1
    assert all(session.version == session.id for session in sessions)


def test_generated_identifiers_are_unique_among_threads() -> None:
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda _: SDPSession("192.0.2.1").id, range(4000)))
    assert len(set(numbers)) == 4000


def test_one_of_the_identifiers_can_be_given() -> None:
    assert SDPSession("192.0.2.1", id=5).id == 5
    assert SDPSession("192.0.2.1", id=5).version > 2**40
    assert SDPSession("192.0.2.1", version=0).version == 0


def test_default_lists_are_new_ones_for_each_object() -> None:
    first, second = SDPSession("192.0.2.1"), SDPSession("192.0.2.1")
    first.media.append(SDPMedia("audio", 1, "RTP/AVP"))
    first.attributes.append(SDPAttribute("sendrecv", ""))
    assert second.media == []
    assert second.attributes == []


@pytest.mark.parametrize("name", ["id", "version", "start_time", "stop_time"])
def test_numbers_are_64_bits_wide(name: str) -> None:
    session = call()
    setattr(session, name, 2**64 - 1)
    assert str(2**64 - 1) in str(session)
    for value in (-1, 2**64):
        with pytest.raises(ValueError, match=f"^{name}: {value} is not between 0 and "):
            setattr(session, name, value)
    for wrong in ("1", None, 1.0, False):
        with pytest.raises(TypeError, match=f"^{name}: must be int, not "):
            setattr(session, name, wrong)
    assert getattr(session, name) == 2**64 - 1


@pytest.mark.parametrize("name", ["address", "user", "net_type", "address_type"])
def test_fields_of_the_origin_line_cannot_be_shifted(name: str) -> None:
    session = call()
    for value in ("", "a b", "a\r\nb", "a\0"):
        with pytest.raises(ValueError, match=f"^{name}: "):
            setattr(session, name, value)
    with pytest.raises(TypeError, match=f"^{name}: must be str, not bytes"):
        setattr(session, name, b"x")
    assert session == call()


@pytest.mark.parametrize("name", ["name", "info"])
def test_texts_cannot_inject_a_line(name: str) -> None:
    session = call()
    for value in ("a\r\nm=audio 1 RTP/AVP 0", "a\nb", "a\rb", "a\0b"):
        with pytest.raises(ValueError, match=f"^{name}: .* contains CR, LF or NUL"):
            setattr(session, name, value)
    assert session == call()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", None),
        ("connection", "192.0.2.1"),
        ("attributes", [SDPBandwidth("AS", 1)]),
        ("media", SDPMedia("audio", 1, "RTP/AVP")),
        ("media", [None]),
        ("bandwidth", 5),
    ],
)
def test_values_of_a_wrong_type_are_refused_and_change_nothing(name: str, value: object) -> None:
    session = call()
    with pytest.raises(TypeError, match=rf"^{name}(\[0\])?: must be "):
        setattr(session, name, value)
    assert session == call()


def test_lists_changed_in_place_are_checked_when_they_are_printed() -> None:
    session = call()
    session.media[0].formats.append("a b")
    with pytest.raises(ValueError, match=r"^media\[0\]\.formats\[1\]: "):
        str(session)
    session = call()
    session.media.append("m=audio")  # type: ignore[arg-type]
    for use in (str, bytes, SDPSession.copy, SDPSession.validate):
        with pytest.raises(TypeError, match=r"^media\[1\]: must be SDPMedia, not str"):
            use(session)


def test_comparison_looks_at_every_attribute() -> None:
    assert call() == call()
    assert (call() != call()) is False
    changes: dict[str, object] = {
        "address": "192.0.2.2",
        "id": 1,
        "version": 1,
        "user": "bob",
        "net_type": "XX",
        "address_type": "IP6",
        "name": "other",
        "info": None,
        "connection": None,
        "start_time": 0,
        "stop_time": 0,
        "attributes": [],
        "media": [],
        "bandwidth": [],
    }
    for name, value in changes.items():
        other = call()
        setattr(other, name, value)
        assert other != call(), name
    assert call() != str(call())


def test_a_copy_is_equal_and_shares_nothing() -> None:
    session = call()
    for other in (session.copy(), copy.deepcopy(session), pickle.loads(pickle.dumps(session))):
        assert other == session
        other.media[0].formats.append("8")
        other.attributes[0].name = "changed"
        other.bandwidth.clear()
        assert other.connection is not None
        other.connection.address = "198.51.100.1"
        assert session == call()


def test_it_is_not_hashable_and_its_repr_makes_an_equal_object() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(call())
    names = {
        "SDPSession": SDPSession,
        "SDPMedia": SDPMedia,
        "SDPAttribute": SDPAttribute,
        "SDPConnection": SDPConnection,
        "SDPBandwidth": SDPBandwidth,
    }
    assert eval(repr(call()), names) == call()


def test_it_can_be_matched_by_pattern() -> None:
    match call():
        case SDPSession("192.0.2.1", media=[SDPMedia("audio", port)]):
            assert port == 5004
        case _:
            pytest.fail("not matched")


def test_an_object_without_init_is_harmless() -> None:
    session = SDPSession.__new__(SDPSession)
    assert session == session.copy()
    assert str(session).startswith("v=0\r\n")
    assert SDPMedia.__new__(SDPMedia) != SDPMedia("audio", 1, "RTP/AVP")


def test_validate_demands_what_pjmedia_demands() -> None:
    session = call()
    session.validate()
    session.media[0].formats.append("101")
    with pytest.raises(ValueError, match="Missing SDP rtpmap for dynamic payload type"):
        session.validate()
    session = call()
    session.connection = None
    with pytest.raises(ValueError, match="connection"):
        session.validate()
    session.media[0].port = 0
    session.validate(strict=False)


def test_many_threads_can_read_one_session() -> None:
    session = call()
    expected = bytes(session)

    def read(_: int) -> bool:
        session.validate()
        return (
            bytes(session) == expected
            and session.copy() == session
            and session.media[0].get_direction() == "sendrecv"
            and SDPSession.parse(expected) == session
        )

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(read, range(4000)))


def test_reference_cycles_are_collected() -> None:
    class Marked(SDPSession):
        pass

    session = Marked("192.0.2.1")
    session.attributes.append(session)  # type: ignore[arg-type]
    alive = sum(isinstance(thing, Marked) for thing in gc.get_objects())
    del session
    gc.collect()
    assert alive == 1
    assert not any(isinstance(thing, Marked) for thing in gc.get_objects())


def test_importing_it_imports_no_other_layer() -> None:
    code = (
        "import sys; import sipsimple.sdp; "
        "print([name for name in ('core', 'media', 'engine', 'notification')"
        " if f'sipsimple.{name}' in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
