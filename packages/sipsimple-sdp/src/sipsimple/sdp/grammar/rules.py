"""The rules that others are made of (RFC 8866 section 9, "generic sub-rules"), as regexes.

Each is named as in the RFC and matched with `fullmatch()`. A repetition never borders on another
one of the same characters, so that no text takes more than linear time.
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = [
    "BYTE_STRING",
    "DIGITS",
    "INTEGER",
    "NON_WS",
    "TOKEN",
    "ZERO_BASED_INTEGER",
    "GrammarError",
    "Rule",
    "rule",
]

BYTE_STRING = r"[^\0\r\n]+"
NON_WS = r"[^\x00-\x20\x7f]+"
TOKEN = r"[!#-'*+\-.0-9A-Z^-~]+"
DIGITS = r"[0-9]+"
INTEGER = r"[1-9][0-9]*"
ZERO_BASED_INTEGER = rf"(?:0|{INTEGER})"


class GrammarError(Exception):
    """What is wrong with a line.

    Args:
        reason: A sentence, with the value if that may be shown.
        line: Number of the line, from 1; 0 for the one that is being read.
    """

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.line = line


class Rule(NamedTuple):
    """What a value must look like.

    Attributes:
        pattern: Matches the whole value.
        form: The same for people; completes the sentence "x is not …".
    """

    pattern: re.Pattern[str]
    form: str


def rule(pattern: str, form: str) -> Rule:
    """Make a rule.

    Args:
        pattern: A regular expression for the whole value.
        form: The same for people.
    """
    return Rule(re.compile(pattern), form)
