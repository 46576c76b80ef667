"""`SDPSection`: what a whole session and a media section have in common (RFC 8866 section 5)."""

from sipsimple.sdp.attribute cimport SDPAttribute, read_attribute
from sipsimple.sdp.bandwidth cimport SDPBandwidth, read_bandwidth
from sipsimple.sdp.checks cimport check_items, check_list, check_optional_text, copy_items
from sipsimple.sdp.connection cimport SDPConnection, read_connection
from sipsimple.sdp.line cimport SDPLine, read_line
from sipsimple.sdp.scanner cimport (
    LAST_PLACE_OF_FIELDS,
    Cursor,
    Span,
    fields_end,
    next_line,
    place_in_session,
    text_of,
)
from sipsimple.sdp.writer cimport Writer

from sipsimple.sdp.views.transport import TransportViews

cdef frozenset DIRECTIONS = frozenset(("sendrecv", "sendonly", "recvonly", "inactive"))


cdef str find_direction(list attributes):
    for item in attributes:
        if isinstance(item, SDPAttribute) and (<SDPAttribute> item)._name in DIRECTIONS:
            return (<SDPAttribute> item)._name
    return None


cdef class SDPSection:
    """The part that `SDPSession` and `SDPMedia` share. Only these two are to be made.

    Source: RFC 8866 section 5.
    """

    __hash__ = None

    # Typed views of the attributes: properties with their docstrings.
    ice_ufrag = TransportViews.ice_ufrag
    ice_pwd = TransportViews.ice_pwd
    ice_options = TransportViews.ice_options
    setup = TransportViews.setup
    fingerprints = TransportViews.fingerprints

    def __cinit__(self):
        self._bandwidth = self._other_lines = self._attributes = None

    # ---- from the text

    cdef int set_text(self, bytes text, size_t begin, size_t end) except -1:
        cdef const char *start = text
        self._text = text
        self._begin = begin
        self._end = end
        self._fields_end = fields_end(start, begin, end)
        self._is_unread = True
        return 0

    cdef int read_fields(self) except -1:
        """Make objects of all lines but the attributes.

        Where memory is collected in between, another thread may do the same: who comes second
        leaves everything as it is.
        """
        cdef str info = None
        cdef SDPConnection connection = None
        cdef list bandwidth = []
        cdef list other_lines = []
        cdef bytes text = self._text
        cdef const char *start = text
        cdef Cursor cursor
        cdef Span line
        cdef char kind
        # A bit for each type that has been there.
        cdef unsigned seen = 0
        cdef bint is_first
        cursor.start = start + self._begin
        cursor.end = start + self._fields_end
        while next_line(&cursor, &line):
            kind = line.start[0]
            line.start += 2
            is_first = not seen & (1 << (kind - c"a"))
            seen |= 1 << (kind - c"a")
            if kind == c"b":
                bandwidth.append(read_bandwidth(&line))
            elif not is_first:
                other_lines.append(read_line(kind, &line))
            elif kind == c"i":
                info = text_of(&line)
            elif kind == c"c":
                connection = read_connection(&line)
            elif not self.take_own_line(kind, &line):
                other_lines.append(read_line(kind, &line))
        if self._is_unread:
            self._info = info
            self._connection = connection
            self._bandwidth = bandwidth
            self._other_lines = other_lines
            self._is_unread = False
        return 0

    cdef list read_attributes(self):
        cdef list attributes
        cdef bytes text
        cdef const char *start
        cdef Cursor cursor
        cdef Span line
        if self._attributes is None:
            attributes = []
            text = self._text
            if text is not None:
                start = text
                cursor.start = start + self._fields_end
                cursor.end = start + self._end
                while next_line(&cursor, &line):
                    line.start += 2
                    attributes.append(read_attribute(&line))
            if self._attributes is None:
                self._attributes = attributes
        return self._attributes

    cdef bint take_own_line(self, char kind, const Span *value) except -1:
        """Read a line that has its field in this kind of section only; whether it is one."""
        return False

    # ---- attributes

    @property
    def info(self):
        """The `i=` line, a str, or `None`."""
        if self._is_unread:
            self.read_fields()
        return self._info

    @info.setter
    def info(self, value):
        if self._is_unread:
            self.read_fields()
        self._info = check_optional_text(value, "info")

    @property
    def connection(self):
        """The `c=` line, an `SDPConnection`, or `None`."""
        if self._is_unread:
            self.read_fields()
        return self._connection

    @connection.setter
    def connection(self, value):
        if value is not None and not isinstance(value, SDPConnection):
            raise TypeError(
                f"connection: must be SDPConnection or None, not {type(value).__name__}"
            )
        if self._is_unread:
            self.read_fields()
        self._connection = value

    @property
    def bandwidth(self):
        """The `b=` lines, a list of `SDPBandwidth`."""
        if self._is_unread:
            self.read_fields()
        if self._bandwidth is None:
            self._bandwidth = []
        return self._bandwidth

    @bandwidth.setter
    def bandwidth(self, value):
        cdef list bandwidth = check_list(value, "bandwidth", SDPBandwidth)
        if self._is_unread:
            self.read_fields()
        self._bandwidth = bandwidth

    @property
    def other_lines(self):
        """Lines without a field of their own, a list of `SDPLine`.

        They are printed where the grammar has them, those of one type in the order of the list.
        """
        if self._is_unread:
            self.read_fields()
        if self._other_lines is None:
            self._other_lines = []
        return self._other_lines

    @other_lines.setter
    def other_lines(self, value):
        cdef list lines = check_list(value, "other_lines", SDPLine)
        self.check_places(lines)
        if self._is_unread:
            self.read_fields()
        self._other_lines = lines

    @property
    def attributes(self):
        """The `a=` lines, a list of `SDPAttribute`."""
        return self.read_attributes()

    @attributes.setter
    def attributes(self, value):
        self._attributes = check_list(value, "attributes", SDPAttribute)

    # ---- lines without a field

    cdef int place_of(self, char kind) noexcept:
        return place_in_session(kind)

    cdef int check_places(self, list lines) except -1:
        cdef Py_ssize_t index
        check_items(lines, "other_lines", SDPLine)
        for index, line in enumerate(lines):
            if self.place_of(<char> ord((<SDPLine> line)._type)) == 0:
                raise ValueError(
                    f"other_lines[{index}]: {(<SDPLine> line)._type}= has no place in "
                    f"{type(self).__name__}"
                )
        return 0

    cdef list ordered_lines(self):
        """The other lines in the order in which they are printed."""
        cdef list lines
        if not self._other_lines:
            return []
        lines = list(self._other_lines)
        self.check_places(lines)
        return [
            line
            for place in range(1, LAST_PLACE_OF_FIELDS + 1)
            for line in lines
            if self.place_of(<char> ord((<SDPLine> line)._type)) == place
        ]

    cdef int write_other_lines(self, Writer writer, int first, int last) except -1:
        """Write those whose places are within two, both included."""
        if self._other_lines:
            for line in self.ordered_lines():
                if first <= self.place_of(<char> ord((<SDPLine> line)._type)) <= last:
                    (<SDPLine> line).write(writer)
        return 0

    # ---- to text

    cdef int write_fields(self, Writer writer) except -1:
        """Write everything but the attributes."""
        return 0

    cdef int write_shared_fields(self, Writer writer) except -1:
        """Write what stands in the middle: from the `i=` to the last `b=` line."""
        cdef list items
        if self._info:
            writer.begin(c"i")
            writer.text(self._info)
            writer.end()
        self.write_other_lines(writer, place_in_session(c"i"), place_in_session(c"p"))
        if self._connection is not None:
            self._connection.write(writer)
        self.write_other_lines(writer, place_in_session(c"c"), place_in_session(c"c"))
        if self._bandwidth:
            items = list(self._bandwidth)
            for item in items:
                if not isinstance(item, SDPBandwidth):
                    check_items(items, "bandwidth", SDPBandwidth)
                (<SDPBandwidth> item).write(writer)
        return 0

    cdef int write(self, Writer writer) except -1:
        """Write the lines of this section; what has not been read is taken as it stands."""
        cdef list items
        cdef bytes text = self._text
        cdef const char *start = NULL
        if text is not None:
            start = text
        if self._is_unread:
            writer.raw(start + self._begin, self._fields_end - self._begin)
        else:
            self.write_fields(writer)
        if self._attributes is not None:
            items = list(self._attributes)
            for item in items:
                if not isinstance(item, SDPAttribute):
                    check_items(items, "attributes", SDPAttribute)
                (<SDPAttribute> item).write(writer)
        elif text is not None:
            writer.raw(start + self._fields_end, self._end - self._fields_end)
        return 0

    # ---- copies and comparison

    cdef int copy_to(self, SDPSection result) except -1:
        if self._attributes is not None:
            result._attributes = copy_items(self._attributes, "attributes", SDPAttribute)
        # The text never changes, so both may have it.
        result._text = self._text
        result._begin = self._begin
        result._fields_end = self._fields_end
        result._end = self._end
        result._is_unread = self._is_unread
        if self._is_unread:
            return 0
        result._info = self._info
        if self._connection is not None:
            result._connection = self._connection.copy()
        if self._bandwidth:
            result._bandwidth = copy_items(self._bandwidth, "bandwidth", SDPBandwidth)
        if self._other_lines:
            result._other_lines = copy_items(self._other_lines, "other_lines", SDPLine)
        return 0

    cdef bint equals(self, SDPSection right) except -1:
        return (
            (self.info or "") == (right.info or "")
            and self.connection == right.connection
            and self.bandwidth == right.bandwidth
            and self.ordered_lines() == right.ordered_lines()
            and self.attributes == right.attributes
        )

    def __str__(self):
        cdef Writer writer = Writer.__new__(Writer)
        self.write(writer)
        return writer.as_str()

    def __bytes__(self):
        cdef Writer writer = Writer.__new__(Writer)
        self.write(writer)
        return writer.as_bytes()
