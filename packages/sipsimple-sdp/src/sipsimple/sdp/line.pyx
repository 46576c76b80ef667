"""`SDPLine`: a line that has no class or field of its own (RFC 8866 section 5)."""

from sipsimple.sdp.checks cimport check_text
from sipsimple.sdp.scanner cimport Span, text_of
from sipsimple.sdp.writer cimport Writer

# These always have a place among the other attributes of their section.
cdef frozenset TYPES_WITH_FIELDS = frozenset("vosbam")


cdef str _check_type(object value):
    cdef str kind = check_text(value, "type")
    if len(kind) != 1 or not "a" <= kind <= "z":
        raise ValueError(f"type: {kind!r} is not a letter from a to z")
    if kind in TYPES_WITH_FIELDS:
        raise ValueError(f"type: {kind!r} has a field of its own")
    return kind


cdef class SDPLine:
    """SDPLine(type, value)
--

    A line without a field of its own, such as `u=` or a second `t=`, in `other_lines`.

    Args:
        type: The letter before the equals sign, a str; not one of v, o, s, b, a and m, which
            have fields for all that there may be.
        value: What stands behind it, a str.

    Each is an attribute too, checked when it is assigned.

    Raises:
        TypeError: A value is not a str.
        ValueError: The type is no such letter, or the value contains CR, LF or NUL.

    Source: RFC 8866 section 5.
    """

    __match_args__ = ("type", "value")
    __hash__ = None

    def __cinit__(self):
        self._type = "k"
        self._value = ""

    def __init__(self, type, value):
        self._type = _check_type(type)
        self._value = check_text(value, "value")

    @property
    def type(self):
        """The letter before the equals sign, a str."""
        return self._type

    @type.setter
    def type(self, value):
        self._type = _check_type(value)

    @property
    def value(self):
        """What stands behind the equals sign, a str."""
        return self._value

    @value.setter
    def value(self, value):
        self._value = check_text(value, "value")

    cdef int write(self, Writer writer) except -1:
        writer.text(self._type)
        writer.character(c"=")
        writer.text(self._value)
        return writer.end()

    def copy(self):
        """A new, equal object."""
        cdef SDPLine result = SDPLine.__new__(SDPLine)
        result._type = self._type
        result._value = self._value
        return result

    def __eq__(self, other):
        if not isinstance(other, SDPLine):
            return NotImplemented
        cdef SDPLine right = other
        return self._type == right._type and self._value == right._value

    def __repr__(self):
        if self._type == "k" and self._value != "prompt":
            # A key, which may end up in a log.
            return "SDPLine('k', '...')"
        return f"SDPLine({self._type!r}, {self._value!r})"

    def __str__(self):
        return f"{self._type}={self._value}"

    def __reduce__(self):
        cls = self.__class__
        return cls, (self._type, self._value)


cdef SDPLine read_line(char kind, const Span *value):
    """The line of a canonical text that begins with a type."""
    cdef SDPLine line = SDPLine.__new__(SDPLine)
    line._type = chr(kind)
    line._value = text_of(value)
    return line
