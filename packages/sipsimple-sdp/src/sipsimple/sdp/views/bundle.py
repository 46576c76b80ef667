"""Which section's transport another one uses (RFC 9143)."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sipsimple.sdp.media import SDPMedia
    from sipsimple.sdp.session import SDPSession
    from sipsimple.sdp.views.grouping import Group

__all__ = ["Bundles", "tagged_section"]

# "Discard" stands for an address that is not known yet.
_NO_PORT: Final = 9


def tagged_section(session: SDPSession, media: SDPMedia) -> SDPMedia | None:
    """What `Bundles.tagged()` returns, for one section."""
    return Bundles(session).tagged(media)


class Bundles:
    """The `BUNDLE` groups of a session, read once each for many questions.

    Args:
        session: Where the groups are. Changes of it afterwards may not be seen.
    """

    def __init__(self, session: SDPSession) -> None:
        self._session = session

    @cached_property
    def _groups(self) -> list[Group]:
        return [group for group in self._session.groups if group.semantics.upper() == "BUNDLE"]

    @cached_property
    def _sections(self) -> dict[str | None, SDPMedia]:
        """The sections by their names."""
        # Imported here, since `SDPMedia` needs the views.
        from sipsimple.sdp.media import SDPMedia

        sections: dict[str | None, SDPMedia] = {}
        for section in list(self._session.media):
            # What else is in the list is for the printer to refuse.
            if isinstance(section, SDPMedia):
                sections.setdefault(section.mid, section)
        return sections

    def tagged(self, media: SDPMedia) -> SDPMedia | None:
        """The section whose transport a section of a group uses, if not its own.

        It is the tagged one: the first of the group that has a port (section 7.3.1). In answers
        and in later offers all the others have its address and port (section 7.3). In a first
        offer each has a transport of its own until the answer has chosen, so each speaks for
        itself, unless it is there for the group alone (section 6).

        Args:
            media: One of the sections of the session.

        Returns:
            The tagged section; `None` where the section is that one, or has its own transport.

        Raises:
            ValueError: A `group` or `mid` that has to be looked at cannot be parsed.
        """
        mid = media.mid
        if mid is None:
            return None
        group = next((group for group in self._groups if mid in group.mids), None)
        for name in group.mids if group is not None else ():
            tagged = self._sections.get(name)
            if tagged is not None and tagged.port:
                shares = name != mid and _shares(self._session, media, tagged)
                return tagged if shares else None
        return None


def _shares(session: SDPSession, media: SDPMedia, tagged: SDPMedia) -> bool:
    """Whether a section of the group has the transport of the tagged one."""
    if media.port == 0:
        # Without bundle-only it is disabled (section 7.5.3).
        return media.bundle_only
    own = media.ice_ufrag
    is_same_agent = own == (tagged.ice_ufrag or session.ice_ufrag)
    if own is not None and not is_same_agent:
        # All have the same port 9 before there are candidates (RFC 8840 section 4.1.1).
        return False
    if own is not None and media.port == _NO_PORT and not media.candidates:
        # What browsers leave in the others, when the tagged one has got its address.
        return True
    if media.port != tagged.port:
        return False
    return (media.connection or session.connection) == (tagged.connection or session.connection)
