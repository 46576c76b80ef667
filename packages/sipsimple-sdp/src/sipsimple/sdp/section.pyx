"""`SDPSection`: what a whole session and a media section have in common (RFC 8866 section 5)."""

cimport cython

from sipsimple.sdp.attribute cimport SDPAttribute, direction_of, read_attribute
from sipsimple.sdp.bandwidth cimport SDPBandwidth, read_bandwidth
from sipsimple.sdp.checks cimport check_items, check_list, check_optional_text, copy_items
from sipsimple.sdp.connection cimport SDPConnection, read_connection
from sipsimple.sdp.line cimport SDPLine, read_line
from sipsimple.sdp.scanner cimport (
    LAST_PLACE_OF_FIELDS,
    Cursor,
    Span,
    next_line,
    place_in_session,
    text_of,
)
from sipsimple.sdp.writer cimport Writer

from sipsimple.sdp.views.transport import TransportViews


cdef str find_direction(list attributes):
    cdef str direction
    for item in attributes:
        if isinstance(item, SDPAttribute):
            direction = direction_of(item)
            if direction is not None:
                return direction
    return None


cdef bint has_items(list now, tuple before) except -1:
    cdef Py_ssize_t index
    if before is None:
        return not now
    if now is None or len(now) != len(before):
        return False
    for index in range(len(before)):
        if now[index] is not before[index]:
            return False
    return True


@cython.auto_pickle(False)
cdef class SDPSection:
    """SDPSection()
--

    The part that `SDPSession` and `SDPMedia` share. Only these two are to be made.

    Raises:
        TypeError: Always.

    Source: RFC 8866 section 5.
    """

    __hash__ = None

    # Typed views of the attributes: properties with their docstrings.
    ice_ufrag = TransportViews.ice_ufrag
    ice_pwd = TransportViews.ice_pwd
    ice_options = TransportViews.ice_options
    setup = TransportViews.setup
    fingerprints = TransportViews.fingerprints
    extmap = TransportViews.extmap
    extmap_allow_mixed = TransportViews.extmap_allow_mixed

    def __init__(self):
        raise TypeError("SDPSection is not to be made: make an SDPSession or SDPMedia")

    # ---- from the text

    cdef int set_text(self, bytes text, size_t begin, size_t fields_end, size_t end) except -1:
        self._text = text
        self._begin = begin
        self._fields_end = fields_end
        self._end = end
        self._is_unread = True
        return 0

    cdef int read_fields(self) except -1:
        """Make objects of all lines but the attributes.

        Where memory is collected in between, another thread may do the same: who comes second
        leaves everything as it is.
        """
        cdef str info = None
        cdef SDPConnection connection = None
        cdef list bandwidth = None
        cdef list other_lines = None
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
                if bandwidth is None:
                    bandwidth = []
                bandwidth.append(read_bandwidth(&line))
            elif not is_first:
                if other_lines is None:
                    other_lines = []
                other_lines.append(read_line(kind, &line))
            elif kind == c"i":
                info = text_of(&line)
            elif kind == c"c":
                connection = read_connection(&line)
            elif not self.take_own_line(kind, &line):
                if other_lines is None:
                    other_lines = []
                other_lines.append(read_line(kind, &line))
        if self._is_unread:
            self._info = info
            self._connection = connection
            self._bandwidth = bandwidth
            self._other_lines = other_lines
            self._bandwidth_read = tuple(bandwidth) if bandwidth else None
            self._other_lines_read = tuple(other_lines) if other_lines else None
            self._is_unread = False
        return 0

    cdef int begin_assignment(self) except -1:
        """Before a field gets a value that has been checked."""
        if self._is_unread:
            self.read_fields()
        self._is_assigned = True
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
                    attributes.append(read_attribute(text, &line))
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
        cdef str info = check_optional_text(value, "info")
        self.begin_assignment()
        self._info = info

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
        self.begin_assignment()
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
        self.begin_assignment()
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
        self.begin_assignment()
        self._other_lines = lines

    @property
    def attributes(self):
        """The `a=` lines, a list of `SDPAttribute`."""
        return self.read_attributes()

    @attributes.setter
    def attributes(self, value):
        cdef list attributes = check_list(value, "attributes", SDPAttribute)
        cdef list old = self._attributes
        self._attributes = attributes
        self.attributes_replaced(old, attributes)

    cdef int attributes_replaced(self, list old, list new) except -1:
        """Tell those who look at the list."""
        return 0

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

    # ---- what has not changed

    cdef bint keeps_own_fields(self) except -1:
        return True

    cdef bint keeps_fields(self) except -1:
        if self._is_unread:
            return True
        if (
            self._text is None
            or self._is_assigned
            or not has_items(self._bandwidth, self._bandwidth_read)
            or not has_items(self._other_lines, self._other_lines_read)
            or not self.keeps_own_fields()
        ):
            return False
        if self._connection is not None and not self._connection._is_kept:
            return False
        if self._bandwidth_read is not None:
            for item in self._bandwidth_read:
                if not (<SDPBandwidth> item)._is_kept:
                    return False
        if self._other_lines_read is not None:
            for item in self._other_lines_read:
                if not (<SDPLine> item)._is_kept:
                    return False
        return True

    cdef bint keeps_attributes(self) except -1:
        cdef SDPAttribute attribute
        cdef const char *start
        cdef const char *place
        if self._text is None:
            return False
        if self._attributes is None:
            return True
        # Each begins where the one before it ended.
        start = self._text
        place = start + self._fields_end
        for item in self._attributes:
            if type(item) is not SDPAttribute:
                return False
            attribute = <SDPAttribute> item
            if not attribute._is_kept or attribute._span.start != place + 2:
                return False
            place = attribute._span.end + 2
        return place == start + self._end

    cdef bint keeps_everything(self) except -1:
        return self._text is not None and self.keeps_fields() and self.keeps_attributes()

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
        """Write the lines of this section; what has not changed is taken as it stands."""
        cdef list items
        cdef const char *start = NULL
        cdef bytes text = self._text
        if text is not None:
            start = text
        if self.keeps_fields():
            writer.raw(start + self._begin, self._fields_end - self._begin)
        else:
            self.write_fields(writer)
        if self.keeps_attributes():
            writer.raw(start + self._fields_end, self._end - self._fields_end)
        elif self._attributes is not None:
            items = list(self._attributes)
            for item in items:
                if not isinstance(item, SDPAttribute):
                    check_items(items, "attributes", SDPAttribute)
                (<SDPAttribute> item).write(writer)
        return 0

    # ---- copies and comparison

    cdef int copy_to(self, SDPSection result) except -1:
        # The text never changes, so both may have it, and what it still says is not copied.
        result._text = self._text
        result._begin = self._begin
        result._fields_end = self._fields_end
        result._end = self._end
        if self._attributes is not None and not self.keeps_attributes():
            result._attributes = copy_items(self._attributes, "attributes", SDPAttribute)
        if self.keeps_fields():
            result._is_unread = True
            return 0
        result._is_assigned = True
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
        cdef Writer writer
        if self.keeps_everything():
            return self._text[self._begin:self._end].decode("utf-8", "surrogateescape")
        writer = Writer.__new__(Writer)
        self.write(writer)
        return writer.as_str()

    def __bytes__(self):
        cdef Writer writer = Writer.__new__(Writer)
        self.write(writer)
        return writer.as_bytes()
