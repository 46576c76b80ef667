"""`SDPMedia`: an `m=` line and what belongs to it (RFC 8866 section 5.14)."""

from sipsimple.sdp.attribute cimport SDPAttribute
from sipsimple.sdp.bandwidth cimport SDPBandwidth
from sipsimple.sdp.checks cimport (
    check_formats,
    check_items,
    check_list,
    check_number,
    check_optional_text,
    check_token,
    copy_items,
)
from sipsimple.sdp.connection cimport SDPConnection

cdef frozenset DIRECTIONS = frozenset(("sendrecv", "sendonly", "recvonly", "inactive"))


cdef str find_direction(list attributes):
    """The first direction among attributes, or `None` (RFC 8866 section 6.7)."""
    for item in attributes:
        if isinstance(item, SDPAttribute) and (<SDPAttribute> item)._name in DIRECTIONS:
            return (<SDPAttribute> item)._name
    return None


cdef SDPConnection _check_connection(object value):
    if value is not None and not isinstance(value, SDPConnection):
        raise TypeError(
            f"connection: must be SDPConnection or None, not {type(value).__name__}"
        )
    return value


cdef class SDPMedia:
    """SDPMedia(media, port, transport, port_count=1, formats=(), info=None, connection=None, attributes=(), *, bandwidth=())
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

    def __cinit__(self, *args, **kwargs):
        self._media = self._transport = ""
        self._port = 0
        self._port_count = 1
        self._formats = []
        self._attributes = []
        self._bandwidth = []

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

    @property
    def media(self):
        """The type of the media, a str such as "audio"."""
        return self._media

    @media.setter
    def media(self, value):
        self._media = check_token(value, "media")

    @property
    def port(self):
        """The transport port, an int; 0 for rejected or unused media."""
        return self._port

    @port.setter
    def port(self, value):
        self._port = check_number(value, "port", 0, 65535)

    @property
    def transport(self):
        """The protocol, a str such as "RTP/AVP"."""
        return self._transport

    @transport.setter
    def transport(self, value):
        self._transport = check_token(value, "transport")

    @property
    def port_count(self):
        """The number of ports, an int from 1."""
        return self._port_count

    @port_count.setter
    def port_count(self, value):
        self._port_count = check_number(value, "port_count", 1, 65535)

    @property
    def formats(self):
        """The formats, a list of str: payload types for RTP."""
        return self._formats

    @formats.setter
    def formats(self, value):
        self._formats = check_formats(value, "formats")

    @property
    def info(self):
        """The `i=` line, a str, or `None`."""
        return self._info

    @info.setter
    def info(self, value):
        self._info = check_optional_text(value, "info")

    @property
    def connection(self):
        """The `c=` line, an `SDPConnection`, or `None`."""
        return self._connection

    @connection.setter
    def connection(self, value):
        self._connection = _check_connection(value)

    @property
    def attributes(self):
        """The `a=` lines, a list of `SDPAttribute`."""
        return self._attributes

    @attributes.setter
    def attributes(self, value):
        self._attributes = check_list(value, "attributes", SDPAttribute)

    @property
    def bandwidth(self):
        """The `b=` lines, a list of `SDPBandwidth`."""
        return self._bandwidth

    @bandwidth.setter
    def bandwidth(self, value):
        self._bandwidth = check_list(value, "bandwidth", SDPBandwidth)

    def get_direction(self):
        """The direction of the media, seen from who wrote the description.

        Returns:
            "sendrecv", "sendonly", "recvonly" or "inactive", a str: what the attributes of this
            section say; failing that, what the session that this section was parsed from says
            for all its media; failing that, "sendrecv".

        Source: RFC 8866 section 6.7.
        """
        return find_direction(self._attributes) or self._session_direction or "sendrecv"

    cdef int add_lines(self, list lines, str where) except -1:
        cdef list formats = check_formats(self._formats, f"{where}formats")
        cdef list attributes = list(self._attributes)
        cdef list bandwidth = list(self._bandwidth)
        check_items(attributes, f"{where}attributes", SDPAttribute)
        check_items(bandwidth, f"{where}bandwidth", SDPBandwidth)
        cdef str port = str(self._port)
        if self._port_count != 1:
            port = f"{port}/{self._port_count}"
        lines.append(" ".join([f"m={self._media} {port} {self._transport}"] + formats))
        if self._info:
            lines.append(f"i={self._info}")
        if self._connection is not None:
            lines.append(self._connection.line())
        for item in bandwidth:
            lines.append((<SDPBandwidth> item).line())
        for item in attributes:
            lines.append((<SDPAttribute> item).line())
        return 0

    def copy(self):
        """A new, equal object that shares nothing with this one."""
        cdef SDPMedia result = SDPMedia.__new__(SDPMedia)
        result._media = self._media
        result._port = self._port
        result._transport = self._transport
        result._port_count = self._port_count
        result._formats = list(self._formats)
        result._info = self._info
        if self._connection is not None:
            result._connection = self._connection.copy()
        result._attributes = copy_items(self._attributes, "attributes", SDPAttribute)
        result._bandwidth = copy_items(self._bandwidth, "bandwidth", SDPBandwidth)
        result._session_direction = self._session_direction
        return result

    def __eq__(self, other):
        if not isinstance(other, SDPMedia):
            return NotImplemented
        cdef SDPMedia right = other
        return (
            self._media == right._media
            and self._port == right._port
            and self._transport == right._transport
            and self._port_count == right._port_count
            and self._formats == right._formats
            and (self._info or "") == (right._info or "")
            and self._connection == right._connection
            and self._attributes == right._attributes
            and self._bandwidth == right._bandwidth
        )

    def __repr__(self):
        cdef list parts = [repr(self._media), repr(self._port), repr(self._transport)]
        if self._port_count != 1:
            parts.append(f"port_count={self._port_count}")
        for name in ("formats", "info", "connection", "attributes", "bandwidth"):
            value = getattr(self, name)
            if value:
                parts.append(f"{name}={value!r}")
        return f"SDPMedia({', '.join(parts)})"

    def __str__(self):
        cdef list lines = []
        self.add_lines(lines, "")
        lines.append("")
        return "\r\n".join(lines)

    def __bytes__(self):
        return str(self).encode("utf-8", "surrogateescape")

    def __reduce__(self):
        arguments = (
            self._media,
            self._port,
            self._transport,
            self._port_count,
            self._formats,
            self._info,
            self._connection,
            self._attributes,
        )
        return type(self), arguments, (self._bandwidth, self._session_direction)

    def __setstate__(self, state):
        self.bandwidth, self._session_direction = state
