"""`SDPConnection`: a `c=` line (RFC 8866 section 5.7)."""

from sipsimple.sdp.checks cimport check_token, extra_of, set_extra
from sipsimple.sdp.scanner cimport Cursor, Span, next_word, text_of
from sipsimple.sdp.words cimport word_of
from sipsimple.sdp.writer cimport Writer

from copyreg import __newobj__ as new_object


cdef class SDPConnection:
    """SDPConnection(address, net_type="IN", address_type="IP4")
--

    A `c=` line, of a whole session or of one media section.

    Args:
        address: The address, a str; with TTL and count if it is multicast ("224.2.1.1/127/3").
        net_type: The network type, a str.
        address_type: The address type, a str: "IP4" or "IP6".

    Each is an attribute too, checked when it is assigned.

    Raises:
        TypeError: A value is not a str.
        ValueError: A value is empty or contains white space or NUL.

    Source: RFC 8866 section 5.7; `pjmedia_sdp_conn`.
    """

    __match_args__ = ("address", "net_type", "address_type")
    __hash__ = None

    def __cinit__(self):
        self._address = self._net_type = self._address_type = ""

    def __init__(self, address, net_type="IN", address_type="IP4"):
        cdef str checked = check_token(address, "address")
        cdef str checked_net_type = check_token(net_type, "net_type")
        self._address_type = check_token(address_type, "address_type")
        self._net_type = checked_net_type
        self._address = checked
        self._is_kept = False

    @property
    def address(self):
        """The address, a str; with TTL and count if it is multicast."""
        return self._address

    @address.setter
    def address(self, value):
        self._address = check_token(value, "address")
        self._is_kept = False

    @property
    def net_type(self):
        """The network type, a str; "IN" for the Internet."""
        return self._net_type

    @net_type.setter
    def net_type(self, value):
        self._net_type = check_token(value, "net_type")
        self._is_kept = False

    @property
    def address_type(self):
        """The address type, a str: "IP4" or "IP6"."""
        return self._address_type

    @address_type.setter
    def address_type(self, value):
        self._address_type = check_token(value, "address_type")
        self._is_kept = False

    cdef int write(self, Writer writer) except -1:
        writer.begin(c"c")
        writer.text(self._net_type)
        writer.character(c" ")
        writer.text(self._address_type)
        writer.character(c" ")
        writer.text(self._address)
        return writer.end()

    def copy(self):
        """A new, equal object."""
        cdef SDPConnection result = SDPConnection.__new__(type(self))
        result._address = self._address
        result._net_type = self._net_type
        result._address_type = self._address_type
        if type(self) is not SDPConnection:
            set_extra(result, extra_of(self))
        return result

    def __eq__(self, other):
        if not isinstance(other, SDPConnection):
            return NotImplemented
        cdef SDPConnection right = other
        return (
            self._address == right._address
            and self._net_type == right._net_type
            and self._address_type == right._address_type
        )

    def __repr__(self):
        cdef list parts = [repr(self._address)]
        if self._net_type != "IN":
            parts.append(f"net_type={self._net_type!r}")
        if self._address_type != "IP4":
            parts.append(f"address_type={self._address_type!r}")
        return f"SDPConnection({', '.join(parts)})"

    def __str__(self):
        return f"c={self._net_type} {self._address_type} {self._address}"

    def __reduce__(self):
        state = self._address, self._net_type, self._address_type, extra_of(self)
        return new_object, (type(self),), state

    def __setstate__(self, state):
        self.address, self.net_type, self.address_type, extra = state
        set_extra(self, extra)


cdef SDPConnection read_connection(const Span *value):
    """The connection of a line of a canonical text."""
    cdef SDPConnection connection = SDPConnection.__new__(SDPConnection)
    cdef Cursor line = value[0]
    cdef Span word
    next_word(&line, &word)
    connection._net_type = word_of(&word)
    next_word(&line, &word)
    connection._address_type = word_of(&word)
    next_word(&line, &word)
    connection._address = text_of(&word)
    connection._is_kept = True
    return connection
