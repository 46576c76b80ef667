"""`SDPMedia`: an `m=` line and what belongs to it (RFC 8866 section 5.14)."""

from libc.string cimport memchr

from sipsimple.sdp.attribute cimport DIRECTIONS
from sipsimple.sdp.checks cimport check_formats, check_number, check_token, extra_of, set_extra
from sipsimple.sdp.scanner cimport (
    LAST_PLACE_OF_FIELDS,
    PLACE_OF_TIMES,
    Cursor,
    Span,
    next_word,
    number_of,
    place_in_media,
)
from sipsimple.sdp.section cimport SDPSection, find_direction, has_items
from sipsimple.sdp.words cimport word_of
from sipsimple.sdp.writer cimport Writer

from copyreg import __newobj__ as new_object

from sipsimple.sdp.views.media import MediaViews


cdef class SDPMedia(SDPSection):
    """SDPMedia(media, port, transport, port_count=1, formats=(), info=None, connection=None, attributes=(), *, bandwidth=(), other_lines=())
--

    A media section: an `m=` line and everything up to the next one.

    Args:
        media: The type, a str such as "audio".
        port: The transport port, an int from 0 (rejected or unused) to 65535.
        transport: The protocol, a str such as "RTP/AVP".
        port_count: How many ports, an int from 1 to 65535; 1 is not printed.
        formats: The formats, a list of str: payload types for RTP.
        info: The `i=` line, a str; `None` or "" for no such line.
        connection: The `c=` line, an `SDPConnection`; `None` for no such line.
        attributes: The `a=` lines, a list of `SDPAttribute`.
        bandwidth: The `b=` lines, a list of `SDPBandwidth`.
        other_lines: Lines without a field of their own, a list of `SDPLine`: `k=`, and every
            `i=` and `c=` but the first.

    Each is an attribute too, checked when it is assigned. A list that is given is copied;
    the lists may be changed in place, and their items are checked where they are used.

    Raises:
        TypeError: A value is of the wrong type.
        ValueError: A value is out of range, or a text would not stay in its place in the line.

    Source: RFC 8866 section 5.14; `pjmedia_sdp_media`.
    """  # noqa: E501

    __match_args__ = (
        "media", "port", "transport", "port_count", "formats", "info", "connection", "attributes",
    )
    __hash__ = None

    # Typed views of the attributes: properties with their docstrings.
    rtpmap = MediaViews.rtpmap
    fmtp = MediaViews.fmtp
    codecs = MediaViews.codecs
    ptime = MediaViews.ptime
    maxptime = MediaViews.maxptime
    direction = MediaViews.direction
    rtcp = MediaViews.rtcp
    rtcp_mux = MediaViews.rtcp_mux
    rtcp_fb = MediaViews.rtcp_fb
    ssrc = MediaViews.ssrc
    ssrc_groups = MediaViews.ssrc_groups
    crypto = MediaViews.crypto
    candidates = MediaViews.candidates
    end_of_candidates = MediaViews.end_of_candidates
    mid = MediaViews.mid
    bundle_only = MediaViews.bundle_only

    def __cinit__(self):
        self._media = self._transport = ""
        self._port_count = 1

    def __init__(
        self,
        media,
        port,
        transport,
        port_count=1,
        formats=(),
        info=None,
        connection=None,
        attributes=(),
        *,
        bandwidth=(),
        other_lines=(),
    ):
        self.media = media
        self.port = port
        self.transport = transport
        self.port_count = port_count
        self.formats = formats
        self.info = info
        self.connection = connection
        self.attributes = attributes
        self.bandwidth = bandwidth
        self.other_lines = other_lines

    # ---- the m= line

    cdef bint take_own_line(self, char kind, const Span *value) except -1:
        cdef Cursor line = value[0]
        cdef Span word, port, count
        cdef str media, transport
        cdef list formats = []
        if kind != c"m":
            return False
        next_word(&line, &word)
        media = word_of(&word)
        next_word(&line, &port)
        next_word(&line, &word)
        transport = word_of(&word)
        while next_word(&line, &word):
            formats.append(word_of(&word))
        if not self._is_unread:
            return True
        self._media = media
        count.start = <const char *> memchr(port.start, b"/", port.end - port.start)
        if count.start != NULL:
            count.end = port.end
            port.end = count.start
            count.start += 1
            self._port_count = number_of(&count)
        self._port = number_of(&port)
        self._transport = transport
        self._formats = formats
        self._formats_read = tuple(formats) if formats else None
        return True

    cdef bint keeps_own_fields(self) except -1:
        return has_items(self._formats, self._formats_read)

    @property
    def media(self):
        """The type of the media, a str such as "audio"."""
        if self._is_unread:
            self.read_fields()
        return self._media

    @media.setter
    def media(self, value):
        cdef str media = check_token(value, "media")
        self.begin_assignment()
        self._media = media

    @property
    def port(self):
        """The transport port, an int; 0 for rejected or unused media."""
        if self._is_unread:
            self.read_fields()
        return self._port

    @port.setter
    def port(self, value):
        cdef int port = check_number(value, "port", 0, 65535)
        self.begin_assignment()
        self._port = port

    @property
    def transport(self):
        """The protocol, a str such as "RTP/AVP"."""
        if self._is_unread:
            self.read_fields()
        return self._transport

    @transport.setter
    def transport(self, value):
        cdef str transport = check_token(value, "transport")
        self.begin_assignment()
        self._transport = transport

    @property
    def port_count(self):
        """The number of ports, an int from 1."""
        if self._is_unread:
            self.read_fields()
        return self._port_count

    @port_count.setter
    def port_count(self, value):
        cdef int port_count = check_number(value, "port_count", 1, 65535)
        self.begin_assignment()
        self._port_count = port_count

    @property
    def formats(self):
        """The formats, a list of str: payload types for RTP."""
        if self._is_unread:
            self.read_fields()
        if self._formats is None:
            self._formats = []
        return self._formats

    @formats.setter
    def formats(self, value):
        cdef list formats = check_formats(value, "formats")
        self.begin_assignment()
        self._formats = formats

    def get_direction(self):
        """The direction of the media, seen from who wrote the description.

        Returns:
            "sendrecv", "sendonly", "recvonly" or "inactive", a str: what the attributes of this
            section say; failing that, what the session that this section was parsed from says
            now for all its media; failing that, "sendrecv". A section that was made without a
            session, and a copy of a section alone, know of none: `SDPSession.effective()` does.
            Equal sections, whose own lines are the same, may follow different sessions so.

        Source: RFC 8866 section 6.7.
        """
        return find_direction(self.read_attributes()) or self.session_direction() or "sendrecv"

    cdef str session_direction(self):
        if self._session_attributes is None:
            return self._session_direction
        return find_direction(self._session_attributes)

    # ---- to text

    cdef int place_of(self, char kind) noexcept:
        return place_in_media(kind)

    cdef int write_fields(self, Writer writer) except -1:
        writer.begin(c"m")
        writer.text(self._media)
        writer.character(c" ")
        writer.number(self._port)
        if self._port_count != 1:
            writer.character(c"/")
            writer.number(self._port_count)
        writer.character(c" ")
        writer.text(self._transport)
        if self._formats:
            for item in check_formats(self._formats, "formats"):
                writer.character(c" ")
                writer.text(item)
        writer.end()
        self.write_shared_fields(writer)
        return self.write_other_lines(writer, PLACE_OF_TIMES, LAST_PLACE_OF_FIELDS)

    # ---- copies and comparison

    def copy(self):
        """A new, equal object that shares nothing with this one."""
        cdef SDPMedia result = SDPMedia.__new__(type(self))
        self.copy_to(result)
        result._session_direction = self.session_direction()
        if not result._is_unread:
            result._media = self._media
            result._port = self._port
            result._transport = self._transport
            result._port_count = self._port_count
            if self._formats:
                result._formats = list(self._formats)
        if type(self) is not SDPMedia:
            # The last thing, since it may run code of the class.
            set_extra(result, extra_of(self))
        return result

    def __eq__(self, other):
        if not isinstance(other, SDPMedia):
            return NotImplemented
        cdef SDPMedia right = other
        return (
            self.media == right.media
            and self._port == right._port
            and self._transport == right._transport
            and self._port_count == right._port_count
            and self.formats == right.formats
            and self.equals(right)
        )

    def __repr__(self):
        cdef list parts = [repr(self.media), repr(self._port), repr(self._transport)]
        if self._port_count != 1:
            parts.append(f"port_count={self._port_count}")
        for name in ("formats", "info", "connection", "attributes", "bandwidth", "other_lines"):
            value = getattr(self, name)
            if value:
                parts.append(f"{name}={value!r}")
        return f"SDPMedia({', '.join(parts)})"

    def __reduce__(self):
        # All of it as state: an item may refer back to what it is in.
        state = (
            self.media,
            self._port,
            self._transport,
            self._port_count,
            self.formats,
            self.info,
            self.connection,
            self.attributes,
            self.bandwidth,
            self.other_lines,
            self.session_direction(),
            extra_of(self),
        )
        return new_object, (type(self),), state

    def __setstate__(self, state):
        (
            self.media,
            self.port,
            self.transport,
            self.port_count,
            self.formats,
            self.info,
            self.connection,
            self.attributes,
            self.bandwidth,
            self.other_lines,
            direction,
            extra,
        ) = state
        if direction is not None and direction not in DIRECTIONS:
            raise ValueError(f"direction: {direction!r} is none")
        self._session_direction = direction
        set_extra(self, extra)


cdef SDPMedia read_media(
    bytes text, size_t begin, size_t fields_end, size_t end, list session_attributes
):
    """The media section at a place in a canonical text."""
    cdef SDPMedia media = SDPMedia.__new__(SDPMedia)
    media.set_text(text, begin, fields_end, end)
    media._session_attributes = session_attributes
    return media
