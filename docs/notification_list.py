"""The list on the page of notifications, made from the tables in the code.

`conf.py` puts it in place of a mark on that page; `python docs/notification_list.py` prints it.
"""

from __future__ import annotations

from collections.abc import Iterator

from sipsimple.engine import known_notifications
from sipsimple.engine.components import installed
from sipsimple.pjproject.notifications import DataAttribute, NotificationKind

__all__ = ["MARK", "listing"]

#: The line on the page that the list replaces.
MARK = "<!-- notification_list.py puts the list here -->"


def listing() -> str:
    """All notifications as Markdown: a section for each sender, the Engine's first.

    Raises:
        SIPCoreError: Something is wrong with a layer that is installed.
        LookupError: A layer of ours is not installed.
    """
    installed().check()
    missing = {"audio", "signaling"} - installed().components.keys()
    if missing:
        raise LookupError(f"the page is about all layers, and {', '.join(missing)} is missing")
    senders: dict[str, list[NotificationKind]] = {}
    for kind in known_notifications().values():
        senders.setdefault(kind.sender, []).append(kind)
    parts: list[str] = []
    for sender in sorted(senders, key=lambda name: (name != "Engine", name)):
        parts += [f"### {sender}", f"Sent by {_link(sender)}."]
        for kind in senders[sender]:
            parts += _entry(kind)
    return "\n\n".join(parts)


def _entry(kind: NotificationKind) -> Iterator[str]:
    yield f"({kind.name})=\n#### `{kind.name}`"
    yield f"{kind.meaning[0].upper()}{kind.meaning[1:]}."
    if kind.unavailable:
        yield f"**Not sent by this version:** {kind.unavailable}."
    if kind.attributes:
        rows = ["| attribute | type | what it is | when |", "| --- | --- | --- | --- |"]
        rows += [_row(attribute) for attribute in kind.attributes]
        yield "\n".join(rows)
    else:
        yield "Its data has `timestamp` only."


def _row(attribute: DataAttribute) -> str:
    meaning = attribute.meaning
    if attribute.unit:
        meaning += f"; in {attribute.unit}"
    if attribute.values:
        meaning += f": {', '.join(f'`{value!r}`' for value in attribute.values)}"
    cells = (f"`{attribute.name}`", _type(attribute), meaning, _presence(attribute))
    # In a table a bar ends a cell, in code too.
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _type(attribute: DataAttribute) -> str:
    kind = attribute.kind
    is_ours = getattr(kind, "__module__", "").startswith("sipsimple.")
    text = _link(attribute.type_text.split()[0]) if is_ours else f"`{attribute.type_text}`"
    return f"{text} or `None`" if is_ours and attribute.none else text


def _presence(attribute: DataAttribute) -> str:
    words = []
    if attribute.where is not None:
        words.append(str(attribute.where))
    elif attribute.absent:
        words.append(f"absent where {attribute.absent}")
    else:
        words.append("always")
    if attribute.none:
        words.append(f"`None` where {attribute.none}")
    return "; ".join(words)


def _link(name: str) -> str:
    """A reference to a class by the end of its name, wherever the reference has it."""
    return f"{{py:class}}`.{name}`"


if __name__ == "__main__":
    print(listing())
