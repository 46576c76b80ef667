"""`SDPBandwidth`: a `b=` line (RFC 8866 section 5.8)."""

from libc.string cimport memchr

from sipsimple.sdp.checks cimport check_number, check_token, extra_of, set_extra
from sipsimple.sdp.scanner cimport Span, number_of
from sipsimple.sdp.words cimport word_of
from sipsimple.sdp.writer cimport Writer

from copyreg import __newobj__ as new_object

# pjmedia_sdp_bandw.value is a pj_uint32_t.
cdef object MAX_VALUE = 2**32 - 1


cdef str _check_modifier(object value):
    cdef str modifier = check_token(value, "modifier")
    if ":" in modifier:
        raise ValueError(f"modifier: {modifier!r} contains a colon")
    return modifier


cdef class SDPBandwidth:
    """SDPBandwidth(modifier, value)
--

    A `b=` line, of a whole session or of one media section.

    Args:
        modifier: What the figure means, a str: "CT", "AS", "TIAS", "RR", "RS".
        value: The figure, an int from 0 to 4294967295: kilobits per second for "CT" and "AS",
            bits per second for "TIAS", "RR" and "RS".

    Each is an attribute too, checked when it is assigned.

    Raises:
        TypeError: A value is of the wrong type.
        ValueError: The value is out of range, or the modifier empty or with white space or colon.

    Source: RFC 8866 section 5.8, RFC 3890, RFC 3556; `pjmedia_sdp_bandw`.
    """

    __match_args__ = ("modifier", "value")
    __hash__ = None

    def __cinit__(self):
        self._modifier = ""
        self._value = 0

    def __init__(self, modifier, value):
        cdef str checked = _check_modifier(modifier)
        self._value = check_number(value, "value", 0, MAX_VALUE)
        self._modifier = checked
        self._is_kept = False

    @property
    def modifier(self):
        """What the figure means, a str such as "AS" or "TIAS"."""
        return self._modifier

    @modifier.setter
    def modifier(self, value):
        self._modifier = _check_modifier(value)
        self._is_kept = False

    @property
    def value(self):
        """The figure, an int; its unit depends on the modifier."""
        return self._value

    @value.setter
    def value(self, value):
        self._value = check_number(value, "value", 0, MAX_VALUE)
        self._is_kept = False

    cdef int write(self, Writer writer) except -1:
        writer.begin(c"b")
        writer.text(self._modifier)
        writer.character(c":")
        writer.number(self._value)
        return writer.end()

    def copy(self):
        """A new, equal object."""
        cdef SDPBandwidth result = SDPBandwidth.__new__(type(self))
        result._modifier = self._modifier
        result._value = self._value
        if type(self) is not SDPBandwidth:
            set_extra(result, extra_of(self))
        return result

    def __eq__(self, other):
        if not isinstance(other, SDPBandwidth):
            return NotImplemented
        cdef SDPBandwidth right = other
        return self._modifier == right._modifier and self._value == right._value

    def __repr__(self):
        return f"SDPBandwidth({self._modifier!r}, {self._value})"

    def __str__(self):
        return f"b={self._modifier}:{self._value}"

    def __reduce__(self):
        return new_object, (type(self),), (self._modifier, self._value, extra_of(self))

    def __setstate__(self, state):
        self.modifier, self.value, extra = state
        set_extra(self, extra)


cdef SDPBandwidth read_bandwidth(const Span *value):
    """The bandwidth of a line of a canonical text."""
    cdef SDPBandwidth bandwidth = SDPBandwidth.__new__(SDPBandwidth)
    cdef Span part = value[0]
    part.end = <const char *> memchr(part.start, b":", part.end - part.start)
    bandwidth._modifier = word_of(&part)
    part.start = part.end + 1
    part.end = value.end
    bandwidth._value = number_of(&part)
    bandwidth._is_kept = True
    return bandwidth
