"""The strict reading of session descriptions: everything that RFC 8866 section 9 forbids.

Obsolete forms that RFC 4566 still had are accepted: `k=` lines, a `z=` line without an `r=` line
before it, and fractions that end in 0, such as `a=framerate:25.00`.
"""

from __future__ import annotations

from sipsimple.sdp.errors import SDPParseError, shown
from sipsimple.sdp.grammar.lines import check_line
from sipsimple.sdp.grammar.order import Order
from sipsimple.sdp.grammar.rules import GrammarError

__all__ = ["check"]


def check(text: str) -> None:
    """Hold a text against the grammar of session descriptions.

    Args:
        text: The whole description, a str as it was received: its line ends count.

    Raises:
        SDPParseError: The grammar forbids it; tells the first line that is wrong, and the reason.

    Source: RFC 8866 section 9; for addresses also sections 5.2 and 5.7.
    """
    lines = text.split("\r\n")
    rest = lines.pop()
    order = Order()
    number = 0
    try:
        for number, line in enumerate(lines, 1):
            _check_characters(line)
            if line[1:2] != "=":
                raise GrammarError(
                    f"{shown(line)} is not of the form type=value" if line else "an empty line"
                )
            order.add(line[0], number)
            check_line(line[0], line[2:])
        if rest:
            number += 1
            _check_characters(rest)
            raise GrammarError("the last line does not end with CRLF")
        order.finish()
    except GrammarError as error:
        raise SDPParseError(str(error), error.line or number) from None


def _check_characters(line: str) -> None:
    """`byte-string`: any byte except NUL, CR and LF."""
    if "\n" in line or "\r" in line:
        end = "LF" if "\n" in line.partition("\r")[0] else "CR"
        raise GrammarError(f"the line ends with {end} alone and not with CRLF")
    if "\0" in line:
        raise GrammarError("contains NUL")
