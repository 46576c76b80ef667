"""`a=` lines, and the values of those attributes that RFC 8866 itself defines (section 6)."""

from __future__ import annotations

import re

from sipsimple.sdp.errors import shown
from sipsimple.sdp.grammar.rules import (
    BYTE_STRING,
    INTEGER,
    NON_WS,
    TOKEN,
    ZERO_BASED_INTEGER,
    GrammarError,
    Rule,
    rule,
)

__all__ = ["check_attribute"]

_NAME = re.compile(TOKEN)

# RFC 8866 wants another last digit than 0 in a fraction, RFC 4566 did not.
_NUMBER = rule(rf"(?!0(?:\.0+)?$){ZERO_BASED_INTEGER}(?:\.[0-9]+)?", "a number greater than 0")
# RFC 5646 section 2.1 has more to say about which subtags there are.
_LANGUAGE = rule(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*", "a language tag such as 'en-GB'")
_TEXT = rule(BYTE_STRING, "a text")
_NOTHING = rule(r"", "without a value")

ATTRIBUTES: dict[str, Rule] = {
    "cat": rule(NON_WS, "a text without white space"),
    "keywds": _TEXT,
    "tool": _TEXT,
    "ptime": _NUMBER,
    "maxptime": _NUMBER,
    "rtpmap": rule(
        rf"{ZERO_BASED_INTEGER} {TOKEN}/{INTEGER}(?:/{INTEGER})?",
        "'payload-type name/clock-rate' or 'payload-type name/clock-rate/channels'",
    ),
    "recvonly": _NOTHING,
    "sendrecv": _NOTHING,
    "sendonly": _NOTHING,
    "inactive": _NOTHING,
    "orient": rule(r"portrait|landscape|seascape", "'portrait', 'landscape' or 'seascape'"),
    "type": rule(
        r"broadcast|meeting|moderated|test|H332",
        "'broadcast', 'meeting', 'moderated', 'test' or 'H332'",
    ),
    # RFC 2978 section 2.3
    "charset": rule(r"[A-Za-z0-9!#$%&'+\-^_`{}~]+", "the name of a character set"),
    "sdplang": _LANGUAGE,
    "lang": _LANGUAGE,
    "framerate": _NUMBER,
    "quality": rule(ZERO_BASED_INTEGER, "a whole number"),
    "fmtp": rule(rf"{TOKEN} {BYTE_STRING}", "'format parameters'"),
}


def check_attribute(line: str) -> None:
    """Hold the value of an `a=` line against the grammar.

    Args:
        line: What stands behind `a=`.

    Raises:
        GrammarError: Its name is not a token, there is nothing behind its colon, or RFC 8866
            defines another syntax for this attribute.
    """
    name, colon, value = line.partition(":")
    # Only names are shown: values of other attributes (crypto, ice-pwd) may be secret.
    if _NAME.fullmatch(name) is None:
        raise GrammarError(f"a= has a name that is not a token: {shown(name)}")
    if colon and not value:
        raise GrammarError(f"a={shown(name)[1:-1]}: has nothing behind its colon")
    form = ATTRIBUTES.get(name)
    if form is None:
        return
    if form is _NOTHING:
        if colon:
            raise GrammarError(f"a={name} has no value, but here: {shown(value)}")
    elif form.pattern.fullmatch(value) is None:
        raise GrammarError(f"a={name} is not {form.form}: {shown(value)}")
