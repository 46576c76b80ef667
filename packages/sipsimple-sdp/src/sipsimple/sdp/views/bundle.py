"""Which section's transport another one uses (RFC 9143)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sipsimple.sdp.media import SDPMedia
    from sipsimple.sdp.session import SDPSession

__all__ = ["tagged_section"]


def tagged_section(session: SDPSession, media: SDPMedia) -> SDPMedia | None:
    """The section whose transport a section of a `BUNDLE` group uses, if not its own.

    It is the tagged one: the first of the group that has a port (section 7.3.1). In answers and
    in later offers all the others have its address and port (section 7.3). In a first offer each
    has a transport of its own until the answer has chosen, so each speaks for itself, unless it
    is there for the group alone (section 6).

    Args:
        session: Where the groups are.
        media: One of its sections.

    Returns:
        The tagged section; `None` where the section is that one, or has its own transport.

    Raises:
        ValueError: A `group` or `mid` that has to be looked at cannot be parsed.
    """
    # Imported here, since `SDPMedia` needs the views.
    from sipsimple.sdp.media import SDPMedia

    mid = media.mid
    if mid is None:
        return None
    for group in session.groups:
        if group.semantics.upper() == "BUNDLE" and mid in group.mids:
            break
    else:
        return None
    sections: dict[str | None, SDPMedia] = {}
    for section in list(session.media):
        # What else is in the list is for the printer to refuse.
        if isinstance(section, SDPMedia):
            sections.setdefault(section.mid, section)
    for name in group.mids:
        tagged = sections.get(name)
        if tagged is not None and tagged.port:
            return tagged if name != mid and _shares(session, media, tagged) else None
    return None


def _shares(session: SDPSession, media: SDPMedia, tagged: SDPMedia) -> bool:
    """Whether a section of the group has the transport of the tagged one."""
    if media.port == 0:
        # Without bundle-only it is disabled (section 7.5.3).
        return media.bundle_only
    if media.port != tagged.port:
        return False
    if (media.connection or session.connection) != (tagged.connection or session.connection):
        return False
    # All have the same port 9 before there are candidates (RFC 8840 section 4.1.1).
    own = media.ice_ufrag
    return own is None or own == (tagged.ice_ufrag or session.ice_ufrag)
