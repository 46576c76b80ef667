"""Inputs with mistakes in them: changes that know lines and fields, and blind ones."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = ["Mutator", "Vocabulary"]

BYTES = b"\0\r\n\t :=/;,()<>@%\\\"'\x7f\x80\xff09az-+.*"
ENDS = (b"\r\n", b"\n", b"\r", b" \r\n", b"\n\r", b"\r\r\n")


@dataclass(frozen=True)
class Vocabulary:
    """What the inputs of a language are changed with.

    Attributes:
        words: What is put in place of a field: ends of ranges, and what is special to a rule.
        lines: What is put between lines.
        separators: What divides the fields of a line; those that come more often are used so.
        largest: Bytes; the few inputs that grow beyond are cut, so that time goes into many
            rather than large.
    """

    words: Sequence[bytes]
    lines: Sequence[bytes]
    separators: Sequence[bytes]
    largest: int


class Mutator:
    """Makes inputs out of others.

    Args:
        vocabulary: What to change them with.
        seeds: What to begin with.
        seed: Chooses the changes.
    """

    def __init__(self, vocabulary: Vocabulary, seeds: Sequence[bytes], seed: int) -> None:
        self.vocabulary = vocabulary
        self.chance = random.Random(seed)
        self.pool = list(seeds)
        self._on_lines: list[Callable[[list[bytes]], None]] = [
            self._drop_line,
            self._repeat_line,
            self._swap_lines,
            self._insert_line,
            self._borrow_lines,
            self._change_first_byte,
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
        return data[: self.vocabulary.largest]

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
        lines.insert(self._place(lines), self.chance.choice(self.vocabulary.lines))

    def _borrow_lines(self, lines: list[bytes]) -> None:
        others = self.chance.choice(self.pool).split(b"\r\n")
        begin = self._place(others)
        count = self.chance.choice((1, 1, 2, 5, 20))
        place = self._place(lines)
        lines[place:place] = others[begin : begin + count]

    def _change_first_byte(self, lines: list[bytes]) -> None:
        place, other = self._place(lines), self._place(lines)
        lines[place] = lines[other][:1] + lines[place][1:]

    def _change_field(self, lines: list[bytes]) -> None:
        place = self._place(lines)
        separator = self.chance.choice(self.vocabulary.separators)
        fields = lines[place].split(separator)
        field = self._place(fields)
        match self.chance.randrange(4):
            case 0:
                del fields[field]
            case 1:
                fields.insert(field, self.chance.choice(self.vocabulary.words))
            case 2:
                fields[field:field] = [fields[field]] * self.chance.choice((1, 1, 2, 140))
            case _:
                fields[field] = self.chance.choice(self.vocabulary.words)
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
