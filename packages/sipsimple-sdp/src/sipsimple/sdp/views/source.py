"""`SSRCAttribute` and `SSRCGroup`: the sources of RTP that send for a section (RFC 5576)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from sipsimple.sdp.views.fields import (
    check_items,
    check_line,
    check_number,
    check_token,
    exact_fields,
    parse_number,
    shown,
    split,
    split_first,
)

__all__ = ["SSRCAttribute", "SSRCGroup"]

_HIGHEST_SSRC: Final = 2**32 - 1


@dataclass(frozen=True, slots=True)
class SSRCAttribute:
    """The value of an `ssrc` attribute: something said of one source.

    Args:
        ssrc: The identifier of the source in the packets, an int up to 2**32 - 1.
        attribute: The name of what is said, a str such as "cname" or "msid".
        value: What it is, a str; "" if the attribute has no value, with a colon or without.

    Raises:
        TypeError: A value is of the wrong type.
        ValueError: A value is out of range, or would not stay in its place in the line.

    >>> SSRCAttribute.parse("314159 cname:user@example.com")
    SSRCAttribute(ssrc=314159, attribute='cname', value='user@example.com')
    >>> str(SSRCAttribute(314159, "msid", "stream track"))
    '314159 msid:stream track'

    Source: RFC 5576 section 4.1.
    """

    ssrc: int
    attribute: str
    value: str = ""

    def __post_init__(self) -> None:
        exact_fields(self)
        check_number(self.ssrc, "ssrc", 0, _HIGHEST_SSRC)
        if ":" in check_token(self.attribute, "attribute"):
            raise ValueError(f"attribute: {shown(self.attribute)} contains a colon")
        check_line(self.value, "value")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the value of an `ssrc` attribute.

        Args:
            text: What stands behind `a=ssrc:`, a str.

        Raises:
            TypeError: The text is not a str.
            ValueError: A field is missing or wrong; tells which, and its value.
        """
        # Without those around it, white space belongs to the value.
        (ssrc,), said = split_first(text, 1, "ssrc", least=2)
        name, colon, value = said.partition(":")
        return cls(
            parse_number(ssrc, "ssrc", 0, _HIGHEST_SSRC),
            name if colon else name.rstrip(" \t"),
            value,
        )

    def __str__(self) -> str:
        text = f"{self.ssrc} {self.attribute}"
        return f"{text}:{self.value}" if self.value else text


@dataclass(frozen=True, slots=True)
class SSRCGroup:
    """The value of an `ssrc-group` attribute: sources of a section that belong together.

    Args:
        semantics: What the group is for, a str: "FID" for a source and its retransmission
            (RFC 5888), "FEC-FR" for one and what repairs it (RFC 5956), "SIM" for the same in
            other sizes.
        ssrcs: The identifiers of the sources, a tuple of int.

    Raises:
        TypeError: A value is of the wrong type.
        ValueError: A value is out of range, or would not stay in its place in the line.

    >>> SSRCGroup.parse("FID 314159 271828")
    SSRCGroup(semantics='FID', ssrcs=(314159, 271828))
    >>> str(SSRCGroup("FID", (1, 2)))
    'FID 1 2'

    Source: RFC 5576 section 4.2.
    """

    semantics: str
    ssrcs: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        exact_fields(self)
        check_token(self.semantics, "semantics")
        ssrcs = [
            check_number(ssrc, f"ssrcs[{index}]", 0, _HIGHEST_SSRC)
            for index, ssrc in enumerate(check_items(self.ssrcs, "ssrcs", int))
        ]
        object.__setattr__(self, "ssrcs", tuple(ssrcs))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the value of an `ssrc-group` attribute.

        Args:
            text: What stands behind `a=ssrc-group:`, a str.

        Raises:
            TypeError: The text is not a str.
            ValueError: There is nothing in it, or a source is no number.
        """
        fields = split(text)
        if not fields:
            raise ValueError(f"semantics: missing in {shown(text)}")
        ssrcs = [parse_number(field, "ssrcs", 0, _HIGHEST_SSRC) for field in fields[1:]]
        return cls(fields[0], tuple(ssrcs))

    def __str__(self) -> str:
        return " ".join((self.semantics, *map(str, self.ssrcs)))
