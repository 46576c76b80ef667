"""Descriptions that are going to be sent: they say what pjmedia and the other side have to know.

What that is, `check_local()` decides, which also tells what is wrong. Most descriptions are plain:
RTP streams that are described in the usual way. Those are recognized here in pjmedia's structs,
at a small part of the cost.
"""

from libc.string cimport memcmp, memset, strlen

from sipsimple.pjproject.pjlib cimport PJ_SUCCESS, pj_pool_release, pj_pool_t, pj_str_t, pj_status_t
from sipsimple.pjproject.pjmedia_sdp cimport (
    PJMEDIA_MAX_SDP_ATTR,
    pjmedia_sdp_media,
    pjmedia_sdp_session,
    pjmedia_sdp_validate2,
)
from sipsimple.pjproject.private_pool cimport private_pool
from sipsimple.sdp.native cimport session_to_native

from sipsimple.pjproject.runtime import strerror
from sipsimple.sdp.negotiation import checks, payload_types

cdef unsigned MOST_ATTRIBUTES = PJMEDIA_MAX_SDP_ATTR - checks.KEPT_FREE
cdef int FIRST_DYNAMIC = payload_types.DYNAMIC
cdef int LAST = payload_types.HIGHEST

cdef enum:
    PAYLOAD_TYPES = 128
    POOL_BYTES = 16384

assert LAST == PAYLOAD_TYPES - 1


cdef bint _is(const pj_str_t *text, const char *word) noexcept nogil:
    cdef size_t length = strlen(word)
    return <size_t> text.slen == length and memcmp(text.ptr, word, length) == 0


cdef int _number(const char **place, const char *end, int digits) noexcept nogil:
    """Read a number without leading zeros and go behind it; -1 where there is none."""
    cdef const char *first = place[0]
    cdef int value = 0
    while place[0] < end and c"0" <= place[0][0] <= c"9":
        if place[0] - first == digits:
            return -1
        value = 10 * value + (place[0][0] - c"0")
        place[0] += 1
    if place[0] == first or (first[0] == c"0" and place[0] - first > 1):
        return -1
    return value


cdef int _payload_type(const char **place, const char *end) noexcept nogil:
    """Read a payload type and go behind it; -1 where there is none."""
    cdef int number = _number(place, end, 3)
    return number if number <= LAST else -1


cdef bint _is_name(char letter) noexcept nogil:
    """Whether it occurs in names of encodings; RFC 8866 allows some more."""
    return (
        c"a" <= letter <= c"z" or c"A" <= letter <= c"Z" or c"0" <= letter <= c"9"
        or letter == c"-" or letter == c"_" or letter == c"."
    )


cdef int _mapped(const pj_str_t *value) noexcept nogil:
    """The payload type of a plain `rtpmap`, "96 opus/48000/2"; -1 where it is not plain."""
    cdef const char *place = value.ptr
    cdef const char *end = value.ptr + value.slen
    cdef const char *name
    cdef int payload_type = _payload_type(&place, end)
    if payload_type < 0 or place == end or place[0] != c" ":
        return -1
    place += 1
    name = place
    while place < end and _is_name(place[0]):
        place += 1
    if place == name or place == end or place[0] != c"/":
        return -1
    place += 1
    if _number(&place, end, 9) < 0:
        return -1
    if place < end and place[0] == c"/":
        place += 1
        if _number(&place, end, 3) < 0:
            return -1
    return payload_type if place == end else -1


cdef int _explained(const pj_str_t *value) noexcept nogil:
    """The payload type of a plain `fmtp`, "101 0-15"; -1 where it is not plain."""
    cdef const char *place = value.ptr
    cdef const char *end = value.ptr + value.slen
    cdef int payload_type = _payload_type(&place, end)
    return payload_type if place < end and place[0] == c" " else -1


cdef bint _is_rtp(const pj_str_t *transport) noexcept nogil:
    return (
        _is(transport, b"RTP/AVP") or _is(transport, b"RTP/SAVP")
        or _is(transport, b"RTP/AVPF") or _is(transport, b"RTP/SAVPF")
        or _is(transport, b"UDP/TLS/RTP/SAVP") or _is(transport, b"UDP/TLS/RTP/SAVPF")
    )


cdef bint _is_plain_section(const pjmedia_sdp_media *section, bint has_address) noexcept nogil:
    cdef char mapped[PAYLOAD_TYPES]
    cdef char explained[PAYLOAD_TYPES]
    cdef const char *place
    cdef const char *end
    cdef int payload_type
    cdef unsigned index
    if (
        not section.desc.port
        or not section.desc.fmt_count
        or not (has_address or section.conn != NULL)
        or section.attr_count > MOST_ATTRIBUTES
        or not _is_rtp(&section.desc.transport)
    ):
        return False
    memset(mapped, 0, sizeof(mapped))
    memset(explained, 0, sizeof(explained))
    for index in range(section.attr_count):
        if _is(&section.attr[index].name, b"rtpmap"):
            payload_type = _mapped(&section.attr[index].value)
            if payload_type < 0 or mapped[payload_type]:
                return False
            mapped[payload_type] = True
        elif _is(&section.attr[index].name, b"fmtp"):
            payload_type = _explained(&section.attr[index].value)
            if payload_type < 0 or explained[payload_type]:
                return False
            explained[payload_type] = True
    for index in range(section.desc.fmt_count):
        place = section.desc.fmt[index].ptr
        end = place + section.desc.fmt[index].slen
        payload_type = _payload_type(&place, end)
        if payload_type < 0 or place != end:
            return False
        if payload_type >= FIRST_DYNAMIC and not mapped[payload_type]:
            return False
    return True


cdef bint _is_plain(const pjmedia_sdp_session *session) noexcept nogil:
    """Whether there are RTP streams only, described so that `check_local()` finds nothing."""
    cdef unsigned index
    for index in range(session.media_count):
        if not _is_plain_section(session.media[index], session.conn != NULL):
            return False
    return True


cdef pjmedia_sdp_session *sendable_to_native(
    object session, str what, pj_pool_t *pool
) except NULL:
    """A session description as pjmedia's struct, which may be sent as it is.

    See `session_to_native()`. Other threads may go on changing the session.

    Raises:
        TypeError: It is not an `SDPSession`, or holds a list with something foreign in it.
        ValueError: It is not valid, or cannot be negotiated; tells what is wrong.

    Source: `pjmedia_sdp_validate2()`, besides `check_local()`.
    """
    cdef pjmedia_sdp_session *native
    cdef pj_status_t status
    try:
        native = session_to_native(session, pool)
    except ValueError as error:
        raise ValueError(f"{what}: {error}") from None
    if not _is_plain(native):
        copy = session.copy()
        checks.check_local(copy, what)
        native = session_to_native(copy, pool)
    # Looks at this struct only: there is nothing to wait for, and so no need to leave the GIL.
    status = pjmedia_sdp_validate2(native, True)
    if status != PJ_SUCCESS:
        raise ValueError(f"{what}: {strerror(status)}")
    return native


def check_sendable(session, str what):
    """Whether a description may be sent; see `sendable_to_native()`."""
    cdef pj_pool_t *pool = private_pool(POOL_BYTES, POOL_BYTES)
    try:
        sendable_to_native(session, what, pool)
    finally:
        pj_pool_release(pool)


def is_plain(session):
    """Whether `check_local()` need not be asked."""
    cdef pj_pool_t *pool = private_pool(POOL_BYTES, POOL_BYTES)
    try:
        return _is_plain(session_to_native(session, pool))
    finally:
        pj_pool_release(pool)
