"""In which order the lines of a session description stand, and how many of each there are."""

from __future__ import annotations

from sipsimple.sdp.errors import shown
from sipsimple.sdp.grammar.rules import GrammarError

__all__ = ["Order"]

#: The places of the lines of a session and of a media section. A type of line that has to be
#: there is in capitals; behind one that there may be several of is an asterisk.
SESSION = "V O S i u e* p* c b* T* k a*"
MEDIA = "M i c* b* k a*"

#: Lines that go with a `t=` line and follow it, or an `r=` line, directly. RFC 4566 has `z=` behind
#: the last `t=` or `r=`, RFC 8866 behind the last `r=` of each `t=`.
TIME = frozenset("rz")


class _Section:
    """What may stand in a session before its media, or in one media section.

    Args:
        text: `SESSION` or `MEDIA`.
    """

    def __init__(self, text: str) -> None:
        places = text.split()
        kinds = [place[0].lower() for place in places]
        self.rank = {kind: index for index, kind in enumerate(kinds)}
        self.needed = {index: kinds[index] for index, place in enumerate(places) if place.isupper()}
        self.several = {kinds[index] for index, place in enumerate(places) if "*" in place}


_SESSION, _MEDIA = _Section(SESSION), _Section(MEDIA)
_NAMES = {*_SESSION.rank, *_MEDIA.rank, *TIME}


class Order:
    """Follows a description line by line (RFC 8866 section 5 and `session-description`)."""

    def __init__(self) -> None:
        self._section = _SESSION
        self._last = ""
        self._seen: set[str] = set()
        self._connected = False
        self._media_line = 0
        self._media_connected = True

    def add(self, kind: str, line: int) -> None:
        """Take the next line.

        Args:
            kind: Its type, one letter.
            line: Its number, from 1.

        Raises:
            GrammarError: It must not stand here.
        """
        if kind not in _NAMES:
            raise GrammarError(f"{shown(kind)} is not the type of a line")
        if kind == "m":
            self._begin_media(line)
            return
        if kind in TIME and self._section is _SESSION:
            if self._last not in {"t", "r"}:
                raise GrammarError(f"{kind}= does not follow a t= or r= line")
            self._last = kind
            return
        self._place(kind)
        if kind == "c":
            self._media_connected = True
            self._connected = self._connected or self._section is _SESSION

    def finish(self) -> None:
        """The description ends here.

        Raises:
            GrammarError: Something is missing.
        """
        self._end_section("at the end")

    def _place(self, kind: str) -> None:
        section = self._section
        rank = section.rank.get(kind)
        if rank is None:
            raise GrammarError(f"{kind}= does not belong into a media section")
        last = section.rank["t" if self._last in TIME else self._last] if self._last else -1
        if kind in self._seen and kind not in section.several:
            raise GrammarError(f"a second {kind}= line")
        if rank < last:
            raise GrammarError(f"{kind}= stands behind {self._last}=")
        self._need(rank, f"before {kind}=")
        self._seen.add(kind)
        self._last = kind

    def _need(self, rank: int, where: str) -> None:
        for place, needed in self._section.needed.items():
            if place < rank and needed not in self._seen:
                raise GrammarError(f"there is no {needed}= line {where}")

    def _begin_media(self, line: int) -> None:
        self._end_section("before m=")
        self._section = _MEDIA
        self._seen = {"m"}
        self._last = "m"
        self._media_line = line
        self._media_connected = self._connected

    def _end_section(self, where: str) -> None:
        self._need(len(self._section.rank), where)
        if not self._media_connected:
            raise GrammarError(
                "neither the session nor this media section has a c= line", self._media_line
            )
