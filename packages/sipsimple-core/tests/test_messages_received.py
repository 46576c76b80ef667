"""MESSAGE requests outside of dialogs: `SCEngineGotMessage`, and how they are answered."""

from __future__ import annotations

import pickle
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from sipsimple.core.lazy_data import LazyData

if TYPE_CHECKING:
    from conftest import InChild

MULTIPART = b"--b\r\nContent-Type: text/plain\r\n\r\nhi\r\n--b--\r\n"


def _driver() -> Any:
    import core_driver  # in the child only

    return core_driver


def _message(
    peer: Any, body: bytes = b"hi", kind: str = "text/plain", length: int = -1, **headers: str
) -> bytes:
    """A MESSAGE with a body; `length` is another Content-Length, `kind` may be empty."""
    if kind:
        headers["Content_Type"] = kind
    head: bytes = peer.request("MESSAGE", **headers)
    said = b"Content-Length: %d" % (len(body) if length < 0 else length)
    return head.replace(b"Content-Length: 0", said) + body


def _told(driver: Any) -> list[Any]:
    """What was told of messages since the last time."""
    driver.turn(0)
    data = [notification.data for notification in driver.notifications]
    assert {notification.name for notification in driver.notifications} <= {"SCEngineGotMessage"}
    driver.notifications.clear()
    return data


# ---- what is told


def _reported() -> None:
    tools = _driver()
    with tools.Driver() as driver:
        peer = tools.Peer(driver)
        before = datetime.now(UTC)
        text = _message(
            peer,
            "Grüße".encode(),
            "Text/Plain ; charset=UTF-8",
            From='"Péer" <sip:peer@example.com;x=1>;tag=peer',
            To="<sips:token@example.com>",
            uri="sip:someone@127.0.0.1;a=b",
            Subject="ä",
            Date="Sat, 13 Nov 2010 23:29:00 GMT",
        )
        answer = peer.ask(text)
        assert (answer.code, answer.reason, answer.body) == (200, "OK", "")
        assert "contact" not in answer.headers
        (data,) = _told(driver)
        assert driver.notifications == []
        assert before < data["timestamp"] < datetime.now(UTC)
        assert data["to_uri"].secure and data["to_uri"].user == "token"
        assert data["from_uri"].display == "Péer" and data["from_uri"].parameters == {"x": "1"}
        assert data["request_uri"].parameters == {"a": "b"}
        assert (data["content_type"], data["content_subtype"]) == ("Text", "Plain")
        assert data["body"] == "Grüße".encode()
        headers = data["headers"]
        assert headers["Content-Type"] == ("Text/Plain", "charset=UTF-8")
        assert headers["Subject"] == "ä" and headers["CSeq"] == (1, "MESSAGE")
        (via,) = headers["Via"]
        assert via[4]["received"] == "127.0.0.1" and via[4]["rport"] == peer.port
        assert data["headers"] is headers and data["from_uri"] is data["from_uri"]
        assert data.keys() == {
            *("timestamp", "to_uri", "from_uri", "content_type", "content_subtype", "body"),
            *("headers", "request_uri"),
        }


def test_a_message_is_answered_and_told(in_child: InChild) -> None:
    in_child(_reported)


def _bodies(cases: list[tuple[bytes, str, int]]) -> list[tuple[int, Any]]:
    tools = _driver()
    found = []
    with tools.Driver() as driver:
        peer = tools.Peer(driver)
        for body, kind, length in cases:
            code = peer.ask(_message(peer, body, kind, length)).code
            data = _told(driver)
            kinds = [(item["content_type"], item["content_subtype"]) for item in data]
            found.append((code, [(*kinds[0], data[0]["body"])] if data else []))
    return found


def test_bodies_come_as_they_are_on_the_wire(in_child: InChild) -> None:
    cases = [
        (b"a\0\xff\r\n\r\nb", "application/x", -1),
        (MULTIPART, "multipart/mixed;boundary=b", -1),
        (b"junk", "multipart/mixed", -1),
        (b"", "", -1),
        (b"", "text/plain", -1),
        (b"and this", "text/plain", 3),  # RFC 3261 section 18.3: what is behind is discarded
    ]
    assert in_child(_bodies, cases) == [
        (200, [("application", "x", b"a\0\xff\r\n\r\nb")]),
        (200, [("multipart", "mixed", MULTIPART)]),
        (200, [("multipart", "mixed", b"junk")]),
        (200, [(None, None, b"")]),
        (200, [("text", "plain", b"")]),
        (200, [("text", "plain", b"and")]),
    ]


def _strangers() -> None:
    tools = _driver()
    with tools.Driver() as driver:
        peer = tools.Peer(driver)
        assert peer.ask(_message(peer, From="<tel:+1>;tag=a", To="<tel:+2>")).code == 200
        # RFC 2543 had neither magic cookie nor tags.
        old = f"SIP/2.0/UDP 127.0.0.1:{peer.port};branch=1"
        assert peer.ask(_message(peer, Via=old, From="sip:old@example.com")).code == 200
        # Line ends of LF alone, which PJSIP takes.
        assert peer.ask(_message(peer).replace(b"\r\n", b"\n")).code == 200
        first, second, third = _told(driver)
        assert (first["from_uri"], first["to_uri"]) == (None, None)
        assert first["headers"]["From"][1] == "a"
        assert second["from_uri"].user == "old"
        assert third["body"] == b"hi" and third["content_subtype"] == "plain"


def test_what_is_unusual_is_told_too(in_child: InChild) -> None:
    in_child(_strangers)


# ---- retransmissions


def _repeated() -> None:
    tools = _driver()
    with tools.Driver() as driver:
        peer = tools.Peer(driver)
        first = _message(peer)
        answers = [peer.ask(first) for _ in range(3)]
        assert [answer.code for answer in answers] == [200] * 3
        assert len({answer.headers["to"] for answer in answers}) == 1
        assert len(_told(driver)) == 1
        # The same on a second way (RFC 3261 section 8.2.2.2), and again.
        merged = first.replace(b"branch=z9hG4bK-1", b"branch=z9hG4bK-x")
        assert [peer.ask(merged).code for _ in range(2)] == [482, 482]
        # Others, though they share something.
        for old, new in (
            (b"call-1", b"call-9"),
            (b"tag=peer", b"tag=other"),
            (b"1 MESSAGE", b"2 MESSAGE"),
        ):
            assert peer.ask(first.replace(old, new).replace(b"-1\r", b"-y" + new[:1])).code == 200
        assert len(_told(driver)) == 3
        # Nothing that was refused is remembered.
        refused = _message(peer, b"x", "")
        assert [peer.ask(refused).code for _ in range(2)] == [400, 400]


def test_retransmissions_are_answered_and_told_once(in_child: InChild) -> None:
    in_child(_repeated)


# ---- refusals


def _refusals() -> None:
    tools = _driver()
    with tools.Driver() as driver:
        peer = tools.Peer(driver)
        answer = peer.ask(_message(peer, kind=""))
        assert (answer.code, answer.reason) == (400, "Missing Content-Type Header Field")
        answer = peer.ask(_message(peer, length=10))
        assert (answer.code, answer.reason) == (400, "Bad Request (body incomplete)")
        for name in ("Content-Encoding", "e", "CONTENT-ENCODING"):
            answer = peer.ask(_message(peer, **{name: "gzip"}))
            assert (answer.code, answer.headers["accept-encoding"]) == (415, "identity")
        answer = peer.ask(_message(peer, Require="x-a, x-b"))
        assert (answer.code, answer.tokens("unsupported")) == (420, {"x-a", "x-b"})
        assert peer.ask(_message(peer, uri="tel:+1")).code == 416
        assert peer.ask(_message(peer, To="<sip:a@example.com>;tag=none")).code == 481
        assert _told(driver) == []
        assert peer.ask(_message(peer, Content_Encoding="Identity")).code == 200
        assert peer.ask(_message(peer, b"", "", Content_Encoding="gzip")).code == 200
        assert len(_told(driver)) == 2

        answer = peer.ask(peer.request("OPTIONS"))
        assert "MESSAGE" in answer.tokens("allow") and "text/plain" in answer.tokens("accept")


def test_what_cannot_be_taken_is_refused_as_the_rfc_says(in_child: InChild) -> None:
    in_child(_refusals)


def _at_the_end() -> None:
    tools = _driver()
    with tools.Driver() as driver:
        peer = tools.Peer(driver)
        accepted = _message(peer)
        assert peer.ask(accepted).code == 200
        driver.ua.begin_stop()
        assert peer.ask(_message(peer)).code == 503
        assert peer.ask(accepted).code == 200
        assert len(_told(driver)) == 1


def test_while_stopping_only_what_was_accepted_is(in_child: InChild) -> None:
    in_child(_at_the_end)


MALFORMED = {
    "empty": b"",
    "no headers": b"MESSAGE sip:a@b SIP/2.0\r\n\r\n",
    "no From": b"From: ",
    "no To": b"To: ",
    "no Via": b"Via: ",
    "no Call-ID": b"Call-ID: ",
    "no CSeq": b"CSeq: ",
}


def _malformed() -> None:
    tools = _driver()
    with tools.Driver() as driver:
        peer = tools.Peer(driver)
        lines = _message(peer).split(b"\r\n")
        for what, start in MALFORMED.items():
            if what.startswith("no ") and start.endswith(b": "):
                peer.send(b"\r\n".join(line for line in lines if not line.startswith(start)))
            else:
                peer.send(start)
        for kind in ("text", "/", "text/", "tex t/plain", ";", "text/plain;charset=", "a/b;;c"):
            peer.send(_message(peer, kind=kind))
        for fields in (
            {"Content-Type": "text/plain", "c": "text/html"},
            {"From": "nobody"},
            {"From": "<sip:%zz@[::::]>;tag=1"},
            {"To": '"unclosed <sip:a@b>'},
            {"CSeq": "99999999999 MESSAGE"},
            {"CSeq": "1 OTHER"},
            {"Via": "SIP/2.0/UDP"},
        ):
            peer.send(_message(peer, **fields))
        peer.send(_message(peer, length=2**31))
        peer.send(_message(peer).replace(b"Content-Length: 2", b"Content-Length: -2"))
        driver.run(0.2)
        answers = []
        while (data := peer.receive()) is not None:
            answers.append(tools.Answer(data).code)
        # Reading what was told does not raise either.
        for data in _told(driver):
            assert set(data) >= {"from_uri", "headers", "body"}
        assert set(answers) <= {200, 400}, answers
        assert peer.ask(_message(peer)).code == 200


def test_malformed_messages_are_refused_or_dropped(in_child: InChild) -> None:
    in_child(_malformed)


def _over_tcp() -> None:
    tools = _driver()
    with tools.Driver() as driver:
        peer = tools.Peer(driver)
        with socket.create_connection(("127.0.0.1", driver.ua.local_tcp_port)) as stream:
            stream.setblocking(False)
            texts = [_message(peer, b"%d" % number) for number in range(3)]
            # The second one in two pieces, the third behind it at once.
            stream.send(texts[0] + texts[1][:100])
            driver.until(lambda: driver.notifications)
            stream.send(texts[1][100:] + texts[2])
            driver.until(lambda: len(driver.notifications) == 3)
            assert [data["body"] for data in _told(driver)] == [b"0", b"1", b"2"]
            driver.run(0.05)
            assert stream.recv(65535).count(b"SIP/2.0 200 OK") == 3


def test_messages_of_a_stream_are_told_apart(in_child: InChild) -> None:
    in_child(_over_tcp)


def _read_late() -> Any:
    tools = _driver()
    with tools.Driver() as driver:
        peer = tools.Peer(driver)
        peer.ask(_message(peer))
        (data,) = _told(driver)
    # The endpoint has gone, and another one has come.
    with tools.Driver():
        assert data["from_uri"].user == "peer"
    return dict(data)


def test_what_was_told_can_be_read_later(in_child: InChild) -> None:
    data = in_child(_read_late)
    assert (data["body"], data["headers"]["Call-ID"]) == (b"hi", "call-1")


# ---- the data


def _items(**items: Any) -> dict[str, Any]:
    return items


def test_data_is_made_when_it_is_read_and_is_a_dict_all_the_same():
    made = []

    def read(name: str) -> str:
        made.append(name)
        return name.upper()

    def data() -> LazyData:
        made.clear()
        return LazyData({"x": 1}, ("a", "b"), read)

    one = data()
    assert one["x"] == 1 and one.get("a") == "A" and made == ["a"]
    assert one["a"] is one["a"] and made == ["a"]
    assert "b" in one and "c" not in one and one.get("c", 5) == 5 and made == ["a"]
    with pytest.raises(KeyError, match="c"):
        one["c"]
    whole = {"x": 1, "a": "A", "b": "B"}
    assert one == whole and whole == one and sorted(made) == ["a", "b"]
    assert dict(data()) == {**data()} == data().copy() == whole
    assert set(data()) == set(data().keys()) == {*list(reversed(data()))} == {"x", "a", "b"}
    assert dict(data().items()) == whole and set(data().values()) == {1, "A", "B"}
    assert len(data()) == 3 and data() | {"c": 2} == {**whole, "c": 2}
    assert {"c": 2} | data() == {**whole, "c": 2}
    assert _items(**data()) == whole
    assert type(pickle.loads(pickle.dumps(data()))) is dict
    assert eval(repr(data())) == whole
    assert data().setdefault("a", 0) == "A" and data().setdefault("c", 3) == 3


def test_what_is_taken_out_of_the_data_stays_out():
    def data() -> LazyData:
        return LazyData({"x": 1}, ("a", "b"), str.upper)

    taken = data()
    assert taken.pop("a") == "A" and taken == {"x": 1, "b": "B"} and "a" not in taken
    assert taken.pop("a", None) is None
    with pytest.raises(KeyError, match="a"):
        taken.pop("a")
    taken = data()
    del taken["x"], taken["b"]
    assert taken == {"a": "A"} and taken.popitem() == ("a", "A") and not taken
    taken = data()
    taken.clear()
    assert taken == {} and taken.get("a") is None
