"""`SessionViews`: the properties that `SDPSession` has for its attributes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from sipsimple.sdp.views.attributes import has, switch
from sipsimple.sdp.views.direction import Direction, own_direction, set_direction
from sipsimple.sdp.views.effective import EffectiveMedia
from sipsimple.sdp.views.grouping import Group
from sipsimple.sdp.views.sequence import AttributeList
from sipsimple.sdp.views.transport import TransportViews

if TYPE_CHECKING:
    from sipsimple.sdp.media import SDPMedia
    from sipsimple.sdp.session import SDPSession

__all__ = ["SessionViews"]


class SessionViews(TransportViews):
    """What the class body of `SDPSession` takes over, name by name."""

    @property
    def direction(self) -> Direction:
        """The direction of all media that do not say their own, a str.

        "sendrecv" if nothing is said. Assignment takes "sendrecv", "sendonly", "recvonly" or
        "inactive", and leaves one attribute that says it, or `None` to leave none.

        Source: RFC 8866 section 6.7.
        """
        return own_direction(self) or "sendrecv"

    @direction.setter
    def direction(self, value: Direction | None) -> None:
        set_direction(self, value)

    @property
    def groups(self) -> AttributeList[Group]:
        """The groups of media sections (`a=group`), a live list of `Group`.

        >>> from sipsimple.sdp import Group, SDPSession
        >>> session = SDPSession("192.0.2.1")
        >>> session.groups.append(Group("BUNDLE", ("0", "1")))
        >>> session.attributes
        [SDPAttribute('group', 'BUNDLE 0 1')]

        Source: RFC 5888 section 5, RFC 9143.
        """
        return AttributeList(self, "group", Group)

    @groups.setter
    def groups(self, value: Iterable[Group]) -> None:
        self.groups[:] = value

    @property
    def ice_lite(self) -> bool:
        """Whether the agent only answers the checks of ICE (`a=ice-lite`), a bool.

        >>> from sipsimple.sdp import SDPSession
        >>> session = SDPSession("192.0.2.1")
        >>> session.ice_lite = True
        >>> session.attributes
        [SDPAttribute('ice-lite', '')]

        Source: RFC 8839 section 5.3.
        """
        return has(self, "ice-lite")

    @ice_lite.setter
    def ice_lite(self, value: bool) -> None:
        switch(self, "ice-lite", value, "ice_lite")

    def effective(self, media: SDPMedia) -> EffectiveMedia:
        r"""What holds for a media section: its own lines and those of others that speak for it.

        Those of the session, and in a `BUNDLE` group those of the section whose transport it uses
        (RFC 9143).

        Args:
            media: One of the session's sections, an `SDPMedia`.

        Returns:
            An `EffectiveMedia` with `connection`, `port`, `direction`, `ice_ufrag`, `ice_pwd`,
            `ice_options`, `candidates`, `end_of_candidates`, `setup`, `fingerprints`, `crypto`,
            `rtcp`, `rtcp_mux`, `extmap` and `tagged`, which reads all at each access.

        Raises:
            TypeError: That is no `SDPMedia`.

        >>> from sipsimple.sdp import SDPSession
        >>> session = SDPSession.parse(
        ...     "v=0\no=- 1 1 IN IP4 192.0.2.1\nc=IN IP4 192.0.2.1\na=setup:actpass\n"
        ...     "m=audio 5004 UDP/TLS/RTP/SAVP 0\n"
        ... )
        >>> session.media[0].setup, session.effective(session.media[0]).setup
        (None, 'actpass')
        >>> session.effective(session.media[0]).connection
        SDPConnection('192.0.2.1')
        """
        return EffectiveMedia(cast("SDPSession", self), media)
