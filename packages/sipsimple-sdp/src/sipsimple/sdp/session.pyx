"""`SDPSession`: a whole session description (RFC 8866)."""

from sipsimple.sdp.attribute cimport SDPAttribute
from sipsimple.sdp.bandwidth cimport SDPBandwidth
from sipsimple.sdp.checks cimport (
    check_items,
    check_list,
    check_number,
    check_optional_text,
    check_text,
    check_token,
    copy_items,
)
from sipsimple.sdp.connection cimport SDPConnection
from sipsimple.sdp.identifier cimport new_identifier
from sipsimple.sdp.media cimport SDPMedia

# The numbers of the o= and t= lines are pj_uint_t in pjmedia, 64 bits.
cdef object MAX_NUMBER = 2**64 - 1


cdef class SDPSession:
    """SDPSession(address, id=None, version=None, user="-", net_type="IN", address_type="IP4", name=" ", info=None, connection=None, start_time=0, stop_time=0, attributes=(), media=(), *, bandwidth=())
--

    A session description: what an INVITE or its answer carries.

    Args:
        address: The address in the `o=` line, a str.
        id: The session identifier in the `o=` line, an int; `None` to have one generated.
        version: The version in the `o=` line, an int; `None` to have one generated.
        user: The user name in the `o=` line, a str.
        net_type: The network type in the `o=` line, a str.
        address_type: The address type in the `o=` line, a str: "IP4" or "IP6".
        name: The `s=` line, a str.
        info: The `i=` line, a str; `None` or "" for no such line.
        connection: The `c=` line, an `SDPConnection`; `None` for no such line.
        start_time: The first value of the `t=` line, an int: seconds since 1900, 0 for unbounded.
        stop_time: The second value of the `t=` line, likewise.
        attributes: The `a=` lines before the first media section, a list of `SDPAttribute`.
        media: The media sections, a list of `SDPMedia`.
        bandwidth: The `b=` lines before the first media section, a list of `SDPBandwidth`.

    Each is an attribute too, checked when it is assigned. A list that is given is copied;
    the lists may be changed in place, and their items are checked where they are used.
    `str()` and `bytes()` give the text, its lines ended by CRLF. No start of the Engine or
    other preparation is needed, in any thread.

    Raises:
        TypeError: A value is of the wrong type.
        ValueError: A value is out of range, or a text would not stay in its place in the line.

    Source: RFC 8866; `pjmedia_sdp_session`.
    """  # noqa: E501

    __match_args__ = (
        "address", "id", "version", "user", "net_type", "address_type", "name", "info",
        "connection", "start_time", "stop_time", "attributes", "media",
    )
    __hash__ = None

    def __cinit__(self, *args, **kwargs):
        self._address = self._user = self._net_type = self._address_type = self._name = ""
        self._id = self._version = self._start_time = self._stop_time = 0
        self._attributes = []
        self._media = []
        self._bandwidth = []

    def __init__(
        self,
        address,
        id=None,
        version=None,
        user="-",
        net_type="IN",
        address_type="IP4",
        name=" ",
        info=None,
        connection=None,
        start_time=0,
        stop_time=0,
        attributes=(),
        media=(),
        *,
        bandwidth=(),
    ):
        cdef object generated = new_identifier() if id is None or version is None else None
        self.address = address
        self.id = generated if id is None else id
        self.version = generated if version is None else version
        self.user = user
        self.net_type = net_type
        self.address_type = address_type
        self.name = name
        self.info = info
        self.connection = connection
        self.start_time = start_time
        self.stop_time = stop_time
        self.attributes = attributes
        self.media = media
        self.bandwidth = bandwidth

    @classmethod
    def parse(cls, text):
        """Read a session description.

        Lenient where real devices are known to be: lines may end in LF alone, and `s=` and
        `t=` may be missing. Of the lines that these classes have no field for (`u=`, `e=`,
        `p=`, `r=`, `z=`, `k=`) nothing is kept, and of several `c=` or `t=` lines in one place
        the last.

        Args:
            text: The text, bytes or str.

        Returns:
            An `SDPSession`. Bytes that are not UTF-8 are kept as surrogate escapes (PEP 383).

        Raises:
            TypeError: The text is neither bytes nor str.
            SDPParseError: The text is not a session description; tells the line and the reason.

        Source: RFC 8866 section 9.
        """
        # Imported here, since the parser needs this module.
        from sipsimple.sdp.parser import parse_session

        return parse_session(cls, text)

    def validate(self, strict=True):
        """Check what pjmedia, and so a call, demands of a description beyond its syntax.

        Args:
            strict: Whether rejected media (port 0) need a connection address too, a bool.

        Raises:
            ValueError: Something is missing, such as the `rtpmap` of a dynamic payload type or a
                connection address; the message is pjmedia's.

        Source: `pjmedia_sdp_validate2()`.
        """
        from sipsimple.sdp.pjmedia import validate

        validate(self, bool(strict))

    @property
    def address(self):
        """The address in the `o=` line, a str."""
        return self._address

    @address.setter
    def address(self, value):
        self._address = check_token(value, "address")

    @property
    def id(self):
        """The session identifier in the `o=` line, an int."""
        return self._id

    @id.setter
    def id(self, value):
        self._id = check_number(value, "id", 0, MAX_NUMBER)

    @property
    def version(self):
        """The version in the `o=` line, an int."""
        return self._version

    @version.setter
    def version(self, value):
        self._version = check_number(value, "version", 0, MAX_NUMBER)

    @property
    def user(self):
        """The user name in the `o=` line, a str."""
        return self._user

    @user.setter
    def user(self, value):
        self._user = check_token(value, "user")

    @property
    def net_type(self):
        """The network type in the `o=` line, a str."""
        return self._net_type

    @net_type.setter
    def net_type(self, value):
        self._net_type = check_token(value, "net_type")

    @property
    def address_type(self):
        """The address type in the `o=` line, a str."""
        return self._address_type

    @address_type.setter
    def address_type(self, value):
        self._address_type = check_token(value, "address_type")

    @property
    def name(self):
        """The `s=` line, a str."""
        return self._name

    @name.setter
    def name(self, value):
        self._name = check_text(value, "name")

    @property
    def info(self):
        """The session's `i=` line, a str, or `None`."""
        return self._info

    @info.setter
    def info(self, value):
        self._info = check_optional_text(value, "info")

    @property
    def connection(self):
        """The session's `c=` line, an `SDPConnection`, or `None`."""
        return self._connection

    @connection.setter
    def connection(self, value):
        if value is not None and not isinstance(value, SDPConnection):
            raise TypeError(
                f"connection: must be SDPConnection or None, not {type(value).__name__}"
            )
        self._connection = value

    @property
    def start_time(self):
        """The first value of the `t=` line, an int in seconds since 1900; 0 for unbounded."""
        return self._start_time

    @start_time.setter
    def start_time(self, value):
        self._start_time = check_number(value, "start_time", 0, MAX_NUMBER)

    @property
    def stop_time(self):
        """The second value of the `t=` line, an int in seconds since 1900; 0 for unbounded."""
        return self._stop_time

    @stop_time.setter
    def stop_time(self, value):
        self._stop_time = check_number(value, "stop_time", 0, MAX_NUMBER)

    @property
    def attributes(self):
        """The session's `a=` lines, a list of `SDPAttribute`."""
        return self._attributes

    @attributes.setter
    def attributes(self, value):
        self._attributes = check_list(value, "attributes", SDPAttribute)

    @property
    def media(self):
        """The media sections, a list of `SDPMedia`."""
        return self._media

    @media.setter
    def media(self, value):
        self._media = check_list(value, "media", SDPMedia)

    @property
    def bandwidth(self):
        """The session's `b=` lines, a list of `SDPBandwidth`."""
        return self._bandwidth

    @bandwidth.setter
    def bandwidth(self, value):
        self._bandwidth = check_list(value, "bandwidth", SDPBandwidth)

    def copy(self):
        """A new, equal object that shares nothing with this one."""
        cdef SDPSession result = SDPSession.__new__(SDPSession)
        result._address = self._address
        result._id = self._id
        result._version = self._version
        result._user = self._user
        result._net_type = self._net_type
        result._address_type = self._address_type
        result._name = self._name
        result._info = self._info
        if self._connection is not None:
            result._connection = self._connection.copy()
        result._start_time = self._start_time
        result._stop_time = self._stop_time
        result._attributes = copy_items(self._attributes, "attributes", SDPAttribute)
        result._media = copy_items(self._media, "media", SDPMedia)
        result._bandwidth = copy_items(self._bandwidth, "bandwidth", SDPBandwidth)
        return result

    def __eq__(self, other):
        if not isinstance(other, SDPSession):
            return NotImplemented
        cdef SDPSession right = other
        return (
            self._address == right._address
            and self._id == right._id
            and self._version == right._version
            and self._user == right._user
            and self._net_type == right._net_type
            and self._address_type == right._address_type
            and self._name == right._name
            and (self._info or "") == (right._info or "")
            and self._connection == right._connection
            and self._start_time == right._start_time
            and self._stop_time == right._stop_time
            and self._attributes == right._attributes
            and self._media == right._media
            and self._bandwidth == right._bandwidth
        )

    def __repr__(self):
        cdef list parts = [repr(self._address), f"id={self._id}", f"version={self._version}"]
        for name, default in (
            ("user", "-"), ("net_type", "IN"), ("address_type", "IP4"), ("name", " "),
            ("info", None), ("connection", None), ("start_time", 0), ("stop_time", 0),
            ("attributes", []), ("media", []), ("bandwidth", []),
        ):
            value = getattr(self, name)
            if value != default:
                parts.append(f"{name}={value!r}")
        return f"SDPSession({', '.join(parts)})"

    def __str__(self):
        cdef list attributes = list(self._attributes)
        cdef list media = list(self._media)
        cdef list bandwidth = list(self._bandwidth)
        check_items(attributes, "attributes", SDPAttribute)
        check_items(media, "media", SDPMedia)
        check_items(bandwidth, "bandwidth", SDPBandwidth)
        cdef list lines = [
            "v=0",
            f"o={self._user} {self._id} {self._version} "
            f"{self._net_type} {self._address_type} {self._address}",
            f"s={self._name}",
        ]
        if self._info:
            lines.append(f"i={self._info}")
        if self._connection is not None:
            lines.append(self._connection.line())
        for item in bandwidth:
            lines.append((<SDPBandwidth> item).line())
        lines.append(f"t={self._start_time} {self._stop_time}")
        for item in attributes:
            lines.append((<SDPAttribute> item).line())
        for index, item in enumerate(media):
            (<SDPMedia> item).add_lines(lines, f"media[{index}].")
        lines.append("")
        return "\r\n".join(lines)

    def __bytes__(self):
        return str(self).encode("utf-8", "surrogateescape")

    def __reduce__(self):
        arguments = (
            self._address,
            self._id,
            self._version,
            self._user,
            self._net_type,
            self._address_type,
            self._name,
            self._info,
            self._connection,
            self._start_time,
            self._stop_time,
            self._attributes,
            self._media,
        )
        return type(self), arguments, self._bandwidth

    def __setstate__(self, state):
        self.bandwidth = state
