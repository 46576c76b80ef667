"""From any text of a session description to the canonical one, which `SDPSession` keeps."""

from sipsimple.sdp.scanner cimport is_canonical

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
    if type(text) is bytes:
        return text
    if isinstance(text, str):
        # Of a subclass the text alone.
        return _encode(text if type(text) is str else str.__str__(text))
    if not isinstance(text, (bytes, bytearray, memoryview)):
        raise TypeError(f"text: must be bytes or str, not {type(text).__name__}")
    return bytes(text)


def is_canonical_text(bytes text not None):
    """Whether a text is, byte for byte, what the SDP classes print for it."""
    return is_canonical(text, len(text))


cdef bytes canonical_text(object text, bint strict):
    """See `SDPSession.parse()`."""
    cdef bytes data = _to_bytes(text)
    if strict:
        check(data.decode("utf-8", "surrogateescape"))
    if is_canonical(data, len(data)):
        return data
    if b"\r" not in data:
        # Most often nothing else is to be done.
        with_ends = data.replace(b"\n", b"\r\n")
        if is_canonical(with_ends, len(with_ends)):
            return with_ends
    normal = normalize(data.decode("utf-8", "surrogateescape"))
    return normal.encode("utf-8", "surrogateescape")
