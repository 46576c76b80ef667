"""What each line of a session description may hold behind its `type=` (RFC 8866 section 9)."""

from __future__ import annotations

from sipsimple.sdp.errors import shown
from sipsimple.sdp.grammar.addresses import check_address
from sipsimple.sdp.grammar.attributes import check_attribute
from sipsimple.sdp.grammar.rules import (
    BYTE_STRING,
    DIGITS,
    INTEGER,
    NON_WS,
    TOKEN,
    GrammarError,
    Rule,
    rule,
)

__all__ = ["check_line"]

# time, typed-time
_TIME = r"[1-9][0-9]{9,}"
_TYPED = r"[0-9]+[dhms]?"

# email-safe, and addr-spec as RFC 5322 3.4.1 has it, without folding white space and comments
_SAFE = r"[^\0\r\n()<>]+"
_ATOMS = r"[^\x00-\x20\x7f()<>\[\]:;@\\,.\"]+(?:\.[^\x00-\x20\x7f()<>\[\]:;@\\,.\"]+)*"
_QUOTED = r'"(?:[^\0\r\n"\\]|\\[^\0\r\n])*"'
_ADDR_SPEC = rf"(?:{_ATOMS}|{_QUOTED})@(?:{_ATOMS}|\[[^\x00-\x20\x7f\[\]\\]*\])"
_PHONE = r"\+?[0-9][0-9 \-]+"

# URI-reference: RFC 3986 appendix B, with the characters of appendix A
_URI_CHAR = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})"
_SCHEME = r"[A-Za-z][A-Za-z0-9+.\-]*:"
_IP_LITERAL = r"\[[0-9A-Za-z:.]+\](?::[0-9]*)?"
_AUTHORITY = rf"(?:(?:{_URI_CHAR}*@)?{_IP_LITERAL}|{_URI_CHAR}*)(?=[/?#]|\Z)"
_REST = rf"(?:\?(?:{_URI_CHAR}|[/?])*)?(?:#(?:{_URI_CHAR}|[/?])*)?"
_URI = rf"(?:{_SCHEME})?(?://{_AUTHORITY})?(?:{_URI_CHAR}|/)*{_REST}"

_BASE64 = r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"

LINES: dict[str, Rule] = {
    "v": rule(r"0", "version 0"),
    "o": rule(
        rf"{NON_WS} {DIGITS} {DIGITS} ({TOKEN}) ({TOKEN}) ({NON_WS})",
        "'user id version net-type address-type address', id and version in digits",
    ),
    "s": rule(BYTE_STRING, "a text; without a name it is 's=-' or 's= '"),
    "i": rule(BYTE_STRING, "a text"),
    "u": rule(_URI, "a URI"),
    "e": rule(
        rf"{_ADDR_SPEC}(?: +\({_SAFE}\))?|{_SAFE} <{_ADDR_SPEC}>",
        "'address', 'address (comment)' or 'name <address>'",
    ),
    "p": rule(
        # The spaces between number and comment belong to the number.
        rf"{_PHONE}(?:\({_SAFE}\))?|{_SAFE}<{_PHONE}>",
        "'number', 'number (comment)' or 'name <number>'",
    ),
    "c": rule(rf"({TOKEN}) ({TOKEN}) ({NON_WS})", "'net-type address-type address'"),
    "b": rule(rf"{TOKEN}:{DIGITS}", "'type:value', the value in digits"),
    "t": rule(
        rf"(?:0|{_TIME}) (?:0|{_TIME})", "'start stop', each 0 or a number of at least ten digits"
    ),
    "r": rule(
        rf"{INTEGER}[dhms]? {_TYPED}(?: {_TYPED})+",
        "'interval duration offset…', such as '7d 1h 0'",
    ),
    "z": rule(
        rf"{_TIME} -?{_TYPED}(?: {_TIME} -?{_TYPED})*",
        "pairs 'time offset', such as '2882844526 -1h'",
    ),
    "k": rule(
        rf"prompt|clear:{BYTE_STRING}|base64:{_BASE64}|uri:{_URI}",
        "'prompt', 'clear:key', 'base64:key' or 'uri:address'",
    ),
    "m": rule(
        rf"{TOKEN} {DIGITS}(?:/{INTEGER})? {TOKEN}(?:/{TOKEN})*(?: {TOKEN})+",
        "'media port protocol format…' or 'media port/count protocol format…' of tokens",
    ),
}


def check_line(kind: str, value: str) -> None:
    """Hold the value of a line against its rule.

    Args:
        kind: The type of the line, one that there is.
        value: What stands behind `type=`, without NUL, CR and LF.

    Raises:
        GrammarError: The rule forbids it.
    """
    if kind == "a":
        check_attribute(value)
        return
    found = LINES[kind].pattern.fullmatch(value)
    if found is None:
        # Keys are not for logs.
        what = "the value" if kind == "k" else shown(value)
        raise GrammarError(f"{kind}= is not {LINES[kind].form}: {what}")
    if kind in "oc":
        check_address(*found.groups(), multicast=kind == "c")
