"""`Group`: media sections that belong together (RFC 5888, RFC 9143)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from sipsimple.sdp.views.fields import check_token, check_tokens, exact_fields, shown, split

__all__ = ["Group"]


@dataclass(frozen=True, slots=True)
class Group:
    """The value of a `group` attribute of the session.

    Args:
        semantics: What the group is for, a str: "BUNDLE" for one transport (RFC 9143), "LS" for
            lip synchronization, and others.
        mids: The `mid` of each media section in it, a tuple of str.

    Raises:
        TypeError: A value is of the wrong type.
        ValueError: A value would not stay in its place in the line.

    >>> Group.parse("BUNDLE audio video")
    Group(semantics='BUNDLE', mids=('audio', 'video'))
    >>> str(Group("LS", ("1", "2")))
    'LS 1 2'

    Source: RFC 5888 section 5.
    """

    semantics: str
    mids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        exact_fields(self)
        check_token(self.semantics, "semantics")
        object.__setattr__(self, "mids", check_tokens(self.mids, "mids"))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the value of a `group` attribute.

        Args:
            text: What stands behind `a=group:`, a str.

        Raises:
            TypeError: The text is not a str.
            ValueError: There is nothing in it.
        """
        fields = split(text)
        if not fields:
            raise ValueError(f"semantics: missing in {shown(text)}")
        return cls(fields[0], tuple(fields[1:]))

    def __str__(self) -> str:
        return " ".join((self.semantics, *self.mids))
