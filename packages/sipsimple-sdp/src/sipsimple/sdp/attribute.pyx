"""`SDPAttribute`: an `a=` line (RFC 8866 section 5.13)."""

from libc.string cimport memchr

from sipsimple.sdp.checks cimport check_text, extra_of, set_extra
from sipsimple.sdp.scanner cimport Span
from sipsimple.sdp.words cimport word_of
from sipsimple.sdp.writer cimport Writer

from copyreg import __newobj__ as new_object

cdef frozenset DIRECTIONS = frozenset(("sendrecv", "sendonly", "recvonly", "inactive"))

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

    def __init__(self, name, value):
        cdef str checked = _check_name(name)
        self.assign(checked, check_text(value, "value", checked in SECRET))

    cdef int assign(self, str name, str value) except -1:
        self._name = name
        self._value = value
        self._is_kept = False
        return 0

    cdef str read_name(self):
        cdef Span name
        if self._name is None:
            if self._text is None:
                return ""
            name.start = self._span.start
            name.end = self._name_end
            self._name = word_of(&name)
        return self._name

    cdef str read_value(self):
        cdef Span value
        if self._value is None:
            # Where it has no colon, it has no value.
            if self._text is None or self._name_end == self._span.end:
                return ""
            value.start = self._name_end + 1
            value.end = self._span.end
            self._value = word_of(&value)
        return self._value

    @property
    def name(self):
        """What stands before the colon, a str."""
        return self.read_name() if self._name is None else self._name

    @name.setter
    def name(self, value):
        self.assign(_check_name(value), self.read_value())

    @property
    def value(self):
        """What stands behind the colon, a str; "" if there is no value."""
        return self.read_value() if self._value is None else self._value

    @value.setter
    def value(self, value):
        cdef str name = self.read_name()
        self.assign(name, check_text(value, "value", name in SECRET))

    cdef int write(self, Writer writer) except -1:
        if self._is_kept:
            # With the "a=" before it and the CRLF behind it.
            return writer.raw(self._span.start - 2, self._span.end - self._span.start + 4)
        if self.read_value():
            return writer.pair(c"a", self.read_name(), c":", self._value)
        writer.begin(c"a")
        writer.text(self.read_name())
        return writer.end()

    def copy(self):
        """A new, equal object."""
        cdef SDPAttribute result = SDPAttribute.__new__(type(self))
        result._name = self._name
        result._value = self._value
        result._text = self._text
        result._span = self._span
        result._name_end = self._name_end
        result._is_kept = self._is_kept
        if type(self) is not SDPAttribute:
            set_extra(result, extra_of(self))
        return result

    def __eq__(self, other):
        if not isinstance(other, SDPAttribute):
            return NotImplemented
        cdef SDPAttribute right = other
        return self.read_name() == right.read_name() and self.read_value() == right.read_value()

    def __repr__(self):
        if self.read_name() in SECRET:
            # It may end up in a log.
            return f"SDPAttribute({self._name!r}, '...')"
        return f"SDPAttribute({self.read_name()!r}, {self.read_value()!r})"

    def __str__(self):
        name, value = self.read_name(), self.read_value()
        return f"a={name}:{value}" if value else f"a={name}"

    def __reduce__(self):
        return new_object, (type(self),), (self.read_name(), self.read_value(), extra_of(self))

    def __setstate__(self, state):
        self.name, self.value, extra = state
        set_extra(self, extra)


cdef SDPAttribute new_attribute(str name, str value):
    """An attribute of two texts that have been checked."""
    cdef SDPAttribute attribute = SDPAttribute.__new__(SDPAttribute)
    attribute._name = name
    attribute._value = value
    return attribute


cdef SDPAttribute read_attribute(bytes text, const Span *value):
    """The attribute of a line of a canonical text; its texts are taken out when they are read."""
    cdef SDPAttribute attribute = SDPAttribute.__new__(SDPAttribute)
    cdef const char *colon
    colon = <const char *> memchr(value.start, b":", value.end - value.start)
    attribute._text = text
    attribute._span = value[0]
    attribute._name_end = value.end if colon == NULL else colon
    attribute._is_kept = True
    return attribute


cdef str direction_of(SDPAttribute attribute):
    cdef str name
    cdef size_t length = attribute._span.end - attribute._span.start
    # Each of them is of eight characters: most others need no look at the name.
    if attribute._is_kept and (length < 8 or (length > 8 and attribute._span.start[8] != c":")):
        return None
    name = attribute.read_name()
    return name if name in DIRECTIONS else None
