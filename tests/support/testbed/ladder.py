"""A call as a ladder: who sent which SIP message to whom, in text."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from testbed.sip import Message

__all__ = ["Step", "ladder", "steps_of"]

Address: TypeAlias = tuple[str, int]

_WIDTH = 25


@dataclass(frozen=True)
class Step:
    """A message on its way.

    Attributes:
        time: When it was seen.
        source: Who sent it.
        destination: Who got it.
        message: The message.
    """

    time: datetime.datetime
    source: str
    destination: str
    message: Message

    @property
    def label(self) -> str:
        """What it is, in a few words: "INVITE (SDP)" or "200 OK (SDP)"."""
        message = self.message
        what = message.method if message.is_request else message.start.split(" ", 1)[1]
        if len(what) > _WIDTH - 9:
            what = str(message.code)
        return f"{what} (SDP)" if message.body.startswith(b"v=0") else what


def steps_of(
    owner: str,
    trace: Iterable[tuple[datetime.datetime, bool, Address, bytes]],
    names: Mapping[Address, str],
) -> list[Step]:
    """The messages that an endpoint saw.

    Args:
        owner: The name of the endpoint. Its own address is not asked for: SCEngineSIPTrace
            does not promise it.
        trace: For each message the time, whether it was received, the address of the other
            side, and the message.
        names: Names of the others by their addresses.
    """
    steps = []
    for time, received, address, data in trace:
        if not data.strip():
            continue  # keeps a NAT binding alive
        other = names.get(address, f"{address[0]}:{address[1]}")
        source, destination = (other, owner) if received else (owner, other)
        steps.append(Step(time, source, destination, Message.parse(data)))
    return steps


def ladder(steps: Sequence[Step], participants: Sequence[str]) -> str:
    """Draw it.

    Args:
        steps: The messages; they are put in the order of their times. One that both sides
            have seen is drawn once.
        participants: Their names, from left to right.

    Returns:
        Several lines of text.
    """
    lines = [f"{'':11}" + "".join(f"{name:^{_WIDTH}}" for name in participants).rstrip()]
    lines.append(_line("", participants))
    begin = min((step.time for step in steps), default=None)
    drawn: set[tuple[str, str, bytes]] = set()
    for step in sorted(steps, key=lambda step: step.time):
        identity = (step.source, step.destination, step.message.render())
        if identity in drawn:
            continue
        drawn.add(identity)
        assert begin is not None
        milliseconds = (step.time - begin) / datetime.timedelta(milliseconds=1)
        lines.append(_line(f"{milliseconds:8.0f} ms", participants, step))
    lines.append(_line("", participants))
    return "\n".join(lines)


def _line(text: str, participants: Sequence[str], step: Step | None = None) -> str:
    """The lines of life, and an arrow across."""
    picture = [" "] * (_WIDTH * len(participants))
    columns = {name: _WIDTH * index + _WIDTH // 2 for index, name in enumerate(participants)}
    for column in columns.values():
        picture[column] = "|"
    if step is not None and step.source in columns and step.destination in columns:
        source, destination = columns[step.source], columns[step.destination]
        left, right = sorted((source, destination))
        arrow = f" {step.label} ".center(right - left - 1, "-")
        arrow = f"{arrow[:-1]}>" if source < destination else f"<{arrow[1:]}"
        picture[left + 1 : right] = arrow
    return f"{text:11}" + "".join(picture).rstrip()
