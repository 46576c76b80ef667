"""Rewrites what devices send the way the SDP classes print it.

Lenient where devices are known to be: ends of lines, white space, the order of lines, missing
`s=` and `t=`. What cannot be understood is refused, with the number of the line.
"""

from __future__ import annotations

from collections.abc import Callable

from sipsimple.sdp.errors import SDPParseError, shown

__all__ = ["normalize"]

MAX_NUMBER = 2**64 - 1
MAX_BANDWIDTH = 2**32 - 1
MAX_PORT = 65535

#: The types of lines in the order of RFC 8866 section 5; those of one string keep theirs. Letters
#: that no RFC has given a meaning stand with the key.
SESSION_ORDER = ("v", "o", "s", "i", "u", "e", "p", "c", "b", "trz", "k", "a")
MEDIA_ORDER = ("m", "i", "c", "b", "k", "a")
#: What belongs to the session even where it stands in a media section.
SESSION_ONLY = frozenset("vosueptrz")
ONCE = frozenset("vos")


def normalize(text: str) -> str:
    """A session description as the SDP classes print it.

    Args:
        text: The text, in whatever form.

    Returns:
        The same lines in canonical form. Lines of one type keep their order.

    Raises:
        SDPParseError: It is no session description; tells the line and the reason.

    Source: RFC 8866 sections 5 and 9.
    """
    session: list[tuple[str, str]] = []
    sections = [session]
    seen: set[str] = set()
    for number, line in _lines(text):
        kind, value = line[0], line[2:]
        try:
            if line[1:2] != "=":
                raise SDPParseError(f"{shown(line)} is not of the form type=value")
            if not "a" <= kind <= "z":
                raise SDPParseError(f"{shown(kind)} is not the type of a line")
            if kind in ONCE and kind in seen:
                raise SDPParseError(f"there is a second {kind}= line")
            value = _REWRITERS.get(kind, _as_it_is)(value)
        except SDPParseError as error:
            raise SDPParseError(error.reason, number) from None
        seen.add(kind)
        if kind == "m":
            sections.append([(kind, value)])
        elif kind != "i" or value:
            (session if kind in SESSION_ONLY else sections[-1]).append((kind, value))
    if "o" not in seen:
        raise SDPParseError("there is no o= line")
    for kind, default in (("v", "0"), ("s", " "), ("t", "0 0")):
        if kind not in seen:
            session.append((kind, default))
    _put_times_first(session)
    rows = [row for section in sections for row in _ordered(section)]
    return "".join([f"{kind}={value}\r\n" for kind, value in rows])


def _lines(text: str) -> list[tuple[int, str]]:
    """The lines that are not empty, each with its number."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        raise SDPParseError("contains NUL", text.count("\n", 0, text.index("\0")) + 1)
    return [(number, line) for number, line in enumerate(text.split("\n"), 1) if line]


# ---- order


def _ordered(section: list[tuple[str, str]]) -> list[tuple[str, str]]:
    order = MEDIA_ORDER if section[0][0] == "m" else SESSION_ORDER
    places = {kind: place for place, kinds in enumerate(order) for kind in kinds}
    return sorted(section, key=lambda row: places.get(row[0], places["k"]))


def _put_times_first(session: list[tuple[str, str]]) -> None:
    """Repeat times and zones belong to a t= line before them (RFC 8866 section 5.11)."""
    kinds = [kind for kind, _ in session if kind in "trz"]
    if kinds[0] != "t":
        session.insert(0, session.pop([kind for kind, _ in session].index("t")))


# ---- the values of each type of line


def _as_it_is(value: str) -> str:
    return value


def _number(text: str, what: str, highest: int) -> str:
    # The length is looked at first: int() of a long string takes quadratic time.
    if not (text.isascii() and text.isdigit() and len(text) <= 20) or int(text) > highest:
        raise SDPParseError(f"{what} {shown(text)} is not a number from 0 to {highest}")
    return str(int(text))


def _fields(text: str) -> list[str]:
    """What stands between runs of white space; the grammar has single spaces, devices more."""
    return [field for field in text.replace("\t", " ").split(" ") if field]


def _fields_of(kind: str, value: str, count: int) -> list[str]:
    fields = _fields(value)
    if len(fields) != count:
        raise SDPParseError(f"{kind}= has {len(fields)} fields instead of {count}: {shown(value)}")
    return fields


def _version(value: str) -> str:
    if value.rstrip(" \t") != "0":
        raise SDPParseError(f"version {shown(value)} is not 0")
    return "0"


def _origin(value: str) -> str:
    fields = _fields_of("o", value, 6)
    fields[1] = _number(fields[1], "session id", MAX_NUMBER)
    fields[2] = _number(fields[2], "session version", MAX_NUMBER)
    return " ".join(fields)


def _connection(value: str) -> str:
    return " ".join(_fields_of("c", value, 3))


def _bandwidth(value: str) -> str:
    modifier, colon, figure = value.rstrip(" \t").partition(":")
    if not modifier or not colon or " " in modifier or "\t" in modifier:
        raise SDPParseError(f"b= is not of the form modifier:value: {shown(value)}")
    return f"{modifier}:{_number(figure, 'bandwidth', MAX_BANDWIDTH)}"


def _time(value: str) -> str:
    start, stop = _fields_of("t", value, 2)
    return f"{_number(start, 'start time', MAX_NUMBER)} {_number(stop, 'stop time', MAX_NUMBER)}"


def _media(value: str) -> str:
    fields = _fields(value)
    if len(fields) < 3:
        raise SDPParseError(f"m= has {len(fields)} fields instead of 3 or more: {shown(value)}")
    port, slash, count = fields[1].partition("/")
    port = _number(port, "port", MAX_PORT)
    if slash:
        count = _number(count, "port count", MAX_PORT)
        if count == "0":
            raise SDPParseError("port count is 0")
        if count != "1":
            port = f"{port}/{count}"
    fields[1] = port
    return " ".join(fields)


def _attribute(value: str) -> str:
    name, _, rest = value.partition(":")
    # "a=sendonly " is the attribute sendonly; behind a colon white space may mean something.
    name = name.rstrip(" \t")
    if not name:
        raise SDPParseError(f"a= has no name: {shown(value)}")
    return f"{name}:{rest}" if rest else name


_REWRITERS: dict[str, Callable[[str], str]] = {
    "v": _version,
    "o": _origin,
    "c": _connection,
    "b": _bandwidth,
    "t": _time,
    "m": _media,
    "a": _attribute,
}
