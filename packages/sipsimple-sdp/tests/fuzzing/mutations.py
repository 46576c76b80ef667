"""Descriptions with mistakes in them: changes that know lines and fields, and blind ones."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

#: What is put in place of a field: ends of ranges, and what is special to some rule.
WORDS = [
    *(b"0", b"-1", b"1", b"127", b"128", b"255", b"256", b"65535", b"65536", b"2147483648"),
    *(b"4294967295", b"4294967296", b"18446744073709551615", b"18446744073709551616"),
    *(b"9" * 40, b"00", b"+1", b"1.5", b"1e3", b"0x10", "\u0663".encode(), b"", b"-", b"*", b" "),
    *(b"IN", b"IP4", b"IP6", b"192.0.2.1", b"2001:db8::1", b"224.2.1.1/127/3", b"0.0.0.0"),
    *(b"audio", b"video", b"message", b"RTP/AVP", b"UDP/TLS/RTP/SAVPF", b"udptl", b"TCP/TLS/MSRP"),
    *(b"rtpmap:96 opus/48000/2", b"fmtp:96 a=b;c", b"crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA"),
    *(b"candidate:1 1 UDP 1 192.0.2.1 9 typ host", b"rtcp:9 IN IP4 192.0.2.1", b"group:BUNDLE 0 1"),
    *(
        b"fingerprint:sha-256 AA:BB",
        b"setup:actpass",
        b"mid:0",
        b"sendrecv",
        b"inactive",
        b"ptime:20",
    ),
    *(
        b"\xff\xfe",
        b"\xc3\x28",
        "\u4f1a".encode(),
        "\U0001f3a7".encode(),
        b"\xed\xa0\x80",
        b"\xc2\x85",
    ),
]
LINES = [
    *(b"v=0", b"o=- 1 1 IN IP4 192.0.2.1", b"s=-", b"s=", b"i=x", b"i=", b"u=http://x/", b"e=a@b"),
    *(b"p=+1 2", b"c=IN IP4 192.0.2.1", b"b=AS:1", b"t=0 0", b"r=7d 1h 0", b"z=2882844526 -1h"),
    *(
        b"k=prompt",
        b"k=clear:x",
        b"a=x",
        b"a=x:",
        b"a=:x",
        b"m=audio 9 RTP/AVP 0",
        b"m=",
        b"a=",
        b"=",
    ),
    *(
        b"m=video 9/2 RTP/AVP 96 97",
        b"m=audio 0 RTP/AVP",
        b"",
        b" ",
        b"x=y",
        b"a=sendonly",
        b"a = x",
    ),
]
BYTES = b"\0\r\n\t :=/;,()<>@%\\\"'\x7f\x80\xff09az-+.*"
ENDS = (b"\r\n", b"\n", b"\r", b" \r\n", b"\n\r", b"\r\r\n")
#: Bytes; the few inputs that grow beyond are cut, so that time goes into many rather than large.
LARGEST = 65536


class Mutator:
    """Makes inputs out of others.

    Args:
        seeds: What to begin with.
        seed: Chooses the changes.
    """

    def __init__(self, seeds: Sequence[bytes], seed: int) -> None:
        self.chance = random.Random(seed)
        self.pool = list(seeds)
        self._on_lines: list[Callable[[list[bytes]], None]] = [
            self._drop_line,
            self._repeat_line,
            self._swap_lines,
            self._insert_line,
            self._borrow_lines,
            self._change_type,
            *[self._change_field] * 4,
            *[self._change_bytes] * 3,
        ]

    def add(self, data: bytes) -> None:
        """Keep an input that showed something new, to be changed further."""
        if len(data) <= 4096:
            self.pool.append(data)

    def next(self) -> bytes:
        """Another input."""
        return self.change(self.chance.choice(self.pool))

    def change(self, data: bytes) -> bytes:
        """Another input, made of this one."""
        chance = self.chance
        end = b"\r\n"
        lines = data.split(end)
        for _ in range(1 + int(chance.expovariate(0.7))):
            chance.choice(self._on_lines)(lines)
        if chance.random() < 0.05:
            end = chance.choice(ENDS)
        data = end.join(lines)
        if chance.random() < 0.15:
            data = self._blindly(bytearray(data))
        return data[:LARGEST]

    def _place(self, lines: list[bytes]) -> int:
        return self.chance.randrange(len(lines))

    def _drop_line(self, lines: list[bytes]) -> None:
        del lines[self._place(lines)]
        if not lines:
            lines.append(b"")

    def _repeat_line(self, lines: list[bytes]) -> None:
        place = self._place(lines)
        times = self.chance.choice((1, 1, 1, 1, 2, 5, 70)) if self.chance.random() < 0.5 else 1
        lines[place:place] = [lines[place]] * times

    def _swap_lines(self, lines: list[bytes]) -> None:
        one, other = self._place(lines), self._place(lines)
        lines[one], lines[other] = lines[other], lines[one]

    def _insert_line(self, lines: list[bytes]) -> None:
        lines.insert(self._place(lines), self.chance.choice(LINES))

    def _borrow_lines(self, lines: list[bytes]) -> None:
        others = self.chance.choice(self.pool).split(b"\r\n")
        begin = self._place(others)
        count = self.chance.choice((1, 1, 2, 5, 20))
        place = self._place(lines)
        lines[place:place] = others[begin : begin + count]

    def _change_type(self, lines: list[bytes]) -> None:
        place = self._place(lines)
        lines[place] = (
            self.chance.choice(b"vosiuepcbtrzkamAx =").to_bytes(1, "big") + lines[place][1:]
        )

    def _change_field(self, lines: list[bytes]) -> None:
        place = self._place(lines)
        separator = self.chance.choice((b" ", b" ", b" ", b":", b"/", b";", b"="))
        fields = lines[place].split(separator)
        field = self._place(fields)
        match self.chance.randrange(4):
            case 0:
                del fields[field]
            case 1:
                fields.insert(field, self.chance.choice(WORDS))
            case 2:
                fields[field:field] = [fields[field]] * self.chance.choice((1, 1, 2, 140))
            case _:
                fields[field] = self.chance.choice(WORDS)
        lines[place] = separator.join(fields)

    def _change_bytes(self, lines: list[bytes]) -> None:
        place = self._place(lines)
        lines[place] = self._blindly(bytearray(lines[place]))

    def _blindly(self, data: bytearray) -> bytes:
        chance = self.chance
        place = chance.randrange(len(data) + 1)
        match chance.randrange(6):
            case 0 if place < len(data):
                data[place] = chance.randrange(256)
            case 1 if place < len(data):
                data[place] ^= 1 << chance.randrange(8)
            case 2:
                del data[place : place + chance.randint(1, 16)]
            case 3:
                del data[place:]
            case 4:
                data[place:place] = bytes([chance.choice(BYTES)]) * chance.choice((1, 1, 1, 2, 300))
            case _:
                data[place:place] = bytes(chance.choices(BYTES, k=chance.randint(1, 6)))
        return bytes(data)
