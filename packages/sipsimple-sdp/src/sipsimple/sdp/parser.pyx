"""How an `SDPSession` comes out of a text."""

from sipsimple.sdp.scanner cimport is_canonical, section_end
from sipsimple.sdp.session cimport SDPSession

from sipsimple.sdp.errors import SDPParseError
from sipsimple.sdp.grammar import check
from sipsimple.sdp.normal import normalize


cdef bytes _encode(str text):
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise SDPParseError(
            f"{text[error.start]!r} cannot be encoded as UTF-8",
            text.count("\n", 0, error.start) + 1,
        ) from None


cdef bytes _to_bytes(object text):
    if isinstance(text, str):
        return _encode(text)
    if not isinstance(text, (bytes, bytearray, memoryview)):
        raise TypeError(f"text: must be bytes or str, not {type(text).__name__}")
    return bytes(text)


def is_canonical_text(bytes text not None):
    """Whether a text is, byte for byte, what the SDP classes print for it."""
    cdef const char *start = text
    return is_canonical(start, len(text))


def parse_session(cls, text, strict):
    """See `SDPSession.parse()`."""
    cdef bytes data = _to_bytes(text)
    cdef const char *start = data
    cdef SDPSession session
    if strict:
        check(data.decode("utf-8", "surrogateescape"))
    if not is_canonical(start, len(data)):
        data = normalize(data.decode("utf-8", "surrogateescape")).encode(
            "utf-8", "surrogateescape"
        )
        start = data
    session = SDPSession.__new__(cls)
    session.set_text(data, 0, section_end(start, 0, len(data)))
    return session
