"""`RTPViews`: the properties that `SDPMedia` has for what is said of RTP and its formats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, cast

from sipsimple.sdp.views.attributes import has, read, switch, write
from sipsimple.sdp.views.feedback import RTCPFeedback
from sipsimple.sdp.views.fmtp import FormatParameters
from sipsimple.sdp.views.formats import FormatParametersMapping, RTPMapMapping
from sipsimple.sdp.views.packet_time import format_milliseconds, parse_milliseconds
from sipsimple.sdp.views.rtcp import RTCPAddress
from sipsimple.sdp.views.rtpmap import RTPMap
from sipsimple.sdp.views.sequence import AttributeList
from sipsimple.sdp.views.source import SSRCAttribute, SSRCGroup
from sipsimple.sdp.views.transport import TransportViews

if TYPE_CHECKING:
    from sipsimple.sdp.media import SDPMedia

__all__ = ["RTPViews"]


class RTPViews(TransportViews):
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
        write(self, "ptime", None if value is None else format_milliseconds(value, "ptime"))

    @property
    def maxptime(self) -> int | float | None:
        """The longest that a packet may be in ms (`a=maxptime`), as `ptime`.

        Source: RFC 8866 section 6.5.
        """
        return read(self, "maxptime", parse_milliseconds)

    @maxptime.setter
    def maxptime(self, value: int | float | None) -> None:
        write(self, "maxptime", None if value is None else format_milliseconds(value, "maxptime"))

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
        write(self, "rtcp", None if value is None else str(value))

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
    def rtcp_fb(self) -> AttributeList[RTCPFeedback]:
        """The feedback that is understood (`a=rtcp-fb`), a live list of `RTCPFeedback`.

        >>> from sipsimple.sdp import RTCPFeedback, SDPMedia
        >>> media = SDPMedia("video", 5004, "RTP/AVPF", formats=["98"])
        >>> media.rtcp_fb = [RTCPFeedback("98", "nack"), RTCPFeedback("98", "nack", "pli")]
        >>> media.attributes
        [SDPAttribute('rtcp-fb', '98 nack'), SDPAttribute('rtcp-fb', '98 nack pli')]

        Source: RFC 4585 section 4.2.
        """
        return AttributeList(self, "rtcp-fb", RTCPFeedback)

    @rtcp_fb.setter
    def rtcp_fb(self, value: Iterable[RTCPFeedback]) -> None:
        self.rtcp_fb[:] = value

    @property
    def ssrc(self) -> AttributeList[SSRCAttribute]:
        """What is said of single sources (`a=ssrc`), a live list of `SSRCAttribute`.

        >>> from sipsimple.sdp import SDPAttribute, SDPMedia
        >>> line = SDPAttribute("ssrc", "314159 cname:user@example.com")
        >>> media = SDPMedia("audio", 5004, "RTP/AVP", attributes=[line])
        >>> {one.ssrc: one.value for one in media.ssrc if one.attribute == "cname"}
        {314159: 'user@example.com'}

        Source: RFC 5576 section 4.1.
        """
        return AttributeList(self, "ssrc", SSRCAttribute)

    @ssrc.setter
    def ssrc(self, value: Iterable[SSRCAttribute]) -> None:
        self.ssrc[:] = value

    @property
    def ssrc_groups(self) -> AttributeList[SSRCGroup]:
        """The groups of sources of the section (`a=ssrc-group`), a live list of `SSRCGroup`.

        Source: RFC 5576 section 4.2.
        """
        return AttributeList(self, "ssrc-group", SSRCGroup)

    @ssrc_groups.setter
    def ssrc_groups(self, value: Iterable[SSRCGroup]) -> None:
        self.ssrc_groups[:] = value
