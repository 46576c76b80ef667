"""Whatever can be constructed is printed so that a parser gives it back."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeVar

from sipsimple.sdp import (
    SDPAttribute,
    SDPBandwidth,
    SDPConnection,
    SDPLine,
    SDPMedia,
    SDPSession,
)

T = TypeVar("T")

CHARACTERS = "abcXYZ019-+./:;=,_*%[]{}()@#äß会\U0001f3a7\u00a0\u2028\x01\x7f\udcff\udc80"
SPACES = " \t"


class Maker:
    """Makes objects from anything that their constructors take."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def text(self) -> str:
        length = self.chance.choice((0, 1, 2, 9, 90))
        return "".join(self.chance.choices(CHARACTERS + SPACES, k=length))

    def token(self) -> str:
        return "".join(self.chance.choices(CHARACTERS, k=self.chance.choice((1, 2, 9))))

    def number(self, highest: int) -> int:
        return self.chance.choice((0, 1, highest, self.chance.randint(0, highest)))

    def some(self, make: Callable[[], T]) -> list[T]:
        return [make() for _ in range(self.chance.choice((0, 0, 1, 2, 5)))]

    def maybe(self, make: Callable[[], T]) -> T | None:
        return make() if self.chance.random() < 0.5 else None

    def attribute(self) -> SDPAttribute:
        name = self.text().replace(":", "").rstrip(SPACES)
        return SDPAttribute(name or "x", self.text())

    def bandwidth(self) -> SDPBandwidth:
        return SDPBandwidth(self.token().replace(":", "") or "AS", self.number(2**32 - 1))

    def connection(self) -> SDPConnection:
        return SDPConnection(self.token(), self.token(), self.token())

    def line(self, kinds: str) -> SDPLine:
        kind = self.chance.choice(kinds)
        value = {
            "c": " ".join((self.token(), self.token(), self.token())),
            "t": f"{self.number(2**64 - 1)} {self.number(2**64 - 1)}",
            "i": self.text() or "x",
        }
        return SDPLine(kind, value.get(kind, self.text()))

    def lines(
        self, kinds: str, info: str | None, connection: SDPConnection | None
    ) -> list[SDPLine]:
        # The first of these always has a field of its own.
        kinds += "i" if info else ""
        kinds += "c" if connection is not None else ""
        return self.some(lambda: self.line(kinds))

    def media(self) -> SDPMedia:
        info, connection = self.maybe(self.text), self.maybe(self.connection)
        return SDPMedia(
            self.token(),
            self.number(65535),
            self.token(),
            port_count=self.number(65534) + 1,
            formats=self.some(self.token),
            info=info,
            connection=connection,
            attributes=self.some(self.attribute),
            bandwidth=self.some(self.bandwidth),
            other_lines=self.lines("kfgxy", info, connection),
        )

    def session(self) -> SDPSession:
        info, connection = self.maybe(self.text), self.maybe(self.connection)
        return SDPSession(
            self.token(),
            self.number(2**64 - 1),
            self.number(2**64 - 1),
            user=self.token(),
            net_type=self.token(),
            address_type=self.token(),
            name=self.text(),
            info=info,
            connection=connection,
            start_time=self.number(2**64 - 1),
            stop_time=self.number(2**64 - 1),
            attributes=self.some(self.attribute),
            media=self.some(self.media),
            bandwidth=self.some(self.bandwidth),
            other_lines=self.lines("uepktrzfgxy", info, connection),
        )


def test_whatever_can_be_constructed_comes_back_from_a_parser() -> None:
    for seed in range(1500):
        session = Maker(seed).session()
        again = SDPSession.parse(bytes(session))
        assert again == session, seed
        assert SDPSession.parse(str(session)) == session
        assert bytes(again) == bytes(session) == bytes(session.copy())


def test_a_line_in_front_of_its_field_takes_it_and_is_not_lost() -> None:
    lines = [SDPLine("i", "first"), SDPLine("c", "IN IP4 h")]
    for make in (
        lambda: SDPSession("192.0.2.1", 1, 1, other_lines=lines),
        lambda: SDPSession("192.0.2.1", 1, 1, media=[SDPMedia("a", 1, "b", other_lines=lines)]),
    ):
        again = SDPSession.parse(bytes(make()))
        section = again.media[0] if again.media else again
        assert (section.info, section.connection) == ("first", SDPConnection("h"))
        assert section.other_lines == []
        assert bytes(again) == bytes(make())
