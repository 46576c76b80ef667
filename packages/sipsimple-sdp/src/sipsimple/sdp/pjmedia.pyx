"""pjmedia's own functions on session descriptions: what a call makes of them."""

from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

from sipsimple.pjproject.pjlib cimport (
    PJ_SUCCESS,
    pj_pool_alloc,
    pj_pool_release,
    pj_pool_t,
    pj_status_t,
)
from sipsimple.pjproject.pjmedia_sdp cimport (
    PJMEDIA_MAX_SDP_ATTR,
    PJMEDIA_MAX_SDP_BANDW,
    PJMEDIA_MAX_SDP_FMT,
    PJMEDIA_MAX_SDP_MEDIA,
    pjmedia_sdp_parse,
    pjmedia_sdp_print,
    pjmedia_sdp_session,
    pjmedia_sdp_validate2,
)
from sipsimple.pjproject.private_pool cimport private_pool
from sipsimple.pjproject.runtime cimport create_pool, ensure_thread
from sipsimple.sdp.native cimport session_from_native, session_to_native

from sipsimple.pjproject.runtime import strerror
from sipsimple.sdp.errors import SDPParseError

# More than any list within pjmedia's limits prints to, unless its texts are absurd.
cdef size_t MAX_TEXT = 256 * 1024 * 1024


cdef pj_pool_t *_new_pool(size_t size) except NULL:
    cdef pj_pool_t *pool
    with nogil:
        ensure_thread()
        pool = create_pool(b"sdp", size, 16384)
    if pool == NULL:
        raise MemoryError
    return pool


cdef int _release(pj_pool_t *pool) except -1:
    with nogil:
        pj_pool_release(pool)
    return 0


def validate(session, bint strict):
    """See `SDPSession.validate()`."""
    cdef pj_pool_t *pool = private_pool(16384, 16384)
    cdef pj_status_t status
    try:
        status = pjmedia_sdp_validate2(session_to_native(session, pool), strict)
    finally:
        pj_pool_release(pool)
    if status != PJ_SUCCESS:
        raise ValueError(strerror(status))


def print_by_pjmedia(session):
    """The text that pjmedia prints for a description, bytes: what a call puts into a message.

    Raises:
        TypeError: It is not an `SDPSession`, or holds a list with something foreign in it.
        ValueError: There are more items than pjmedia's arrays have room for.

    Source: `pjmedia_sdp_print()`.
    """
    cdef pj_pool_t *pool = _new_pool(16384)
    cdef pjmedia_sdp_session *native
    cdef char *buffer = NULL
    cdef size_t size = 2048
    cdef int length = -1
    try:
        native = session_to_native(session, pool)
        # pjmedia tells only that a buffer is too small, not by how much.
        while length < 0:
            size *= 2
            free(buffer)
            buffer = <char *> malloc(size) if size <= MAX_TEXT else NULL
            if buffer == NULL:
                raise MemoryError
            with nogil:
                length = pjmedia_sdp_print(native, buffer, size)
        return buffer[:length]
    finally:
        free(buffer)
        _release(pool)


def parse_by_pjmedia(data):
    """The description that pjmedia reads from bytes: what a call sees of a received message.

    Raises:
        SDPParseError: pjmedia refuses the text; the message is pjmedia's.

    Source: `pjmedia_sdp_parse()`.
    """
    cdef bytes text = bytes(data)
    cdef size_t length = len(text)
    cdef const char *source = text
    cdef char *buffer
    cdef pjmedia_sdp_session *native = NULL
    cdef pj_status_t status
    cdef pj_pool_t *pool = _new_pool(16384 + length)
    try:
        # The parser wants a NUL behind the text, and its result points into the text.
        buffer = <char *> pj_pool_alloc(pool, length + 1)
        if buffer == NULL:
            raise MemoryError
        memcpy(buffer, source, length)
        buffer[length] = 0
        with nogil:
            status = pjmedia_sdp_parse(pool, buffer, length, &native)
        if status != PJ_SUCCESS or native == NULL:
            raise SDPParseError(strerror(status))
        return session_from_native(native)
    finally:
        _release(pool)


def limits():
    """The most that a session can hold for use in a call, by the lengths of pjmedia's arrays.

    Parsing and printing alone have no such limits.
    """
    return {
        "formats": PJMEDIA_MAX_SDP_FMT,
        "attributes": PJMEDIA_MAX_SDP_ATTR,
        "media": PJMEDIA_MAX_SDP_MEDIA,
        "bandwidth": PJMEDIA_MAX_SDP_BANDW,
    }
