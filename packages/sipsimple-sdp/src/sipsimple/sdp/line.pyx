"""`SDPLine`: a line that has no class or field of its own (RFC 8866 section 5)."""

from sipsimple.sdp.checks cimport check_text, extra_of, set_extra
from sipsimple.sdp.scanner cimport Span, is_printed_so, text_of
from sipsimple.sdp.writer cimport Writer

from copyreg import __newobj__ as new_object

from sipsimple.sdp.errors import shown

# These always have a place among the other attributes of their section.
cdef frozenset TYPES_WITH_FIELDS = frozenset("vosbam")


cdef str _check_type(object value):
    cdef str kind = check_text(value, "type")
    if len(kind) != 1 or not "a" <= kind <= "z":
        raise ValueError(f"type: {kind!r} is not a letter from a to z")
    if kind in TYPES_WITH_FIELDS:
        raise ValueError(f"type: {kind!r} has a field of its own")
    return kind


cdef str _check_value(str kind, object value):
    """A value that comes back from a parser as it is."""
    cdef str text = check_text(value, "value", kind == "k")
    cdef bytes encoded = text.encode("utf-8", "surrogateescape")
    cdef Span span
    span.start = encoded
    span.end = span.start + len(encoded)
    if not is_printed_so(<char> ord(kind), span):
        raise ValueError(f"value: {shown(text)} is not that of a {kind}= line")
    return text


cdef class SDPLine:
    """SDPLine(type, value)
--

    A line without a field of its own, such as `u=` or a second `t=`, in `other_lines`.

    Args:
        type: The letter before the equals sign, a str; not one of v, o, s, b, a and m, which
            have fields for all that there may be.
        value: What stands behind it, a str. That of a `c=` line has three fields, that of a
            `t=` line two numbers, and that of an `i=` line is not empty.

    Each is an attribute too, checked when it is assigned.

    Raises:
        TypeError: A value is not a str.
        ValueError: The type is no such letter, or the value contains CR, LF or NUL or is none
            of a line of the type.

    Source: RFC 8866 section 5.
    """

    __match_args__ = ("type", "value")
    __hash__ = None

    def __cinit__(self):
        self._type = "k"
        self._value = ""

    def __init__(self, type, value):
        cdef str checked = _check_type(type)
        self._value = _check_value(checked, value)
        self._type = checked
        self._is_kept = False

    @property
    def type(self):
        """The letter before the equals sign, a str."""
        return self._type

    @type.setter
    def type(self, value):
        cdef str checked = _check_type(value)
        if self._type == "k" and checked != "k":
            # No error shows a key.
            try:
                _check_value(checked, self._value)
            except ValueError:
                raise ValueError(f"type: the value is not that of a {checked}= line") from None
        else:
            _check_value(checked, self._value)
        self._type = checked
        self._is_kept = False

    @property
    def value(self):
        """What stands behind the equals sign, a str."""
        return self._value

    @value.setter
    def value(self, value):
        self._value = _check_value(self._type, value)
        self._is_kept = False

    cdef int write(self, Writer writer) except -1:
        writer.text(self._type)
        writer.character(c"=")
        writer.text(self._value)
        return writer.end()

    def copy(self):
        """A new, equal object."""
        cdef SDPLine result = SDPLine.__new__(type(self))
        result._type = self._type
        result._value = self._value
        if type(self) is not SDPLine:
            set_extra(result, extra_of(self))
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
        return new_object, (type(self),), (self._type, self._value, extra_of(self))

    def __setstate__(self, state):
        kind, value, extra = state
        # The value of one type need not be one of another: not one by one.
        SDPLine.__init__(self, kind, value)
        set_extra(self, extra)


cdef SDPLine read_line(char kind, const Span *value):
    """The line of a canonical text that begins with a type."""
    cdef SDPLine line = SDPLine.__new__(SDPLine)
    line._type = chr(kind)
    line._value = text_of(value)
    line._is_kept = True
    return line
