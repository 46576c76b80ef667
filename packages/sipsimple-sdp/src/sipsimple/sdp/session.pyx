"""`SDPSession`: a whole session description (RFC 8866)."""

from sipsimple.sdp.checks cimport (
    check_items,
    check_list,
    check_number,
    check_text,
    check_token,
    copy_items,
    extra_of,
    set_extra,
)
from sipsimple.sdp.identifier cimport new_identifier
from sipsimple.sdp.media cimport SDPMedia, read_media
from sipsimple.sdp.parser cimport canonical_text
from sipsimple.sdp.scanner cimport (
    LAST_PLACE_OF_FIELDS,
    PLACE_OF_TIMES,
    Cursor,
    Span,
    next_word,
    number_of,
    section_end,
    text_of,
)
from sipsimple.sdp.section cimport SDPSection
from sipsimple.sdp.words cimport word_of
from sipsimple.sdp.writer cimport Writer

from copyreg import __newobj__ as new_object

from sipsimple.sdp.views.session import SessionViews

# The numbers of the o= and t= lines are pj_uint_t in pjmedia, 64 bits.
cdef object MAX_NUMBER = 2**64 - 1


cdef class SDPSession(SDPSection):
    """SDPSession(address, id=None, version=None, user="-", net_type="IN", address_type="IP4", name=" ", info=None, connection=None, start_time=0, stop_time=0, attributes=(), media=(), *, bandwidth=(), other_lines=())
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
        other_lines: Lines of the session without a field of their own, a list of `SDPLine`:
            `u=`, `e=`, `p=`, `r=`, `z=`, `k=`, and every `i=`, `c=` and `t=` but the first.

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

    # Typed views of the attributes: properties with their docstrings.
    direction = SessionViews.direction
    groups = SessionViews.groups
    ice_lite = SessionViews.ice_lite
    effective = SessionViews.effective

    def __cinit__(self):
        self._address = self._user = self._net_type = self._address_type = self._name = ""

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
        other_lines=(),
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
        self.other_lines = other_lines

    @classmethod
    def parse(cls, text, strict=False):
        """Read a session description.

        Lenient where real devices are known to be: lines may end in LF alone and be in any
        order, `s=` and `t=` may be missing, and there may be more white space than the grammar
        has. `str()` gives the text as the grammar wants it. What is not read later costs
        nothing but its place in the text.

        Args:
            text: The text, bytes or str.
            strict: Whether to refuse whatever the grammar of RFC 8866 section 9 forbids, a bool.

        Returns:
            An `SDPSession`. Bytes that are not UTF-8 are kept as surrogate escapes (PEP 383).

        Raises:
            TypeError: The text is neither bytes nor str.
            SDPParseError: The text is not a session description; tells the line and the reason.

        Source: RFC 8866 section 9.
        """
        cdef bytes data = canonical_text(text, strict)
        cdef size_t fields_end
        cdef size_t end = section_end(data, 0, len(data), &fields_end)
        cdef SDPSession session = SDPSession.__new__(cls)
        session.set_text(data, 0, fields_end, end)
        return session

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

    # ---- the lines that only a session has

    cdef bint take_own_line(self, char kind, const Span *value) except -1:
        if kind == c"v":
            return True
        if kind == c"o":
            return self._take_origin(value[0])
        if kind == c"s":
            name = text_of(value)
            if self._is_unread:
                self._name = name
            return True
        if kind == c"t":
            return self._take_time(value[0])
        return False

    cdef bint _take_origin(self, Cursor line) except -1:
        cdef Span[6] words
        cdef int index
        for index in range(6):
            next_word(&line, &words[index])
        cdef str user = word_of(&words[0])
        cdef str net_type = word_of(&words[3])
        cdef str address_type = word_of(&words[4])
        cdef str address = text_of(&words[5])
        if self._is_unread:
            self._user = user
            self._id = number_of(&words[1])
            self._version = number_of(&words[2])
            self._net_type = net_type
            self._address_type = address_type
            self._address = address
        return True

    cdef bint _take_time(self, Cursor line) except -1:
        cdef Span[2] words
        next_word(&line, &words[0])
        next_word(&line, &words[1])
        if self._is_unread:
            self._start_time = number_of(&words[0])
            self._stop_time = number_of(&words[1])
        return True

    @property
    def address(self):
        """The address in the `o=` line, a str."""
        if self._is_unread:
            self.read_fields()
        return self._address

    @address.setter
    def address(self, value):
        cdef str address = check_token(value, "address")
        self.begin_assignment()
        self._address = address

    @property
    def id(self):
        """The session identifier in the `o=` line, an int."""
        if self._is_unread:
            self.read_fields()
        return self._id

    @id.setter
    def id(self, value):
        cdef unsigned long long id = check_number(value, "id", 0, MAX_NUMBER)
        self.begin_assignment()
        self._id = id

    @property
    def version(self):
        """The version in the `o=` line, an int."""
        if self._is_unread:
            self.read_fields()
        return self._version

    @version.setter
    def version(self, value):
        cdef unsigned long long version = check_number(value, "version", 0, MAX_NUMBER)
        self.begin_assignment()
        self._version = version

    @property
    def user(self):
        """The user name in the `o=` line, a str."""
        if self._is_unread:
            self.read_fields()
        return self._user

    @user.setter
    def user(self, value):
        cdef str user = check_token(value, "user")
        self.begin_assignment()
        self._user = user

    @property
    def net_type(self):
        """The network type in the `o=` line, a str."""
        if self._is_unread:
            self.read_fields()
        return self._net_type

    @net_type.setter
    def net_type(self, value):
        cdef str net_type = check_token(value, "net_type")
        self.begin_assignment()
        self._net_type = net_type

    @property
    def address_type(self):
        """The address type in the `o=` line, a str."""
        if self._is_unread:
            self.read_fields()
        return self._address_type

    @address_type.setter
    def address_type(self, value):
        cdef str address_type = check_token(value, "address_type")
        self.begin_assignment()
        self._address_type = address_type

    @property
    def name(self):
        """The `s=` line, a str."""
        if self._is_unread:
            self.read_fields()
        return self._name

    @name.setter
    def name(self, value):
        cdef str name = check_text(value, "name")
        self.begin_assignment()
        self._name = name

    @property
    def start_time(self):
        """The first value of the `t=` line, an int in seconds since 1900; 0 for unbounded."""
        if self._is_unread:
            self.read_fields()
        return self._start_time

    @start_time.setter
    def start_time(self, value):
        cdef unsigned long long start_time = check_number(value, "start_time", 0, MAX_NUMBER)
        self.begin_assignment()
        self._start_time = start_time

    @property
    def stop_time(self):
        """The second value of the `t=` line, an int in seconds since 1900; 0 for unbounded."""
        if self._is_unread:
            self.read_fields()
        return self._stop_time

    @stop_time.setter
    def stop_time(self, value):
        cdef unsigned long long stop_time = check_number(value, "stop_time", 0, MAX_NUMBER)
        self.begin_assignment()
        self._stop_time = stop_time

    # ---- media

    cdef list read_media_sections(self):
        cdef list media
        cdef list attributes
        cdef bytes text
        cdef size_t begin, end, total, fields_end
        if self._media is None:
            media = []
            text = self._text
            if text is not None:
                total = len(text)
                begin = self._end
                attributes = self.read_attributes() if begin < total else None
                while begin < total:
                    end = section_end(text, begin, total, &fields_end)
                    media.append(read_media(text, begin, fields_end, end, attributes))
                    begin = end
            if self._media is None:
                self._media = media
        return self._media

    cdef int attributes_replaced(self, list old, list new) except -1:
        """Let the sections that were parsed with this session go by the new list."""
        if self._media is not None and old is not None:
            for item in self._media:
                if isinstance(item, SDPMedia) and (<SDPMedia> item)._session_attributes is old:
                    (<SDPMedia> item)._session_attributes = new
        return 0

    cdef bint keeps_media(self) except -1:
        """Whether the text still says what the sections do."""
        cdef SDPMedia section
        cdef bytes text = self._text
        cdef size_t place
        if text is None:
            return False
        if self._media is None:
            return True
        place = self._end
        for item in self._media:
            if not isinstance(item, SDPMedia):
                return False
            section = <SDPMedia> item
            if section._text is not text or section._begin != place:
                return False
            if not section.keeps_everything():
                return False
            place = section._end
        return place == <size_t> len(text)

    @property
    def media(self):
        """The media sections, a list of `SDPMedia`."""
        return self.read_media_sections()

    @media.setter
    def media(self, value):
        self._media = check_list(value, "media", SDPMedia)

    # ---- to text

    cdef int write_fields(self, Writer writer) except -1:
        writer.raw(b"v=0\r\no=", 7)
        writer.text(self._user)
        writer.character(c" ")
        writer.number(self._id)
        writer.character(c" ")
        writer.number(self._version)
        writer.character(c" ")
        writer.text(self._net_type)
        writer.character(c" ")
        writer.text(self._address_type)
        writer.character(c" ")
        writer.text(self._address)
        writer.end()
        writer.begin(c"s")
        writer.text(self._name)
        writer.end()
        self.write_shared_fields(writer)
        writer.begin(c"t")
        writer.number(self._start_time)
        writer.character(c" ")
        writer.number(self._stop_time)
        writer.end()
        return self.write_other_lines(writer, PLACE_OF_TIMES, LAST_PLACE_OF_FIELDS)

    cdef int write(self, Writer writer) except -1:
        cdef bytes text = self._text
        cdef list media
        cdef Py_ssize_t index
        SDPSection.write(self, writer)
        if self._media is not None:
            media = list(self._media)
            check_items(media, "media", SDPMedia)
            for index, item in enumerate(media):
                try:
                    (<SDPMedia> item).write(writer)
                except (TypeError, ValueError) as error:
                    raise type(error)(f"media[{index}].{error}") from None
        elif text is not None:
            writer.raw(<const char *> text + self._end, len(text) - self._end)
        return 0

    def __str__(self):
        if self.keeps_everything() and self.keeps_media():
            return self._text.decode("utf-8", "surrogateescape")
        cdef Writer writer = Writer.__new__(Writer)
        self.write(writer)
        return writer.as_str()

    def __bytes__(self):
        if self.keeps_everything() and self.keeps_media():
            return self._text
        cdef Writer writer = Writer.__new__(Writer)
        self.write(writer)
        return writer.as_bytes()

    # ---- copies and comparison

    def copy(self):
        """A new, equal object that shares nothing with this one."""
        cdef SDPSession result = SDPSession.__new__(type(self))
        self.copy_to(result)
        if self._media is not None:
            result._media = copy_items(self._media, "media", SDPMedia)
            result.adopt(self.own_sections())
        if not result._is_unread:
            result._address = self._address
            result._id = self._id
            result._version = self._version
            result._user = self._user
            result._net_type = self._net_type
            result._address_type = self._address_type
            result._name = self._name
            result._start_time = self._start_time
            result._stop_time = self._stop_time
        if type(self) is not SDPSession:
            # The last thing, since it may run code of the class.
            set_extra(result, extra_of(self))
        return result

    cdef tuple own_sections(self):
        """Which sections go by the attributes of this session, by their indexes."""
        return tuple(
            [
                index
                for index, item in enumerate(self.read_media_sections())
                if isinstance(item, SDPMedia)
                and self._attributes is not None
                and (<SDPMedia> item)._session_attributes is self._attributes
            ]
        )

    cdef int adopt(self, tuple indexes) except -1:
        """Let sections that have just been copied go by the attributes of this session."""
        cdef SDPMedia section
        for index in indexes:
            section = self._media[index]
            # Of a shallow copy they are the same objects, which stay with the first.
            if section._session_attributes is None:
                section._session_attributes = self.read_attributes()
        return 0

    def __eq__(self, other):
        if not isinstance(other, SDPSession):
            return NotImplemented
        cdef SDPSession right = other
        return (
            self.address == right.address
            and self._id == right._id
            and self._version == right._version
            and self._user == right._user
            and self._net_type == right._net_type
            and self._address_type == right._address_type
            and self._name == right._name
            and self._start_time == right._start_time
            and self._stop_time == right._stop_time
            and self.equals(right)
            and self.media == right.media
        )

    def __repr__(self):
        cdef list parts = [repr(self.address), f"id={self._id}", f"version={self._version}"]
        for name, default in (
            ("user", "-"), ("net_type", "IN"), ("address_type", "IP4"), ("name", " "),
            ("info", None), ("connection", None), ("start_time", 0), ("stop_time", 0),
            ("attributes", []), ("media", []), ("bandwidth", []), ("other_lines", []),
        ):
            value = getattr(self, name)
            if value != default:
                parts.append(f"{name}={value!r}")
        return f"SDPSession({', '.join(parts)})"

    def __reduce__(self):
        # All of it as state: an item may refer back to what it is in.
        state = (
            self.address,
            self._id,
            self._version,
            self._user,
            self._net_type,
            self._address_type,
            self._name,
            self.info,
            self.connection,
            self._start_time,
            self._stop_time,
            self.attributes,
            self.media,
            self.bandwidth,
            self.other_lines,
            self.own_sections(),
            extra_of(self),
        )
        return new_object, (type(self),), state

    def __setstate__(self, state):
        (
            self.address,
            self.id,
            self.version,
            self.user,
            self.net_type,
            self.address_type,
            self.name,
            self.info,
            self.connection,
            self.start_time,
            self.stop_time,
            self.attributes,
            self.media,
            self.bandwidth,
            self.other_lines,
            indexes,
            extra,
        ) = state
        self.adopt(indexes)
        set_extra(self, extra)
