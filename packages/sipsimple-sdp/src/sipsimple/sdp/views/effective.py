"""`EffectiveMedia`: what holds for a section, with what others say for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sipsimple.sdp.views.attributes import has
from sipsimple.sdp.views.bundle import tagged_section
from sipsimple.sdp.views.crypto import Crypto
from sipsimple.sdp.views.direction import Direction, own_direction
from sipsimple.sdp.views.dtls import Fingerprint, SetupRole
from sipsimple.sdp.views.extmap import ExtMap
from sipsimple.sdp.views.ice import ICECandidate
from sipsimple.sdp.views.rtcp import RTCPAddress

if TYPE_CHECKING:
    from sipsimple.sdp.connection import SDPConnection
    from sipsimple.sdp.media import SDPMedia
    from sipsimple.sdp.session import SDPSession

__all__ = ["EffectiveMedia"]


class EffectiveMedia:
    r"""Values of a media section, with those that others give it.

    Made by `SDPSession.effective()`. What the section does not say itself, its session says. In a
    `BUNDLE` group, before both stands the section whose transport this one uses: `tagged`. What
    is said there of the transport (the attributes of the categories IDENTICAL and TRANSPORT)
    holds for all that use it: address and port, ICE, DTLS, SRTP keys and RTCP.

    It holds nothing but session and section: each access reads them anew, and raises
    `ValueError` for a line that cannot be parsed.

    Args:
        session: The session, an `SDPSession`.
        media: The section, an `SDPMedia`.

    Raises:
        TypeError: The session is no `SDPSession`, or the section no `SDPMedia`.

    >>> from sipsimple.sdp import SDPSession
    >>> session = SDPSession.parse(
    ...     "v=0\no=- 1 1 IN IP4 h\nc=IN IP4 192.0.2.1\na=group:BUNDLE a v\n"
    ...     "m=audio 5004 RTP/SAVPF 0\na=mid:a\na=ice-ufrag:F7gI\n"
    ...     "m=video 0 RTP/SAVPF 31\na=mid:v\na=bundle-only\n"
    ... )
    >>> video = session.effective(session.media[1])
    >>> video.tagged.mid, video.port, video.ice_ufrag
    ('a', 5004, 'F7gI')

    Source: RFC 8866 section 5, RFC 9143 sections 7.1.3 and 7.3, RFC 8859 section 4.
    """

    __slots__ = ("_media", "_session")

    def __init__(self, session: SDPSession, media: SDPMedia) -> None:
        # Imported here, since these need the views.
        from sipsimple.sdp.media import SDPMedia
        from sipsimple.sdp.session import SDPSession

        if not isinstance(session, SDPSession):
            raise TypeError(f"session: must be SDPSession, not {type(session).__name__}")
        if not isinstance(media, SDPMedia):
            raise TypeError(f"media: must be SDPMedia, not {type(media).__name__}")
        self._session = session
        self._media = media

    @property
    def tagged(self) -> SDPMedia | None:
        """The section whose transport this one uses, an `SDPMedia`; `None` if it has its own.

        The first of the `BUNDLE` group that has a port. In a first offer, sections with a port of
        their own or ICE credentials of their own have a transport of their own: whether it will
        be used, the answer decides (RFC 9143 section 7.2).
        """
        return tagged_section(self._session, self._media)

    def _speakers(self) -> tuple[SDPMedia, ...]:
        """The sections that may say something of the transport, the first of them first."""
        tagged = self.tagged
        return (self._media,) if tagged is None else (tagged, self._media)

    @property
    def connection(self) -> SDPConnection | None:
        """The `c=` line, an `SDPConnection`, or `None` (RFC 8866 section 5.7)."""
        return self._speakers()[0].connection or self._session.connection

    @property
    def port(self) -> int:
        """The transport port, an int: that of `tagged` where there is one."""
        return self._speakers()[0].port

    @property
    def direction(self) -> Direction:
        """The direction, a str; "sendrecv" if none is given (RFC 8866 section 6.7)."""
        return own_direction(self._media) or self._session.direction

    @property
    def ice_ufrag(self) -> str | None:
        """The user name fragment of ICE, a str, or `None` (RFC 8839 section 5.4)."""
        return self._ice_speaker().ice_ufrag

    @property
    def ice_pwd(self) -> str | None:
        """The password of ICE, a str, or `None` (RFC 8839 section 5.4)."""
        return self._ice_speaker().ice_pwd

    def _ice_speaker(self) -> SDPMedia | SDPSession:
        """Who has the credentials of ICE: one gives both, since they belong together."""
        for section in self._speakers():
            if has(section, "ice-ufrag") or has(section, "ice-pwd"):
                return section
        return self._session

    @property
    def ice_options(self) -> tuple[str, ...]:
        """The options of ICE, a tuple of str (RFC 8839 section 5.6)."""
        for section in self._speakers():
            if has(section, "ice-options"):
                return section.ice_options
        return self._session.ice_options

    @property
    def candidates(self) -> tuple[ICECandidate, ...]:
        """The candidates of ICE, a tuple of `ICECandidate` (RFC 8839 section 5.1)."""
        found = (tuple(section.candidates) for section in self._speakers())
        return next(filter(None, found), ())

    @property
    def end_of_candidates(self) -> bool:
        """Whether no more candidates will come, a bool (RFC 8840 section 8.2)."""
        said = any(section.end_of_candidates for section in self._speakers())
        return said or has(self._session, "end-of-candidates")

    @property
    def setup(self) -> SetupRole | None:
        """Who opens the connection, a str, or `None` (RFC 4145 section 4)."""
        found = (section.setup for section in self._speakers())
        return next(filter(None, found), None) or self._session.setup

    @property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """The hashes of the certificate, a tuple of `Fingerprint` (RFC 8122 section 5)."""
        found = (tuple(section.fingerprints) for section in self._speakers())
        return next(filter(None, found), ()) or tuple(self._session.fingerprints)

    @property
    def crypto(self) -> tuple[Crypto, ...]:
        """The keys of SRTP, a tuple of `Crypto` (RFC 4568 section 9.1)."""
        found = (tuple(section.crypto) for section in self._speakers())
        return next(filter(None, found), ())

    @property
    def rtcp(self) -> RTCPAddress | None:
        """Where RTCP is received, an `RTCPAddress`, or `None` (RFC 3605 section 2.1)."""
        found = (section.rtcp for section in self._speakers())
        return next(filter(None, found), None)

    @property
    def rtcp_mux(self) -> bool:
        """Whether RTP and RTCP may share a port, a bool (RFC 5761 section 5.1.1)."""
        return any(section.rtcp_mux for section in self._speakers())

    @property
    def extmap(self) -> tuple[ExtMap, ...]:
        """The header extensions of RTP, a tuple of `ExtMap` (RFC 8285 section 5).

        Those of the session and of the section itself, each alone: the session's hold too.
        """
        return (*self._session.extmap, *self._media.extmap)

    def __repr__(self) -> str:
        return f"<EffectiveMedia of {self._media.media} on port {self._media.port}>"
