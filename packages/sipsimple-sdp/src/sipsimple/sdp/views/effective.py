"""`EffectiveMedia`: what holds for a section, with what the session says for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sipsimple.sdp.views.attributes import has
from sipsimple.sdp.views.direction import Direction, own_direction
from sipsimple.sdp.views.dtls import Fingerprint, SetupRole

if TYPE_CHECKING:
    from sipsimple.sdp.connection import SDPConnection
    from sipsimple.sdp.media import SDPMedia
    from sipsimple.sdp.session import SDPSession

__all__ = ["EffectiveMedia"]


class EffectiveMedia:
    """Values of a media section or, where it has none, of its session.

    Made by `SDPSession.effective()`. It holds nothing but the two: each access reads them anew,
    and raises `ValueError` for a line that cannot be parsed.

    Args:
        session: The session, an `SDPSession`.
        media: The section, an `SDPMedia`.

    Raises:
        TypeError: The section is no `SDPMedia`.
    """

    __slots__ = ("_media", "_session")

    def __init__(self, session: SDPSession, media: SDPMedia) -> None:
        # Imported here, since `SDPMedia` needs the views.
        from sipsimple.sdp.media import SDPMedia

        if not isinstance(media, SDPMedia):
            raise TypeError(f"media: must be SDPMedia, not {type(media).__name__}")
        self._session = session
        self._media = media

    @property
    def connection(self) -> SDPConnection | None:
        """The `c=` line, an `SDPConnection`, or `None` (RFC 8866 section 5.7)."""
        return self._media.connection or self._session.connection

    @property
    def direction(self) -> Direction:
        """The direction, a str; "sendrecv" if none is given (RFC 8866 section 6.7)."""
        return own_direction(self._media) or self._session.direction

    @property
    def ice_ufrag(self) -> str | None:
        """The user name fragment of ICE, a str, or `None` (RFC 8839 section 5.4)."""
        return self._media.ice_ufrag or self._session.ice_ufrag

    @property
    def ice_pwd(self) -> str | None:
        """The password of ICE, a str, or `None` (RFC 8839 section 5.4)."""
        return self._media.ice_pwd or self._session.ice_pwd

    @property
    def ice_options(self) -> tuple[str, ...]:
        """The options of ICE, a tuple of str (RFC 8839 section 5.6)."""
        if has(self._media, "ice-options"):
            return self._media.ice_options
        return self._session.ice_options

    @property
    def setup(self) -> SetupRole | None:
        """Who opens the connection, a str, or `None` (RFC 4145 section 4)."""
        return self._media.setup or self._session.setup

    @property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """The hashes of the certificate, a tuple of `Fingerprint` (RFC 8122 section 5)."""
        return tuple(self._media.fingerprints) or tuple(self._session.fingerprints)

    def __repr__(self) -> str:
        return f"<EffectiveMedia of {self._media.media} on port {self._media.port}>"
