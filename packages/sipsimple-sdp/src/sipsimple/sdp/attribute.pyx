"""`SDPAttribute`: an `a=` line (RFC 8866 section 5.13)."""

from libc.string cimport memchr

from sipsimple.sdp.checks cimport check_text
from sipsimple.sdp.scanner cimport Span, text_of, word_of
from sipsimple.sdp.writer cimport Writer

# Their values are keys or passwords (RFC 4568, RFC 8839, RFC 4567).
cdef frozenset SECRET = frozenset(("crypto", "ice-pwd", "key-mgmt"))


cdef str _check_name(object value):
    cdef str name = check_text(value, "name")
    if not name:
        raise ValueError("name: must not be empty")
    if name[-1] == " " or name[-1] == "\t":
        raise ValueError(f"name: {name!r} ends in white space")
    # What follows a colon would come back from a parser as the value.
    if ":" in name:
        raise ValueError(f"name: {name!r} contains a colon")
    return name


cdef class SDPAttribute:
    """SDPAttribute(name, value)
--

    An `a=` line, of a whole session or of one media section.

    Args:
        name: What stands before the colon, a str.
        value: What stands behind the colon, a str; "" if the attribute has no value.

    Each is an attribute too, checked when it is assigned.

    Raises:
        TypeError: A value is not a str.
        ValueError: A value contains CR, LF or NUL, or the name is empty, contains a colon or
            ends in white space.

    Source: RFC 8866 section 5.13; `pjmedia_sdp_attr`.
    """

    __match_args__ = ("name", "value")
    __hash__ = None

    def __cinit__(self):
        self._name = self._value = ""

    def __init__(self, name, value):
        self._name = _check_name(name)
        self._value = check_text(value, "value")

    @property
    def name(self):
        """What stands before the colon, a str."""
        return self._name

    @name.setter
    def name(self, value):
        self._name = _check_name(value)

    @property
    def value(self):
        """What stands behind the colon, a str; "" if there is no value."""
        return self._value

    @value.setter
    def value(self, value):
        self._value = check_text(value, "value")

    cdef int write(self, Writer writer) except -1:
        if self._value:
            return writer.pair(c"a", self._name, c":", self._value)
        writer.begin(c"a")
        writer.text(self._name)
        return writer.end()

    def copy(self):
        """A new, equal object."""
        cdef SDPAttribute result = SDPAttribute.__new__(SDPAttribute)
        result._name = self._name
        result._value = self._value
        return result

    def __eq__(self, other):
        if not isinstance(other, SDPAttribute):
            return NotImplemented
        cdef SDPAttribute right = other
        return self._name == right._name and self._value == right._value

    def __repr__(self):
        if self._name in SECRET:
            # It may end up in a log.
            return f"SDPAttribute({self._name!r}, '...')"
        return f"SDPAttribute({self._name!r}, {self._value!r})"

    def __str__(self):
        return f"a={self._name}:{self._value}" if self._value else f"a={self._name}"

    def __reduce__(self):
        return type(self), (self._name, self._value)


cdef SDPAttribute read_attribute(const Span *value):
    """The attribute of a line of a canonical text."""
    cdef SDPAttribute attribute = SDPAttribute.__new__(SDPAttribute)
    cdef Span part = value[0]
    cdef const char *colon = <const char *> memchr(part.start, b":", part.end - part.start)
    if colon != NULL:
        part.start = colon + 1
        attribute._value = text_of(&part)
        part.start = value.start
        part.end = colon
    attribute._name = word_of(&part)
    return attribute
