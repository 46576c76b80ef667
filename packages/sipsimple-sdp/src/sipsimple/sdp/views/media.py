"""`MediaViews`: the properties that `SDPMedia` has for its attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, cast

from sipsimple.sdp.attribute import SDPAttribute
from sipsimple.sdp.views.attributes import has, read, replace, switch
from sipsimple.sdp.views.crypto import Crypto
from sipsimple.sdp.views.direction import Direction, set_direction
from sipsimple.sdp.views.fields import check_token
from sipsimple.sdp.views.fmtp import FormatParameters
from sipsimple.sdp.views.formats import FormatParametersMapping, RTPMapMapping
from sipsimple.sdp.views.ice import ICECandidate
from sipsimple.sdp.views.packet_time import format_milliseconds, parse_milliseconds
from sipsimple.sdp.views.rtcp import RTCPAddress
from sipsimple.sdp.views.rtpmap import RTPMap
from sipsimple.sdp.views.sequence import AttributeList
from sipsimple.sdp.views.transport import TransportViews

if TYPE_CHECKING:
    from sipsimple.sdp.media import SDPMedia

__all__ = ["MediaViews"]


class MediaViews(TransportViews):
    """What the class body of `SDPMedia` takes over, name by name."""

    @property
    def rtpmap(self) -> RTPMapMapping:
        """The codecs of the payload types (`a=rtpmap`), a live mapping of int to `RTPMap`.

        Only what the lines say; `codecs` knows the static payload types too.

        >>> from sipsimple.sdp import RTPMap, SDPMedia
        >>> media = SDPMedia("audio", 5004, "RTP/AVP", formats=["0", "96"])
        >>> media.rtpmap.add(RTPMap(96, "opus", 48000, "2"))
        >>> media.attributes
        [SDPAttribute('rtpmap', '96 opus/48000/2')]
        >>> media.rtpmap[96].channels
        2

        Source: RFC 8866 section 6.6.
        """
        return RTPMapMapping(self)

    @rtpmap.setter
    def rtpmap(self, value: Mapping[int, RTPMap] | Iterable[RTPMap]) -> None:
        self.rtpmap.assign(value)

    @property
    def fmtp(self) -> FormatParametersMapping:
        """The parameters of the formats (`a=fmtp`), a live mapping of str to `FormatParameters`.

        >>> from sipsimple.sdp import SDPAttribute, SDPMedia
        >>> lines = [SDPAttribute("fmtp", "96 mode=20"), SDPAttribute("fmtp", "101 0-15")]
        >>> media = SDPMedia("audio", 5004, "RTP/AVP", attributes=lines)
        >>> media.fmtp["96"]["mode"], media.fmtp["101"].parameters
        ('20', '0-15')

        Source: RFC 8866 section 6.15.
        """
        return FormatParametersMapping(self)

    @fmtp.setter
    def fmtp(self, value: Mapping[str, FormatParameters] | Iterable[FormatParameters]) -> None:
        self.fmtp.assign(value)

    @property
    def codecs(self) -> tuple[RTPMap, ...]:
        """The codecs of the `m=` line in its order, a tuple of `RTPMap`; read-only.

        As `rtpmap` says or, where it does not, the table of static payload types. Formats that
        neither knows, and those of other transports than RTP, are left out.

        >>> from sipsimple.sdp import SDPMedia
        >>> media = SDPMedia("audio", 5004, "RTP/AVP", formats=["8", "0"])
        >>> [str(codec) for codec in media.codecs]
        ['8 PCMA/8000', '0 PCMU/8000']

        Source: RFC 8866 section 6.6, RFC 3551 section 6.
        """
        media = cast("SDPMedia", self)
        if "RTP" not in media.transport.upper().split("/"):
            return ()
        return self.rtpmap.select(list(media.formats))

    @property
    def ptime(self) -> int | float | None:
        """The length of media in a packet in ms (`a=ptime`), an int or float; `None` if not said.

        A float where the line gives a fraction. Assignment takes a positive number, or `None` to
        remove the line.

        >>> from sipsimple.sdp import SDPMedia
        >>> media = SDPMedia("audio", 5004, "RTP/AVP")
        >>> media.ptime = 20
        >>> media.ptime, media.attributes
        (20, [SDPAttribute('ptime', '20')])

        Source: RFC 8866 section 6.4.
        """
        return read(self, "ptime", parse_milliseconds)

    @ptime.setter
    def ptime(self, value: int | float | None) -> None:
        _write(self, "ptime", None if value is None else format_milliseconds(value, "ptime"))

    @property
    def maxptime(self) -> int | float | None:
        """The longest that a packet may be in ms (`a=maxptime`), as `ptime`.

        Source: RFC 8866 section 6.5.
        """
        return read(self, "maxptime", parse_milliseconds)

    @maxptime.setter
    def maxptime(self, value: int | float | None) -> None:
        _write(self, "maxptime", None if value is None else format_milliseconds(value, "maxptime"))

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
    def rtcp(self) -> RTCPAddress | None:
        """Where RTCP is received (`a=rtcp`), an `RTCPAddress`; `None` if not said.

        Assignment takes one, or `None` to remove the line.

        >>> from sipsimple.sdp import RTCPAddress, SDPMedia
        >>> media = SDPMedia("audio", 5004, "RTP/AVP")
        >>> media.rtcp = RTCPAddress(53020)
        >>> media.attributes
        [SDPAttribute('rtcp', '53020')]

        Source: RFC 3605 section 2.1.
        """
        return read(self, "rtcp", RTCPAddress.parse)

    @rtcp.setter
    def rtcp(self, value: RTCPAddress | None) -> None:
        if value is not None and not isinstance(value, RTCPAddress):
            raise TypeError(f"rtcp: must be RTCPAddress or None, not {type(value).__name__}")
        _write(self, "rtcp", None if value is None else str(value))

    @property
    def rtcp_mux(self) -> bool:
        """Whether RTP and RTCP may share a port (`a=rtcp-mux`), a bool.

        >>> from sipsimple.sdp import SDPMedia
        >>> media = SDPMedia("audio", 5004, "RTP/AVP")
        >>> media.rtcp_mux = True
        >>> media.rtcp_mux, media.attributes
        (True, [SDPAttribute('rtcp-mux', '')])

        Source: RFC 5761 section 5.1.1, RFC 8035.
        """
        return has(self, "rtcp-mux")

    @rtcp_mux.setter
    def rtcp_mux(self, value: bool) -> None:
        switch(self, "rtcp-mux", value, "rtcp_mux")

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
        _write(self, "mid", None if value is None else check_token(value, "mid"))


def _parse_mid(text: str) -> str:
    return check_token(text.strip(" \t"), "mid")


def _write(owner: MediaViews, name: str, value: str | None) -> None:
    replace(owner, (name,), None if value is None else SDPAttribute(name, value))
