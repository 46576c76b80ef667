"""SIP messages as a ladder, for reading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

WIDTH = 34


def label(message: str) -> str:
    """What stands on a message's arrow: method, or status with the method it answers."""
    start, *headers = message.split("\r\n")
    if start.startswith("SIP/2.0 "):
        sequence = next((line for line in headers if line.lower().startswith("cseq:")), "")
        return f"{start.removeprefix('SIP/2.0 ')} ({sequence.split()[-1] if sequence else '?'})"
    return start.split(" ")[0] + (" (SDP)" if "\r\n\r\nv=0" in message else "")


def ladder(
    left: Iterable[Mapping[str, Any]],
    right: Iterable[Mapping[str, Any]],
    names: tuple[str, str, str],
) -> str:
    """Draw what two endpoints exchanged with the server between them.

    Args:
        left: Data of the `SCEngineSIPTrace` notifications of the endpoint on the left.
        right: Those of the endpoint on the right.
        names: Of the left endpoint, the server and the right endpoint.
    """
    rows = [(data["timestamp"], 0, data) for data in left]
    rows += [(data["timestamp"], 1, data) for data in right]
    rows.sort(key=lambda row: row[0])
    gap = " " * WIDTH
    lines = [f"{'':9}{names[0]:<{WIDTH + 1}}{names[1]:<{WIDTH + 1}}{names[2]}"]
    for when, side, data in rows:
        # To the right: what the left one sends and what the right one receives.
        to_right = data["received"] == (side == 1)
        text = f" {label(data['data'])} "
        shaft = text.center(WIDTH - 1, "-")
        arrow = f"{shaft}>" if to_right else f"<{shaft}"
        cells = [arrow, gap] if side == 0 else [gap, arrow]
        lines.append(f"{when - rows[0][0]:7.3f}  |{cells[0]}|{cells[1]}|")
    return "\n".join(lines)
