"""`MediaViews`: the properties that `SDPMedia` has for its attributes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from sipsimple.sdp.views.attributes import has, read, switch, write
from sipsimple.sdp.views.crypto import Crypto
from sipsimple.sdp.views.direction import Direction, set_direction
from sipsimple.sdp.views.fields import check_token
from sipsimple.sdp.views.ice import ICECandidate
from sipsimple.sdp.views.rtp import RTPViews
from sipsimple.sdp.views.sequence import AttributeList

if TYPE_CHECKING:
    from sipsimple.sdp.media import SDPMedia

__all__ = ["MediaViews"]


class MediaViews(RTPViews):
    """What the class body of `SDPMedia` takes over, name by name."""

    @property
    def direction(self) -> Direction:
        """The direction of the media, a str: what `get_direction()` returns.

        Assignment takes "sendrecv", "sendonly", "recvonly" or "inactive", and leaves one
        attribute that says it, or `None` to leave none.

        >>> from sipsimple.sdp import SDPMedia
        >>> media = SDPMedia("audio", 5004, "RTP/AVP")
        >>> media.direction = "sendonly"
        >>> media.direction, media.attributes
        ('sendonly', [SDPAttribute('sendonly', '')])

        Source: RFC 8866 section 6.7.
        """
        return cast("SDPMedia", self).get_direction()

    @direction.setter
    def direction(self, value: Direction | None) -> None:
        set_direction(self, value)

    @property
    def crypto(self) -> AttributeList[Crypto]:
        """The keys of SRTP (`a=crypto`), a live list of `Crypto`.

        >>> from sipsimple.sdp import Crypto, SDPMedia
        >>> media = SDPMedia("audio", 5004, "RTP/SAVP")
        >>> media.crypto.append(Crypto(1, "AES_CM_128_HMAC_SHA1_80", "inline:notAKey"))
        >>> media.crypto
        [Crypto(tag=1, suite='AES_CM_128_HMAC_SHA1_80', key_params=...)]

        Source: RFC 4568 section 9.1.
        """
        return AttributeList(self, "crypto", Crypto)

    @crypto.setter
    def crypto(self, value: Iterable[Crypto]) -> None:
        self.crypto[:] = value

    @property
    def candidates(self) -> AttributeList[ICECandidate]:
        """The candidates of ICE (`a=candidate`), a live list of `ICECandidate`.

        >>> from sipsimple.sdp import SDPAttribute, SDPMedia
        >>> line = SDPAttribute("candidate", "1 1 UDP 2130706431 192.0.2.1 5004 typ host")
        >>> media = SDPMedia("audio", 5004, "RTP/AVP", attributes=[line])
        >>> [(candidate.address, candidate.port) for candidate in media.candidates]
        [('192.0.2.1', 5004)]

        Source: RFC 8839 section 5.1.
        """
        return AttributeList(self, "candidate", ICECandidate)

    @candidates.setter
    def candidates(self, value: Iterable[ICECandidate]) -> None:
        self.candidates[:] = value

    @property
    def end_of_candidates(self) -> bool:
        """Whether no more candidates will come (`a=end-of-candidates`), a bool.

        Source: RFC 8840 section 8.2.
        """
        return has(self, "end-of-candidates")

    @end_of_candidates.setter
    def end_of_candidates(self, value: bool) -> None:
        switch(self, "end-of-candidates", value, "end_of_candidates")

    @property
    def mid(self) -> str | None:
        """The name of the section (`a=mid`), a str; `None` if it has none.

        Assignment takes a str without white space, or `None` to remove the line.

        >>> from sipsimple.sdp import SDPMedia
        >>> media = SDPMedia("audio", 5004, "RTP/AVP")
        >>> media.mid = "0"
        >>> media.attributes
        [SDPAttribute('mid', '0')]

        Source: RFC 5888 section 4.
        """
        return read(self, "mid", _parse_mid)

    @mid.setter
    def mid(self, value: str | None) -> None:
        write(self, "mid", None if value is None else check_token(value, "mid"))

    @property
    def bundle_only(self) -> bool:
        """Whether the section may be used in its group alone (`a=bundle-only`), a bool.

        Its port is 0 in an offer, which does not reject it then.

        Source: RFC 9143 section 6.
        """
        return has(self, "bundle-only")

    @bundle_only.setter
    def bundle_only(self, value: bool) -> None:
        switch(self, "bundle-only", value, "bundle_only")


def _parse_mid(text: str) -> str:
    return check_token(text.strip(" \t"), "mid")
